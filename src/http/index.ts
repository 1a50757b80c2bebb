/** `fibercord/http`: interactions over HTTP. It needs `effect/http`, which is unstable. */
export * as HttpInteractions from "./HttpInteractions.ts"
