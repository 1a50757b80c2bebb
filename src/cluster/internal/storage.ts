/** What a cluster keeps in its database: who is a member, who coordinates, and the sessions. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as SqlRunnerStorage from "effect/cluster/SqlRunnerStorage"
import * as KeyValueStore from "effect/persistence/KeyValueStore"

// Of members that create the tables at once, PostgreSQL lets one succeed at a time, although they say `IF NOT EXISTS`.
const again = Schedule.upTo(Schedule.jittered(Schedule.spaced("100 millis")), { duration: "5 seconds" })

const retried = <A, E, R>(layer: Layer.Layer<A, E, R>): Layer.Layer<A, E, R> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const parent = yield* Effect.scope
      // What an attempt that fails has opened, such as a connection, is closed before the next one.
      const attempt = Effect.flatMap(Scope.fork(parent), (scope) =>
        Effect.onExit(Layer.buildWithScope(Layer.fresh(layer), scope), (exit) =>
          Exit.isFailure(exit) ? Scope.close(scope, exit) : Effect.void
        )
      )
      return yield* attempt.pipe(Effect.sandbox, Effect.retry(again), Effect.catch(Effect.failCause))
    })
  )

/** The tables, whose names begin with `prefix`. They are created if there are none. */
export const layer = (prefix: string) =>
  Layer.mergeAll(
    retried(SqlRunnerStorage.layerWith({ prefix: `${prefix}_cluster` })),
    retried(KeyValueStore.layerSql({ table: `${prefix}_store` }))
  )
