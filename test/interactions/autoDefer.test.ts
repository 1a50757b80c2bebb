/** Automatic deferrals, with a virtual clock. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import type { RawInteraction } from "../../src/interactions/replies/Interaction.ts"
import * as Elapsed from "../../src/internal/Elapsed.ts"
import * as AutoDefer from "../../src/interactions/replies/internal/autoDefer.ts"
import { Responder } from "../../src/interactions/replies/internal/responder.ts"
import type { DiscordRest } from "../../src/rest/DiscordRest.ts"

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

describe("automatic deferrals", () => {
  it.effect.prop(
    "are sent after two seconds, but only for interactions that have no response by then",
    {
      arrivals: Schema.Array(
        Schema.Struct({
          /** Milliseconds after the previous one. */
          after: between(0, 900),
          /** Milliseconds until its handler responds. */
          answer: between(0, 4_000)
        })
      )
    },
    ({ arrivals }) =>
      Effect.gen(function* () {
        const clock = yield* Clock.Clock
        const initial: Array<{ readonly id: string; readonly type: number; readonly at: number }> = []
        const rest = {
          request: () => Effect.die("not passed on"),
          respond: ({ id }, { type }) =>
            Effect.sync(() => {
              initial.push({ id, type, at: clock.currentTimeMillisUnsafe() })
              return undefined
            }),
          use: () => Effect.succeed({ id: "1", channel_id: "1" } as never)
        } satisfies DiscordRest["Service"]
        const { watch } = yield* AutoDefer.AutoDefer
        const expected: Array<unknown> = []
        let at = clock.currentTimeMillisUnsafe()
        for (const [index, { after, answer }] of arrivals.entries()) {
          yield* TestClock.adjust(after)
          at += after
          const raw = { id: `${index}`, application_id: "1", token: "t", type: 2 } as RawInteraction
          const now = Elapsed.millis(clock)
          const responder = new Responder(raw, clock, { arrivedAt: now, createdAt: now }, rest)
          watch(responder)
          yield* Effect.forkScoped(Effect.delay(Effect.ignore(responder.send({ content: "x" })), answer))
          if (answer !== AutoDefer.patience) {
            expected.push(
              answer < AutoDefer.patience
                ? { id: raw.id, type: 4, at: at + answer }
                : { id: raw.id, type: 5, at: at + AutoDefer.patience }
            )
          }
        }
        yield* TestClock.adjust("10 seconds")
        const byId = initial.toSorted((a, b) => Number(a.id) - Number(b.id))
        assert.deepStrictEqual(
          byId.map(({ id }) => id),
          arrivals.map((_, index) => `${index}`)
        )
        assert.deepStrictEqual(
          byId.filter(({ id }) => arrivals[Number(id)]?.answer !== AutoDefer.patience),
          expected
        )
      }).pipe(Effect.scoped, Effect.provide(AutoDefer.layer))
  )

  it.effect("wait for one interaction and not for each of those that are answered at once", () => {
    let sleeps = 0
    return Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const rest = { respond: () => Effect.undefined } as unknown as DiscordRest["Service"]
      const { watch } = yield* AutoDefer.AutoDefer
      for (let n = 0; n < 40; n++) {
        const now = Elapsed.millis(clock)
        const raw = { id: `${n}`, application_id: "1", token: "t", type: 2 } as RawInteraction
        const responder = new Responder(raw, clock, { arrivedAt: now, createdAt: now }, rest)
        watch(responder)
        yield* responder.send({ content: "x" })
        yield* TestClock.adjust(100)
      }
      // Four seconds, of which an interaction has two. Without any sleep, each of them would have woken it.
      assert.strictEqual(sleeps, 2)
    }).pipe(
      Effect.provide(AutoDefer.layer),
      Effect.updateService(Clock.Clock, (clock) => ({
        ...clock,
        currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe(),
        monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
        sleep: (duration) => {
          sleeps++
          return clock.sleep(duration)
        }
      }))
    )
  })
})
