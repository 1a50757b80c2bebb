/** Which messages are drawn below one author. */
import type { MessageView } from "../../Protocol.ts"

/** Later messages of the same author get a header again. */
const groupMillis = 7 * 60_000

const DefaultType = 0
const hasHeader = ({ raw }: MessageView): boolean =>
  raw.type !== DefaultType || raw.message_reference != null || raw.interaction_metadata != null

/** Whether a message goes without its author's name, because the one before it has it. */
export const isGrouped = (message: MessageView, before: MessageView | undefined): boolean => {
  if (before === undefined || hasHeader(message)) return false
  if (before.raw.type !== DefaultType && before.raw.type !== 19 && before.raw.type !== 20) return false
  if (message.raw.author.id !== before.raw.author.id || message.raw.webhook_id !== before.raw.webhook_id) return false
  if (message.raw.author.username !== before.raw.author.username) return false
  if (message.visibleTo !== before.visibleTo) return false
  const apart = Date.parse(message.raw.timestamp) - Date.parse(before.raw.timestamp)
  return apart < groupMillis && !startsDay(message, before)
}

/** Whether a line with the date belongs above a message. */
export const startsDay = (message: MessageView, before: MessageView | undefined): boolean =>
  before !== undefined &&
  new Date(message.raw.timestamp).toDateString() !== new Date(before.raw.timestamp).toDateString()
