/** What an operator sees of a bot: its lines, its metrics and its spans. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import * as TestClock from "effect/testing/TestClock"
import { Agent, errors } from "undici"
import * as Bot from "../../src/Bot.ts"
import * as DiscordConfig from "../../src/DiscordConfig.ts"
import * as GatewayEvents from "../../src/gateway/GatewayEvents.ts"
import * as GatewayInfo from "../../src/gateway/GatewayInfo.ts"
import * as IdentifyBudget from "../../src/gateway/IdentifyBudget.ts"
import * as IdentifyQueue from "../../src/gateway/IdentifyQueue.ts"
import * as Intents from "../../src/gateway/Intents.ts"
import * as SessionStore from "../../src/gateway/SessionStore.ts"
import * as ShardManager from "../../src/gateway/ShardManager.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"
import * as Runtime from "../../src/runtime/Runtime.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

const ping = Command.slash("ping", { description: "…" }, () => Reply.send({ content: "pong" }))

const listening = () => {
  const lines: Array<string> = []
  const logger = Logger.make(({ logLevel, message }) => void lines.push(`${logLevel} ${String(message)}`))
  return { lines, layer: Logger.layer([logger]) }
}

describe("the lines of a bot", () => {
  it.live("say as whom it is connected, with how many shards and guilds, and that it ends and why", () =>
    Effect.gen(function* () {
      const { layer, lines } = listening()
      for (const [exit, why] of [
        [Exit.void, "closed by the program"],
        [Exit.interrupt(), "interrupted"]
      ] as const) {
        const scope = yield* Scope.make()
        yield* Layer.buildWithScope(
          Bot.layer({ interactions: [], gateway: { shards: { index: 0, count: 2, total: 2 } } }).pipe(
            Layer.provide(FakeDiscord.layer({ identifyInterval: "10 millis" })),
            Layer.provide(layer)
          ),
          scope
        )
        const connected = lines.filter((line) => line.startsWith("Info Connected"))
        assert.match(connected.join(), /^Info Connected as fake-bot \(\d+\): 2 shards, 1 guild$/)
        yield* Scope.close(scope, exit)
        assert.strictEqual(lines.filter((line) => line.startsWith("Info The bot ends")).length, 1)
        assert.include(lines.at(-1) ?? "", `The bot ends: it was ${why}`)
        lines.length = 0
      }
    })
  )

  it.live("say that it has ended when its shards were shut down", () =>
    Effect.gen(function* () {
      const { layer, lines } = listening()
      const bot = Layer.effectDiscard(
        Effect.flatMap(ShardManager.ShardManager, (manager) =>
          Effect.forkScoped(Effect.andThen(manager.awaitReady, manager.shutdownAll()))
        )
      ).pipe(Layer.provideMerge(Bot.layer({ interactions: [] })))
      yield* Bot.launch(bot).pipe(Effect.provide(Layer.merge(FakeDiscord.layer(), layer)))
      assert.deepStrictEqual(
        lines.filter((line) => line.includes("The bot")),
        ["Info The bot has ended: all its shards were shut down"]
      )
    })
  )

  it.live("warn of a handler without its intent, and of messages without their content", () => {
    const { layer, lines } = listening()
    const on = (name: GatewayEvents.EventName) => GatewayEvents.on(name, () => Effect.void)
    const bot = Layer.mergeAll(
      on("GUILD_MEMBER_ADD"),
      on("MESSAGE_CREATE"),
      on("GUILD_CREATE"),
      on("TYPING_START"),
      Bot.layer({ interactions: [ping], gateway: { intents: ["Guilds", "GuildMessages"] } })
    )
    return Effect.gen(function* () {
      yield* ShardManager.ShardManager
      const warnings = lines.filter((line) => line.startsWith("Warn")).toSorted()
      assert.strictEqual(warnings.length, 3)
      assert.include(warnings[0], "GUILD_MEMBER_ADD, which Discord sends only with the intent GuildMembers")
      assert.include(warnings[1], "TYPING_START, which Discord sends only with the intent GuildMessageTyping or Direct")
      assert.include(warnings[2], "MessageContent")
      assert.deepStrictEqual(
        Intents.missing(Intents.toBits(["Guilds", "MessageContent", "DirectMessages"]), ["*", "MESSAGE_CREATE"]),
        []
      )
    }).pipe(Effect.provide(Layer.provideMerge(bot, FakeDiscord.layer()).pipe(Layer.provideMerge(layer))))
  })
})

describe("a way to Discord that does not work", () => {
  it.live("is no longer news at Info from the third attempt in a row on", () => {
    const { layer, lines } = listening()
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const manager = yield* ShardManager.ShardManager
      yield* discord.faults.refuseConnections()
      yield* manager.changes.pipe(
        Stream.filter(({ to }) => to._tag === "Backoff"),
        Stream.take(5),
        Stream.runDrain
      )
      const lost = lines.filter((line) => line.includes("could not connect"))
      assert.deepStrictEqual(
        lost.slice(0, 4).map((line) => line.split(" ")[0]),
        ["Info", "Info", "Warn", "Warn"]
      )
      assert.match(lost[2] ?? "", /3 times in a row$/)
    }).pipe(
      Effect.provide(
        Bot.layer({ interactions: [], gateway: { resume: Schedule.spaced("20 millis") } }).pipe(
          Layer.provideMerge(FakeDiscord.layer()),
          Layer.provideMerge(layer)
        )
      )
    )
  })

  it.live("ends the start of a bot whose dispatcher cannot send, also with a number of shards of its own", () => {
    class Foreign extends Agent {
      override dispatch(): boolean {
        throw new errors.InvalidArgumentError("invalid onRequestStart method")
      }
    }
    const services = Layer.unwrap(
      Effect.map(FakeDiscord.FakeDiscord, ({ apiUrl, token }) =>
        Layer.mergeAll(
          GatewayEvents.layer,
          GatewayInfo.layer(),
          SessionStore.layerMemory,
          IdentifyQueue.layerMemory(),
          // Asks nobody, so that it is the shard who does.
          Layer.succeed(IdentifyBudget.IdentifyBudget, {
            require: () => Effect.void,
            take: Effect.void,
            giveBack: Effect.void
          })
        ).pipe(
          Layer.provideMerge(DiscordRest.layer({ dispatcher: new Foreign() })),
          Layer.provideMerge(DiscordConfig.layer({ apiUrl, token }))
        )
      )
    )
    return Effect.gen(function* () {
      for (const shards of ["auto", { index: 0, count: 1, total: 1 }] as const) {
        const bot = Bot.layer({ interactions: [], commands: { sync: false }, gateway: { shards } })
        const error = yield* Effect.flip(Bot.launch(bot)).pipe(Effect.provide(services))
        assert.include(error.message, "onRequestStart")
      }
    }).pipe(Effect.provide(Layer.merge(FakeDiscord.layerServer(), listening().layer)))
  })
})

/** The values of all series by `name{attributes}`. */
const collect = Effect.map(Effect.context<never>(), (context) => {
  const values = new Map<string, number>()
  for (const { attributes, id, state } of Metric.snapshotUnsafe(context)) {
    const of = Object.entries(attributes ?? {}).filter(([key]) => !key.includes("unit"))
    const name = `${id}{${of.map(([key, value]) => `${key}=${value}`).join()}}`
    const { count, value } = state as { readonly count?: number; readonly value?: number }
    values.set(name, Number(count ?? value))
  }
  return values
})

const hold = Command.slash("hold", { description: "…" }, () =>
  Effect.andThen(
    Reply.defer(),
    Effect.andThen(
      DiscordRest.use((api) => api.users.getCurrent()),
      Runtime.close
    )
  )
)

const onError = { DiscordRestError: () => ErrorReply.visible("Discord does not answer") }

describe("the metrics of a bot", () => {
  it.live("tell of events, shards, REST, Runtimes and interactions", () => {
    const slow = GatewayEvents.on("CHANNEL_CREATE", () => Effect.void)
    const bot = Layer.merge(slow, Bot.layer({ interactions: [ping, hold], onError }))
    const registry: Metric.MetricRegistry = new Map()
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      yield* alice.slash("ping")
      yield* alice.slash("hold")
      yield* discord.faults.restEdge("GET /users/:user", 429, { form: "json", retryAfter: 0.01 })
      yield* DiscordRest.use((api) => api.users.getCurrent())
      yield* discord.faults.dropConnection(0)
      yield* discord.awaitLog(FakeDiscord.is("Resumed"))
      yield* (yield* ShardManager.ShardManager).awaitReady
      const values = yield* collect
      const read = (name: string) => values.get(name) ?? assert.fail(`there is no ${name} in ${[...values.keys()]}`)
      for (const [name, expected] of [
        ["fibercord_gateway_events{event=INTERACTION_CREATE}", 2],
        ["fibercord_gateway_events{event=READY}", 1],
        ["fibercord_gateway_identifies{}", 1],
        ["fibercord_gateway_resumes{}", 1],
        ["fibercord_gateway_disconnects{end=Closed}", 1],
        ["fibercord_gateway_identifies_left{}", 999],
        ["fibercord_gateway_connected{shard=0}", 1],
        ["fibercord_gateway_outbox_waiting{shard=0}", 0],
        ["fibercord_runtimes_opened{}", 2],
        ["fibercord_runtimes_open{}", 1],
        ["fibercord_runtimes_ended{reason=Closed}", 1],
        ["fibercord_runtimes_lifetime{reason=Closed}", 1],
        ["fibercord_interactions_received{kind=command}", 2],
        ["fibercord_interactions_response_time{response=message}", 1],
        ["fibercord_interactions_response_time{response=deferMessage}", 1],
        ["fibercord_interactions_handler_duration{kind=command,outcome=success}", 2],
        ["fibercord_interactions_mailbox_wait{kind=command}", 2],
        ["fibercord_rest_requests{method=GET,route=/users/@me,status=200}", 2],
        ["fibercord_rest_requests{method=GET,route=/users/@me,status=429}", 1],
        ["fibercord_rest_requests{method=POST,route=/interactions/:id/:token/callback,status=204}", 2],
        ["fibercord_rest_rate_limited{scope=edge}", 1],
        ["fibercord_rest_invalid_requests{}", 1]
      ] as const) {
        assert.strictEqual(read(name), expected, name)
      }
      assert.isAtLeast(read("fibercord_rest_request_duration{method=GET,route=/users/@me}"), 3)
      assert.isTrue(values.has("fibercord_gateway_latency{shard=0}"))
      assert.isTrue(values.has("fibercord_gateway_dispatch_lag{event=CHANNEL_CREATE}"))
    }).pipe(
      Effect.provide(
        Layer.provideMerge(bot, FakeDiscord.layer()).pipe(
          Layer.provideMerge(Layer.succeed(Metric.MetricRegistry, registry))
        )
      ),
      Effect.tap(() =>
        Effect.sync(() => {
          // What was read from a bot is gone with it.
          const left = [...registry.values()].filter(({ id }) => id.startsWith("fibercord_runtimes"))
          assert.deepStrictEqual(left, [])
        })
      ),
      Effect.provideService(Metric.MetricRegistry, registry)
    )
  })

  it.effect("tell how long events wait for a handler that is busy", () => {
    const registry: Metric.MetricRegistry = new Map()
    return Effect.gen(function* () {
      const events = yield* GatewayEvents.GatewayEvents
      for (const s of [1, 2, 3])
        events.publish({ id: 0, total: 1 } as never, { op: 0, t: "TYPING_START", s, d: {} } as never)
      yield* TestClock.adjust("60 millis")
      const lag = [...registry.values()].find(({ id }) => id === "fibercord_gateway_dispatch_lag")
      if (lag === undefined) return assert.fail("there is no such metric")
      const { count, max, sum } = lag.hooks.get(Context.empty()) as Metric.HistogramState
      assert.deepStrictEqual({ count, max, sum }, { count: 3, max: 40, sum: 60 })
    }).pipe(
      Effect.provide(
        GatewayEvents.on("TYPING_START", () => Effect.sleep("20 millis"), { concurrency: 1 }).pipe(
          Layer.provideMerge(GatewayEvents.layer)
        )
      ),
      Effect.provideService(Metric.MetricRegistry, registry)
    )
  })
})

describe("the spans of a bot", () => {
  it.live(
    "have the interaction as their root, and its handler, replies and REST below; and attempts to connect",
    () => {
      const spans: Array<Tracer.Span> = []
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          spans.push(span)
          return span
        }
      })
      const pathOf = (span: Tracer.AnySpan): string => {
        if (span._tag === "ExternalSpan") return "external"
        return span.parent._tag === "Some" ? `${pathOf(span.parent.value)} > ${span.name}` : span.name
      }
      return Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const alice = yield* discord.user("alice")
        yield* alice.slash("hold")
        yield* Effect.yieldNow
        const paths = spans.map((span) => pathOf(span))
        for (const path of [
          "fibercord.gateway.connect",
          "fibercord.interaction",
          "fibercord.interaction > fibercord.handler",
          "fibercord.interaction > fibercord.handler > fibercord.reply.defer",
          "fibercord.interaction > fibercord.handler > fibercord.reply.defer > fibercord.rest"
        ]) {
          assert.include(paths, path)
        }
        const connect = spans.find(({ name }) => name === "fibercord.gateway.connect")
        assert.deepStrictEqual(Object.fromEntries(connect?.attributes ?? []), { shard: 0, total: 1, resume: false })
        assert.strictEqual(connect?.status._tag, "Ended")
      }).pipe(
        Effect.provide(Layer.provideMerge(Bot.layer({ interactions: [hold], onError }), FakeDiscord.layer())),
        Effect.withTracer(tracer)
      )
    }
  )
})
