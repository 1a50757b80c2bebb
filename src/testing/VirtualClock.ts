/**
 * A clock that goes on as usual and can be moved forward, for a fake Discord and the bots that are connected to it:
 *
 * ```ts
 * import { it } from "@effect/vitest"
 * import { Effect, Layer } from "effect"
 * import { Bot } from "fibercord"
 * import { FakeDiscord, VirtualClock } from "fibercord/testing"
 *
 * const TestLive = Layer.provideMerge(Bot.layer({ interactions: [] }), FakeDiscord.layer()).pipe(
 *   Layer.provideMerge(VirtualClock.layer)
 * )
 *
 * it.live("lets fifteen minutes pass at once", () =>
 *   Effect.flatMap(VirtualClock.VirtualClock, (clock) => clock.advance("15 minutes")).pipe(Effect.provide(TestLive))
 * )
 * ```
 *
 * Time is moved in steps that are shorter than the interval of heartbeats, and after each of them sockets have their
 * turn, so that connections live on.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Quiet from "./internal/program/Quiet.ts"
import { Sleepers } from "./internal/Sleepers.ts"

/** Something that has a time of its own, for example the process of a bot. */
export type Follower = (
  /** How far its time is to be ahead of real time, in milliseconds. */
  ahead: number
) => Effect.Effect<void>

/** The service. */
export class VirtualClock extends Context.Service<
  VirtualClock,
  {
    /** How far the time is ahead of real time, in milliseconds. */
    readonly ahead: Effect.Effect<number>
    /**
     * Moves the time forward. Whoever sleeps meanwhile wakes up at the right time, in order, and requests that are sent
     * then complete before time goes on. `step` is the longest jump: less than the interval of heartbeats, so that
     * they are sent and acknowledged. Default: 5 seconds.
     */
    readonly advance: (
      by: Duration.Input,
      options?: { readonly step?: Duration.Input | undefined }
    ) => Effect.Effect<void>
    /** Moves the time of something else, too, until the scope closes: before this clock, at each step. */
    readonly follow: (follower: Follower) => Effect.Effect<void, never, Scope.Scope>
  }
>()("fibercord/testing/VirtualClock") {}

/** The clock of the machine, for what must not wait for virtual time. */
const machine = Clock.Clock.defaultValue()

/**
 * Runs an effect by the clock of the machine.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { VirtualClock } from "fibercord/testing"
 *
 * const slept = VirtualClock.withRealTime(Effect.sleep("10 millis"))
 * ```
 */
export const withRealTime: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R> = Effect.provideService(
  Clock.Clock,
  machine
)

const settleSockets = Effect.promise(Quiet.settleSockets)

const make = (sleepers: Sleepers): Effect.Effect<VirtualClock["Service"]> =>
  Effect.sync(() => {
    Quiet.watch()
    const turn = Semaphore.makeUnsafe(1)
    const followers = new Set<Follower>()
    const step = Effect.fnUntraced(function* (millis: number) {
      const target = sleepers.ahead + millis
      yield* Effect.forEach([...followers], (follow) => follow(target), { concurrency: "unbounded", discard: true })
      yield* Effect.promise(() => sleepers.moveTo(target))
      yield* settleSockets
    })
    const advance = Effect.fnUntraced(function* (
      by: Duration.Input,
      options: { readonly step?: Duration.Input | undefined } = {}
    ) {
      const millis = Duration.toMillis(by)
      if (millis === Infinity) return yield* Effect.die(new Error("VirtualClock.advance: time never gets to infinity"))
      const longest = Math.max(1, Duration.toMillis(options.step ?? "5 seconds"))
      for (let left = millis; left > 0; left -= longest) yield* step(Math.min(left, longest))
      return undefined
    })
    return {
      ahead: Effect.sync(() => sleepers.ahead),
      advance: (by, options) => turn.withPermits(1)(advance(by, options)),
      follow: (follower) =>
        Effect.asVoid(
          Effect.acquireRelease(
            Effect.sync(() => followers.add(follower)),
            () => Effect.sync(() => followers.delete(follower))
          )
        )
    }
  })

/** The clock, which is also Effect's `Clock` for what this layer is provided to. */
export const layer: Layer.Layer<VirtualClock> = Layer.effectContext(
  Effect.suspend(() => {
    const sleepers = new Sleepers(machine)
    return Effect.map(make(sleepers), (service) =>
      Context.make(VirtualClock, service).pipe(Context.add(Clock.Clock, sleepers.clock))
    )
  })
)
