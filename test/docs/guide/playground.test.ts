/** What docs/guide/playground.md shows: its test is a test of this file, and the rest is played. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { page } from "../support/page.ts"
import { makeLog, until } from "../support/play.ts"
import { besideBot } from "../support/programs.ts"

const document = "docs/guide/playground.md"
const load = page(document)
besideBot(document)

await load("session.ts")
const { desk } = await load<{ desk: Effect.Effect<never> }>("desk.ts")
const { again } = await load<{ again: (json: string) => Effect.Effect<unknown, unknown> }>("again.ts")

describe("docs/guide/playground.md", () => {
  it.live("its desk says where the page is", () => {
    const log = makeLog()
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(desk)
      yield* Effect.raceFirst(
        Fiber.join(fiber),
        until(() => log.lines.some((line) => /^Open http:\/\/127\.0\.0\.1:\d+/.test(line)))
      )
      yield* Fiber.interrupt(fiber)
    }).pipe(Effect.provide(log.layer))
  })

  it.live("what is no session is refused", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.result(again("{}")))._tag, "Failure")
    })
  )
})
