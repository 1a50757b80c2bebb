import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as Bot from "../src/Bot.ts"
import * as DiscordConfig from "../src/DiscordConfig.ts"
import * as GatewayEvents from "../src/gateway/GatewayEvents.ts"
import * as GatewayInfo from "../src/gateway/GatewayInfo.ts"
import * as ShardManager from "../src/gateway/ShardManager.ts"
import * as Command from "../src/interactions/definitions/Command.ts"
import * as Reply from "../src/interactions/replies/Reply.ts"
import * as Interactions from "../src/interactions/router/Interactions.ts"
import * as DiscordRest from "../src/rest/DiscordRest.ts"
import * as Runtime from "../src/runtime/Runtime.ts"
import * as Runtimes from "../src/runtime/Runtimes.ts"
import { FakeDiscord } from "../src/testing/index.ts"
import { bots } from "./support/bots.ts"

const ping = Command.slash("ping", { description: "…" }, () => Reply.send({ content: "pong" }))

const clientConfig = Layer.effect(
  DiscordConfig.DiscordConfig,
  Effect.map(FakeDiscord.FakeDiscord, ({ apiUrl, token }) => ({ apiUrl, token }))
)

const wrongToken = Layer.provideMerge(
  Bot.layerServices,
  Layer.effect(
    DiscordConfig.DiscordConfig,
    Effect.map(FakeDiscord.FakeDiscord, ({ apiUrl }) => ({ apiUrl, token: Redacted.make("wrong") }))
  )
)

/** A process that runs a fixture. It is killed if it outlives the test. */
const start = (fixture: string, env: Readonly<Record<string, string>>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(process.execPath, [fileURLToPath(new URL(`fixtures/${fixture}`, import.meta.url))], {
        env: { ...process.env, ...env },
        stdio: ["ignore", "pipe", "pipe"]
      })
      let output = ""
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)))
      const ended = Effect.callback<{ readonly code: number | null; readonly output: string }>((resume) => {
        const done = (code: number | null) => resume(Effect.succeed({ code, output }))
        if (child.exitCode === null) child.once("close", done)
        else done(child.exitCode)
      })
      return { ended, kill: () => child.kill("SIGKILL") }
    }),
    ({ kill }) => Effect.sync(kill)
  )

// A member of a cluster has no shards when it starts, and does not wait for any.
it.live("registers its commands once the shards were started, and none when they cannot be", () =>
  Effect.gen(function* () {
    const { faults, log } = yield* FakeDiscord.FakeDiscord
    yield* faults.gatewayBotStatus(503, { times: Infinity })
    const impatient = Layer.provideMerge(
      GatewayInfo.layer({ retry: Schedule.recurs(1) }),
      Layer.provideMerge(Bot.layerServices, clientConfig)
    )
    yield* Effect.flip(Effect.scoped(Layer.build(Layer.provide(Bot.layer({ interactions: [ping] }), impatient))))
    const asked = (yield* log).flatMap((entry) => (entry._tag === "Request" ? [entry.path] : []))
    assert.deepStrictEqual([...new Set(asked)], ["/gateway/bot"])
  }).pipe(Effect.provide(FakeDiscord.layerServer()))
)

describe.each(bots)("$name", (made) => {
  it.live("delivers every READY and GUILD_CREATE to handlers beside it", () => {
    const seen = { READY: Deferred.makeUnsafe<void>(), GUILD_CREATE: Deferred.makeUnsafe<void>() }
    const note = (name: keyof typeof seen) => GatewayEvents.on(name, () => Deferred.succeed(seen[name], undefined))
    const bot = Layer.mergeAll(note("READY"), note("GUILD_CREATE"), made.layer({ interactions: [] }))
    return Effect.gen(function* () {
      yield* Deferred.await(seen.READY)
      yield* Deferred.await(seen.GUILD_CREATE)
    }).pipe(Effect.provide(Layer.provideMerge(bot, FakeDiscord.layer())))
  })

  it.live("fails with advice when the token is wrong", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        Effect.scoped(Layer.build(made.layer({ interactions: [ping] }).pipe(Layer.provide(wrongToken))))
      )
      if (error._tag !== "GatewayError") return assert.fail(error._tag)
      assert.strictEqual(error.reason._tag, "AuthenticationFailed")
      assert.notInclude(String(error), "wrong")
    }).pipe(Effect.provide(FakeDiscord.layerServer()))
  )

  it.live("fails with GatewayUnavailable when Discord cannot be asked until the retries end", () =>
    Effect.gen(function* () {
      const { faults } = yield* FakeDiscord.FakeDiscord
      yield* faults.gatewayBotStatus(503, { times: Infinity })
      const impatient = Layer.provideMerge(
        GatewayInfo.layer({ retry: Schedule.recurs(1) }),
        Layer.provideMerge(Bot.layerServices, clientConfig)
      )
      const error = yield* Effect.flip(
        Effect.scoped(Layer.build(Layer.provide(made.layer({ interactions: [ping] }), impatient)))
      )
      if (error._tag !== "GatewayError") return assert.fail(error._tag)
      assert.strictEqual(error.reason._tag, "GatewayUnavailable")
    }).pipe(Effect.provide(FakeDiscord.layerServer()))
  )

  it.live("gives handlers the manager, the router, the Runtimes, the events and REST, also while it stops", () => {
    const inside = Command.slash("inside", { description: "…" }, () =>
      Effect.gen(function* () {
        const manager = yield* ShardManager.ShardManager
        const runtimes = yield* Runtimes.Runtimes
        yield* Interactions.Interactions
        yield* GatewayEvents.GatewayEvents
        yield* DiscordRest.DiscordRest
        const running = yield* manager.shardsInstantiated
        yield* Reply.send({ content: `${running.length} shard, ${yield* runtimes.size} Runtime` })
        yield* Runtime.onClose(() =>
          Effect.flatMap(manager.shardsInstantiated, (ids) => Effect.sync(() => left.push(ids.length)))
        )
      })
    )
    const left: Array<number> = []
    return Effect.gen(function* () {
      const scope = yield* Scope.make()
      const discord = yield* FakeDiscord.FakeDiscord
      const services = yield* Effect.context<Bot.Services>()
      yield* Layer.buildWithScope(
        Layer.provide(made.layer({ interactions: [inside] }), Layer.succeedContext(services)),
        scope
      )
      const alice = yield* discord.user("alice")
      assert.strictEqual(yield* (yield* alice.slash("inside")).content, "1 shard, 1 Runtime")
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(left, [0])
    }).pipe(Effect.provide(FakeDiscord.layer()))
  })

  it.live("registers global commands and the commands of a guild separately", () => {
    const here = Command.slash("here", { description: "…" }, () => Reply.send({ content: "here" }))
    const bot = made.layer({ interactions: [ping, here], commands: { global: [ping], guild: () => [here] } })
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      assert.strictEqual(yield* (yield* alice.slash("here")).content, "here")
      assert.strictEqual(yield* (yield* alice.slash("ping")).content, "pong")
      const names = (guildId?: string) =>
        Effect.map(discord.commands(guildId), (commands) => commands.map(({ name }) => name))
      assert.deepStrictEqual([yield* names(), yield* names(discord.guild.id)], [["ping"], ["here"]])
    }).pipe(Effect.provide(Layer.provideMerge(bot, FakeDiscord.layer())))
  })

  it.live(
    "launch closes the shards before handlers that are built on the bot end, and says that it was interrupted",
    () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const lines: Array<string> = []
        const connectedAtEnd: Array<boolean> = []
        const handlers = Layer.effectDiscard(
          Effect.addFinalizer(() =>
            Effect.map(discord.sessions, (sessions) =>
              connectedAtEnd.push(...sessions.map(({ connected }) => connected))
            )
          )
        )
        const bot = handlers.pipe(Layer.provideMerge(made.layer({ interactions: [] })))
        const logger = Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))])
        const launched = yield* Effect.forkChild(Bot.launch(bot).pipe(Effect.provide(logger)))
        yield* discord.awaitLog(FakeDiscord.is("Ready"))
        while (!lines.some((line) => /^Connected|has joined/.test(line))) yield* Effect.sleep("10 millis")
        yield* Fiber.interrupt(launched)
        assert.notInclude(connectedAtEnd, true)
        assert.include(lines.join("\n"), "The bot ends: it was interrupted")
      }).pipe(Effect.provide(FakeDiscord.layer()))
  )

  it.live("launch ends when the shards are shut down, and fails when they cannot continue", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = made.layer({ interactions: [] })
      const failing = yield* Effect.forkChild(Effect.flip(Bot.launch(bot)))
      yield* discord.awaitLog(FakeDiscord.is("Ready"))
      yield* discord.faults.close(0, 4014)
      assert.strictEqual((yield* Fiber.join(failing))._tag, "GatewayError")

      const mark = yield* discord.mark
      const ending = yield* Effect.forkChild(
        Bot.launch(
          Layer.effectDiscard(
            Effect.gen(function* () {
              const manager = yield* ShardManager.ShardManager
              yield* Effect.forkScoped(
                Effect.andThen(discord.awaitLog(FakeDiscord.is("Ready"), { since: mark }), manager.shutdownAll())
              )
            })
          ).pipe(Layer.provideMerge(bot))
        )
      )
      yield* Fiber.join(ending)
    }).pipe(Effect.provide(FakeDiscord.layer({ identifyInterval: "10 millis" })))
  )

  it.live("responds to a running interaction when its scope closes, and lets the process exit by itself", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      const process = yield* start("one-life.ts", {
        KIND: made.name,
        DISCORD_API_URL: discord.apiUrl,
        DISCORD_TOKEN: Redacted.value(discord.token)
      })
      const message = yield* alice.slash("hold")
      const click = yield* message.click("go")
      assert.strictEqual(click.kind, "deferred-update")
      const { code, output } = yield* process.ended
      assert.strictEqual(code, 0, output)
      assert.include(output, "closed")
      const { buttons } = yield* message.snapshot
      assert.deepStrictEqual(
        buttons.map(({ disabled }) => disabled),
        [true]
      )
    }).pipe(Effect.provide(FakeDiscord.layerServer()))
  )
})
