/** Runtimes as a bot's handlers use them: a conversation, and questions in it. */
export * from "./runtime/Runtime.ts"
export { ask, type Answer, type Part, type Question } from "./interactions/replies/internal/ask.ts"
