/** Discord's messages among its answers. Whoever answers in Discord's place may send any JSON, or none. */
import type * as Discord from "../../../discord/Discord.ts"
import { hasId, unreadable } from "../../../rest/shaped.ts"

/** Whether it has all of a message that is read here. */
export const isMessage = (answer: unknown): answer is Discord.Message => {
  if (!hasId(answer)) return false
  const { attachments, channel_id: channelId, components } = answer as Partial<Record<string, unknown>>
  return (
    typeof channelId === "string" &&
    Array.isArray(attachments) &&
    attachments.every(hasId) &&
    (components === undefined || Array.isArray(components))
  )
}

/** The answer, which has to be a message. Throws `DiscordRestError`. */
export const asMessage = (answer: unknown): Discord.Message => {
  if (isMessage(answer)) return answer
  throw unreadable("a message")
}
