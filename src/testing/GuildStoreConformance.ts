/**
 * What every implementation of `GuildStore` must do, as checks for any test framework:
 *
 * ```ts
 * import { it } from "@effect/vitest"
 * import { GuildStore } from "fibercord"
 * import { GuildStoreConformance } from "fibercord/testing"
 *
 * for (const check of GuildStoreConformance.checks(GuildStore.layerMemory)) {
 *   it.effect(check.name, () => check.run)
 * }
 * ```
 *
 * Each check builds the layer anew, which must give an empty store.
 */
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { GuildStore, type Open } from "../cache/GuildStore.ts"
import { type Check, Nonconforming } from "./IdentifyQueueConformance.ts"
import { textOf } from "../internal/thrown.ts"

export { type Check, Nonconforming } from "./IdentifyQueueConformance.ts"

const expect = (what: string, found: unknown, wanted: unknown): Effect.Effect<void, Nonconforming> =>
  Equal.equals(found, wanted)
    ? Effect.void
    : Effect.fail(
        new Nonconforming({ message: `${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(wanted)}` })
      )

const entriesOf = (found: ReadonlyMap<string, unknown> | undefined): unknown => found && [...found]

type Run = (store: Open) => Effect.Effect<void, unknown, Scope.Scope>

const runs: Readonly<Record<string, Run>> = {
  "knows a guild from its beginning on, and nothing of it during an outage or after its end": (store) =>
    Effect.gen(function* () {
      store.set("roles", "1", { id: "a", value: 1 })
      yield* expect("an unknown guild", yield* store.all("roles", "1"), undefined)
      store.begin("1")
      yield* expect("a new guild", entriesOf(yield* store.all("roles", "1")), [])
      store.set("roles", "1", { id: "a", value: 1 })
      store.outage("1")
      yield* expect("the state", store.state("1"), "unavailable")
      yield* expect("an entry in an outage", yield* store.get("roles", "1", "a"), undefined)
      store.begin("1")
      yield* expect("an entry of before", yield* store.get("roles", "1", "a"), undefined)
      store.forget("1")
      yield* expect("the guilds", store.guildIds(), [])
    }),
  "applies the writes of a guild in order, and a read sees all before it": (store) =>
    Effect.gen(function* () {
      store.begin("1")
      for (let n = 0; n < 200; n++) store.set("members", "1", { id: `${n % 10}`, value: n })
      yield* expect("the last write", yield* store.get("members", "1", "3"), 193)
      store.remove("members", "1", "3")
      yield* expect("a removed entry", yield* store.get("members", "1", "3"), undefined)
      store.begin("2")
      store.set("members", "2", { id: "0", value: "other" })
      yield* expect("another guild", yield* store.get("members", "1", "0"), 190)
    }),
  "merges, updates, replaces, and removes groups": (store) =>
    Effect.gen(function* () {
      store.begin("1")
      store.set("members", "1", { id: "a", value: { nick: "al", roles: ["r"] } })
      store.set("members", "1", { id: "a", value: { nick: "bo" } }, true)
      yield* expect("a merged entry", yield* store.get("members", "1", "a"), { nick: "bo", roles: ["r"] })
      store.update("members", "1", (value) => ({ ...(value as object), roles: [] }))
      yield* expect("an updated entry", yield* store.get("members", "1", "a"), { nick: "bo", roles: [] })
      const threads = [
        { id: "t1", value: 1, group: "c1" },
        { id: "t2", value: 2, group: "c2" }
      ]
      store.replace("threads", "1", [...threads, { id: "t3", value: 3 }])
      store.removeGroup("threads", "1", "c1")
      yield* expect("what is not of the group", entriesOf(yield* store.all("threads", "1")), [
        ["t2", 2],
        ["t3", 3]
      ])
      store.replace("threads", "1", [])
      yield* expect("a replaced kind", entriesOf(yield* store.all("threads", "1")), [])
    }),
  "keeps at most as many as it was told, and only kinds that it was told": (store) =>
    Effect.gen(function* () {
      store.begin("1")
      for (const id of ["a", "b", "a", "c", "d"]) store.set("messages", "1", { id, value: id })
      yield* expect("the newest", entriesOf(yield* store.all("messages", "1")), [
        ["c", "c"],
        ["d", "d"]
      ])
      store.set("emojis", "1", { id: "a", value: 1 })
      yield* expect("a kind that is not kept", yield* store.get("emojis", "1", "a"), undefined)
    })
}

const kept = { roles: {}, members: {}, threads: {}, messages: { max: 2 } }

/** The checks, for a layer that makes the store. */
export const checks = <E>(layer: Layer.Layer<GuildStore, E>): ReadonlyArray<Check<E>> =>
  Object.entries(runs).map(([name, run]) => ({
    name,
    run: GuildStore.use((store) => store.open(kept)).pipe(
      Effect.flatMap(run),
      Effect.mapError((error) =>
        error instanceof Nonconforming ? error : new Nonconforming({ message: textOf(error) })
      ),
      Effect.scoped,
      Effect.provide(Layer.fresh(layer), { local: true })
    )
  }))
