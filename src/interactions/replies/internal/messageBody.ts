/** Writes messages as Discord's JSON. */
import type { RawFile } from "@discordjs/rest"
import * as Duration from "effect/Duration"
import type * as Discord from "../../../discord/Discord.ts"
import type {
  AllowedMentionsTypes,
  APIInteractionResponseCallbackData,
  RESTAPIPoll
} from "../../../discord/DiscordApi.ts"
import { componentType, messageFlag } from "../../../discord/numbers.ts"
import { given } from "../../../internal/given.ts"
import { customIds, mapComponents } from "../../wire/componentTree.ts"
import * as CustomId from "../../wire/customIdCodec.ts"
import type { AllowedMentions, KeptAttachment, Message, Poll, ReplyDefaults, Row, Upload } from "../Message.ts"
import { hasV2 } from "./responseState.ts"
import { throwInvalid, validBody } from "./validBody.ts"

type Data = APIInteractionResponseCallbackData

/** The body of a REST call: Discord's JSON, and the files beside it. */
export interface Body {
  readonly data: Data
  readonly files: Array<RawFile> | undefined
}

/** What is known of a message that is to be changed. */
export interface Changed {
  /** Whether it has no content and no embeds that would have to go before it can hold Components V2. */
  readonly isV2: boolean
  /** The message as it was before, where that is known. */
  readonly source?: Discord.Message | undefined
  /** Whether it is empty yet, because it was only promised. Default: `false`. */
  readonly isPromised?: boolean | undefined
  /** The ids of its files, where they have to be named. */
  readonly attachments?: ReadonlyArray<string> | undefined
}

const isRow = (component: Row | Discord.TopLevelComponent): component is Row => Array.isArray(component)

// Discord refuses a message in which two components have the same custom id.
const withoutDuplicates = (components: Array<Discord.TopLevelComponent>): Array<Discord.TopLevelComponent> => {
  const ids = customIds(components)
  if (new Set(ids).size === ids.length) return components
  const seen = new Map<unknown, number>()
  return mapComponents(components, (node) => {
    const id = node["custom_id"]
    if (typeof id !== "string") return node
    const n = seen.get(id) ?? 0
    seen.set(id, n + 1)
    return n === 0 ? node : { ...node, custom_id: CustomId.copy(id, n) }
  })
}

const toRawFile = ({ contentType, data, name }: Upload): RawFile => ({
  name,
  data,
  ...(contentType === undefined ? {} : { contentType })
})

const hasDetails = ({ description, spoiler }: Upload): boolean => description !== undefined || spoiler === true

// An upload is known by its place among the files until it has an id.
const toAttachment = ({ description, name, spoiler }: Upload, index: number) => ({
  id: index,
  filename: name,
  ...(description === undefined ? {} : { description }),
  ...(spoiler === true ? { is_spoiler: true } : {})
})

/**
 * What a message or a definition says, with what it leaves open filled in. A field that is `undefined` is left open, so
 * that it does not make a message public that is private by default.
 */
export const withDefaults = <A extends ReplyDefaults>(own: A, defaults: ReplyDefaults): A =>
  defaults === noDefaults
    ? own
    : {
        ...own,
        allowedMentions: own.allowedMentions ?? defaults.allowedMentions,
        ephemeral: own.ephemeral ?? defaults.ephemeral,
        keepComponents: own.keepComponents ?? defaults.keepComponents,
        keepSelections: own.keepSelections ?? defaults.keepSelections,
        silent: own.silent ?? defaults.silent
      }

/** What a bot without `replies` says, for which nothing has to be copied. */
export const noDefaults: ReplyDefaults = {}

const toPoll = ({ answers, duration, multiple, question }: Poll): Data["poll"] & {} => ({
  question: { text: question },
  answers: answers.map((answer) => ({
    poll_media: (typeof answer === "string" ? { text: answer } : answer) as RESTAPIPoll["answers"][number]["poll_media"]
  })),
  ...(duration === undefined ? {} : { duration: Duration.toHours(Duration.fromInputUnsafe(duration)) }),
  ...(multiple === undefined ? {} : { allow_multiselect: multiple })
})

const toMentions = (mentions: AllowedMentions): Data["allowed_mentions"] & {} => {
  const { repliedUser, ...others } = mentions
  return (
    repliedUser === undefined ? mentions : { ...others, replied_user: repliedUser }
  ) as Data["allowed_mentions"] & {}
}

const write = (message: Message, flags: number): Data => {
  const components = message.components?.map((component): Discord.TopLevelComponent =>
    isRow(component) ? { type: componentType.actionRow, components: [...component] } : component
  )
  const isV2 = components?.some((component) => component.type !== componentType.actionRow) === true
  const bits =
    flags | (isV2 ? messageFlag.componentsV2 : 0) | (message.suppressEmbeds === true ? messageFlag.suppressEmbeds : 0)
  const data: Data = {}
  if (message.content !== undefined) data.content = message.content
  if (message.embeds !== undefined) data.embeds = [...message.embeds]
  if (components !== undefined) data.components = withoutDuplicates(components)
  if (message.allowedMentions !== undefined) {
    data.allowed_mentions = toMentions(message.allowedMentions)
  }
  if (message.poll !== undefined) data.poll = toPoll(message.poll)
  if (bits !== 0 || message.suppressEmbeds === false) data.flags = bits
  return data
}

type Attachments = NonNullable<Data["attachments"]>

/** Where a new message goes: to an interaction, into a channel, or into a channel through a webhook. */
export type Place = "interaction" | "channel" | "webhook"

/**
 * Throws `ReplyError` if a message says that only one user sees it, where others do. To leave that out silently would show
 * them what is in it.
 */
export const checkSecrecy = ({ ephemeral }: Message, isSeenByAll: boolean): void => {
  if (ephemeral !== true || !isSeenByAll) return
  throwInvalid("ephemeral", "nothing, because only new replies to interactions can be seen by one user only", "true")
}

const checkPlace = (message: Message, place: Place): void => {
  checkSecrecy(message, place !== "interaction")
  const { stickers } = message
  if (stickers !== undefined && place !== "channel") {
    throwInvalid("stickers", "nothing, because only the bot's messages in channels can have stickers", "a list")
  }
}

/**
 * Writes a new message as Discord's JSON. Throws `ReplyError` when Discord would refuse it: call it inside of `orInvalid`.
 */
export const toBody = (message: Message, place: Place = "interaction"): Body => {
  const { ephemeral, files, silent, stickers, tts } = message
  checkPlace(message, place)
  const data = write(
    message,
    (ephemeral === true ? messageFlag.ephemeral : 0) | (silent === true ? messageFlag.silent : 0)
  )
  // Elsewhere Discord's own default would let a name that somebody chose mention everybody.
  if (place !== "interaction") data.allowed_mentions ??= { parse: ["users" as AllowedMentionsTypes] }
  if (tts === true) data.tts = true
  if (stickers !== undefined) (data as Record<string, unknown>)["sticker_ids"] = stickers
  if (files?.some(hasDetails) === true) data.attachments = files.map(toAttachment) as unknown as Attachments
  return validBody({ data, files: files?.map(toRawFile) }, true)
}

/** Whether a change can be written only with the ids of the files that the message has. */
export const needsAttachments = ({ files = [], keepAttachments }: Message): boolean =>
  keepAttachments === true && files.length > 0

const toKept = (file: string | KeptAttachment) =>
  typeof file === "string"
    ? { id: file }
    : given({ id: file.id, description: file.description, is_spoiler: file.spoiler })

// The files that stay. `undefined` stands for all of them, without a name.
const kept = ({ files = [], keepAttachments }: Message, known: ReadonlyArray<string> | undefined) => {
  if (Array.isArray(keepAttachments)) return keepAttachments as ReadonlyArray<string | KeptAttachment>
  return keepAttachments === false || (keepAttachments !== true && files.length > 0) ? [] : known
}

// Source: Discord, "Message Flags", IS_COMPONENTS_V2; issues 7787 and 7852 of discord-api-docs.
const reset = (data: Record<string, unknown>, source: Discord.Message | undefined): void => {
  data["content"] ??= null
  data["embeds"] ??= []
  if (source?.poll !== undefined) data["poll"] = null
  if (source?.sticker_items !== undefined) data["sticker_ids"] = []
}

/**
 * Writes a change of a message as Discord's JSON. Of its flags, a change can set only that of Components V2. Throws like
 * {@link toBody}.
 */
export const toChange = (message: Message, changed: Changed): Body => {
  const { files = [] } = message
  const data = write(message, 0)
  if (hasV2(data.flags) && !changed.isV2) reset(data as Record<string, unknown>, changed.source)
  const left = kept(message, changed.attachments)
  if (left !== undefined) {
    data.attachments = [...left.map(toKept), ...files.map(toAttachment)] as unknown as Attachments
  }
  return validBody({ data, files: message.files?.map(toRawFile) }, changed.isPromised === true)
}

/** The fields of a REST call's argument, with the files among them. */
export const withFiles = ({ data, files }: Body): Body["data"] & { files?: Array<RawFile> } =>
  files === undefined ? data : { ...data, files }
