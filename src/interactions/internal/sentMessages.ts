/** The messages of a conversation that carry its components, so that they can be disabled when it ends. */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Runtime from "../../runtime/Runtime.ts"
import * as CustomId from "../CustomId.ts"
import { customIds, disable, remove } from "./components.ts"
import type { Sent } from "./responder.ts"

const messages = Runtime.key("fibercord/interactions/sent", () => new Map<string, Sent>())

/** Whether a custom id is of a component that this Runtime holds. */
export const isBoundTo =
  (runtime: string) =>
  (customId: string): boolean => {
    const id = CustomId.decode(customId)
    return id?._tag === "Bound" && id.runtime === runtime
  }

/** What becomes of a conversation's components when it ends. */
export type OnEnd = "disable" | "remove"

const endAll = (runtime: Runtime.Handle, onEnd: OnEnd): Effect.Effect<void> =>
  Effect.forEach(
    runtime.local(messages).values(),
    ({ components, id, setComponents }) => {
      const isOurs = isBoundTo(runtime.id)
      const disabled = disable(components, isOurs)
      if (disabled === undefined) return Effect.void
      const change =
        onEnd === "disable"
          ? setComponents(disabled)
          : // Discord refuses to leave a message empty.
            Effect.catch(setComponents(remove(components, isOurs)), () => setComponents(disabled))
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
export const remember = (runtime: Runtime.Handle, sent: Sent, onEnd: OnEnd): Effect.Effect<void> =>
  Effect.suspend(() => {
    const isOurs = customIds(sent.components).some(isBoundTo(runtime.id))
    const known = runtime.local(messages)
    if (!isOurs) {
      known.delete(sent.id)
      return Effect.void
    }
    const isFirst = known.size === 0
    known.set(sent.id, sent)
    if (!isFirst) return Effect.void
    return Scope.addFinalizer(
      runtime.scope,
      Effect.suspend(() => endAll(runtime, onEnd))
    )
  })
