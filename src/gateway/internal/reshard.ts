/** Lets one generation of shards take over from another while both are connected. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as CloseCode from "../CloseCode.ts"
import type { GatewayError } from "../GatewayError.ts"
import type { GatewayEvents } from "../GatewayEvents.ts"
import * as Elapsed from "../../internal/Elapsed.ts"
import type { Generation } from "./generation.ts"
import * as Overlap from "./overlap.ts"

/** What takes over from what. */
export interface Options {
  readonly from: Generation
  /** Nothing of it runs yet. */
  readonly to: Generation
  readonly events: GatewayEvents["Service"]
  /** How far apart the same event may come from both, in milliseconds. */
  readonly settle: number
  /** Completes when all of `to` are Connected, and fails when one cannot be. */
  readonly ready: Effect.Effect<void, GatewayError>
}

/** Hears a generation no more. */
export const mute = (generation: Generation): void => {
  generation.tap.wants = () => false
  generation.tap.publish = () => {}
}

/** Hears a generation, and only it. */
export const unmute = (generation: Generation, events: GatewayEvents["Service"]): void => {
  generation.tap.wants = events.wants
  generation.tap.publish = events.publish
}

/**
 * Connects `to`, and completes when it has been heard beside `from` for long enough to be heard alone; it goes on
 * dropping what `from` had handed on until {@link unmute}. When that fails, or is interrupted, `to` is stopped and
 * `from` is as it was.
 */
export const takeOver = ({ events, from, ready, settle, to }: Options): Effect.Effect<void, GatewayError> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const overlap = Overlap.make(events.publish, settle * 2, () => Elapsed.millis(clock))
    const take = (generation: Generation, side: Overlap.Side, handOn: boolean): void => {
      generation.tap.wants = events.wants
      generation.tap.publish = (shard, payload) => overlap.take(side, handOn, shard, payload)
    }
    mute(to)
    yield* Effect.forEach(to.ids, to.start, { discard: true })
    yield* ready
    take(from, "old", true)
    // What `from` handed on before it was counted must not be handed on again.
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
      return to.stopAll(CloseCode.normal)
    })
  )
