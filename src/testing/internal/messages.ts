/** Creating, changing and deleting messages, with their events. */
import { emptyMessage, unknownMessage } from "./apiError.ts"
import { knownIn } from "./emojis.ts"
import { array, isObject, type Json, number, object, objects, string } from "./json.ts"
import { componentsWith, embedsWith } from "./fileUrls.ts"
import { stickerItems } from "./messageStickers.ts"
import { pollStays, stickersStay, systemMessage } from "./limitErrors.ts"
import { mentionsOf, withMembers } from "./mentions.ts"
import * as payloads from "./payloads.ts"
import * as references from "./references.ts"
import * as threads from "./threads.ts"
import * as uploads from "./uploads.ts"
import type { Upload } from "./uploads.ts"
import { checkMessage, componentsV2, Problems } from "./validate.ts"
import { flatten } from "./validateComponents.ts"
import { checkVoiceMessage, refuseVoiceEdit, voiceMessage } from "./voiceMessages.ts"
import type { InteractionRecord, MessageRecord, UserRecord, World } from "./world.ts"

/** Flags of messages. */
export const Flag = { suppressEmbeds: 1 << 2, ephemeral: 1 << 6, loading: 1 << 7, componentsV2 } as const

const suppressNotifications = 1 << 12
const settable = Flag.suppressEmbeds | Flag.componentsV2
const settableAtCreation = settable | suppressNotifications | voiceMessage

/** Flags of a webhook's messages. Source: Discord, "Execute Webhook". */
export const settableByWebhooks = settable | suppressNotifications

// Those of a message that is still to be written are set when it is. Source: Discord, "Interaction Callback Data Structure".
const flagsOf = (body: Json, isReply: boolean, isLoading: boolean): number => {
  const asked = number(body["flags"]) ?? 0
  if (isLoading) return (asked & Flag.ephemeral) | Flag.loading
  return asked & (isReply ? settableAtCreation | Flag.ephemeral : settableAtCreation)
}

/** Discord assigns ids to components that have none. Source: Discord, "Anatomy of a Component". */
export const withIds = (components: unknown): ReadonlyArray<Json> => {
  const taken = new Set(flatten(components).map((component) => component["id"]))
  let last = 0
  const free = (): number => {
    do last++
    while (taken.has(last))
    return last
  }
  const number = (component: Json): Json => {
    const id = component["id"] === undefined || component["id"] === 0 ? free() : component["id"]
    const inside = component["components"]
    const single = ["accessory", "component"].filter((field) => isObject(component[field]))
    return {
      ...component,
      id,
      ...(Array.isArray(inside) ? { components: objects(inside).map(number) } : {}),
      ...Object.fromEntries(single.map((field) => [field, number(object(component[field]))]))
    }
  }
  return objects(components).map(number)
}

/** Types of messages that somebody has written. Others are Discord's own. Source: Discord, "Message Types". */
export const written: ReadonlySet<unknown> = new Set([0, 19, 20, 23])

const isBlank = (text: unknown): boolean => (string(text) ?? "").trim() === ""

// Files of a message of Components V2 are seen only through components.
const isEmpty = (raw: Json): boolean => {
  const isV2 = ((number(raw["flags"]) ?? 0) & Flag.componentsV2) !== 0
  const parts = ["components", ...(isV2 ? [] : ["embeds", "attachments", "sticker_items", "message_snapshots"])]
  const hasPoll = raw["poll"] !== undefined && raw["poll"] !== null
  return isBlank(raw["content"]) && parts.every((field) => array(raw[field]).length === 0) && !hasPoll
}

const announce = (world: World, t: string, message: MessageRecord): void => {
  if (message.visibleTo !== undefined) return
  const channel = world.channels.get(message.channelId)
  if (channel !== undefined && !threads.isVisible(world, world.bot, channel)) return
  const guildId = channel?.guildId
  const author = world.users.get(string(object(message.raw["author"])["id"]) ?? "")
  const guild = world.guilds.get(guildId ?? "")
  const isMember = author !== undefined && guild?.members.has(author.id) === true
  const member = isMember ? { member: payloads.memberBesideUser(guild, author) } : {}
  const shared = { channel_id: message.channelId, ...(guildId === undefined ? {} : { guild_id: guildId }) }
  const mentions = guild === undefined ? {} : withMembers(world, guild, message.raw)
  const type = t === "MESSAGE_CREATE" && channel !== undefined ? { channel_type: channel.type } : {}
  const d =
    t === "MESSAGE_DELETE"
      ? { id: message.id, ...shared }
      : { ...message.raw, ...mentions, ...shared, ...member, ...type }
  world.emit(t, d, guildId)
}

const isLoading = (message: MessageRecord): boolean => ((number(message.raw["flags"]) ?? 0) & Flag.loading) !== 0

// A message becomes one of Components V2 only if the same edit takes what it had away.
const legacy = { content: "content", embeds: "embeds", poll: "poll", sticker_items: "sticker_ids" } as const

/** Source: Discord, "Message Flags"; issues 7787 and 7852 of discord-api-docs. */
const checkLegacyFields = (raw: Json, body: Json, path: ReadonlyArray<string>): void => {
  const problems = new Problems()
  for (const [held, field] of Object.entries(legacy)) {
    const value = raw[held]
    const isHeld = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== ""
    if (!isHeld || body[field] !== undefined) continue
    const message = `The '${field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`
    problems.add([...path, field], "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)
  }
  problems.done()
}

// Source: Discord, "Poll Object" and "Poll Create Request Object".
const pollOf = (world: World, body: Json): Json => {
  if (body["poll"] === undefined || body["poll"] === null) return {}
  const poll = object(body["poll"])
  const hours = number(poll["duration"]) ?? 24
  const expiry = new Date(world.now() + hours * 3_600_000).toISOString()
  return {
    poll: {
      question: poll["question"],
      answers: objects(poll["answers"]).map((answer, index) => ({ ...answer, answer_id: index + 1 })),
      expiry,
      allow_multiselect: poll["allow_multiselect"] === true,
      layout_type: 1,
      results: { is_finalized: false, answer_counts: [] }
    }
  }
}

// Discord says "in the past few minutes". In milliseconds.
const nonceLifetime = 5 * 60_000

/**
 * The bot's message of the last minutes with the same nonce, if the body says that there must be only one. Source: Discord,
 * "Create Message": `enforce_nonce`.
 */
export const withNonce = (world: World, channelId: string, body: Json): MessageRecord | undefined => {
  if (body["enforce_nonce"] !== true || body["nonce"] === undefined || body["nonce"] === null) return undefined
  const oldest = world.now() - nonceLifetime
  return [...world.messages.values()].findLast(
    ({ channelId: where, raw }) =>
      where === channelId &&
      raw["nonce"] === body["nonce"] &&
      object(raw["author"])["id"] === world.bot.id &&
      Date.parse(String(raw["timestamp"])) > oldest
  )
}

/** Changes fields that an edit cannot: MESSAGE_UPDATE. */
export const change = (world: World, message: MessageRecord, fields: Json): void => {
  message.raw = { ...message.raw, ...fields }
  message.version++
  announce(world, "MESSAGE_UPDATE", message)
  world.signal.notify()
}

/** Throws Discord's errors for a message that could not be created. */
export const check = (
  world: World,
  channelId: string,
  body: Json,
  files: ReadonlyArray<Upload>,
  path: ReadonlyArray<string>
): void => {
  checkNew(world, { channelId, body, files, flags: flagsOf(body, false, false), path })
  if (isEmpty({ ...body, attachments: files, sticker_items: body["sticker_ids"] })) throw emptyMessage()
}

interface New {
  readonly channelId: string
  readonly body: Json
  readonly files: ReadonlyArray<Upload>
  readonly flags: number
  readonly path: ReadonlyArray<string>
}

const checkNew = (world: World, { body, channelId, files, flags, path }: New): void => {
  uploads.checkSizes(world, channelId, files)
  const names = uploads.names(body, files, [])
  checkMessage(body, { flags, uploads: files.length, files: names, isKnown: knownIn(world) }, path)
  checkVoiceMessage(body, flags, files)
}

/** Creates a message. Throws Discord's errors for an invalid or empty body. */
export const create = (
  world: World,
  options: {
    readonly channelId: string
    /** Default: a new one. */
    readonly id?: string | undefined
    readonly author: UserRecord
    readonly body: Json
    readonly files?: ReadonlyArray<Upload> | undefined
    readonly interaction?: InteractionRecord | undefined
    /** Whether the content follows later, so that the message may be empty. */
    readonly loading?: boolean | undefined
    /** The path of the body in the request, for the paths of errors. */
    readonly path?: ReadonlyArray<string> | undefined
    /** Fields of the message that no body sets, like those of webhooks. */
    readonly fields?: Json | undefined
  }
): MessageRecord => {
  const { author, body, channelId, fields = {}, files = [], interaction, loading = false, path = [] } = options
  const flags = flagsOf(body, interaction !== undefined, loading)
  checkNew(world, { channelId, body, files, flags, path })
  const id = options.id ?? world.ids.next()
  const isEphemeral = interaction !== undefined && (flags & Flag.ephemeral) !== 0
  const uploaded = uploads.attachments(world, body, files, [])
  const unmentioned: Json = {
    id,
    channel_id: channelId,
    type: interaction === undefined ? 0 : 20,
    author: payloads.user(author),
    content: string(body["content"]) ?? "",
    embeds: embedsWith(objects(body["embeds"]), uploaded),
    components: componentsWith(withIds(body["components"]), uploaded),
    attachments: uploaded,
    flags,
    timestamp: world.timestamp(),
    edited_timestamp: null,
    pinned: false,
    tts: body["tts"] === true,
    ...(body["nonce"] === undefined || body["nonce"] === null ? {} : { nonce: body["nonce"] }),
    ...pollOf(world, body),
    ...(Array.isArray(body["sticker_ids"])
      ? { sticker_items: stickerItems(world, channelId, body["sticker_ids"]) }
      : {}),
    ...references.of(world, { body, channelId, files: files.length, flags }),
    ...(interaction === undefined
      ? {}
      : {
          application_id: world.settings.applicationId,
          webhook_id: world.settings.applicationId,
          interaction_metadata: {
            id: interaction.id,
            type: interaction.type,
            user: payloads.user(interaction.user),
            authorizing_integration_owners: interaction.owners,
            ...(interaction.source === undefined ? {} : { interacted_message_id: interaction.source.id })
          }
        }),
    ...fields
  }
  const channel = world.channels.get(channelId)
  const raw: Json = { ...unmentioned, ...mentionsOf(world, channel, author, body, unmentioned) }
  if (!loading && isEmpty(raw)) throw emptyMessage()
  const message: MessageRecord = {
    id,
    channelId,
    raw,
    deleted: false,
    version: 0,
    visibleTo: isEphemeral ? interaction.user.id : undefined,
    interactionId: interaction?.id
  }
  world.messages.set(id, message)
  const mentioned = objects(raw["mentions"]).map((user) => String(user["id"]))
  if (channel !== undefined && !isEphemeral) threads.arrive(world, channel, id, mentioned)
  announce(world, "MESSAGE_CREATE", message)
  world.signal.notify()
  return message
}

// Source: Discord, "Edit Webhook Message": polls can only be added when editing a deferred interaction response.
const refusePoll = (path: ReadonlyArray<string>): void => {
  const problems = new Problems()
  problems.add([...path, "poll"], "POLL_CANNOT_BE_ADDED", "A poll cannot be added to an existing message")
  problems.done()
}

// What cannot be edited. Source: Discord, "Poll Endpoints", and JSON Error Codes 50021, 50080 and 520003. A poll can go if
// the message becomes one of Components V2: "Edit Message".
const refuseFixed = ({ raw }: MessageRecord, body: Json, isV2: boolean): void => {
  if (!written.has(raw["type"])) throw systemMessage()
  if (!isV2 && array(body["sticker_ids"]).length > 0) throw stickersStay()
  const hasPoll = raw["poll"] !== undefined && raw["poll"] !== null
  if (hasPoll && !(isV2 && body["poll"] === null)) throw pollStays()
}

/** Whom a message mentions after an edit of what mentions count in. */
const mentionsAfter = (world: World, { channelId, raw }: MessageRecord, body: Json): Json => {
  const author = world.users.get(String(object(raw["author"])["id"])) ?? world.bot
  if (body["content"] === undefined && body["components"] === undefined) return {}
  const after = { content: raw["content"], components: raw["components"], ...body }
  return mentionsOf(world, world.channels.get(channelId), author, after, raw)
}

/** Changes the fields in `body`, like PATCH. A message that was loading no longer is. */
export const edit = (
  world: World,
  message: MessageRecord,
  body: Json,
  files: ReadonlyArray<Upload> = [],
  path: ReadonlyArray<string> = []
): MessageRecord => {
  if (message.deleted) throw unknownMessage()
  const before = number(message.raw["flags"]) ?? 0
  const asked = number(body["flags"])
  // An edit can set IS_COMPONENTS_V2, but never unset it.
  const set = asked === undefined ? before : (before & ~Flag.suppressEmbeds) | (asked & settable)
  const flags = set & ~Flag.loading
  const wasLoading = isLoading(message)
  if (object(body["poll"])["question"] !== undefined && !wasLoading) refusePoll(path)
  refuseVoiceEdit(before)
  refuseFixed(message, body, (flags & Flag.componentsV2) !== 0)
  uploads.checkSizes(world, message.channelId, files)
  const held = objects(message.raw["attachments"])
  const names = uploads.names(body, files, held)
  checkMessage(body, { flags, uploads: files.length, files: names, isKnown: knownIn(world) }, path)
  if ((flags & ~before & Flag.componentsV2) !== 0) checkLegacyFields(message.raw, body, path)
  const attached = uploads.attachments(world, body, files, held)
  const raw: Json = {
    ...message.raw,
    flags,
    ...(body["content"] === undefined ? {} : { content: string(body["content"]) ?? "" }),
    ...(body["embeds"] === undefined ? {} : { embeds: embedsWith(objects(body["embeds"]), attached) }),
    ...(body["poll"] === null ? { poll: undefined } : wasLoading ? pollOf(world, body) : {}),
    ...(body["sticker_ids"] === undefined ? {} : { sticker_items: [] }),
    ...(body["components"] === undefined ? {} : { components: componentsWith(withIds(body["components"]), attached) }),
    attachments: attached,
    ...mentionsAfter(world, message, body),
    edited_timestamp: wasLoading ? null : world.timestamp()
  }
  if (isEmpty(raw)) throw emptyMessage()
  if (body["components"] !== undefined) message.before = message.raw
  message.raw = raw
  message.version++
  announce(world, "MESSAGE_UPDATE", message)
  world.signal.notify()
  return message
}

/** A page of messages, which are given and returned newest first. `around`, `before` and `after` exclude each other. */
export const page = (
  all: ReadonlyArray<MessageRecord>,
  limit: number,
  query: URLSearchParams
): ReadonlyArray<MessageRecord> => {
  const id = (name: string): bigint | undefined => (query.has(name) ? BigInt(query.get(name) ?? 0) : undefined)
  const [after, around, before] = [id("after"), id("around"), id("before")]
  const newer = (than: bigint) => all.filter((message) => BigInt(message.id) > than)
  const older = (than: bigint) => all.filter((message) => BigInt(message.id) < than)
  if (around !== undefined) {
    const half = Math.floor(limit / 2)
    return [...newer(around).slice(-half || all.length), ...older(around + 1n)].slice(0, limit)
  }
  if (after !== undefined) return newer(after).slice(-limit)
  return (before === undefined ? all : older(before)).slice(0, limit)
}

/** Deletes a message. */
export const remove = (world: World, message: MessageRecord): void => {
  if (message.deleted) throw unknownMessage()
  message.deleted = true
  message.version++
  threads.countMessages(world, message.channelId, [message.id], true)
  announce(world, "MESSAGE_DELETE", message)
  world.signal.notify()
}

/** Deletes messages of one channel: MESSAGE_DELETE_BULK. */
export const removeMany = (
  world: World,
  { guildId, id }: { readonly id: string; readonly guildId: string | undefined },
  gone: ReadonlyArray<MessageRecord>
): void => {
  for (const message of gone) {
    message.deleted = true
    message.version++
  }
  const guild = guildId === undefined ? {} : { guild_id: guildId }
  threads.countMessages(
    world,
    id,
    gone.map((message) => message.id),
    true
  )
  world.emit("MESSAGE_DELETE_BULK", { ids: gone.map((message) => message.id), channel_id: id, ...guild }, guildId)
  world.signal.notify()
}

/** A message that Discord itself writes, like "pinned a message to this channel". */
export const createSystem = (
  world: World,
  options: { readonly channelId: string; readonly author: UserRecord; readonly type: number; readonly fields?: Json }
): MessageRecord => {
  const { author, channelId, fields = {}, type } = options
  const id = world.ids.next()
  const raw: Json = {
    id,
    channel_id: channelId,
    type,
    author: payloads.user(author),
    content: "",
    embeds: [],
    components: [],
    attachments: [],
    flags: 0,
    timestamp: world.timestamp(),
    edited_timestamp: null,
    mentions: [],
    mention_roles: [],
    mention_everyone: false,
    pinned: false,
    tts: false,
    ...fields
  }
  const base = { id, channelId, raw, deleted: false, version: 0, visibleTo: undefined, interactionId: undefined }
  const message: MessageRecord = base
  world.messages.set(id, message)
  announce(world, "MESSAGE_CREATE", message)
  world.signal.notify()
  return message
}
