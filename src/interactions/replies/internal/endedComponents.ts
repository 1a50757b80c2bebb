/** What becomes of a Runtime's components on its messages when it ends. */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { DiscordRest } from "../../../rest/DiscordRest.ts"
import type * as Runtime from "../../../runtime/Runtime.ts"
import { customIds, disable, remove } from "../../wire/componentTree.ts"
import type { EndedComponents } from "../Bound.ts"
import { isBoundTo } from "../../wire/customIdCodec.ts"
import { noteShown, runtimeState } from "./boundComponents.ts"
import { type Sent, setComponents } from "./responder.ts"

const endAll = (rest: DiscordRest["Service"], runtime: Runtime.Handle, onEnd: EndedComponents): Effect.Effect<void> =>
  Effect.forEach(
    runtime.local(runtimeState).sent?.values() ?? [],
    (sent) => {
      const { components, id } = sent
      const isOurs = isBoundTo(runtime.id)
      const disabled = disable(components, isOurs)
      if (disabled === undefined) return Effect.void
      const change =
        onEnd === "disable"
          ? setComponents(rest, sent, disabled)
          : // Discord refuses to leave a message empty, so its components are disabled instead.
            Effect.catch(setComponents(rest, sent, remove(components, isOurs)), () =>
              setComponents(rest, sent, disabled)
            )
      return Effect.catch(change, (error) =>
        // The next click on it gets a reply, and disables it then.
        Effect.annotateLogs(Effect.logDebug("A message of a closed Runtime kept its components", error), {
          message: id,
          runtime: runtime.id
        })
      )
    },
    { concurrency: "unbounded", discard: true }
  )

/**
 * Remembers the components of a message. The first message of a Runtime adds the finalizer that disables or removes
 * them.
 */
export const remember = (
  rest: DiscordRest["Service"],
  runtime: Runtime.Handle,
  sent: Sent,
  onEnd: EndedComponents
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
    return Scope.addFinalizer(
      runtime.scope,
      Effect.suspend(() => endAll(rest, runtime, onEnd))
    )
  })
