/**
 * The shape of what a client sends over the gateway. Source: Discord, "Gateway Events", Send Events. A payload that is
 * not of its opcode's shape closes the connection with 4001. Source: Discord, "Gateway Close Event Codes", and issues
 * 1372 and 2226 of discord-api-docs.
 */
import { isObject, type Json, objects } from "./json.ts"
import { Op } from "./protocol.ts"

type Check = (value: unknown) => string | undefined

const must =
  (what: string, holds: (value: unknown) => boolean): Check =>
  (value) =>
    holds(value) ? undefined : `${value === undefined ? "is missing" : `is ${JSON.stringify(value)}`}, must be ${what}`

const isSnowflake = (value: unknown): boolean =>
  typeof value === "string" ? /^\d{1,20}$/.test(value) : Number.isSafeInteger(value) && Number(value) >= 0

const snowflake = must("a snowflake", isSnowflake)
const nullableSnowflake = must("a snowflake or null", (value) => value === null || isSnowflake(value))
const snowflakes = must("an array of snowflakes", (value) => Array.isArray(value) && value.every(isSnowflake))
const boolean = must("a boolean", (value) => typeof value === "boolean")
const text = must("a string", (value) => typeof value === "string")
const integer = (min: number, max: number) =>
  must(
    `an integer of ${min} to ${max}`,
    (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max
  )

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value)

const nullable =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null ? undefined : check(value)

type Shape = Readonly<Record<string, Check>>

const firstOf = (d: Json, shape: Shape, prefix = ""): string | undefined => {
  for (const [field, check] of Object.entries(shape)) {
    const problem = check(d[field])
    if (problem !== undefined) return `${prefix}${field} ${problem}`
  }
  return undefined
}

const statuses: ReadonlyArray<unknown> = ["online", "dnd", "idle", "invisible", "offline"]

// Bots set these. Discord ignores the other fields. Source: Discord, "Activity Object" and "Activity Types".
const activity: Shape = { name: text, type: integer(0, 5), state: nullable(text), url: nullable(text) }

const presence: Shape = {
  since: must("an integer or null", (value) => value === null || Number.isInteger(value)),
  activities: must("an array of objects", (value) => Array.isArray(value) && value.every(isObject)),
  status: must(statuses.join(", "), (value) => statuses.includes(value)),
  afk: boolean
}

const activitiesOf = (d: Json, prefix = ""): string | undefined => {
  for (const [index, each] of objects(d["activities"]).entries()) {
    const problem = firstOf(each, activity, `${prefix}activities[${index}].`)
    if (problem !== undefined) return problem
  }
  return undefined
}

// In IDENTIFY a presence may be partial.
const initialPresence = (d: unknown): string | undefined => {
  if (d === undefined || d === null) return undefined
  if (!isObject(d)) return `presence is ${JSON.stringify(d)}, must be an object`
  const given = Object.fromEntries(Object.entries(presence).filter(([field]) => d[field] !== undefined))
  return firstOf(d, given, "presence.") ?? activitiesOf(d, "presence.")
}

// Source: Discord, "Request Guild Members".
const members = (d: Json): string | undefined => {
  const problem = firstOf(d, {
    guild_id: snowflake,
    query: nullable(text),
    presences: nullable(boolean),
    nonce: optional(nullable(must("a string", (value) => typeof value === "string" || Number.isInteger(value)))),
    limit: nullable(integer(0, Number.MAX_SAFE_INTEGER))
  })
  if (problem !== undefined) return problem
  const ids = d["user_ids"] ?? undefined
  const query = d["query"] ?? undefined
  if (ids === undefined && query === undefined) return "one of query and user_ids is required"
  if (query !== undefined && (d["limit"] ?? undefined) === undefined) return "limit is required with query"
  if (ids === undefined) return undefined
  if (query !== undefined) return "query and user_ids exclude each other"
  if (!Array.isArray(ids)) return isSnowflake(ids) ? undefined : "user_ids must be a snowflake or an array of them"
  return ids.every(isSnowflake) ? undefined : "user_ids must be snowflakes"
}

// Source: Discord, "Identify Structure". Without intents the close code is another one, as it is for a bad shard.
const identify = (d: Json): string | undefined =>
  firstOf(d, {
    properties: must("an object", isObject),
    compress: optional(boolean),
    large_threshold: optional(integer(50, 250))
  }) ??
  firstOf(
    d["properties"] as Json,
    { os: optional(text), browser: optional(text), device: optional(text) },
    "properties."
  ) ??
  initialPresence(d["presence"])

const fields: ReadonlyArray<unknown> = ["status", "voice_start_time"]

const byOpcode: Readonly<Record<number, (d: Json) => string | undefined>> = {
  [Op.identify]: identify,
  [Op.presence]: (d) => firstOf(d, presence) ?? activitiesOf(d),
  [Op.voice]: (d) =>
    firstOf(d, { guild_id: snowflake, channel_id: nullableSnowflake, self_mute: boolean, self_deaf: boolean }),
  [Op.resume]: (d) => firstOf(d, { token: text, session_id: text, seq: must("an integer", Number.isInteger) }),
  [Op.members]: members,
  [Op.soundboard]: (d) => firstOf(d, { guild_ids: snowflakes }),
  [Op.channelInfo]: (d) =>
    firstOf(d, {
      guild_id: snowflake,
      fields: must(
        `an array of ${fields.join(" and ")}`,
        (value) => Array.isArray(value) && value.every((each) => fields.includes(each))
      )
    })
}

/** What is wrong with the data of an opcode, if anything. */
export const problemOf = (op: number, d: unknown): string | undefined => {
  if (op === Op.heartbeat)
    return d === undefined || d === null || Number.isInteger(d) ? undefined : "d must be an integer or null"
  const check = byOpcode[op]
  if (check === undefined) return undefined
  return isObject(d) ? check(d) : "d must be an object"
}
