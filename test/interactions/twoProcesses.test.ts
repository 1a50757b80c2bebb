/** Two processes of one bot that both get every interaction, as in a rolling deploy. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type * as Scope from "effect/Scope"
import * as Bot from "../../src/Bot.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { makeRandom } from "../mutate.ts"
import { unlessPaused } from "../support/paused.ts"
import { alice } from "./harness.ts"

const description = "…"
const { defaultTexts: texts } = ErrorReply
const seed = Number(process.env["FIBERCORD_LAW_SEED"] ?? 7)

/** A command of one process, whose button answers with the name of that process after a while. */
const panel = (name: string) =>
  Command.slash(name, { description, options: { millis: Options.integer("How long a click takes") } }, ({ millis }) =>
    Effect.gen(function* () {
      const press = yield* Button.bound({ label: "press" }, () =>
        Effect.andThen(Effect.sleep(millis), Reply.send({ content: `by ${name}` }))
      )
      yield* Reply.send({ content: "panel", components: [[press]] })
    })
  )

/** Starts a process with these commands, which are registered by hand. It has events and sessions of its own. */
const start = (interactions: ReadonlyArray<ReturnType<typeof panel>>, lines: Array<string>) =>
  Bot.layer({ interactions, commands: { sync: false } }).pipe(
    Layer.provide(Bot.layerServices),
    Layer.provide(Logger.layer([Logger.make(({ logLevel, message }) => lines.push(`${logLevel} ${String(message)}`))])),
    Layer.fresh,
    Layer.build
  )

const register = (names: ReadonlyArray<string>) =>
  FakeDiscord.FakeDiscord.use((discord) =>
    discord.registerCommands(
      names.map((name) => ({
        name,
        description,
        options: [{ type: 4, name: "millis", description: "How long", required: true }]
      }))
    )
  )

const play = <A, E>(test: Effect.Effect<A, E, Bot.Services | FakeDiscord.FakeDiscord | Scope.Scope>) =>
  Effect.provide(Effect.scoped(test), FakeDiscord.layer({ identifyInterval: 0 }))

describe("two processes", () => {
  it.live("leave each other's clicks and commands alone, however they overlap", () =>
    Effect.gen(function* () {
      const random = makeRandom(seed)
      const lines: Array<string> = []
      const names = ["one", "two"]
      yield* register(names)
      for (const name of names) yield* start([panel(name)], lines)
      const discord = yield* FakeDiscord.FakeDiscord
      assert.lengthOf(yield* discord.sessions, 2)
      const user = yield* alice
      const one = Effect.gen(function* () {
        const name = names[random(2)] ?? ""
        // Up to what a process may take before the other one speaks for it.
        const message = yield* user.slash(name, { millis: random(700) })
        assert.strictEqual(yield* message.content, "panel")
        for (let n = random(3); n >= 0; n--) {
          const pressed = yield* message.click("press")
          assert.strictEqual(yield* pressed.content, `by ${name}`)
        }
        // Longer than the other process waits.
        yield* Effect.sleep("1500 millis")
        const seen = yield* message.snapshot
        assert.deepStrictEqual([seen.edits, seen.buttons.map(({ disabled }) => disabled)], [0, [false]])
        assert.lengthOf(yield* message.followUps, 0)
      })
      // It has a few hundred milliseconds before the other one speaks for it.
      yield* unlessPaused(
        100,
        Effect.gen(function* () {
          yield* Effect.all(
            Array.from({ length: 12 }, () => one),
            { concurrency: "unbounded" }
          )
          assert.deepStrictEqual(
            lines.filter((line) => /Another process/.test(line)),
            []
          )
        })
      )
      assert.deepStrictEqual(yield* discord.violations, [])
      const told = (yield* user.messages()).length
      assert.isAbove(told, 0)
    }).pipe(play)
  )

  it.live("a click on a process that is gone is answered in time, and its message is left as it is", () =>
    Effect.gen(function* () {
      yield* register(["one"])
      const discord = yield* FakeDiscord.FakeDiscord
      const user = yield* alice
      const message = yield* Effect.scoped(
        Effect.andThen(
          start([panel("one")], []),
          Effect.tap(user.slash("one", { millis: 0 }), ({ content }) => content)
        )
      )
      yield* message.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
      const { edits } = yield* message.snapshot
      yield* start([panel("one")], [])
      const late = yield* message.click("press", { stale: true })
      assert.strictEqual(yield* late.content, texts.Restarted)
      assert.isTrue(yield* late.ephemeral)
      assert.isAtLeast(late.elapsed, 900)
      assert.strictEqual((yield* message.snapshot).edits, edits)
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(play)
  )
})
