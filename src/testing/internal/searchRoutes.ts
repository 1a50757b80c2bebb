/** The search for messages of a guild. Source: Discord, "Search Guild Messages". */
import { flagOf, idOf, isSnowflake, numberOf, ok } from "./answers.ts"
import { missingAccess } from "./apiError.ts"
import { allows, isSeen } from "./botAccess.ts"
import { guildOf } from "./guildRoutes.ts"
import { demandInGuild } from "./memberAccess.ts"
import { choices, filters, type Fits, hasWords } from "./messageSearch.ts"
import * as payloads from "./payloads.ts"
import { Permission } from "./permissions.ts"
import { Intent } from "./protocol.ts"
import type { Answer, Call, Route } from "./routes.ts"
import * as threads from "./threads.ts"
import { isThread } from "./threadTypes.ts"
import { Problems } from "./validate.ts"
import type { ChannelRecord, GuildRecord, MessageRecord } from "./world.ts"

/** Guilds of which there is an index. */
const indexed = new WeakSet<GuildRecord>()

// The first search in a guild makes its index.
const notYet: Answer = {
  status: 202,
  body: { message: "Index not yet available. Try again later", code: 110_000, documents_indexed: 0, retry_after: 0 }
}

const ofIds: ReadonlySet<string> = new Set([
  "author_id",
  "channel_id",
  "mentions",
  "mentions_role_id",
  "replied_to_message_id",
  "replied_to_user_id"
])
const lengths: Readonly<Record<string, number>> = { attachment_filename: 1024 }

const checkList = (problems: Problems, field: string, values: ReadonlyArray<string>): void => {
  problems.size([field], values, 0, field === "channel_id" ? 500 : 100)
  for (const [at, value] of values.entries()) {
    const known = choices[field]
    if (ofIds.has(field) && !isSnowflake(value)) {
      problems.add([field, at], "NUMBER_TYPE_COERCE", `Value "${value}" is not snowflake.`)
    }
    if (known !== undefined && !known.includes(value)) {
      problems.add([field, at], "BASE_TYPE_CHOICES", `Value must be one of {${known.join(", ")}}.`)
    }
    problems.length([field, at], value, 0, lengths[field] ?? 256)
  }
}

const checkQuery = ({ query }: Call): void => {
  const problems = new Problems()
  for (const field of Object.keys(filters)) checkList(problems, field, query.getAll(field))
  problems.length(["content"], query.get("content"), 0, 1024)
  for (const [field, known] of [
    ["sort_by", ["timestamp", "relevance"]],
    ["sort_order", ["asc", "desc"]]
  ] as const) {
    const value = query.get(field)
    if (value !== null && !(known as ReadonlyArray<string>).includes(value)) {
      problems.add([field], "BASE_TYPE_CHOICES", `Value must be one of {${known.join(", ")}}.`)
    }
  }
  problems.done()
}

/** What a message must fit. */
const wantedOf = (call: Call): ReadonlyArray<Fits> => {
  const { query } = call
  const slop = numberOf(call, "slop", { or: 2, min: 0, max: 100 })
  const [max, min] = [idOf(call, "max_id"), idOf(call, "min_id")]
  const content = query.get("content")
  const flag = (field: string, read: (message: MessageRecord) => boolean): ReadonlyArray<Fits> =>
    query.has(field) ? [(message) => read(message) === flagOf(call, field)] : []
  return [
    ({ id }) => (max === undefined || BigInt(id) < max) && (min === undefined || BigInt(id) > min),
    ...(content === null ? [] : [({ raw }: MessageRecord) => hasWords(String(raw["content"]), content, slop)]),
    ...flag("pinned", ({ raw }) => raw["pinned"] === true),
    ...flag("mention_everyone", ({ raw }) => /@(?:everyone|here)\b/.test(String(raw["content"]))),
    ...Object.entries(filters).flatMap(([field, make]) => (query.has(field) ? [make(query.getAll(field))] : []))
  ]
}

/** Whether the bot may read the past of a channel of this guild. */
const isSearched = (call: Call, guild: GuildRecord, channel: ChannelRecord | undefined): boolean => {
  const { world } = call
  if (channel === undefined || channel.guildId !== guild.id || !isSeen(world, channel)) return false
  const place = isThread(channel) ? world.channels.get(String(channel.fields?.["parent_id"])) : channel
  const isRestricted = place?.fields?.["nsfw"] === true
  if (isRestricted && !flagOf(call, "include_nsfw")) return false
  return allows(world, channel, Permission.readMessageHistory)
}

const shown = ({ raw }: MessageRecord): unknown => {
  const { reactions: _, ...rest } = raw as { readonly reactions?: unknown } & typeof raw
  return rest
}

const search = (call: Call): Answer => {
  const { query, world } = call
  const guild = guildOf(call)
  checkQuery(call)
  const limit = numberOf(call, "limit", { or: 25, min: 1, max: 25 })
  const offset = numberOf(call, "offset", { or: 0, min: 0, max: 9975 })
  const wanted = wantedOf(call)
  // Only for applications that have the intent.
  if ((world.settings.disallowedIntents & Intent.messageContent) !== 0) throw missingAccess()
  demandInGuild(world, guild, Permission.readMessageHistory)
  if (!indexed.has(guild)) {
    indexed.add(guild)
    return notYet
  }
  const found = [...world.messages.values()].filter(
    (message) =>
      !message.deleted &&
      message.visibleTo === undefined &&
      isSearched(call, guild, world.channels.get(message.channelId)) &&
      wanted.every((fits) => fits(message))
  )
  const sign = query.get("sort_order") === "asc" ? 1 : -1
  const page = found.toSorted((a, b) => (BigInt(a.id) < BigInt(b.id) ? -sign : sign)).slice(offset, offset + limit)
  const inThreads = [...new Set(page.map(({ channelId }) => channelId))]
    .flatMap((id) => world.channels.get(id) ?? [])
    .filter(isThread)
  const joined = inThreads.filter((thread) => threads.isMember(world, thread, world.bot.id))
  return ok({
    doing_deep_historical_index: false,
    total_results: found.length,
    messages: page.map((message) => [shown(message)]),
    ...(inThreads.length === 0 ? {} : { threads: inThreads.map(payloads.channel) }),
    ...(joined.length === 0 ? {} : { members: joined.map((each) => threads.member(world, each, world.bot.id)) })
  })
}

/** The routes. */
export const searchRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: "/guilds/:guild/messages/search", bot: true, handle: search }
]
