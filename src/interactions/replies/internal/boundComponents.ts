/** What a Runtime keeps for its interactions: who opened it, its components, and the messages that carry them. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import { CurrentTurn } from "../../../runtime/internal/turn.ts"
import * as Runtime from "../../../runtime/Runtime.ts"
import { visitCustomIds } from "../../wire/componentTree.ts"
import { decode, encode, isBoundTo } from "../../wire/customIdCodec.ts"
import type { Binding, By, Use } from "../Bound.ts"
import { Denied, ephemeral } from "../ErrorReply.ts"
import { Interaction, type Provided } from "../Interaction.ts"
import type { ReplyDefaults } from "../Message.ts"
import { BotTexts, type TextsFor, toText } from "./botTexts.ts"
import type { Bot, Ends } from "./endedComponents.ts"
import type { Shown } from "./sentMessage.ts"

/** A question or a form that a handler waits for. */
export interface Waiting {
  /** Whether it still takes an answer: it has none, and the handler waits. */
  isOpen: boolean
  /** Set for a form. */
  readonly form?: OpenForm | undefined
}

/** A form that is open on a user's screen, as far as Discord tells. */
export interface OpenForm {
  readonly userId: string
  /** The custom id of the component that opened it; the same user's next use of that opens the form again. */
  readonly opener: string | undefined
  /** The user did something else, so he has closed it. */
  readonly dismiss: () => void
}

/** One component of a Runtime. */
export interface Component {
  /** Without one, a handler waits for its use. */
  readonly handler: (() => Effect.Effect<unknown, unknown, unknown>) | undefined
  /** The services that it was defined with, beside those of every event. */
  readonly services: Context.Context<unknown> | undefined
  readonly use: Use | undefined
  readonly waiting: Waiting | undefined
  uses: number
}

/** What a middleware demands of everybody who uses something of a Runtime; a text for those who may not. */
export type Guard = (interaction: Interaction["Service"], textsFor: TextsFor) => Denied | undefined

/** What a Runtime keeps of the definition that opened it. */
interface Opener {
  readonly name: string
  /** What its replies are unless they say otherwise. */
  readonly replies: ReplyDefaults | undefined
  /** When its unanswered interactions are deferred. */
  readonly autoDefer: number | false | undefined
}

/** What one Runtime keeps for its interactions. There may be many Runtimes: what most of them lack is left out. */
export interface RuntimeState {
  /** The bot that opened it; `undefined` if it was not opened by an interaction. */
  bot: Bot | undefined
  /** The definition that opened it. */
  definition: Opener | undefined
  /** The id of the user who opened it; empty if it was not opened by an interaction. */
  openerId: string
  /** Whether its components are for that user only, unless they say otherwise. */
  ownerOnly: boolean
  guards: ReadonlyArray<Guard> | undefined
  /** By the last part of their custom ids, a number in base 36. Those that nobody can use any more are gone. */
  components: Array<Component | WeakRef<object> | undefined>
  /** The forms that are open now. */
  forms: ReadonlyArray<OpenForm> | undefined
  /** Its messages that show components of it: the first one, which leads to the others. */
  sent: Shown | undefined
  /** How its components end; `undefined` as long as no message has shown any. */
  ends: Ends | undefined
}

/** The state of a Runtime. */
export const runtimeState = Runtime.key<RuntimeState>("fibercord/interactions/runtimeState", () => ({
  bot: undefined,
  definition: undefined,
  openerId: "",
  ownerOnly: false,
  guards: undefined,
  components: [],
  forms: undefined,
  sent: undefined,
  ends: undefined
}))

/** Puts a component into a Runtime, and returns the custom id that leads to it. */
export const register = (
  runtime: Runtime.Handle,
  { handler, services, use, waiting }: Partial<Omit<Component, "uses">>
): string => {
  const state = runtime.local(runtimeState)
  const key = state.components.length.toString(36)
  const component: Component = { handler, services, use, waiting, uses: 0 }
  // The first one is the only one of most Runtimes, and an array that has grown has 17 places.
  if (state.components.length === 0) state.components = [component]
  else state.components.push(component)
  return encode({ _tag: "Bound", runtime: runtime.id, handler: key })
}

const indexOf = (key: string): number => (/^[0-9a-z]{1,6}$/.test(key) ? Number.parseInt(key, 36) : -1)

/** The last part of a bound component's custom id. */
export const keyOf = (customId: string): string | undefined => {
  const id = decode(customId)
  return id?._tag === "Bound" ? id.handler : undefined
}

// A component that no message shows lives as long as somebody can show it again: as its JSON does.
const hidden = new WeakMap<object, Component>()

const resolve = (entry: Component | WeakRef<object> | undefined): Component | undefined => {
  if (!(entry instanceof WeakRef)) return entry
  const json = entry.deref()
  return json === undefined ? undefined : hidden.get(json)
}

/**
 * The component that a custom id names: `"Over"` if there was one and nobody can use it any more, `undefined` if there
 * never was.
 */
export const find = (runtime: Runtime.Handle, key: string): Component | "Over" | undefined => {
  const { components } = runtime.local(runtimeState)
  const index = indexOf(key)
  if (index < 0 || index >= components.length) return undefined
  return resolve(components[index]) ?? "Over"
}

/** Forgets components, by their custom ids. */
export const forget = (runtime: Runtime.Handle, customIds: Iterable<string>): void => {
  const { components } = runtime.local(runtimeState)
  for (const customId of customIds) {
    const index = indexOf(keyOf(customId) ?? "")
    if (index in components) components[index] = undefined
  }
}

/** The JSON of those components in a tree that are a Runtime's. */
export const ownIn = (runtime: Runtime.Handle, tree: ReadonlyArray<unknown>): ReadonlyArray<object> => {
  const isOurs = isBoundTo(runtime.id)
  const nodes: Array<object> = []
  visitCustomIds(tree, (customId, node) => {
    if (isOurs(customId)) nodes.push(node)
  })
  return nodes
}

/** The JSON of a Runtime's components by their place. */
const byIndex = (own: unknown): ReadonlyMap<number, object> => {
  const nodes = new Map<number, object>()
  visitCustomIds(own, (customId, node) => nodes.set(indexOf(keyOf(customId) ?? ""), node))
  return nodes
}

/** The messages that show components of a Runtime. */
export const sentOf = ({ sent }: RuntimeState): Array<Shown> => {
  const all: Array<Shown> = []
  for (let each = sent; each !== undefined; each = each.next) all.push(each)
  return all
}

/**
 * Takes note of which of a Runtime's components a message shows now. What none of its messages shows any more is kept only
 * as long as its JSON, with which a handler could show it again.
 */
export const noteShown = (state: RuntimeState, messageId: string, own: ReadonlyArray<object>): void => {
  const { components } = state
  const shown = byIndex(own)
  for (const index of shown.keys()) if (index in components) components[index] = resolve(components[index])
  const sent = sentOf(state)
  const before = sent.find(({ id }) => id === messageId)
  const gone = [...byIndex(before?.components)].filter(([index]) => !shown.has(index))
  if (gone.length === 0) return
  const elsewhere = new Set(sent.flatMap((each) => (each === before ? [] : [...byIndex(each.components).keys()])))
  for (const [index, node] of gone) {
    const component = components[index]
    if (elsewhere.has(index) || component === undefined || component instanceof WeakRef) continue
    hidden.set(node, component)
    components[index] = new WeakRef(node)
  }
}

/** The handler of a component, which needs what every event brings. */
export const handlerOf = ({ handler, services }: Component): Effect.Effect<unknown, unknown, Provided> | undefined => {
  if (handler === undefined) return undefined
  const run = Effect.suspend(handler)
  // Services of the event win over those that the component was defined with.
  return (
    services === undefined ? run : Effect.updateContext(run, (event) => Context.merge(services, event))
  ) as Effect.Effect<unknown, unknown, Provided>
}

/**
 * Takes note of what a user does while forms of his are open: he has closed them, unless this submits one. Returns
 * whether it is the use of the component that opened one, whose handler waits for that too.
 */
export const noteForms = (
  runtime: Runtime.Handle,
  customId: string,
  userId: string,
  component: Component | "Over"
): boolean => {
  const state = runtime.local(runtimeState)
  const own = component === "Over" ? undefined : component.waiting?.form
  const forms = state.forms?.filter((form) => form.userId === userId && form !== own) ?? []
  // From its submission on nothing dismisses it.
  if (own !== undefined) state.forms = state.forms?.filter((form) => form !== own)
  const key = keyOf(customId)
  const again = forms.filter(({ opener }) => opener !== undefined && keyOf(opener) === key)
  for (const form of forms) if (!again.includes(form)) form.dismiss()
  return again.length > 0
}

const isBy = (by: By, interaction: Interaction["Service"], openerId: string): boolean => {
  if (typeof by === "function") return by(interaction)
  if (typeof by === "string") return by === "anyone" || interaction.user.id === openerId
  return by.includes(interaction.user.id)
}

const denialOf = (use: Use | undefined, interaction: Interaction["Service"]): Denied | "Denied" =>
  use?.denied === undefined ? "Denied" : new Denied({ reply: ephemeral(toText(use.denied, interaction)) })

/** Counts a use, and returns why it is not allowed, if it is not. */
export const refusalOf = (
  component: Component,
  interaction: Interaction["Service"],
  runtime: Runtime.Handle
): Denied | "Denied" | undefined => {
  const { use } = component
  const { bot, guards, openerId, ownerOnly } = runtime.local(runtimeState)
  if (guards !== undefined && use?.unguarded !== true) {
    const textsFor = Context.get(bot?.base ?? Context.empty(), BotTexts)
    for (const guard of guards) {
      const denied = guard(interaction, textsFor)
      if (denied !== undefined) return denied
    }
  }
  if (!isBy(use?.by ?? (ownerOnly ? "opener" : "anyone"), interaction, openerId)) return denialOf(use, interaction)
  if (component.uses >= (use?.maxUses ?? (use?.once === true ? 1 : Infinity))) return denialOf(use, interaction)
  component.uses += 1
  return undefined
}

/** Takes back a use that was counted, because it is not handled after all. */
export const takeBack = (component: Component): void => {
  component.uses -= 1
  if (component.waiting !== undefined) component.waiting.isOpen = true
}

// Every event brings its own. To keep those of the event that bound the handler would keep its whole payload alive.
const ofEvent = new Set([
  CurrentTurn.key,
  Interaction.key,
  References.CurrentLogAnnotations.key,
  Runtime.Runtime.key,
  Scope.Scope.key,
  Tracer.ParentSpan.key
])

const beside = (
  services: Context.Context<never>,
  base: Context.Context<never> | undefined
): Context.Context<unknown> | undefined => {
  const own = [...services.mapUnsafe].filter(([key, value]) => !ofEvent.has(key) && base?.mapUnsafe.get(key) !== value)
  return own.length === 0 ? undefined : Context.makeUnsafe(new Map(own))
}

/**
 * Puts a handler into the current Runtime, and returns the custom id that calls it. The handler keeps the services that
 * it was defined with; the interaction is that of each event.
 */
export const bind = <E, R>(
  handler: () => Effect.Effect<unknown, E, R>,
  use?: Use | undefined
): Effect.Effect<string, never, Binding<E, R>> =>
  Effect.contextWith((context: Context.Context<Binding<E, R>>) =>
    Effect.sync(() => {
      const runtime = Context.get(context as Context.Context<Runtime.Runtime>, Runtime.Runtime)
      const services = beside(context as Context.Context<never>, runtime.local(runtimeState).bot?.base)
      return register(runtime, { use, handler, services })
    })
  )
