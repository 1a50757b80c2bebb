import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as GuildStore from "../../src/cache/GuildStore.ts"
import * as KeyValueGuildStore from "../../src/cache/KeyValueGuildStore.ts"
import * as GuildStoreConformance from "../../src/testing/GuildStoreConformance.ts"

const keyValue = Layer.provide(KeyValueGuildStore.layer(), KeyValueStore.layerMemory)

describe("GuildStore.layerMemory", () => {
  for (const check of GuildStoreConformance.checks(GuildStore.layerMemory)) it.effect(check.name, () => check.run)
})

describe("KeyValueGuildStore", () => {
  for (const check of GuildStoreConformance.checks(keyValue)) it.effect(check.name, () => check.run)

  const open = GuildStore.GuildStore.use((store) => store.open({ roles: {} }))

  it.effect("a later process knows the guilds that an earlier one left", () =>
    Effect.gen(function* () {
      yield* Effect.scoped(
        Effect.map(open, (store) => {
          store.begin("1")
          store.set("roles", "1", { id: "a", value: { name: "mods" } })
          store.outage("2")
        })
      )
      const store = yield* KeyValueStore.KeyValueStore
      const key = (yield* store.keys).find((key) => key.endsWith("1/state")) ?? ""
      for (const odd of ["", "abc", "-1", "1.5"]) yield* store.set(key.replace("1/state", `${odd}/state`), "whole")
      const later = yield* open
      assert.sameMembers([...later.guildIds()], ["1", "2"])
      assert.deepStrictEqual(yield* later.get("roles", "1", "a"), { name: "mods" })
    }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(KeyValueGuildStore.layer(), KeyValueStore.layerMemory)))
  )

  it.effect("a store that hangs costs the guild, fails who reads, and does not hold up the end", () => {
    const values = new Map<string, string>()
    const hanging = KeyValueStore.makeStringOnly({
      get: (key) => Effect.sync(() => values.get(key)),
      set: () => Effect.never,
      remove: () => Effect.never,
      clear: Effect.void,
      size: Effect.succeed(0),
      keys: Effect.succeed([])
    })
    return Effect.gen(function* () {
      const scope = yield* Scope.make()
      const store = yield* Scope.provide(open, scope)
      store.begin("1")
      store.set("roles", "1", { id: "a", value: 1 })
      yield* TestClock.adjust("1 second")
      const reading = yield* Effect.forkChild(Effect.flip(store.get("roles", "1", "a")), { startImmediately: true })
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      yield* TestClock.adjust("4 seconds")
      assert.strictEqual((yield* Fiber.join(reading))._tag, "GuildStoreError")
      assert.isUndefined(store.state("1"))
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(closing)
    }).pipe(
      Effect.provide([
        Layer.provide(KeyValueGuildStore.layer(), Layer.succeed(KeyValueStore.KeyValueStore, hanging)),
        Logger.layer([])
      ])
    )
  })

  it.effect("a guild whose write is lost is forgotten until it begins again, and others are not", () => {
    const values = new Map<string, string>()
    let isBroken = false
    const failing = KeyValueStore.makeStringOnly({
      get: (key) => Effect.sync(() => values.get(key)),
      set: (key, value) =>
        isBroken && key.includes("/1/")
          ? Effect.fail(new KeyValueStore.KeyValueStoreError({ method: "set", key, message: "broken" }))
          : Effect.sync(() => void values.set(key, value)),
      remove: (key) => Effect.sync(() => void values.delete(key)),
      clear: Effect.sync(() => values.clear()),
      size: Effect.sync(() => values.size),
      keys: Effect.sync(() => [...values.keys()])
    })
    return Effect.gen(function* () {
      const store = yield* open
      for (const guildId of ["1", "2"]) {
        store.begin(guildId)
        store.set("roles", guildId, { id: "a", value: 1 })
        assert.strictEqual(yield* store.get("roles", guildId, "a"), 1)
      }
      isBroken = true
      store.set("roles", "1", { id: "a", value: 2 })
      while (store.state("1") !== undefined) yield* Effect.yieldNow
      isBroken = false
      store.set("roles", "1", { id: "b", value: 3 })
      assert.isUndefined(yield* store.get("roles", "1", "a"))
      assert.strictEqual(yield* store.get("roles", "2", "a"), 1)
      store.begin("1")
      assert.isUndefined(yield* store.get("roles", "1", "a"))
      store.set("roles", "1", { id: "b", value: 3 })
      assert.strictEqual(yield* store.get("roles", "1", "b"), 3)
    }).pipe(
      Effect.scoped,
      Effect.provide([
        Layer.provide(KeyValueGuildStore.layer(), Layer.succeed(KeyValueStore.KeyValueStore, failing)),
        Logger.layer([])
      ])
    )
  })
})
