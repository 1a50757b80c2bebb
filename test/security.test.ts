/** The bot token appears on the wire only: not in logs, errors, spans, `inspect` or the log of the fake Discord. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import { inspect } from "node:util"
import * as Bot from "../src/Bot.ts"
import * as DiscordConfig from "../src/DiscordConfig.ts"
import * as ShardManager from "../src/gateway/ShardManager.ts"
import * as Command from "../src/interactions/definitions/Command.ts"
import * as ErrorReply from "../src/interactions/replies/ErrorReply.ts"
import { Interaction } from "../src/interactions/replies/Interaction.ts"
import * as Reply from "../src/interactions/replies/Reply.ts"
import * as DiscordRest from "../src/rest/DiscordRest.ts"
import { Runtime } from "../src/runtime/Runtime.ts"
import { FakeDiscord } from "../src/testing/index.ts"

const token = "s3cr3t.t0ken.value"

const everything = (value: unknown) => `${inspect(value, { depth: 12, showHidden: true })} ${String(value)}`

describe("the token", () => {
  it.live("appears in no log, error, span or inspection of a bot, whatever goes wrong", () =>
    Effect.gen(function* () {
      const said: Array<string> = []
      const collect = Logger.make(({ cause, fiber, message }) => {
        said.push(everything(message), Cause.pretty(cause), everything(fiber.getRef(References.CurrentLogAnnotations)))
      })
      const spans: Array<Tracer.Span> = []
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          spans.push(span)
          return span
        }
      })
      const ping = Command.slash("ping", { description: "…" }, () =>
        Effect.gen(function* () {
          const given = { interaction: yield* Interaction, runtime: yield* Runtime, scope: yield* Effect.scope }
          const sent = yield* Reply.send({ content: "pong" })
          said.push(everything({ ...given, sent }))
        })
      )
      const fails = Command.slash("fails", { description: "Fails" }, () =>
        DiscordRest.use((api) => api.channels.get("1"))
      )
      const bot = Bot.layer({
        interactions: [ping, fails],
        onError: { DiscordRestError: (error) => ErrorReply.visible(everything(error)) }
      })
      yield* Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const manager = yield* ShardManager.ShardManager
        const alice = yield* discord.user("alice")
        yield* alice.slash("ping")
        const failed = yield* alice.slash("fails")
        said.push(yield* failed.content)
        yield* discord.faults.restStatus(/callback/, 500, { times: 1 })
        yield* Effect.ignore(alice.slash("ping"))
        yield* discord.faults.dropConnection(0)
        yield* discord.awaitLog(FakeDiscord.is("Resumed"))
        yield* discord.faults.corruptFrame(0)
        yield* discord.awaitLog(FakeDiscord.is("Resumed"), { count: 2 })
        const ended = yield* Effect.forkChild(Effect.flip(manager.awaitShutdown), { startImmediately: true })
        yield* discord.faults.resetToken
        const { message } = yield* Fiber.join(ended)
        said.push(message, everything(yield* manager.runners))
        const config = yield* DiscordConfig.DiscordConfig
        said.push(everything(config), JSON.stringify(config))
        for (const entry of yield* discord.log) said.push(FakeDiscord.format(entry), everything(entry))
      }).pipe(
        Effect.provide(
          bot.pipe(Layer.provideMerge(FakeDiscord.layer({ token })), Layer.provideMerge(Logger.layer([collect])))
        ),
        Effect.provideService(References.MinimumLogLevel, "Trace"),
        Effect.withTracer(tracer)
      )
      for (const span of spans) said.push(everything([span.name, [...span.attributes], span.status]))
      assert.isAbove(said.length, 50)
      assert.isAbove(spans.length, 2)
      assert.deepStrictEqual(
        said.filter((text) => text.includes(token) || text.includes(btoa(token))),
        []
      )
    })
  )
})
