/**
 * Uses components and modals, with the checks of Discord's client. Each function returns an interaction or throws
 * `NotUsable`.
 */
import { componentType as Type } from "../../discord/numbers.ts"
import { NotUsable } from "../FakeDiscordError.ts"
import type { ClickOptions, FieldValues } from "../Message.ts"
import { Misfit, nothingResolved, type Place, resolve, resolvedField, upload } from "./commandData.ts"
import * as interactions from "./interactions.ts"
import { array, type Json, number, object, objects, own, string } from "./json.ts"
import { fieldsOf, usable } from "./snapshot.ts"
import { demand, refusal } from "./userAccess.ts"
import type { ChannelRecord, InteractionRecord, MessageRecord, UserRecord, World } from "./world.ts"

const linkStyle = 5
const premiumStyle = 6

/** The channel of a message that a user sees, and in which it may act. */
export const visibleIn = (
  world: World,
  user: UserRecord,
  message: MessageRecord,
  wanted: string,
  ...permissions: ReadonlyArray<bigint>
): ChannelRecord => {
  const found: ReadonlyArray<string> = []
  const channel = world.channels.get(message.channelId)
  if (message.deleted || channel === undefined) throw new NotUsable({ wanted, detail: "deleted", found })
  const { visibleTo } = message
  if (visibleTo !== undefined && visibleTo !== user.id) {
    throw new NotUsable({ wanted, detail: "invisible", rule: "the message is ephemeral, for another user", found })
  }
  demand(wanted, refusal(world, channel, user, ...permissions))
  return channel
}

interface Named {
  readonly customId: string
  readonly label: string
  readonly disabled: boolean
}

const choose = <A extends { readonly named: Named }>(
  candidates: ReadonlyArray<A>,
  wanted: string,
  stale = false
): A => {
  const byId = candidates.find(({ named }) => named.customId === wanted)
  const chosen = byId ?? candidates.find(({ named }) => named.label === wanted)
  const found = candidates.map(({ named }) => {
    const label = named.label === "" ? named.customId : named.label
    return `${JSON.stringify(label)}${named.disabled ? " (disabled)" : ""}`
  })
  if (chosen === undefined) throw new NotUsable({ wanted, detail: "absent", found })
  if (chosen.named.disabled && !stale) throw new NotUsable({ wanted, detail: "disabled", found })
  return chosen
}

/** Clicks a button. */
export const click = (
  world: World,
  user: UserRecord,
  message: MessageRecord,
  wanted: string,
  options: ClickOptions = {}
): InteractionRecord => {
  visibleIn(world, user, message, wanted)
  const seen = options.stale === true ? [message.raw, message.before ?? {}] : [message.raw]
  const buttons = seen.flatMap((raw) => usable(raw).buttons.map(({ json, view }) => ({ json, named: view })))
  const { json, named } = choose(buttons, wanted, options.stale)
  if (named.style === premiumStyle) throw new NotUsable({ wanted, detail: "invalid", found: ["a purchase"] })
  if (named.style === linkStyle) throw new NotUsable({ wanted, detail: "invalid", found: ["a link"] })
  const data = { custom_id: named.customId, component_type: Type.button, id: json["id"] }
  return interactions.open(world, {
    type: interactions.Kind.component,
    user,
    channelId: message.channelId,
    action: `click ${JSON.stringify(named.label === "" ? wanted : named.label)}`,
    data,
    source: message
  })
}

const idOf = (value: string | { readonly id: string }): string => (typeof value === "string" ? value : value.id)

const checkCount = (select: Json, count: number, wanted: string): void => {
  const min = number(select["min_values"]) ?? 1
  // Source: Discord, "Checkbox Group": as many as there are, by default.
  const most = select["type"] === Type.checkboxGroup ? array(select["options"]).length : 1
  const max = number(select["max_values"]) ?? most
  if (count >= min && count <= max) return
  throw new NotUsable({ wanted, detail: "invalid", found: [`${min} to ${max} values, not ${count}`] })
}

// The values of a select menu as Discord sends them: values for a string select, which a user names by label, else ids.
const chosenValues = (
  world: World,
  json: Json,
  place: Place,
  given: ReadonlyArray<string | { readonly id: string }>,
  wanted: string
): { readonly values: ReadonlyArray<string>; readonly resolved: Json } => {
  checkCount(json, given.length, wanted)
  if (new Set(given.map(idOf)).size < given.length) {
    throw new NotUsable({ wanted, detail: "invalid", found: ["each value once"] })
  }
  const type = number(json["type"]) ?? 0
  const options = objects(json["options"])
  const hasOptions = type === Type.stringSelect || type === Type.radioGroup || type === Type.checkboxGroup
  if (hasOptions) {
    const values = given.map((value) => {
      const id = idOf(value)
      const option = options.find((one) => one["value"] === id) ?? options.find((one) => one["label"] === id)
      const found = options.map((one) => JSON.stringify(one["label"]))
      if (option === undefined) throw new NotUsable({ wanted: id, detail: "absent", found })
      return string(option["value"]) ?? ""
    })
    return { values, resolved: {} }
  }
  const resolved = nothingResolved()
  const isMentionable = type === Type.mentionableSelect
  const kinds = {
    user: type === Type.userSelect || isMentionable,
    role: type === Type.roleSelect || isMentionable,
    channel: type === Type.channelSelect,
    channelTypes: array(json["channel_types"]),
    isMember: true
  }
  for (const value of given) {
    if (!resolve(world, resolved, idOf(value), place, kinds)) {
      throw new NotUsable({ wanted: idOf(value), detail: "absent", found: [] })
    }
  }
  return { values: given.map(idOf), resolved: resolvedField(resolved) }
}

/** Selects values in a menu. */
export const select = (
  world: World,
  user: UserRecord,
  message: MessageRecord,
  wanted: string,
  given: ReadonlyArray<string | { readonly id: string }>
): InteractionRecord => {
  const channel = visibleIn(world, user, message, wanted)
  const menus = usable(message.raw).selects.map(({ json, view }) => ({
    json,
    named: { customId: view.customId, label: view.placeholder, disabled: view.disabled }
  }))
  const { json, named } = choose(menus, wanted)
  const { resolved, values } = chosenValues(world, json, { channel, user }, given, wanted)
  return interactions.open(world, {
    type: interactions.Kind.component,
    user,
    channelId: message.channelId,
    action: `select ${JSON.stringify(named.label === "" ? wanted : named.label)}`,
    data: { custom_id: named.customId, component_type: json["type"], id: json["id"], values, ...resolved },
    source: message
  })
}

const checkText = (field: Json, text: string, wanted: string): void => {
  const isRequired = field["required"] !== false
  const min = Math.max(number(field["min_length"]) ?? 0, isRequired ? 1 : 0)
  const max = number(field["max_length"]) ?? 4000
  if (text.length >= min && text.length <= max) return
  if (text === "" && !isRequired) return
  throw new NotUsable({ wanted, detail: "invalid", found: [`${min} to ${max} characters, not ${text.length}`] })
}

// The files of an upload as Discord sends them: ids.
const uploaded = (
  world: World,
  json: Json,
  files: ReadonlyArray<Json>,
  wanted: string
): { readonly values: ReadonlyArray<string>; readonly resolved: Json } => {
  const resolved = nothingResolved()
  checkCount(json, files.length, wanted)
  try {
    return { values: files.map((file) => upload(world, resolved, json, file)), resolved: resolvedField(resolved) }
  } catch (error) {
    if (error instanceof Misfit) throw new NotUsable({ wanted, detail: "invalid", found: [error.message] })
    throw error
  }
}

const multiple: ReadonlySet<number> = new Set([3, 5, 6, 7, 8, 19, 22])

/** What a field holds if the user leaves it as it is shown. Source: Discord, "Component Reference": defaults. */
const untouched = (json: Json): ReadonlyArray<string> => {
  const chosen = objects(json["options"]).filter((option) => option["default"] === true)
  return [...chosen.map(({ value }) => String(value)), ...objects(json["default_values"]).map(({ id }) => String(id))]
}

const fieldJson = (
  world: World,
  json: Json,
  place: Place,
  given: FieldValues[string] | undefined,
  wanted: string
): { readonly component: Json; readonly resolved: Json } => {
  const type = number(json["type"]) ?? 0
  const base = { type, custom_id: json["custom_id"], id: json["id"] }
  if (type === Type.textInput) {
    const text = given === undefined ? (string(json["value"]) ?? "") : String(given)
    checkText(json, text, wanted)
    return { component: { ...base, value: text }, resolved: {} }
  }
  if (type === Type.checkbox) {
    const isChecked = given === undefined ? json["default"] === true : given === true
    return { component: { ...base, value: isChecked }, resolved: {} }
  }
  const all = given === undefined ? untouched(json) : array(Array.isArray(given) ? given : [given])
  const list = type === Type.fileUpload ? [] : all.map(String)
  const isOptional = json["required"] === false && all.length === 0
  const { resolved, values } = isOptional
    ? { resolved: {}, values: [] }
    : type === Type.fileUpload
      ? uploaded(world, json, objects(all), wanted)
      : chosenValues(world, json, place, list, wanted)
  return { component: { ...base, ...(multiple.has(type) ? { values } : { value: values[0] ?? null }) }, resolved }
}

/** Submits a modal. */
export const submit = (
  world: World,
  user: UserRecord,
  opener: InteractionRecord,
  given: FieldValues
): InteractionRecord => {
  const modal = opener.answer?.data ?? {}
  const fields = fieldsOf(modal)
  const found = fields.map(({ view }) => JSON.stringify(view.label))
  const channel = world.channels.get(opener.channelId)
  if (channel === undefined) throw new NotUsable({ wanted: String(modal["title"]), detail: "deleted", found })
  if (user.id !== opener.user.id) throw new NotUsable({ wanted: String(modal["title"]), detail: "invisible", found })
  demand(String(modal["title"]), refusal(world, channel, user))
  const names = new Set(fields.flatMap(({ view }) => [view.label, view.customId]))
  const unknown = Object.keys(given).find((name) => !names.has(name))
  if (unknown !== undefined) throw new NotUsable({ wanted: unknown, detail: "absent", found })
  const allResolved: Record<string, Json> = {}
  const filled = ({ json, view }: (typeof fields)[number]): Json => {
    const value = own(given, view.customId) ?? own(given, view.label)
    const { component, resolved } = fieldJson(world, json, { channel, user }, value, view.label)
    for (const [kind, entries] of Object.entries(object(resolved["resolved"]))) {
      allResolved[kind] = { ...allResolved[kind], ...object(entries) }
    }
    return component
  }
  // Everything in the modal comes back with its id, texts too. Source: Discord, "Component Reference".
  const components = objects(modal["components"]).map((wrapper): Json => {
    const base = { type: wrapper["type"], id: wrapper["id"] }
    const inside = fields.filter((field) => field.wrapper === wrapper).map(filled)
    if (wrapper["type"] === Type.textDisplay) return base
    return wrapper["type"] === Type.actionRow ? { ...base, components: inside } : { ...base, component: inside[0] }
  })
  return interactions.open(world, {
    type: interactions.Kind.modal,
    user,
    channelId: opener.channelId,
    action: `submit ${JSON.stringify(modal["title"])}`,
    data: {
      custom_id: modal["custom_id"],
      components,
      ...(Object.keys(allResolved).length === 0 ? {} : { resolved: allResolved })
    },
    source: opener.source,
    owners: opener.owners
  })
}
