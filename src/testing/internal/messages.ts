/** Creating, changing and deleting messages, with their events. */
import { emptyMessage, unknownMessage } from "./apiError.ts"
import { array, type Json, number, object, objects, string } from "./json.ts"
import * as payloads from "./payloads.ts"
import { checkMessage, componentsV2 } from "./validate.ts"
import { flatten } from "./validateComponents.ts"
import type { InteractionRecord, MessageRecord, UserRecord, World } from "./world.ts"

/** Flags of messages. */
export const Flag = { suppressEmbeds: 1 << 2, ephemeral: 1 << 6, loading: 1 << 7, componentsV2 } as const

const settable = Flag.suppressEmbeds | Flag.componentsV2
const settableAtCreation = settable | Flag.ephemeral | (1 << 12)

/** An uploaded file. */
export interface Upload {
  readonly filename: string
  readonly size: number
  readonly contentType: string | undefined
}

// Discord assigns ids to components that have none.
const withIds = (components: unknown): ReadonlyArray<Json> => {
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
    const accessory = component["accessory"]
    return {
      ...component,
      id,
      ...(Array.isArray(inside) ? { components: objects(inside).map(number) } : {}),
      ...(accessory === undefined ? {} : { accessory: number(object(accessory)) })
    }
  }
  return objects(components).map(number)
}

const attachments = (world: World, body: Json, files: ReadonlyArray<Upload>): ReadonlyArray<Json> => [
  ...objects(body["attachments"]).filter((attachment) => (string(attachment["id"]) ?? "").length > 10),
  ...files.map((file) => {
    const id = world.ids.next()
    const url = `https://cdn.discordapp.com/attachments/${id}/${file.filename}`
    return { id, filename: file.filename, size: file.size, content_type: file.contentType, url, proxy_url: url }
  })
]

const isEmpty = (raw: Json): boolean =>
  (raw["content"] === "" || raw["content"] === undefined) &&
  ["embeds", "components", "attachments", "sticker_items"].every((field) => array(raw[field]).length === 0) &&
  (raw["poll"] === undefined || raw["poll"] === null)

const announce = (world: World, t: string, message: MessageRecord): void => {
  if (message.visibleTo !== undefined) return
  const guildId = world.channels.get(message.channelId)?.guildId
  const author = world.users.get(string(object(message.raw["author"])["id"]) ?? "")
  const member = author === undefined || guildId === undefined ? {} : { member: payloads.partialMember(author) }
  const shared = { channel_id: message.channelId, ...(guildId === undefined ? {} : { guild_id: guildId }) }
  const d = t === "MESSAGE_DELETE" ? { id: message.id, ...shared } : { ...message.raw, ...shared, ...member }
  world.emit(t, d, guildId)
}

const isLoading = (message: MessageRecord): boolean => ((number(message.raw["flags"]) ?? 0) & Flag.loading) !== 0

/** Creates a message. Throws Discord's errors for an invalid or empty body. */
export const create = (
  world: World,
  options: {
    readonly channelId: string
    readonly author: UserRecord
    readonly body: Json
    readonly files?: ReadonlyArray<Upload> | undefined
    readonly interaction?: InteractionRecord | undefined
    /** Whether the content follows later, so that the message may be empty. */
    readonly loading?: boolean | undefined
    /** The path of the body in the request, for the paths of errors. */
    readonly path?: ReadonlyArray<string> | undefined
  }
): MessageRecord => {
  const { author, body, channelId, files = [], interaction, loading = false, path = [] } = options
  const flags = ((number(body["flags"]) ?? 0) & settableAtCreation) | (loading ? Flag.loading : 0)
  const uploaded = files.map(({ filename }) => filename)
  checkMessage(body, { flags, uploads: files.length, files: uploaded }, path)
  const id = world.ids.next()
  const isEphemeral = interaction !== undefined && (flags & Flag.ephemeral) !== 0
  const raw: Json = {
    id,
    channel_id: channelId,
    type: interaction === undefined ? 0 : 20,
    author: payloads.user(author),
    content: string(body["content"]) ?? "",
    embeds: objects(body["embeds"]).map((embed) => ({ type: "rich", ...embed })),
    components: withIds(body["components"]),
    attachments: attachments(world, body, files),
    flags,
    timestamp: world.timestamp(),
    edited_timestamp: null,
    mentions: [],
    mention_roles: [],
    mention_everyone: false,
    pinned: false,
    tts: body["tts"] === true,
    ...(body["nonce"] === undefined ? {} : { nonce: body["nonce"] }),
    ...(body["poll"] === undefined ? {} : { poll: body["poll"] }),
    ...(body["message_reference"] === undefined ? {} : { message_reference: body["message_reference"] }),
    ...(interaction === undefined
      ? {}
      : {
          application_id: world.settings.applicationId,
          webhook_id: world.settings.applicationId,
          interaction_metadata: {
            id: interaction.id,
            type: interaction.type,
            user: payloads.user(interaction.user),
            authorizing_integration_owners: { "0": interaction.guildId ?? "0" },
            ...(interaction.source === undefined ? {} : { interacted_message_id: interaction.source.id })
          }
        })
  }
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
  announce(world, "MESSAGE_CREATE", message)
  world.signal.notify()
  return message
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
  const kept = body["attachments"] === undefined ? message.raw["attachments"] : body["attachments"]
  const names = [...objects(kept).map(({ filename }) => String(filename)), ...files.map(({ filename }) => filename)]
  checkMessage(body, { flags, uploads: files.length, files: names }, path)
  const wasLoading = isLoading(message)
  const raw: Json = {
    ...message.raw,
    flags,
    ...(body["content"] === undefined ? {} : { content: string(body["content"]) ?? "" }),
    ...(body["embeds"] === undefined
      ? {}
      : { embeds: objects(body["embeds"]).map((embed) => ({ type: "rich", ...embed })) }),
    ...(body["components"] === undefined ? {} : { components: withIds(body["components"]) }),
    ...(body["attachments"] === undefined && files.length === 0
      ? {}
      : { attachments: attachments(world, body, files) }),
    edited_timestamp: wasLoading ? null : world.timestamp()
  }
  if (isEmpty(raw)) throw emptyMessage()
  message.raw = raw
  message.version++
  announce(world, "MESSAGE_UPDATE", message)
  world.signal.notify()
  return message
}

/** Deletes a message. */
export const remove = (world: World, message: MessageRecord): void => {
  if (message.deleted) throw unknownMessage()
  message.deleted = true
  message.version++
  announce(world, "MESSAGE_DELETE", message)
  world.signal.notify()
}
