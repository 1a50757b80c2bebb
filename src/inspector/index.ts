/** `fibercord/inspector`: what a bot does, to look at while it runs. It needs Node's `http`. */
export * as Inspector from "./Inspector.ts"
export * as InspectorState from "./InspectorState.ts"
