/** What becomes of a Runtime's components on its messages when it ends. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { DiscordRest } from "../../../rest/DiscordRest.ts"
import type * as Runtime from "../../../runtime/Runtime.ts"
import { customIds, disable, remove, toSendAgain } from "../../wire/componentTree.ts"
import { isBoundTo } from "../../wire/customIdCodec.ts"
import type { EndedComponents } from "../Bound.ts"
import type { MessageError } from "../MessageError.ts"
import { noteShown, runtimeState } from "./boundComponents.ts"
import { read, setComponents, type Shown } from "./sentMessage.ts"

/** How components end. */
export interface Ending {
  readonly onEnd: EndedComponents
  /** How long a Runtime that ends by a shutdown may take for its messages. What is left is disabled by the next click. */
  readonly shutdownBudget: Duration.Input
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

/** Ends some of the Runtime's components on all of its messages. */
const endSome = (
  rest: DiscordRest["Service"],
  runtime: Runtime.Handle,
  onEnd: EndedComponents,
  isEnded: (customId: string) => boolean
): Effect.Effect<void> =>
  Effect.forEach(
    [...(runtime.local(runtimeState).sent?.values() ?? [])].filter(({ components }) =>
      customIds(components).some(isEnded)
    ),
    (sent) => endOne(rest, runtime, sent, onEnd, isEnded),
    { concurrency: "unbounded", discard: true }
  )

const endAll = (
  rest: DiscordRest["Service"],
  runtime: Runtime.Handle,
  { onEnd, shutdownBudget }: Ending
): Effect.Effect<void> => {
  const all = endSome(rest, runtime, onEnd, isBoundTo(runtime.id))
  return runtime.closeReason === "Shutdown" ? Effect.asVoid(Effect.timeoutOption(all, shutdownBudget)) : all
}

/**
 * Remembers a message for as long as it has components of the Runtime. The first message of a Runtime adds the finalizer
 * that ends its components.
 */
export const remember = (
  rest: DiscordRest["Service"],
  runtime: Runtime.Handle,
  sent: Shown,
  ending: Ending
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const state = runtime.local(runtimeState)
    noteShown(runtime, sent.id, sent.components)
    if (!customIds(sent.components).some(isBoundTo(runtime.id))) {
      state.sent?.delete(sent.id)
      return Effect.void
    }
    const isFirst = state.sent === undefined
    state.sent ??= new Map()
    state.sent.set(sent.id, sent)
    if (!isFirst) return Effect.void
    state.endComponents = (where) => endSome(rest, runtime, ending.onEnd, where)
    return Scope.addFinalizer(
      runtime.scope,
      Effect.suspend(() => endAll(rest, runtime, ending))
    )
  })
