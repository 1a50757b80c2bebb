/**
 * Lets one generation of shards take over from another while both are connected. It goes on by conditions, and by the
 * clock only where nothing but time tells that no event is under way any more.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { GatewayDispatchPayload } from "../../discord/DiscordApi.ts"
import * as Elapsed from "../../internal/Elapsed.ts"
import type { Moved } from "../../internal/Moved.ts"
import type { GatewayError } from "../GatewayError.ts"
import type { EventShard, GatewayEvents } from "../GatewayEvents.ts"
import { afterNextRead } from "./afterNextRead.ts"
import * as Deduplication from "./deduplication.ts"
import * as Generation from "./generation.ts"
import { GuildStream } from "./guildStream.ts"
import * as Listening from "./listening.ts"

/** What takes over from what. */
export interface Options {
  readonly from: Generation.Generation
  /** The successor, of which nothing runs yet. */
  readonly to: Generation.Generation
  readonly events: GatewayEvents["Service"]
  /** Notified after each step of a shard. */
  readonly moved: Moved
  /** How far apart the same event may arrive at both, in milliseconds. */
  readonly settle: number
  /** Whether sessions begin with a stream of guilds. */
  readonly withGuilds: boolean
  /** Called in the moment in which `to` may be heard alone. */
  readonly cutOver: () => void
}

// Guilds follow READY within seconds. One that Discord cannot load must not keep the new shards waiting for ever.
const guildPatience = 15_000
// Milliseconds. A shorter pause of the process is no pause.
const leastTick = 10

/**
 * Connects `to`, and cuts over when it has been heard beside `from` for long enough to be heard alone, and no shard of
 * either was away meanwhile. Fails when a shard of `to` has ended. When this fails or is interrupted before the cut, `to`
 * has to be stopped. Whichever generation is left drops duplicates until it has settled.
 */
export const run = (options: Options): Effect.Effect<void, GatewayError> =>
  Effect.gen(function* () {
    const { from, moved, settle, to } = options
    const clock = yield* Clock.Clock
    const guilds = { old: new GuildStream(options.withGuilds), new: new GuildStream(options.withGuilds) }
    let isCut = false
    const now = () => Elapsed.millis(clock)
    const listened = yield* Listening.make(Math.max(leastTick, settle / 8))
    const both = hearBoth(options, guilds, { isCut: () => isCut, now, listened })
    const whole: Whole = {
      moved,
      settle,
      holds: () =>
        Generation.areConnected(to) &&
        guilds.new.isComplete(to.ids) &&
        Generation.noneIsAway(from) &&
        !guilds.old.isUnderWay,
      whyNever: () => Generation.whyEnded(to)
    }
    yield* Effect.forkScoped(giveUpGuilds(guilds.new, moved))
    yield* Effect.forkScoped(giveUpGuilds(guilds.old, moved))
    yield* Effect.gen(function* () {
      yield* Effect.forEach(to.ids, (id) => Generation.start(to, id), { discard: true })
      // What was on its way to `from` alone, before the sessions of `to` began, has arrived by then.
      yield* steady(whole, () => {
        isCut = true
        options.cutOver()
      })
    }).pipe(Effect.onExit(() => settleAlone(isCut ? to : from, { both, guilds, now }, options)))
  }).pipe(Effect.scoped)

/** What the sessions of each side begin with. It belongs to that session alone, like its READY, and is no repeat. */
interface Beginnings {
  readonly old: GuildStream
  readonly new: GuildStream
}

const hearBoth = (
  { events, from, moved, settle, to }: Options,
  guilds: Beginnings,
  { isCut, listened, now }: Record<"listened" | "now", () => number> & { readonly isCut: () => boolean }
): Deduplication.Deduplication => {
  const both = Deduplication.make({
    isCounted: (lane) => (to.shards.get(lane)?.status.identifies ?? 0) > 0,
    lag: settle,
    now: listened,
    publish: events.publish,
    repeat: events.publishRepeat,
    total: to.total
  })
  from.tap.publish = (shard, payload) => {
    const isBeginning = guilds.old.take(shard.id, payload, now())
    if (isBeginning || payload.t === "READY") moved.notify()
    if (isRepeat(from, shard, payload)) events.publishRepeat(shard, payload)
    else if (isBeginning) events.publish(shard, payload)
    else both.take("old", shard, payload)
  }
  from.tap.wants = (event) => GuildStream.wants(event) || events.wants(event)
  to.tap.wants = (event) => GuildStream.wants(event) || events.wants(event)
  to.tap.publish = (shard, payload) => {
    if (payload.t === "READY") both.begin(shard.id)
    const isBeginning = guilds.new.take(shard.id, payload, now())
    if (isCut()) return isBeginning ? events.publish(shard, payload) : both.take("new", shard, payload)
    // The bot has been told by `from` that it is ready, and about the guilds that a session begins with.
    if (payload.t !== "READY" && !isBeginning) return both.take("new", shard, payload)
    if (isBeginning) events.publishRepeat(shard, payload)
    moved.notify()
  }
  return both
}

/** Completes when the events of a generation are not compared with those of another. */
export const settled = (generation: Generation.Generation): Effect.Effect<void> =>
  Effect.suspend(() => (generation.settling === undefined ? Effect.void : Deferred.await(generation.settling)))

const isRepeat = ({ options }: Generation.Generation, shard: EventShard, payload: GatewayDispatchPayload): boolean =>
  options.repeats.some((each) => each(shard, payload))

const settleAlone = (
  generation: Generation.Generation,
  {
    both,
    guilds,
    now
  }: { readonly both: Deduplication.Deduplication; readonly guilds: Beginnings; readonly now: () => number },
  options: Options
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const side = generation === options.to ? "new" : "old"
    generation.options.repeats.push(
      (shard, payload) => !guilds[side].take(shard.id, payload, now()) && both.isRepeat(side, shard, payload)
    )
    const settling = Deferred.makeUnsafe<void>()
    generation.settling = settling
    const done = Effect.sync(() => {
      generation.settling = undefined
      Deferred.doneUnsafe(settling, Effect.void)
    })
    const { moved, settle } = options
    const holds = () => Generation.noneIsAway(generation)
    return steady({ moved, settle, holds, whyNever: () => undefined }, () => {}).pipe(
      Effect.ignore,
      Effect.ensuring(done),
      Effect.forkIn(generation.scope),
      Effect.andThen(dropRepeats(generation, options))
    )
  })

/**
 * Drops what was published for another generation before, until no shard was away for a while: everything has arrived
 * then. A shard that has ended or left may still RESUME its session, and gets it then.
 */
export const dropRepeats = (
  generation: Generation.Generation,
  { events, moved, settle }: Pick<Options, "events" | "moved" | "settle">
): Effect.Effect<void> =>
  Effect.clockWith((clock) => {
    const { options, tap } = generation
    if (options.repeats.length === 0) return Effect.void
    const publish: typeof tap.publish = (shard, payload) => {
      if (isRepeat(generation, shard, payload)) events.publishRepeat(shard, payload)
      else events.publish(shard, payload)
    }
    tap.wants = events.wants
    tap.publish = publish
    const holds = () => Generation.areCaughtUp(generation, Elapsed.millis(clock))
    const known = options.repeats.length
    return steady({ moved, settle, holds, whyNever: () => undefined }, () => {
      options.repeats.splice(0, known)
      // Unless another take-over has begun, which compares by itself.
      if (tap.publish === publish) tap.publish = events.publish
    }).pipe(Effect.ignore, Effect.forkIn(generation.scope), Effect.asVoid)
  })

/** A condition that has to hold for a while. */
interface Whole {
  readonly moved: Moved
  /** In milliseconds. */
  readonly settle: number
  readonly holds: () => boolean
  readonly whyNever: () => GatewayError | undefined
}

const until = ({ holds, moved, whyNever }: Whole): Effect.Effect<void, GatewayError> =>
  moved.until(() => {
    const why = whyNever()
    if (why !== undefined) return Effect.fail(why)
    return holds() ? Effect.void : undefined
  })

/** Calls `then` in the moment in which the condition has held for `settle` without a break. */
const steady = (whole: Whole, then: () => void): Effect.Effect<void, GatewayError> =>
  Effect.gen(function* () {
    yield* until(whole)
    const broken = whole.moved.until(() => (whole.holds() ? undefined : Effect.void))
    const isOver = Option.isNone(yield* Effect.timeoutOption(broken, whole.settle))
    // When our own event loop was blocked, what breaks the condition may have arrived without having been read yet.
    yield* afterNextRead
    if (!isOver || !whole.holds() || whole.whyNever() !== undefined) return yield* steady(whole, then)
    then()
  })

const giveUpGuilds = (guilds: GuildStream, moved: Moved): Effect.Effect<never> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    while (true) {
      yield* Effect.sleep(Math.max(1, guilds.lastAt + guildPatience - Elapsed.millis(clock)))
      if (Elapsed.millis(clock) - guilds.lastAt < guildPatience) continue
      guilds.giveUp()
      moved.notify()
      yield* Effect.sleep(guildPatience)
    }
  })
