export * as FakeDiscord from "./FakeDiscord.ts"
