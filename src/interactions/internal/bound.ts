/** Handlers that a Runtime holds, by the custom ids of the components that call them. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Runtime from "../../runtime/Runtime.ts"
import * as CustomId from "../CustomId.ts"
import type { MayFail } from "../Definition.ts"
import type { Provided } from "../Interaction.ts"

/** A handler with all it needs but what every event brings. */
export type BoundHandler = Effect.Effect<unknown, unknown, Provided>

/** What binding a handler asks for: its own requirements, and that somebody answers its errors. */
export type Binding<E, R> = Runtime.Runtime | Exclude<R, Provided> | ([E] extends [never] ? never : MayFail<E>)

/** The handlers of one Runtime. */
export const handlers = Runtime.key("fibercord/interactions/bound", () => new Map<string, BoundHandler>())

/**
 * Puts a handler into the current Runtime, and answers the custom id that calls it. The handler keeps the services that
 * it was defined with; the interaction is the one of each event.
 */
export const bind = <E, R>(handler: () => Effect.Effect<unknown, E, R>): Effect.Effect<string, never, Binding<E, R>> =>
  Effect.contextWith((context: Context.Context<Binding<E, R>>) =>
    Effect.sync(() => {
      const runtime = Context.get(context as Context.Context<Runtime.Runtime>, Runtime.Runtime)
      const map = runtime.local(handlers)
      const key = map.size.toString(36)
      map.set(
        key,
        Effect.suspend(handler).pipe(
          Effect.updateContext(
            (event: Context.Context<Provided>) => Context.merge(context, event) as Context.Context<R>
          )
        )
      )
      return CustomId.encode({ _tag: "Bound", runtime: runtime.id, handler: key })
    })
  )
