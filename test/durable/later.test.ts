/** What is only for one user stays so, and can be changed, when the token that it was sent with is no longer valid. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { jumpyClock } from "../support/jumpyClock.ts"
import { alice, bot, isOver } from "./support/harness.ts"

const description = "…"
const minutes = 60_000

/** A bot on a Discord, both of whose clocks a test sets. */
const later =
  (interactions: ReadonlyArray<unknown>, options?: Parameters<typeof bot>[2]) =>
  <A, E, R>(test: (wait: (millis: number) => void) => Effect.Effect<A, E, R>) =>
    Effect.clockWith((clock) => {
      let offset = 0
      return Effect.suspend(() => test((millis) => (offset += millis))).pipe(
        Effect.provide(Layer.provideMerge(bot(interactions, ":memory:", options), FakeDiscord.layer())),
        Effect.provideService(
          Clock.Clock,
          jumpyClock(clock, () => offset)
        )
      )
    })

describe("a question that only its user sees", () => {
  const question = (answered: boolean) =>
    Durable.slash("ask", { version: 1, description, response: { content: "…", ephemeral: true } }, (_, { user }) =>
      Effect.gen(function* () {
        const { value } = yield* Durable.ask("choice", {
          to: Durable.reply,
          content: "Which?",
          components: [[Button.choice("a"), Button.choice("b")]],
          ...(answered ? { answered: () => ({ content: "Thank you" }) } : {})
        })
        yield* Durable.send("result", Durable.dm(user.id), { content: value })
      })
    )

  const answer = (wait: (millis: number) => void) =>
    Effect.gen(function* () {
      const user = yield* alice
      const response = yield* user.slash("ask")
      yield* response.awaitContent("Which?")
      wait(20 * minutes)
      yield* response.click("a")
      yield* user.awaitMessage(({ content }) => content === "a", { direct: true })
      return response
    })

  it.live("and is answered after 15 minutes becomes what it shall become", () =>
    later([question(true)])((wait) => Effect.flatMap(answer(wait), (response) => response.awaitContent("Thank you")))
  )

  it.live("and is answered after 15 minutes is disabled", () =>
    later([question(false)])((wait) => Effect.flatMap(answer(wait), (response) => response.awaitUntil(isOver)))
  )
})

describe("the response to a command that only its user sees", () => {
  const remind = (options: Pick<Durable.CommandOptions, "replies" | "response">) =>
    Durable.slash("remind", { version: 1, description, ...options }, () =>
      Effect.gen(function* () {
        yield* Durable.sleep("nap", "20 minutes")
        yield* Durable.send("secret", Durable.reply, { content: "secret" })
      })
    )

  const arrives = (wait: (millis: number) => void) =>
    Effect.gen(function* () {
      const user = yield* alice
      const response = yield* user.slash("remind")
      if (response.kind === "message") assert.isTrue(yield* response.ephemeral)
      // The nap may begin later.
      yield* Effect.sleep("300 millis").pipe(
        Effect.andThen(Effect.sync(() => wait(21 * minutes))),
        Effect.forever,
        Effect.forkChild
      )
      yield* user.awaitMessage(({ content }) => content === "secret", { direct: true, timeout: "1 minute" })
    })

  it.live("is followed by a direct message, if it was deferred", () =>
    later([remind({ response: "defer", replies: { ephemeral: true } })])(arrives)
  )

  it.live("is followed by a direct message, if the bot's replies are so", () =>
    later([remind({ response: "defer" })], { replies: { ephemeral: true } })(arrives)
  )

  it.live("is followed by a direct message, if the bot's replies are so and it was given at once", () =>
    later([remind({ response: { content: "later" } })], { replies: { ephemeral: true } })(arrives)
  )
})
