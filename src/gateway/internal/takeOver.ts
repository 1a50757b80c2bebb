/** Lets one generation of shards take over from another while both are connected. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Elapsed from "../../internal/Elapsed.ts"
import * as CloseCode from "../CloseCode.ts"
import type { GatewayError } from "../GatewayError.ts"
import type { GatewayEvents } from "../GatewayEvents.ts"
import * as Deduplication from "./deduplication.ts"
import * as Generation from "./generation.ts"

/** What takes over from what. */
export interface Options {
  readonly from: Generation.Generation
  /** The successor, of which nothing runs yet. */
  readonly to: Generation.Generation
  readonly events: GatewayEvents["Service"]
  /** How far apart the same event may arrive at both, in milliseconds. */
  readonly settle: number
  /** Completes when all of `to` are Connected, and fails when one cannot be. */
  readonly ready: Effect.Effect<void, GatewayError>
}

/** Drops all events of a generation. */
export const mute = (generation: Generation.Generation): void => {
  generation.tap.wants = () => false
  generation.tap.publish = () => {}
}

/** Publishes all events of a generation. */
export const unmute = (generation: Generation.Generation, events: GatewayEvents["Service"]): void => {
  generation.tap.wants = events.wants
  generation.tap.publish = events.publish
}

/**
 * Connects `to`, and completes when it has been heard beside `from` for long enough to be heard alone. It continues to
 * drop duplicates until {@link unmute}. When this fails or is interrupted, `to` is stopped and `from` is as it was.
 */
export const run = ({ events, from, ready, settle, to }: Options): Effect.Effect<void, GatewayError> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const both = Deduplication.make(events.publish, settle * 2, () => Elapsed.millis(clock))
    const take = (generation: Generation.Generation, side: Deduplication.Side, mayPublish: boolean): void => {
      generation.tap.wants = events.wants
      generation.tap.publish = (shard, payload) => both.take(side, mayPublish, shard, payload)
    }
    mute(to)
    yield* Effect.forEach(to.ids, (id) => Generation.start(to, id), { discard: true })
    yield* ready
    take(from, "old", true)
    // What `from` published before its events were counted must not be published again.
    take(to, "new", false)
    yield* Effect.sleep(settle)
    take(to, "new", true)
    yield* Effect.sleep(settle)
    yield* ready
  }).pipe(
    Effect.onExit((exit) => {
      if (Exit.isSuccess(exit)) return Effect.void
      unmute(from, events)
      mute(to)
      return Generation.stopAll(to, CloseCode.normal)
    })
  )
