/** The steps of a dialogue, each journaled under its name. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Activity from "effect/workflow/Activity"
import * as DurableDeferred from "effect/workflow/DurableDeferred"
import type { WorkflowEngine, WorkflowInstance } from "effect/workflow/WorkflowEngine"
import { MessageError } from "../../interactions/replies/MessageError.ts"
import type { DiscordRest } from "../../rest/DiscordRest.ts"
import { awaited, clockOf } from "./manager.ts"
import { persistently } from "./retries.ts"
import { Place } from "./place.ts"
import type { Run } from "./run.ts"

type Engine = WorkflowEngine | WorkflowInstance

/** How something ended, unless it was interrupted. */
const outcomeOf = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Exit.Exit<A, E>, never, R> =>
  Effect.matchCauseEffect(effect, {
    onSuccess: (value) => Effect.succeed(Exit.succeed(value)),
    onFailure: (cause) =>
      Cause.hasInterrupts(cause)
        ? Effect.failCause(cause as Cause.Cause<never>)
        : Effect.succeed(Exit.failCause(cause) as Exit.Exit<A, E>)
  })

/**
 * Does something once, and journals how it ended. After a crash before that, it happens again. How it failed is a value for the
 * engine, so that nobody takes it for a failure of the engine's storage, which is tried again.
 */
export const once = <A, E, R>(
  run: Run,
  name: string,
  schemas: { readonly success: Schema.Codec<A, unknown>; readonly error: Schema.Codec<E, unknown> },
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, Exclude<R, Engine>> =>
  Effect.suspend(() => {
    let isDoneNow = false
    const journaled = persistently(
      Activity.make({
        name,
        success: Schema.Exit(schemas.success, schemas.error, Schema.Defect()),
        execute: Effect.suspend(() => {
          isDoneNow = true
          return outcomeOf(effect)
        })
      }) as Effect.Effect<Exit.Exit<A, E>, never, R | Engine>
    ).pipe(
      Effect.provideContext(run.context),
      Effect.catchCause((cause) => {
        const error = Cause.squash(cause)
        return !isDoneNow && Schema.isSchemaError(error) ? run.unfit(error) : Effect.failCause(cause)
      })
    )
    return Effect.flatten(journaled)
  }) as Effect.Effect<A, E, Exclude<R, Engine>>

/** The schemas of what sends. */
export const sends = { success: Place, error: MessageError } as const

/** The schemas of what changes a message. */
export const changes = { success: Schema.Void, error: MessageError } as const

/** Provides the services of the bot. */
export const withServices = <A, E, R>(run: Run, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, never> =>
  Effect.provideContext(effect as Effect.Effect<A, E, DiscordRest>, run.context as never) as never

// What a `Date` can be.
const lastMoment = 8_640_000_000_000_000

/** A moment in milliseconds since 1970, which can come. */
export const deadlineOf = (run: Run, step: string, millis: number): number => {
  if (Math.abs(millis) <= lastMoment) return millis
  throw run.invalid(step, "waits for a time that does not come")
}

/** Waits until something is stored for `name`, or until the time, in milliseconds since 1970. Costs nothing meanwhile. */
export const wait = (run: Run, name: string, deadline: number | undefined): Effect.Effect<string | undefined> =>
  Effect.gen(function* () {
    const { engine, instance } = run.parts
    const deferred = awaited(name)
    const known = yield* engine.deferredResult(deferred)
    if (Option.isNone(known) && deadline !== undefined) {
      const now = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
      yield* engine.scheduleClock(instance.workflow, {
        executionId: run.id,
        clock: clockOf(name, deadline - now)
      })
    }
    return yield* DurableDeferred.await(deferred)
  }).pipe(persistently, Effect.provideContext(run.context))
