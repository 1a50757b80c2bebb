/** The messages of a conversation that carry its components, so that they can be disabled when it ends. */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { DiscordRest } from "../../../rest/DiscordRest.ts"
import type * as Runtime from "../../../runtime/Runtime.ts"
import * as CustomId from "../../wire/CustomId.ts"
import { customIds, disable, remove } from "../../wire/componentTree.ts"
import { conversation } from "./boundComponents.ts"
import { type Sent, setComponents } from "./responder.ts"

/** Whether a custom id is of a component that this Runtime holds. */
export const isBoundTo =
  (runtime: string) =>
  (customId: string): boolean => {
    const id = CustomId.decode(customId)
    return id?._tag === "Bound" && id.runtime === runtime
  }

/** What becomes of a conversation's components when it ends. */
export type OnEnd = "disable" | "remove"

const endAll = (rest: DiscordRest["Service"], runtime: Runtime.Handle, onEnd: OnEnd): Effect.Effect<void> =>
  Effect.forEach(
    runtime.local(conversation).sent?.values() ?? [],
    (sent) => {
      const { components, id } = sent
      const isOurs = isBoundTo(runtime.id)
      const disabled = disable(components, isOurs)
      if (disabled === undefined) return Effect.void
      const change =
        onEnd === "disable"
          ? setComponents(rest, sent, disabled)
          : // Discord refuses to leave a message empty.
            Effect.catch(setComponents(rest, sent, remove(components, isOurs)), () =>
              setComponents(rest, sent, disabled)
            )
      return Effect.catch(change, (error) =>
        // A late click on it is answered, and disables it then.
        Effect.annotateLogs(Effect.logDebug("A message of a closed Runtime kept its components", error), {
          message: id,
          runtime: runtime.id
        })
      )
    },
    { concurrency: "unbounded", discard: true }
  )

/** Remembers what a message holds now. The first message of a Runtime adds the finalizer that ends their components. */
export const remember = (
  rest: DiscordRest["Service"],
  runtime: Runtime.Handle,
  sent: Sent,
  onEnd: OnEnd
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const state = runtime.local(conversation)
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
