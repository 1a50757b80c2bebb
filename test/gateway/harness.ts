/** The gateway of a bot on the fake Discord, with short intervals, and helpers for tests. */
import { assert } from "@effect/vitest"
import type { GatewayDispatchPayload } from "discord-api-types/v10"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as HashMap from "effect/HashMap"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as DiscordConfig from "../../src/DiscordConfig.ts"
import * as GatewayEvents from "../../src/gateway/GatewayEvents.ts"
import * as GatewayInfo from "../../src/gateway/GatewayInfo.ts"
import * as IdentifyQueue from "../../src/gateway/IdentifyQueue.ts"
import * as SessionStore from "../../src/gateway/SessionStore.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"
import * as ShardManager from "../../src/gateway/ShardManager.ts"
import type * as ShardStatus from "../../src/gateway/ShardStatus.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"
import * as FakeDiscord from "../../src/testing/FakeDiscord.ts"

export const shard0 = ShardId.make(0)
export const shard1 = ShardId.make(1)

export type Manager = ShardManager.ShardManager["Service"]

/** Options of a bot. Policies are short unless given. */
export interface BotOptions extends Partial<ShardManager.Options> {
  readonly identifyInterval?: Duration.Input
  readonly identifyQueue?: Layer.Layer<IdentifyQueue.IdentifyQueue>
  readonly sessionStore?: Layer.Layer<SessionStore.SessionStore>
  readonly gatewayInfo?: Layer.Layer<GatewayInfo.GatewayInfo, never, DiscordRest.DiscordRest>
  /** Listens to no events, so that unwanted ones are not parsed. */
  readonly quiet?: boolean
  readonly handlers?: Layer.Layer<never, never, GatewayEvents.GatewayEvents | ShardManager.ShardManager>
}

/** A bot under test. */
export interface Bot {
  readonly manager: Manager
  readonly events: GatewayEvents.GatewayEvents["Service"]
  /** Every event that was published, with its shard, in order. */
  readonly received: ReadonlyArray<{ readonly shard: number; readonly payload: GatewayDispatchPayload }>
  /** Every step since the bot was made. */
  readonly changes: ReadonlyArray<ShardStatus.Change>
  /** How many of them belong to the start, which may take more than one attempt on a busy machine. */
  started: number
}

const soon = Schedule.spaced("20 millis")

/** A bot that is not initialized, in a scope of its own. */
export const make = (options: BotOptions = {}): Effect.Effect<Bot, never, FakeDiscord.FakeDiscord | Scope.Scope> =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const received: Array<Bot["received"][number]> = []
    const changes: Array<ShardStatus.Change> = []
    const { gatewayInfo, handlers, identifyInterval, identifyQueue, quiet, sessionStore, ...managerOptions } = options
    const services = Layer.mergeAll(
      GatewayEvents.layer,
      gatewayInfo ?? GatewayInfo.layer(),
      sessionStore ?? SessionStore.layerMemory,
      identifyQueue ?? IdentifyQueue.layerMemory({ interval: identifyInterval ?? "20 millis", margin: "40 millis" })
    ).pipe(
      Layer.provideMerge(DiscordRest.layer()),
      Layer.provideMerge(DiscordConfig.layer({ token: discord.token, apiUrl: discord.apiUrl }))
    )
    const recorder = Layer.effectDiscard(
      Effect.gen(function* () {
        const events = yield* GatewayEvents.GatewayEvents
        if (quiet === true) return
        yield* events.listen("*", (_data, shard, payload) => {
          received.push({ shard: shard.id, payload })
        })
      })
    )
    const manager = ShardManager.layer({
      shards: "auto",
      intents: ["Guilds", "GuildMessages"],
      resume: soon,
      identify: soon,
      invalidSessionWait: ["10 millis", "20 millis"],
      closeTimeout: "300 millis",
      ...managerOptions
    })
    const watcher = Layer.effectDiscard(
      Effect.gen(function* () {
        const manager = yield* ShardManager.ShardManager
        yield* manager.changes.pipe(
          Stream.runForEach((change) => Effect.sync(() => changes.push(change))),
          Effect.forkScoped({ startImmediately: true })
        )
      })
    )
    const context = yield* Layer.build(
      Layer.mergeAll(recorder, watcher, handlers ?? Layer.empty).pipe(
        Layer.provideMerge(manager),
        Layer.provideMerge(services),
        // Several bots of one test share nothing.
        Layer.fresh
      )
    ).pipe(Effect.orDie)
    return {
      manager: Context.get(context, ShardManager.ShardManager),
      events: Context.get(context, GatewayEvents.GatewayEvents),
      received,
      changes,
      started: 0
    }
  })

/** A bot whose shards are all Connected. */
export const start = (options: BotOptions = {}) =>
  Effect.gen(function* () {
    const bot = yield* make(options)
    yield* bot.manager.initialize
    yield* bot.manager.awaitReady
    const ids = yield* bot.manager.shardsInstantiated
    yield* until("all steps of the start", () => ids.every((id) => stagesOf(bot, id).at(-1) === "Connected"))
    bot.started = bot.changes.length
    return bot
  }).pipe(Effect.orDie)

/** What is known about a shard. */
export const info = (bot: Bot, id: number) =>
  Effect.map(bot.manager.runners, (runners) => Option.getOrThrow(HashMap.get(runners, ShardId.make(id))))

/** Waits until a condition holds, for at most a minute. */
export const until = (what: string, holds: () => boolean): Effect.Effect<void> =>
  Effect.gen(function* () {
    while (!holds()) yield* Effect.sleep("2 millis")
  }).pipe(
    Effect.timeoutOrElse({
      duration: "1 minute",
      orElse: () => Effect.die(new Error(`timed out waiting for ${what}`))
    })
  )

/**
 * Waits until a shard has gone through these stages since its start, in this order. There may be others in between.
 */
export const untilStages = (
  bot: Bot,
  id: number,
  stages: ReadonlyArray<ShardStatus.StageName>,
  since: number = bot.started
) =>
  until(`stages ${stages.join(", ")} of shard ${id}`, () => {
    let next = 0
    for (const change of bot.changes.slice(since)) {
      if (change.shard === id && change.to._tag === stages[next]) next++
    }
    return next === stages.length
  })

/** The stages that a shard has gone through. */
export const stagesOf = (bot: Bot, id: number, since = 0): ReadonlyArray<ShardStatus.StageName> =>
  bot.changes.slice(since).flatMap((change) => (change.shard === id ? [change.to._tag] : []))

/** Waits until the shard has lost its connection and has a new one. */
export const untilRecovered = (bot: Bot, id: number, since: number = bot.started) =>
  untilStages(bot, id, ["Disconnected", "Connected"], since)

/** The names of the events that a shard received, in order. */
export const names = (bot: Bot, shard = 0): ReadonlyArray<string> =>
  bot.received.flatMap((each) => (each.shard === shard ? [each.payload.t] : []))

/** Sends a numbered event. */
export const number = (discord: FakeDiscord.FakeDiscord["Service"], n: number, shard = 0) =>
  discord.dispatch(shard, "TYPING_START", { n })

/** The numbers of the events that a shard received, in order. */
export const numbers = (bot: Bot, shard = 0): ReadonlyArray<number> =>
  bot.received.flatMap(({ payload, shard: from }) =>
    from === shard && payload.t === "TYPING_START" ? [(payload.d as unknown as { readonly n: number }).n] : []
  )

/** Asserts that the bot broke no rule of Discord. */
export const assertLawful = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  assert.deepStrictEqual(yield* discord.violations, [])
})
