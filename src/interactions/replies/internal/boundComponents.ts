/** What a Runtime keeps for its interactions: who opened it, its components, and the messages that carry them. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import * as Runtime from "../../../runtime/Runtime.ts"
import * as CustomId from "../../wire/customIdCodec.ts"
import type { Binding, Use } from "../Bound.ts"
import { Interaction, type Provided } from "../Interaction.ts"
import type { ReplyDefaults } from "../Message.ts"
import type { Sent } from "./sentMessage.ts"

/** One component of a Runtime. */
export interface Component {
  /** Without one, a handler waits for its use. */
  readonly handler: (() => Effect.Effect<unknown, unknown, unknown>) | undefined
  /** The services that it was defined with, beside those of every event. */
  readonly services: Context.Context<unknown> | undefined
  readonly use: Use | undefined
  uses: number
}

/** What one Runtime keeps for its interactions. There may be many Runtimes: what most of them lack is left out. */
export interface RuntimeState {
  /** The bot's services, which every event brings again. */
  base: Context.Context<never> | undefined
  /** The id of the user who opened it; empty if it was not opened by an interaction. */
  openerId: string
  /** Whether its components are for that user only, unless they say otherwise. */
  ownerOnly: boolean
  /** What the definition that opened it says. */
  replies: ReplyDefaults | undefined
  /** When its unanswered interactions are deferred, as the definition that opened it says. */
  autoDefer: number | false | undefined
  /** By the last part of their custom ids, a number in base 36. */
  readonly components: Array<Component>
  /** Its messages, by id. */
  sent: Map<string, Sent> | undefined
}

/** The state of a Runtime. */
export const runtimeState = Runtime.key<RuntimeState>("fibercord/interactions/runtimeState", () => ({
  base: undefined,
  openerId: "",
  ownerOnly: false,
  replies: undefined,
  autoDefer: undefined,
  components: [],
  sent: undefined
}))

/** Puts a component into a Runtime, and returns the custom id that leads to it. */
export const register = (
  runtime: Runtime.Handle,
  use: Use | undefined,
  handler?: Component["handler"],
  services?: Component["services"]
): string => {
  const { components } = runtime.local(runtimeState)
  const key = components.length.toString(36)
  components.push({ handler, services, use, uses: 0 })
  return CustomId.encode({ _tag: "Bound", runtime: runtime.id, handler: key })
}

/** The component that a custom id names, if there is one. */
export const find = (runtime: Runtime.Handle, key: string): Component | undefined =>
  runtime.local(runtimeState).components[/^[0-9a-z]{1,6}$/.test(key) ? Number.parseInt(key, 36) : -1]

/** The handler of a component, which needs what every event brings. */
export const handlerOf = ({ handler, services }: Component): Effect.Effect<unknown, unknown, Provided> | undefined => {
  if (handler === undefined) return undefined
  const run = Effect.suspend(handler)
  // Services of the event win over those that the component was defined with.
  return (
    services === undefined ? run : Effect.updateContext(run, (event) => Context.merge(services, event))
  ) as Effect.Effect<unknown, unknown, Provided>
}

/** Counts a use, and returns whether it is allowed. */
export const admit = (component: Component, interaction: Interaction["Service"], runtime: Runtime.Handle): boolean => {
  const { use } = component
  const { openerId, ownerOnly } = runtime.local(runtimeState)
  if ((use?.ownerOnly ?? ownerOnly) && openerId !== interaction.user.id) return false
  if (use === undefined) return true
  if (use.allow !== undefined && !use.allow(interaction)) return false
  const maxUses = use.maxUses ?? (use.once === true ? 1 : Infinity)
  if (component.uses >= maxUses) return false
  component.uses += 1
  return true
}

// Every event brings its own. To keep those of the event that bound the handler would keep its whole payload alive.
const ofEvent = new Set([Interaction.key, Runtime.Runtime.key, Scope.Scope.key, Tracer.ParentSpan.key])

const beside = (
  services: Context.Context<never>,
  base: Context.Context<never> | undefined
): Context.Context<unknown> | undefined => {
  const own = [...services.mapUnsafe].filter(([key, value]) => !ofEvent.has(key) && base?.mapUnsafe.get(key) !== value)
  return own.length === 0 ? undefined : Context.makeUnsafe(new Map(own))
}

/**
 * Puts a handler into the current Runtime, and returns the custom id that calls it. The handler keeps the services that it
 * was defined with; the interaction is that of each event.
 */
export const bind = <E, R>(
  handler: () => Effect.Effect<unknown, E, R>,
  use?: Use | undefined
): Effect.Effect<string, never, Binding<E, R>> =>
  Effect.contextWith((context: Context.Context<Binding<E, R>>) =>
    Effect.sync(() => {
      const runtime = Context.get(context as Context.Context<Runtime.Runtime>, Runtime.Runtime)
      return register(
        runtime,
        use,
        handler,
        beside(context as Context.Context<never>, runtime.local(runtimeState).base)
      )
    })
  )
