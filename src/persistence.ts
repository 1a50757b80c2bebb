/**
 * What survives a restart, on any `KeyValueStore` of `effect/persistence`: files, SQL, Redis. An entry point of its
 * own, because that part of Effect is not stable yet.
 */
export * as KeyValueCooldownStore from "./interactions/definitions/KeyValueCooldownStore.ts"
export * as KeyValueGuildStore from "./cache/KeyValueGuildStore.ts"
export * as KeyValueSessionStore from "./gateway/KeyValueSessionStore.ts"
