/** `fibercord/durable`: dialogues that survive restarts. Needs `@effect/platform-node`. */
export * as Dialogues from "./Dialogues.ts"
export * as Durable from "./Durable.ts"
