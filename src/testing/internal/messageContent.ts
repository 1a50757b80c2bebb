/** What a bot without the intent MESSAGE_CONTENT sees of messages. Source: Discord, "Gateway", Message Content Intent. */
import { isObject, type Json, object, objects, string } from "./json.ts"

const mentions = (message: Json, botId: string): boolean =>
  objects(message["mentions"]).some(({ id }) => id === botId) ||
  (string(message["content"]) ?? "").search(new RegExp(`<@!?${botId}>`)) >= 0

const emptied: Json = { content: "", embeds: [], attachments: [], components: [] }

/** The message of a guild with empty fields where users put content, unless the bot wrote it or is mentioned in it. */
export const withoutContent = (message: Json, botId: string): Json => {
  const { poll: _, ...rest } = message
  const author = object(message["author"])["id"]
  if (author === undefined || author === botId || message["application_id"] === botId || mentions(message, botId)) {
    return message
  }
  const quoted = message["referenced_message"]
  return {
    ...rest,
    ...emptied,
    ...(message["message_snapshots"] === undefined
      ? {}
      : { message_snapshots: objects(message["message_snapshots"]).map((each) => ({ ...each, message: emptied })) }),
    ...(isObject(quoted) ? { referenced_message: withoutContent(quoted, botId) } : {})
  }
}
