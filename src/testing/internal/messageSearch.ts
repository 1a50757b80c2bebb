/** Which messages a search finds. Source: Discord, "Search Guild Messages". */
import { array, type Json, object, objects, string } from "./json.ts"
import type { MessageRecord } from "./world.ts"

/** Whether a message fits. */
export type Fits = (message: MessageRecord) => boolean

const words = (text: string): ReadonlyArray<string> => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []

/** Whether a text has the words of another in their order, with at most `slop` words between two of them. */
export const hasWords = (text: string, wanted: string, slop: number): boolean => {
  const [there, sought] = [words(text), words(wanted)]
  const from = (word: number, at: number): boolean => {
    if (word === sought.length) return true
    const end = word === 0 ? there.length : Math.min(there.length, at + slop + 1)
    for (let next = at; next < end; next++) if (there[next] === sought[word] && from(word + 1, next + 1)) return true
    return false
  }
  return from(0, 0)
}

const urls = ({ raw }: MessageRecord): ReadonlyArray<string> =>
  (string(raw["content"]) ?? "").match(/https?:\/\/[^\s<>]+/g) ?? []

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : "")

const isOfType = (attachment: Json, type: string): boolean =>
  string(attachment["content_type"])?.startsWith(`${type}/`) === true

const attachments = ({ raw }: MessageRecord): ReadonlyArray<Json> => objects(raw["attachments"])

// Source: "Search Has Types".
const things: Readonly<Record<string, Fits>> = {
  image: (message) => attachments(message).some((each) => isOfType(each, "image")),
  sound: (message) => attachments(message).some((each) => isOfType(each, "audio")),
  video: (message) => attachments(message).some((each) => isOfType(each, "video")),
  file: (message) => attachments(message).length > 0,
  sticker: ({ raw }) => array(raw["sticker_items"]).length > 0,
  embed: ({ raw }) => array(raw["embeds"]).length > 0,
  link: (message) => urls(message).length > 0,
  poll: ({ raw }) => raw["poll"] !== undefined && raw["poll"] !== null,
  snapshot: ({ raw }) => array(raw["message_snapshots"]).length > 0
}

// Source: "Author Types".
const authors: Readonly<Record<string, Fits>> = {
  user: ({ raw }) => object(raw["author"])["bot"] !== true && raw["webhook_id"] === undefined,
  bot: ({ raw }) => object(raw["author"])["bot"] === true && raw["webhook_id"] === undefined,
  webhook: ({ raw }) => raw["webhook_id"] !== undefined
}

// Source: "Search Embed Types".
const embedTypes: Readonly<Record<string, string>> = {
  image: "image",
  video: "video",
  gif: "gifv",
  sound: "sound",
  article: "article"
}

const negatable = (table: Readonly<Record<string, unknown>>): ReadonlyArray<string> =>
  Object.keys(table).flatMap((key) => [key, `-${key}`])

/** The values that a filter can have. */
export const choices: Readonly<Record<string, ReadonlyArray<string>>> = {
  author_type: negatable(authors),
  embed_type: Object.keys(embedTypes),
  has: negatable(things)
}

// Those that must not be, each of them; and one of those that may be.
const byTable =
  (table: Readonly<Record<string, Fits>>) =>
  (wanted: ReadonlyArray<string>): Fits => {
    const not = wanted.filter((each) => each.startsWith("-")).map((each) => table[each.slice(1)])
    const one = wanted.filter((each) => !each.startsWith("-")).map((each) => table[each])
    return (message) =>
      not.every((fits) => fits?.(message) !== true) &&
      (one.length === 0 || one.some((fits) => fits?.(message) === true))
  }

const byValues =
  (read: (message: MessageRecord) => ReadonlyArray<unknown>) =>
  (wanted: ReadonlyArray<string>): Fits =>
  (message) =>
    read(message).some((value) => wanted.includes(String(value)))

const referenced = ({ raw }: MessageRecord): Json => object(raw["referenced_message"])

/** The filters that have lists of values. */
export const filters: Readonly<Record<string, (wanted: ReadonlyArray<string>) => Fits>> = {
  channel_id: byValues(({ channelId }) => [channelId]),
  author_id: byValues(({ raw }) => [object(raw["author"])["id"]]),
  author_type: byTable(authors),
  mentions: byValues(({ raw }) => (string(raw["content"]) ?? "").match(/(?<=<@!?)\d+(?=>)/g) ?? []),
  mentions_role_id: byValues(({ raw }) => (string(raw["content"]) ?? "").match(/(?<=<@&)\d+(?=>)/g) ?? []),
  replied_to_user_id: byValues((message) => [object(referenced(message)["author"])["id"]]),
  replied_to_message_id: byValues((message) => [referenced(message)["id"]]),
  has: byTable(things),
  embed_type: (wanted) =>
    byValues(({ raw }) => objects(raw["embeds"]).map(({ type }) => type))(
      wanted.map((each) => embedTypes[each] ?? each)
    ),
  embed_provider: byValues(({ raw }) => objects(raw["embeds"]).map(({ provider }) => object(provider)["name"])),
  link_hostname: byValues((message) => urls(message).map(hostOf)),
  attachment_filename: byValues((message) => attachments(message).map(({ filename }) => filename)),
  attachment_extension: byValues((message) =>
    attachments(message).map(({ filename }) => String(filename).split(".").at(-1))
  )
}
