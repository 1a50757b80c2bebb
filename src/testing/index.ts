export * as FakeDiscord from "./FakeDiscord.ts"
export * as IdentifyBudgetConformance from "./IdentifyBudgetConformance.ts"
export * as IdentifyQueueConformance from "./IdentifyQueueConformance.ts"
export * as GuildStoreConformance from "./GuildStoreConformance.ts"
