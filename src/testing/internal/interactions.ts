/** Interactions: they are sent to the bot, answered once, and followed up until their token expires. */
import {
  alreadyAcknowledged,
  ApiError,
  invalidToken,
  unknownInteraction,
  unknownMessage,
  unknownWebhook
} from "./apiError.ts"
import { knownIn } from "./emojis.ts"
import { type Json, number, object, objects } from "./json.ts"
import * as messages from "./messages.ts"
import * as payloads from "./payloads.ts"
import { choice, needed } from "./shapes.ts"
import type { Upload } from "./uploads.ts"
import { checkChoices, Problems } from "./validate.ts"
import { checkModal } from "./validateModal.ts"
import type { InteractionRecord, MessageRecord, UserRecord, World } from "./world.ts"

/** Types of interactions. */
export const Kind = { ping: 1, command: 2, component: 3, autocomplete: 4, modal: 5 } as const

/** Types of callbacks. */
export const Callback = {
  pong: 1,
  message: 4,
  deferredMessage: 5,
  deferredUpdate: 6,
  update: 7,
  choices: 8,
  modal: 9,
  premium: 10,
  activity: 12
} as const

const { activity, choices, deferredMessage, deferredUpdate, message, modal, pong, premium, update } = Callback

/**
 * The callbacks that may answer each type of interaction. Updates need a message, which a modal has only if a component
 * opened it. PREMIUM_REQUIRED is deprecated and still works.
 */
const allowed: Readonly<Record<number, ReadonlySet<number>>> = {
  [Kind.ping]: new Set([pong]),
  [Kind.command]: new Set([message, deferredMessage, modal, premium, activity]),
  [Kind.component]: new Set([message, deferredMessage, deferredUpdate, update, modal, premium, activity]),
  [Kind.autocomplete]: new Set([choices]),
  [Kind.modal]: new Set([message, deferredMessage, deferredUpdate, update, premium, activity])
}

/** Creates an interaction and sends it to the bot. */
export const open = (
  world: World,
  options: {
    readonly type: number
    readonly user: UserRecord
    readonly channelId: string
    readonly action: string
    readonly data: Json
    readonly source?: MessageRecord | undefined
    /** By what it is authorized. Default: what the source is, or else the guild. */
    readonly owners?: Json | undefined
    /** Fields that replace those of the payload. */
    readonly overrides?: Json | undefined
  }
): InteractionRecord => {
  const { action, channelId, data, overrides = {}, source, type, user } = options
  const id = world.ids.next()
  const guildId = world.channels.get(channelId)?.guildId
  const ofSource = object(source?.raw["interaction_metadata"])["authorizing_integration_owners"]
  const given = overrides["authorizing_integration_owners"]
  const owners = options.owners ?? object(given ?? ofSource ?? { "0": guildId ?? "0" })
  const record: InteractionRecord = {
    id,
    // Opaque to bots. Real tokens are base64url and contain the id.
    token: Buffer.from(`interaction:${id}:fake`).toString("base64url"),
    type,
    user,
    channelId,
    guildId,
    createdAt: world.now(),
    owners,
    action,
    data: object(overrides["data"] ?? data),
    source,
    sourceVersion: source?.version ?? 0,
    answer: undefined,
    original: undefined,
    followUps: [],
    refused: []
  }
  world.interactions.set(id, record)
  const payload = { ...payloads.interaction(world, record, data), ...overrides }
  if (world.interactionsEndpoint === undefined) world.emit("INTERACTION_CREATE", payload, record.guildId)
  else world.interactionsEndpoint(record, payload)
  return record
}

/** The interaction of a webhook token, if it was answered and the token is still valid. */
export const byWebhook = (world: World, applicationId: string, token: string): InteractionRecord => {
  const record = world.interactionByToken(token)
  if (record === undefined || applicationId !== world.settings.applicationId) throw unknownWebhook()
  if (world.now() - record.createdAt >= world.settings.tokenLifetime) throw invalidToken()
  if (record.answer === undefined) throw unknownWebhook()
  return record
}

/** The message that `@original` refers to. Throws Discord's error if there is none. */
export const original = (record: InteractionRecord): MessageRecord => {
  if (record.original === undefined || record.original.deleted) throw unknownMessage()
  return record.original
}

// Of an app that only the user has installed.
const maxUserInstalledFollowUps = 5
const isUserInstalled = ({ owners }: InteractionRecord): boolean =>
  owners["1"] !== undefined && owners["0"] === undefined

const tooManyFollowUps = (): ApiError =>
  new ApiError(400, 40094, "This interaction has hit the maximum number of follow up messages")

// Source: Discord, "Interaction Callback Type".
const known = choice(...Object.values(Callback))

const checkType = (type: unknown): void => {
  const problems = new Problems()
  needed(known)(problems, type, ["type"])
  problems.done()
}

const wrongType = (): ApiError => {
  const problem = { code: "INTERACTION_CALLBACK_TYPE", message: "This callback cannot answer this interaction" }
  return new ApiError(400, 50035, "Invalid Form Body", { type: { _errors: [problem] } })
}

/** Accepts the initial response to an interaction. Throws Discord's error if it is late, repeated or invalid. */
export const answer = (
  world: World,
  id: string,
  token: string,
  body: Json,
  files: ReadonlyArray<Upload>
): InteractionRecord => {
  const record = world.interactions.get(id)
  if (record === undefined || record.token !== token) throw unknownInteraction()
  try {
    if (record.answer !== undefined) throw alreadyAcknowledged()
    if (world.now() - record.createdAt > world.settings.interactionDeadline) throw unknownInteraction()
    checkType(body["type"])
    const type = number(body["type"]) ?? 0
    const data = object(body["data"])
    const isAboutSource = type === update || type === deferredUpdate
    if (!allowed[record.type]?.has(type) || (isAboutSource && record.source === undefined)) throw wrongType()
    record.original = apply(world, record, type, data, files)
    const shown = type === modal ? { ...data, components: messages.withIds(data["components"]) } : data
    record.answer = { type, at: world.now(), data: shown }
  } catch (error) {
    if (error instanceof ApiError) record.refused.push(`${error.code} ${error.message}`)
    throw error
  }
  world.signal.notify()
  return record
}

// Source: Discord, "Interaction Callback Data Structure": not all fields of messages are supported.
const withoutForeign = ({ message_reference: _reference, sticker_ids: _stickers, ...body }: Json): Json => body

// The option that the user types into, which may be inside of subcommands.
const focused = (options: unknown): Json | undefined => {
  for (const option of objects(options)) {
    const found = option["focused"] === true ? option : focused(option["options"])
    if (found !== undefined) return found
  }
  return undefined
}

const apply = (
  world: World,
  record: InteractionRecord,
  type: number,
  data: Json,
  files: ReadonlyArray<Upload>
): MessageRecord | undefined => {
  const { channelId, source } = record
  const made = { channelId, author: world.bot, interaction: record, path: ["data"] }
  switch (type) {
    case message:
      return messages.create(world, { ...made, body: withoutForeign(data), files })
    case deferredMessage:
      return messages.create(world, { ...made, body: { flags: data["flags"] }, loading: true })
    case update: {
      const touches = Object.keys(data).length > 0 || files.length > 0
      return source === undefined || !touches
        ? source
        : messages.edit(world, source, withoutForeign(data), files, ["data"])
    }
    case deferredUpdate:
      return source
    case choices: {
      checkChoices(data["choices"], number(focused(record.data["options"])?.["type"]), ["data", "choices"])
      return undefined
    }
    case modal: {
      const problems = new Problems()
      checkModal(problems, data, ["data"], knownIn(world))
      problems.done()
      return undefined
    }
    default:
      return undefined
  }
}

/**
 * Sends a follow-up. The first one after DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE is the deferred message, and whether it is
 * ephemeral was decided by the deferral: its own flag is ignored.
 *
 * Source: Discord, "Followup Messages"; pull request 7091 of discord-api-docs.
 */
export const followUp = (
  world: World,
  record: InteractionRecord,
  body: Json,
  files: ReadonlyArray<Upload>
): MessageRecord => {
  const { channelId, original: first } = record
  const isWaiting = first !== undefined && !first.deleted && isLoading(first)
  if (isWaiting) return messages.edit(world, first, withoutForeign(body), files)
  // Source: Discord, "Create Followup Message", and JSON Error Code 40094.
  if (isUserInstalled(record) && record.followUps.length >= maxUserInstalledFollowUps) throw tooManyFollowUps()
  const made = messages.create(world, {
    channelId,
    author: world.bot,
    interaction: record,
    body: withoutForeign(body),
    files
  })
  record.followUps.push(made)
  world.signal.notify()
  return made
}

const isLoading = (record: MessageRecord): boolean => ((number(record.raw["flags"]) ?? 0) & messages.Flag.loading) !== 0

/** A message that the token of the interaction may access. */
export const messageOf = (record: InteractionRecord, id: string): MessageRecord => {
  const found = [record.original, record.source, ...record.followUps].find((message) => message?.id === id)
  if (found === undefined || found.deleted) throw unknownMessage()
  return found
}
