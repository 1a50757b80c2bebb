/** What elements of messages and forms ask for: an action of the protocol, without the user and the channel. */
import type { Action } from "../../Protocol.ts"

type Without<A> = A extends unknown ? Omit<A, "user" | "channel"> : never

export type Act = Without<Action>

/** The event `act` of elements. It leaves shadow roots. */
export const act = (target: EventTarget, detail: Act): boolean =>
  target.dispatchEvent(new CustomEvent<Act>("act", { detail, bubbles: true, composed: true }))

/** Another event of elements. It leaves shadow roots. Without a detail it is `null`, as events have it. */
export const emit = (target: EventTarget, name: string, detail: unknown): boolean =>
  target.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }))
