/** The data of a command interaction: the values of a user, checked like Discord's client does. */
import type { OptionValue, OptionValues } from "../User.ts"
import { optionType as Option } from "../../discord/numbers.ts"
import { isPickable } from "./fileTypes.ts"
import { array, isObject, type Json, number, object, objects, own, string } from "./json.ts"
import * as payloads from "./payloads.ts"
import { inChannel, isSeenBy } from "./permissions.ts"
import type { ChannelRecord, UserRecord, World } from "./world.ts"

/** The objects that the ids in values refer to. */
export interface Resolved {
  readonly users: Record<string, Json>
  readonly members: Record<string, Json>
  readonly roles: Record<string, Json>
  readonly channels: Record<string, Json>
  readonly attachments: Record<string, Json>
}

export const nothingResolved = (): Resolved => ({ users: {}, members: {}, roles: {}, channels: {}, attachments: {} })

/** A `resolved` field with the parts that are not empty, to spread. */
export const resolvedField = (resolved: Resolved): Json => {
  const used = Object.entries(resolved).filter(([, entries]) => Object.keys(entries).length > 0)
  return used.length === 0 ? {} : { resolved: Object.fromEntries(used) }
}

/** Where values are given, and who gives them. */
export interface Place {
  readonly user: UserRecord
  readonly channel: ChannelRecord
}

// Source: Discord, "Application Command Option Structure" and "Channel Select": `channel_types`.
const isOffered = (
  world: World,
  channel: ChannelRecord,
  here: ChannelRecord,
  user: UserRecord,
  types: ReadonlyArray<unknown> = []
): boolean =>
  here.guildId !== undefined &&
  channel.guildId === here.guildId &&
  isSeenBy(world, channel, user) &&
  (types.length === 0 || types.includes(channel.type))

/**
 * Adds the object with an id to `resolved`, if its kind is allowed. Returns whether it was found. Users give roles and
 * channels of the guild that they are in, and of these only what they see.
 */
export const resolve = (
  world: World,
  resolved: Resolved,
  id: string,
  { channel: here, user: by }: Place,
  allowed: {
    readonly user?: boolean
    readonly role?: boolean
    readonly channel?: boolean
    /** Types of channels. Without any, all are allowed. */
    readonly channelTypes?: ReadonlyArray<unknown> | undefined
    /** Whether users must be members. */
    readonly isMember?: boolean
  }
): boolean => {
  const guild = world.guilds.get(here.guildId ?? "")
  const person = allowed.user === true ? world.users.get(id) : undefined
  const isOutside = allowed.isMember === true && guild !== undefined && !guild.members.has(id)
  const user = isOutside ? undefined : person
  if (user !== undefined) {
    resolved.users[id] = payloads.user(user)
    // Who is no member is resolved as a user only. Source: Discord, "Resolved Data Structure".
    if (guild?.members.has(id) === true) {
      const { deaf: _deaf, mute: _mute, ...partial } = payloads.memberBesideUser(guild, user) as Record<string, unknown>
      resolved.members[id] = { ...partial, permissions: String(inChannel(world, here, user)) }
    }
  }
  const role = allowed.role === true ? guild?.roles.find((one) => one.id === id) : undefined
  if (role !== undefined) resolved.roles[id] = payloads.role(role)
  const known = allowed.channel === true ? world.channels.get(id) : undefined
  const channel = known !== undefined && isOffered(world, known, here, by, allowed.channelTypes) ? known : undefined
  if (channel !== undefined) {
    resolved.channels[id] = {
      ...payloads.channel(channel),
      permissions: String(inChannel(world, channel, by)),
      app_permissions: String(inChannel(world, channel, world.bot))
    }
  }
  return user !== undefined || role !== undefined || channel !== undefined
}

/** A value that an option does not accept. The message says why. */
export class Misfit extends Error {}

const idOf = (value: OptionValue): string =>
  isObject(value) && typeof value["id"] === "string" ? value["id"] : String(value)

const inferType = (value: OptionValue): number => {
  if (typeof value === "boolean") return Option.boolean
  if (typeof value === "number") return Number.isInteger(value) ? Option.integer : Option.number
  if (typeof value === "string") return Option.string
  return "filename" in value ? Option.attachment : Option.user
}

const checkBounds = (name: string, amount: number, min: unknown, max: unknown): void => {
  const low = number(min) ?? -Infinity
  const high = number(max) ?? Infinity
  if (amount < low || amount > high) throw new Misfit(`option ${name}: ${amount} is not between ${low} and ${high}`)
}

const plain = (name: string, type: number, value: OptionValue, definition: Json): string | number | boolean => {
  const choice = objects(definition["choices"]).find((one) => one["name"] === value || one["value"] === value)
  if (choice !== undefined) return choice["value"] as string | number
  const choices = objects(definition["choices"])
  if (choices.length > 0) {
    throw new Misfit(`option ${name} must be one of ${choices.map((one) => String(one["name"])).join(", ")}`)
  }
  const wanted = type === Option.string ? "string" : type === Option.boolean ? "boolean" : "number"
  if (typeof value === "object" || typeof value !== wanted) throw new Misfit(`option ${name} must be a ${wanted}`)
  if (type === Option.integer && !Number.isInteger(value)) throw new Misfit(`option ${name} must be an integer`)
  if (typeof value === "number") checkBounds(name, value, definition["min_value"], definition["max_value"])
  if (typeof value === "string") {
    checkBounds(name, value.length, definition["min_length"], definition["max_length"] ?? 6000)
  }
  return value
}

/** Uploads a file, and returns its id. Throws {@link Misfit} for one that the user cannot pick. */
export const upload = (world: World, resolved: Resolved, definition: Json, file: Json): string => {
  const filename = string(file["filename"]) ?? "file"
  if (!isPickable(definition, filename)) {
    throw new Misfit(`${filename} is none of these types of files: ${array(definition["file_types"]).join(", ")}`)
  }
  const id = world.ids.next()
  const bytes = file["data"] instanceof Uint8Array ? file["data"] : undefined
  const stored = world.files.add(`/ephemeral-attachments/${id}`, filename, string(file["contentType"]), bytes)
  const url = string(file["url"]) ?? stored
  const details = {
    size: file["size"] ?? bytes?.length ?? 1,
    content_type: file["contentType"],
    url,
    proxy_url: url,
    ephemeral: true
  }
  resolved.attachments[id] = { id, filename, ...details }
  return id
}

const optionJson = (world: World, resolved: Resolved, place: Place, definition: Json, value: OptionValue): Json => {
  const name = string(definition["name"]) ?? ""
  const type = number(definition["type"]) ?? 0
  if (type === Option.attachment) return { name, type, value: upload(world, resolved, definition, object(value)) }
  const isMentionable = type === Option.mentionable
  const kinds = {
    user: type === Option.user || isMentionable,
    role: type === Option.role || isMentionable,
    channel: type === Option.channel,
    channelTypes: array(definition["channel_types"])
  }
  if (!kinds.user && !kinds.role && !kinds.channel) return { name, type, value: plain(name, type, value, definition) }
  const id = idOf(value)
  if (!resolve(world, resolved, id, place, kinds))
    throw new Misfit(`option ${name}: there is nothing with the id ${id} that can be chosen here`)
  return { name, type, value: id }
}

// Source: Discord, "Autocomplete": partial texts, but no invalid numbers.
const checkTyped = (name: string, type: unknown, typed: string): void => {
  const isNumber = type === Option.integer ? /^-?\d+$/ : type === Option.number ? /^-?\d+(?:\.\d*)?$/ : /^/
  if (typed !== "" && !isNumber.test(typed)) throw new Misfit(`option ${name}: ${typed} is no valid number`)
}

const optionsJson = (
  world: World,
  resolved: Resolved,
  place: Place,
  definitions: ReadonlyArray<Json>,
  values: OptionValues,
  focused: string | undefined
): ReadonlyArray<Json> => {
  const given = [...Object.keys(values), ...(focused === undefined ? [] : [focused])]
  const unknown = given.filter((name) => !definitions.some((one) => one["name"] === name))
  if (unknown.length > 0) {
    const known = definitions.map((one) => String(one["name"])).join(", ")
    throw new Misfit(`no option ${unknown.join(", ")}; there are: ${known === "" ? "none" : known}`)
  }
  return definitions.flatMap((definition) => {
    const name = string(definition["name"]) ?? ""
    const value = own(values, name)
    if (name === focused) {
      if (definition["autocomplete"] !== true) throw new Misfit(`option ${name} has no autocomplete`)
      checkTyped(name, definition["type"], value === undefined ? "" : String(value))
      return [{ name, type: definition["type"], value: value === undefined ? "" : String(value), focused: true }]
    }
    if (value !== undefined) return [optionJson(world, resolved, place, definition, value)]
    // While a user types, required options may still be missing.
    if (definition["required"] === true && focused === undefined) throw new Misfit(`option ${name} is required`)
    return []
  })
}

/** The definition that values imply, for a command that is not registered. */
export const inferCommand = (path: ReadonlyArray<string>, values: OptionValues): Json => {
  const leaves = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, type: inferType(value), autocomplete: true }]
  )
  const [name, ...rest] = path
  const nested = rest.reduceRight<ReadonlyArray<Json>>(
    (options, part, index) => [
      { name: part, type: rest.length - index === 1 ? Option.subcommand : Option.subcommandGroup, options }
    ],
    leaves
  )
  return { id: "0", name, type: 1, options: nested }
}

/** Builds `data` of a command or autocomplete interaction. Throws {@link Misfit}. */
export const commandData = (
  world: World,
  options: {
    readonly command: Json
    readonly path: ReadonlyArray<string>
    readonly values: OptionValues
    readonly focused: string | undefined
    readonly place: Place
  }
): Json => {
  const { command, focused, path, place, values } = options
  const resolved = nothingResolved()
  const build = (definitions: ReadonlyArray<Json>, rest: ReadonlyArray<string>): ReadonlyArray<Json> => {
    const [next, ...others] = rest
    const nested = definitions.filter(
      (one) => one["type"] === Option.subcommand || one["type"] === Option.subcommandGroup
    )
    if (next === undefined && nested.length === 0) {
      return optionsJson(world, resolved, place, definitions, values, focused)
    }
    const chosen = nested.find((one) => one["name"] === next)
    if (chosen === undefined) {
      const names = nested.map((one) => String(one["name"])).join(", ")
      throw new Misfit(`no subcommand ${next ?? "was given"}; there are: ${names === "" ? "none" : names}`)
    }
    return [{ name: next, type: chosen["type"], options: build(objects(chosen["options"]), others) }]
  }
  const built = build(objects(command["options"]), path.slice(1))
  return {
    id: command["id"],
    name: command["name"],
    type: command["type"] ?? 1,
    ...(built.length === 0 ? {} : { options: built }),
    ...(command["guild_id"] === undefined ? {} : { guild_id: command["guild_id"] }),
    ...resolvedField(resolved)
  }
}
