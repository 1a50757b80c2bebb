/** Writes messages as Discord's JSON. */
import type { RawFile } from "@discordjs/rest"
import type * as Discord from "../../../discord/Discord.ts"
import type { APIInteractionResponseCallbackData } from "../../../discord/DiscordApi.ts"
import { componentType, messageFlag } from "../../../discord/numbers.ts"
import { customIds, mapComponents } from "../../wire/componentTree.ts"
import * as CustomId from "../../wire/customIdCodec.ts"
import type { Message, Row, Upload } from "../Message.ts"
import { validBody } from "./validBody.ts"

/** The body of a REST call: Discord's JSON, and the files beside it. */
export interface Body {
  readonly data: APIInteractionResponseCallbackData
  readonly files: Array<RawFile> | undefined
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

/**
 * Writes a message as Discord's JSON. Throws `ReplyError` if Discord would refuse it: call it inside of `orInvalid`. A
 * message that is new shows only files that come with it.
 */
export const toBody = (message: Message, isNew = false): Body => {
  const components = message.components?.map((component): Discord.TopLevelComponent =>
    isRow(component) ? { type: componentType.actionRow, components: [...component] } : component
  )
  const isV2 = components?.some((component) => component.type !== componentType.actionRow) === true
  const bits =
    (message.ephemeral === true ? messageFlag.ephemeral : 0) |
    (message.silent === true ? messageFlag.silent : 0) |
    (isV2 ? messageFlag.componentsV2 : 0)
  const data: APIInteractionResponseCallbackData = {}
  if (message.content !== undefined) data.content = message.content
  if (message.embeds !== undefined) data.embeds = [...message.embeds]
  if (components !== undefined) data.components = withoutDuplicates(components)
  if (message.allowedMentions !== undefined) {
    data.allowed_mentions = message.allowedMentions as NonNullable<typeof data.allowed_mentions>
  }
  if (bits !== 0) data.flags = bits
  return validBody({ data, files: message.files?.map(toRawFile) }, isNew)
}

/** The fields of a REST call's argument, with the files among them. */
export const withFiles = ({ data, files }: Body): Body["data"] & { files?: Array<RawFile> } =>
  files === undefined ? data : { ...data, files }
