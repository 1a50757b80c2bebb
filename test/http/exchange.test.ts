import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { Exchange } from "../../src/http/internal/exchange.ts"
import type { RawInteraction } from "../../src/interactions/replies/Interaction.ts"
import type { DiscordRest } from "../../src/rest/DiscordRest.ts"
import { Api, DiscordRestError } from "../../src/rest/DiscordRestError.ts"

const raw = { id: "1", application_id: "2", token: "t", type: 2 } as RawInteraction
const unknownInteraction = 10_062
const reply = { type: 4, data: { content: "a" }, files: undefined }
const files = [{ name: "a.txt", data: "a" }]

/** A REST whose calls end like `calls`, one after the other. */
const makeRest = (...calls: Array<Effect.Effect<unknown, DiscordRestError>>) => {
  let made = 0
  // Other tests check the arguments of the calls with a fake Discord.
  const use = () => Effect.suspend(() => calls[made++] ?? Effect.die("one call too many"))
  const rest = { use, request: use, respond: use } as DiscordRest["Service"]
  return { rest, made: () => made }
}

const failure = (status: number) =>
  Effect.fail(
    new DiscordRestError({ reason: new Api({ method: "POST", route: "/", status, code: 0, message: "on purpose" }) })
  )

const start = <A, E>(effect: Effect.Effect<A, E>) => Effect.forkChild(effect, { startImmediately: true })

const codeOf = (exit: Exit.Exit<unknown, DiscordRestError>) =>
  Exit.isFailure(exit) ? Effect.map(Effect.flip(exit), ({ code }) => code) : Effect.succeed("taken")

describe("the request of an interaction", () => {
  for (const written of [true, false]) {
    it.effect(`an initial response ${written ? "succeeds when it was" : "fails when it could not be"} written`, () =>
      Effect.gen(function* () {
        const exchange = new Exchange(raw, makeRest().rest)
        const answer = yield* start(exchange.sendInitial(reply, 3000))
        assert.strictEqual((yield* exchange.response).status, 200)
        assert.isUndefined(answer.pollUnsafe())
        exchange.end(written)
        assert.strictEqual(yield* codeOf(yield* Fiber.await(answer)), written ? "taken" : unknownInteraction)
      })
    )
  }

  it.effect("accepts no initial response after it has given up", () =>
    Effect.gen(function* () {
      const exchange = new Exchange(raw, makeRest().rest)
      const response = yield* start(exchange.response)
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual((yield* Fiber.join(response)).status, 202)
      assert.strictEqual(yield* codeOf(yield* Effect.exit(exchange.sendInitial(reply, 3000))), unknownInteraction)
    })
  )

  it.effect("gives up when Discord does, which counts from before the body had come", () =>
    Effect.gen(function* () {
      for (const [waited, left] of [
        [0, 3000],
        [2000, 1000],
        [2999, 1],
        [5000, 0]
      ] as const) {
        const exchange = new Exchange(raw, makeRest().rest, waited)
        const response = yield* start(exchange.response)
        if (left > 0) {
          yield* TestClock.adjust(left - 1)
          assert.isUndefined(response.pollUnsafe(), `${waited}`)
        }
        yield* TestClock.adjust(1)
        assert.strictEqual((yield* Fiber.join(response)).status, 202)
        assert.strictEqual(yield* codeOf(yield* Effect.exit(exchange.sendInitial(reply, 3000))), unknownInteraction)
      }
    })
  )

  it.effect("an upload that takes longer than the request still counts as the initial response", () =>
    Effect.gen(function* () {
      const exchange = new Exchange(raw, makeRest(Effect.delay(Effect.succeed(null), "4 seconds")).rest)
      const response = yield* start(exchange.response)
      const upload = yield* start(exchange.sendInitial({ ...reply, files }, 3000))
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual((yield* Fiber.join(response)).status, 202)
      exchange.end(true)
      assert.strictEqual(yield* codeOf(yield* Effect.exit(exchange.sendInitial(reply, 3000))), unknownInteraction)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* codeOf(yield* Fiber.await(upload)), "taken")
    })
  )

  it.effect(
    "after an upload that fails or is interrupted, another response is possible until the request is over",
    () =>
      Effect.gen(function* () {
        const exchange = new Exchange(raw, makeRest(failure(413), Effect.never, failure(500)).rest)
        const upload = exchange.sendInitial({ ...reply, files }, 3000)
        assert.strictEqual((yield* Effect.flip(upload)).code, 0)
        yield* Fiber.interrupt(yield* start(upload))
        const answer = yield* start(exchange.sendInitial(reply, 3000))
        assert.strictEqual((yield* exchange.response).status, 200)
        exchange.end(true)
        yield* Fiber.join(answer)
        assert.strictEqual(yield* codeOf(yield* Effect.exit(upload)), unknownInteraction)
        const late = new Exchange(raw, makeRest(Effect.delay(failure(500), "4 seconds")).rest)
        const slow = yield* start(late.sendInitial({ ...reply, files }, 3000))
        late.end(true)
        yield* TestClock.adjust("4 seconds")
        yield* Fiber.await(slow)
        assert.strictEqual(yield* codeOf(yield* Effect.exit(late.sendInitial(reply, 3000))), unknownInteraction)
      })
  )
})

describe("the message of a response with components", () => {
  const withButton = { ...reply, data: { components: [{ type: 1, components: [] }] } }

  it.effect("is fetched until Discord has it", () =>
    Effect.gen(function* () {
      const message = { id: "7" }
      const { made, rest } = makeRest(failure(404), failure(404), Effect.succeed(message))
      const exchange = new Exchange(raw, rest)
      const answer = yield* start(exchange.sendInitial(withButton, 3000))
      exchange.end(true)
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* Fiber.join(answer), message as never)
      assert.strictEqual(made(), 3)
    })
  )

  it.effect("is left out if Discord does not have it in time, or fails", () =>
    Effect.gen(function* () {
      const never = makeRest(...Array.from({ length: 20 }, () => failure(404)))
      for (const { rest } of [never, makeRest(failure(500))]) {
        const exchange = new Exchange(raw, rest)
        const answer = yield* start(exchange.sendInitial(withButton, 3000))
        exchange.end(true)
        yield* TestClock.adjust("10 seconds")
        assert.isUndefined(yield* Fiber.join(answer))
      }
      assert.isBelow(never.made(), 10)
    })
  )

  it.effect("is not fetched without components, for a deferral, and for an update", () =>
    Effect.gen(function* () {
      for (const initial of [
        reply,
        { ...withButton, type: 7 },
        { ...withButton, data: { components: [] } },
        { type: 5, data: {}, files: undefined }
      ]) {
        const { made, rest } = makeRest()
        const exchange = new Exchange(raw, rest)
        const answer = yield* start(exchange.sendInitial(initial, 3000))
        exchange.end(true)
        yield* Fiber.join(answer)
        assert.strictEqual(made(), 0)
      }
    })
  )
})
