/** What a reply says: Discord's message fields in this library's spelling. Raw API objects are accepted within. */
import type { RawFile } from "@discordjs/rest"
import type {
  APIAllowedMentions,
  APIComponentInMessageActionRow,
  APIEmbed,
  APIInteractionResponseCallbackData,
  APIMessageTopLevelComponent
} from "discord-api-types/v10"
import * as CustomId from "../wire/CustomId.ts"
import { customIds, mapComponents } from "../wire/componentTree.ts"

/** A row of buttons, or of one select menu. */
export type Row = ReadonlyArray<APIComponentInMessageActionRow>

/** What replies are unless they say otherwise. Defaults of the bot, of the command and of the reply merge field by field. */
export interface ReplyDefaults {
  /** Only the user sees it. Fixed when the message is first sent. Default: `false`. */
  readonly ephemeral?: boolean | undefined
  /** Nobody is notified of a new message. Default: `false`. */
  readonly silent?: boolean | undefined
  /** Who may be mentioned. Default: Discord's, everybody that the content names. */
  readonly allowedMentions?: APIAllowedMentions | undefined
  /** An update that brings components keeps those of the message, after the new ones. Default: `false`. */
  readonly keepComponents?: boolean | undefined
  /** An update keeps what the user selected in the menu that he used, as its defaults. Default: `false`. */
  readonly keepSelections?: boolean | undefined
}

/** A message. Fields that are absent are left as they are when a message is edited. */
export interface Message extends ReplyDefaults {
  /** At most 2000 characters. */
  readonly content?: string | undefined
  readonly embeds?: ReadonlyArray<APIEmbed> | undefined
  /** Rows, or any top-level component; `[]` removes all of them. Components V2 are recognised and flagged. */
  readonly components?: ReadonlyArray<Row | APIMessageTopLevelComponent> | undefined
  readonly files?: ReadonlyArray<RawFile> | undefined
}

/** Message flags. Source: Discord, "Message Flags". */
export const flags = { ephemeral: 1 << 6, silent: 1 << 12, componentsV2: 1 << 15 } as const

/** The body of a REST call: Discord's JSON, and the files beside it. */
export interface Body {
  readonly data: APIInteractionResponseCallbackData
  readonly files: Array<RawFile> | undefined
}

const actionRow = 1

const isRow = (component: Row | APIMessageTopLevelComponent): component is Row => Array.isArray(component)

// Discord refuses a message in which two components have the same custom id.
const withoutDuplicates = (components: Array<APIMessageTopLevelComponent>): Array<APIMessageTopLevelComponent> => {
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

/** Writes a message as Discord's JSON. */
export const toBody = (message: Message): Body => {
  const components = message.components?.map((component): APIMessageTopLevelComponent =>
    isRow(component) ? { type: actionRow, components: [...component] } : component
  )
  const isV2 = components?.some((component) => component.type !== actionRow) === true
  const bits =
    (message.ephemeral === true ? flags.ephemeral : 0) |
    (message.silent === true ? flags.silent : 0) |
    (isV2 ? flags.componentsV2 : 0)
  const data: APIInteractionResponseCallbackData = {}
  if (message.content !== undefined) data.content = message.content
  if (message.embeds !== undefined) data.embeds = [...message.embeds]
  if (components !== undefined) data.components = withoutDuplicates(components)
  if (message.allowedMentions !== undefined) data.allowed_mentions = message.allowedMentions
  if (bits !== 0) data.flags = bits
  return { data, files: message.files === undefined ? undefined : [...message.files] }
}
