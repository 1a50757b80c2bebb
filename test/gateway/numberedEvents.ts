/** Numbered events on every shard, each of which exactly one of several processes has to handle. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FakeDiscord from "../../src/testing/FakeDiscord.ts"
import * as Gateway from "./harness.ts"

/** Sends numbered events to every shard until the Effect that this returns runs, which says how many each got. */
export const sendNumbered = Effect.fnUntraced(function* (total: number) {
  const discord = yield* FakeDiscord.FakeDiscord
  const sent = { count: 0, isOver: false }
  const fiber = yield* Effect.forkScoped(
    Effect.gen(function* () {
      while (!sent.isOver) {
        for (let shard = 0; shard < total; shard++) {
          // Of a guild of that shard: events without a guild come to shard 0.
          yield* discord.dispatch(shard, "TYPING_START", { n: sent.count, guild_id: `${BigInt(shard) << 22n}` })
        }
        sent.count++
        yield* Effect.sleep("3 millis")
      }
    })
  )
  return Effect.suspend(() => {
    sent.isOver = true
    return Effect.map(Fiber.join(fiber), () => sent.count)
  })
})

/** Asserts that the first `count` events of every shard were each handled once. `handledBy` says which a shard's were. */
export const assertHandledOnce = (
  { count, total }: { readonly count: number; readonly total: number },
  handledBy: (shard: number) => ReadonlyArray<number>
) =>
  Effect.gen(function* () {
    const all = Array.from({ length: count }, (_, n) => n)
    for (let shard = 0; shard < total; shard++) {
      yield* Gateway.until(`the last event of shard ${shard}`, () => handledBy(shard).includes(count - 1))
      assert.deepStrictEqual(
        handledBy(shard).toSorted((a, b) => a - b),
        all
      )
    }
  })
