/** Components that a Runtime holds, by the last part of their custom ids. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Runtime from "../../runtime/Runtime.ts"
import * as CustomId from "../CustomId.ts"
import type { AnsweredByDefault, MayFail } from "../Definition.ts"
import type { Interaction, Provided } from "../Interaction.ts"

/** A handler with all it needs but what every event brings. */
export type BoundHandler = Effect.Effect<unknown, unknown, Provided>

/** Who may use a bound component, and how often. */
export interface Use {
  /** Only the user who opened this conversation. Default: everybody who sees the message. */
  readonly ownerOnly?: boolean | undefined
  /** Only for whom this answers `true`. */
  readonly allow?: ((interaction: Interaction["Service"]) => boolean) | undefined
  /** How often it can be used, by all users together. Default: as often as anybody likes. */
  readonly maxUses?: number | undefined
  /** The same as `maxUses: 1`. */
  readonly once?: boolean | undefined
  /** What a user is told who may not use it. Default: the bot's text for `Denied`. */
  readonly denied?: string | undefined
}

/** One component of a Runtime. */
export interface Component {
  /** Without one, a handler waits for its use. */
  readonly handler: BoundHandler | undefined
  readonly use: Use | undefined
  uses: number
}

/** The components of one Runtime. */
export const components = Runtime.key("fibercord/interactions/bound", () => new Map<string, Component>())

/** Who opened a Runtime; empty if it was not opened by an interaction. */
export const opener = Runtime.key("fibercord/interactions/opener", () => ({ userId: "" }))

/** Puts a component into a Runtime, and answers the custom id that leads to it. */
export const register = (runtime: Runtime.Handle, handler: BoundHandler | undefined, use: Use | undefined): string => {
  const all = runtime.local(components)
  const key = all.size.toString(36)
  all.set(key, { handler, use, uses: 0 })
  return CustomId.encode({ _tag: "Bound", runtime: runtime.id, handler: key })
}

/** Counts a use, and answers whether it is allowed. */
export const admit = (component: Component, interaction: Interaction["Service"], runtime: Runtime.Handle): boolean => {
  const { use } = component
  if (use === undefined) return true
  if (use.ownerOnly === true && runtime.local(opener).userId !== interaction.user.id) return false
  if (use.allow !== undefined && !use.allow(interaction)) return false
  const maxUses = use.maxUses ?? (use.once === true ? 1 : Infinity)
  if (component.uses >= maxUses) return false
  component.uses += 1
  return true
}

/** What binding a handler asks for: its own requirements, and that somebody answers its errors. */
export type Binding<E, R> =
  | Runtime.Runtime
  | Exclude<R, Provided>
  | ([Exclude<E, AnsweredByDefault>] extends [never] ? never : MayFail<E>)

/**
 * Puts a handler into the current Runtime, and answers the custom id that calls it. The handler keeps the services that
 * it was defined with; the interaction is the one of each event.
 */
export const bind = <E, R>(
  handler: () => Effect.Effect<unknown, E, R>,
  use?: Use | undefined
): Effect.Effect<string, never, Binding<E, R>> =>
  Effect.contextWith((context: Context.Context<Binding<E, R>>) =>
    Effect.sync(() => {
      const runtime = Context.get(context as Context.Context<Runtime.Runtime>, Runtime.Runtime)
      const bound = Effect.suspend(handler).pipe(
        Effect.updateContext((event: Context.Context<Provided>) => Context.merge(context, event) as Context.Context<R>)
      )
      return register(runtime, bound, use)
    })
  )
