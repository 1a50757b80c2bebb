/** Which interactions made which message. */
import type { InteractionView } from "../../Protocol.ts"

/** The message that an interaction made, or else the one that it used. */
export const messageOf = ({ followUps, original, source }: InteractionView): string | undefined =>
  original ?? source ?? followUps[0]

/** The interactions that made, used or changed the same message, the oldest first. */
export const madeBy = (
  all: Iterable<InteractionView>,
  interaction: InteractionView
): ReadonlyArray<InteractionView> => {
  const message = messageOf(interaction)
  if (message === undefined) return [interaction]
  return [...all].filter(
    ({ followUps, original, source }) => original === message || source === message || followUps.includes(message)
  )
}
