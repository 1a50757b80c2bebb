/** The types of the fields of components. Source: Discord, "Component Reference". */
import { componentType as Type } from "../../discord/numbers.ts"
import { type KnownEmoji, partialEmoji } from "./emojis.ts"
import {
  boolean,
  choice,
  integer,
  integerIn,
  list,
  model,
  modelBy,
  needed,
  type Shape,
  snowflake,
  text
} from "./shapes.ts"

type Fields = Readonly<Record<string, Shape>>

// Source: Discord, "Anatomy of a Component": a 32 bit integer.
const shared: Fields = { type: needed(integer), id: integerIn(0, 2 ** 31 - 1) }

// Source: Discord, "Channel Types".
const channelTypes = list(choice(0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16))

const amounts: Fields = { min_values: integer, max_values: integer, required: boolean }
const menu: Fields = { ...amounts, custom_id: text, placeholder: text, disabled: boolean }
const automatic: Fields = { ...menu, default_values: list(model({ id: needed(snowflake), type: needed(text) })) }
const options = list(model({ label: text, value: text, description: text, default: boolean }))
const media = needed(model({ url: needed(text) }))
const seen: Fields = { media, description: text, spoiler: boolean }

const fieldsOf = (isKnown: KnownEmoji, component: Shape): Readonly<Record<number, Fields>> => {
  const components = list(component)
  const emoji = partialEmoji(isKnown)
  const withEmojis = list(model({ label: text, value: text, description: text, emoji, default: boolean }))
  return {
    [Type.actionRow]: { components },
    [Type.button]: {
      style: needed(integer),
      label: text,
      emoji,
      custom_id: text,
      sku_id: snowflake,
      url: text,
      disabled: boolean
    },
    [Type.stringSelect]: { ...menu, options: withEmojis },
    [Type.textInput]: {
      custom_id: text,
      style: needed(integer),
      label: text,
      min_length: integer,
      max_length: integer,
      required: boolean,
      value: text,
      placeholder: text
    },
    [Type.userSelect]: automatic,
    [Type.roleSelect]: automatic,
    [Type.mentionableSelect]: automatic,
    [Type.channelSelect]: { ...automatic, channel_types: channelTypes },
    [Type.section]: { components, accessory: component },
    [Type.textDisplay]: { content: text },
    [Type.thumbnail]: seen,
    [Type.mediaGallery]: { items: list(model(seen)) },
    [Type.file]: { file: media, spoiler: boolean },
    [Type.separator]: { divider: boolean, spacing: choice(1, 2) },
    [Type.container]: { components, accent_color: integerIn(0, 0xffffff), spoiler: boolean },
    [Type.label]: { label: text, description: text, component },
    [Type.fileUpload]: { ...amounts, custom_id: text, file_types: list(text) },
    [Type.radioGroup]: { custom_id: text, options, required: boolean },
    [Type.checkboxGroup]: { ...amounts, custom_id: text, options },
    [Type.checkbox]: { custom_id: text, default: boolean }
  }
}

/** Components and what is inside of them. Where which of them may be is checked elsewhere. */
export const componentsOf = (isKnown: KnownEmoji): Shape => {
  const component: Shape = modelBy(({ type }) => shapes.get(Number(type)) ?? unknown)
  const unknown = model(shared)
  const all = Object.entries(fieldsOf(isKnown, component))
  const shapes = new Map(all.map(([type, fields]) => [Number(type), model({ ...shared, ...fields })]))
  return list(component)
}
