export * as FakeDiscord from "./FakeDiscord.ts"
export * as IdentifyQueueConformance from "./IdentifyQueueConformance.ts"
