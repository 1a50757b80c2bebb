/** What becomes of a Runtime's components on its messages when it ends. */
import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { DiscordRest } from "../../../rest/DiscordRest.ts"
import type * as Runtime from "../../../runtime/Runtime.ts"
import { disable, remove, toSendAgain, visitCustomIds } from "../../wire/componentTree.ts"
import { isBoundTo } from "../../wire/customIdCodec.ts"
import type { EndedComponents } from "../Bound.ts"
import type { MessageError } from "../MessageError.ts"
import { noteShown, ownIn, runtimeState, sentOf } from "./boundComponents.ts"
import { type Known, read, setComponents, Shown } from "./sentMessage.ts"

/** How components end. */
export interface Ending {
  readonly onEnd: EndedComponents
  /** How long a Runtime that ends by a shutdown may take for its messages. What is left is disabled by the next click. */
  readonly shutdownBudget: Duration.Input
}

/** How a Runtime's components end, and through what. */
export interface Ends {
  readonly rest: DiscordRest["Service"]
  readonly ending: Ending
}

/** What a bot brings to all Runtimes that it opens. */
export interface Bot extends Ends {
  /** Its services, which every event brings again. */
  readonly base: Context.Context<never>
}

const isDeleted = ({ reason }: MessageError): boolean => reason._tag === "UnknownMessage"

/** Ends the components of one message as it is now: anybody may have changed it since this Runtime did. */
const endOne = (
  rest: DiscordRest["Service"],
  runtime: Runtime.Handle,
  sent: Shown,
  onEnd: EndedComponents,
  isOurs: (customId: string) => boolean
): Effect.Effect<void> => {
  const change = Effect.flatMap(read(rest, sent), ({ components = [] }) => {
    const disabled = disable(components, isOurs)
    if (disabled === undefined) return Effect.void
    const disabling = setComponents(rest, sent, toSendAgain(disabled))
    return onEnd === "disable"
      ? disabling
      : // Discord refuses to leave a message empty, so its components are disabled instead.
        Effect.catch(setComponents(rest, sent, toSendAgain(remove(components, isOurs))), () => disabling)
  })
  return Effect.catch(Effect.asVoid(change), (error) =>
    isDeleted(error)
      ? Effect.void
      : // The next click on it is answered, and disables it then.
        Effect.annotateLogs(Effect.logDebug("A message of a closed Runtime kept its components", error), {
          message: sent.id,
          runtime: runtime.id
        })
  )
}

const shows = ({ components }: Shown, isEnded: (customId: string) => boolean): boolean => {
  let found = false
  visitCustomIds(components, (customId) => (found ||= isEnded(customId)))
  return found
}

/** Disables or removes some of the Runtime's components on all of its messages. Does not fail. */
export const endSome = (runtime: Runtime.Handle, isEnded: (customId: string) => boolean): Effect.Effect<void> => {
  const state = runtime.local(runtimeState)
  const { ends } = state
  if (ends === undefined) return Effect.void
  return Effect.forEach(
    sentOf(state).filter((sent) => shows(sent, isEnded)),
    (sent) => endOne(ends.rest, runtime, sent, ends.ending.onEnd, isEnded),
    { concurrency: "unbounded", discard: true }
  )
}

// Bound to its Runtime it takes 48 bytes, and a closure with its context twice as much.
function endAll(this: Runtime.Handle): Effect.Effect<void> {
  const all = endSome(this, isBoundTo(this.id))
  const budget = this.local(runtimeState).ends?.ending.shutdownBudget
  return this.closeReason === "Shutdown" && budget !== undefined
    ? Effect.asVoid(Effect.timeoutOption(all, budget))
    : all
}

const linked = (all: ReadonlyArray<Shown>): Shown | undefined =>
  all.reduceRight<Shown | undefined>((next, each) => {
    each.next = next
    return each
  }, undefined)

/**
 * Remembers a message for as long as it has components of the Runtime. The first message of a Runtime adds the finalizer
 * that ends its components.
 */
export const remember = (
  ends: Ends,
  runtime: Runtime.Handle,
  address: Known,
  components: ReadonlyArray<unknown>
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const state = runtime.local(runtimeState)
    const own = ownIn(runtime, components)
    noteShown(state, address.id, own)
    const others = sentOf(state).filter(({ id }) => id !== address.id)
    state.sent = linked(own.length === 0 ? others : [...others, new Shown(address, own)])
    if (own.length === 0 || state.ends !== undefined) return Effect.void
    state.ends = ends
    return Scope.addFinalizerExit(runtime.scope, endAll.bind(runtime))
  })
