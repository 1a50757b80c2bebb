/** Reads messages and modals from Discord's JSON, like a user's client. */
import { componentType as Type } from "../../discord/numbers.ts"
import type { APIEmbed, APIMessage } from "../../discord/DiscordApi.ts"
import type { Button, Field, Select, Snapshot } from "../Message.ts"
import { type Json, number, object, objects, string } from "./json.ts"
import { Flag } from "./messages.ts"
import { children, flatten, selects as selectTypes } from "./validateComponents.ts"
import type { MessageRecord } from "./world.ts"

const buttonOf = (component: Json): Button => ({
  label: string(component["label"]) ?? string(object(component["emoji"])["name"]) ?? "",
  customId: string(component["custom_id"]) ?? "",
  style: number(component["style"]) ?? 0,
  disabled: component["disabled"] === true,
  url: string(component["url"])
})

const selectOf = (component: Json): Select => ({
  customId: string(component["custom_id"]) ?? "",
  type: number(component["type"]) ?? 0,
  placeholder: string(component["placeholder"]) ?? "",
  disabled: component["disabled"] === true,
  options: objects(component["options"]).map((option) => ({
    label: string(option["label"]) ?? "",
    value: string(option["value"]) ?? ""
  }))
})

/** The buttons and selects of a message, with their JSON. */
export const usable = (raw: Json) => {
  const all = flatten(raw["components"])
  return {
    buttons: all.filter((one) => one["type"] === Type.button).map((json) => ({ json, view: buttonOf(json) })),
    selects: all
      .filter((one) => selectTypes.has(number(one["type"]) ?? 0))
      .map((json) => ({ json, view: selectOf(json) }))
  }
}

/** A message in its current state. */
export const snapshot = (message: MessageRecord): Snapshot => {
  const { raw } = message
  const flags = number(raw["flags"]) ?? 0
  const content = string(raw["content"]) ?? ""
  const texts = flatten(raw["components"]).flatMap((one) =>
    one["type"] === Type.textDisplay ? [string(one["content"]) ?? ""] : []
  )
  const { buttons, selects } = usable(raw)
  return {
    id: message.id,
    channelId: message.channelId,
    content,
    text: (flags & Flag.componentsV2) === 0 ? content : texts.join("\n"),
    embeds: objects(raw["embeds"]) as unknown as ReadonlyArray<APIEmbed>,
    buttons: buttons.map(({ view }) => view),
    selects: selects.map(({ view }) => view),
    ephemeral: message.visibleTo !== undefined,
    pending: (flags & Flag.loading) !== 0,
    deleted: message.deleted,
    edits: message.version,
    raw: raw as unknown as APIMessage
  }
}

/** The fields of a modal, with their JSON and the row or label around them. */
export const fieldsOf = (modal: Json) =>
  objects(modal["components"]).flatMap((wrapper) =>
    children(wrapper).map((json) => {
      const view: Field = {
        label: string(wrapper["label"]) ?? string(json["label"]) ?? "",
        customId: string(json["custom_id"]) ?? "",
        type: number(json["type"]) ?? 0,
        required: json["required"] !== false,
        value: string(json["value"]) ?? ""
      }
      return { wrapper, json, view }
    })
  )
