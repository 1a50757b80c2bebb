/**
 * The routes of linked roles. Source: Discord, "Application Role Connection Metadata" and "Application Role Connection
 * Structure".
 */
import { noContent, ok } from "./answers.ts"
import { ApiError, notFound, unauthorized } from "./apiError.ts"
import { array, isObject, type Json, object, objects, string } from "./json.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { Problems } from "./validate.ts"

const checkOwn = ({ params, world }: Call): void => {
  if (params["application"] !== world.settings.applicationId) throw notFound()
}

const checkTexts = (problems: Problems, record: Json, at: number, key: string, max: number): void => {
  problems.length([at, key], record[key], 1, max)
  for (const [locale, text] of Object.entries(object(record[`${key}_localizations`]))) {
    problems.length([at, `${key}_localizations`, locale], text, 1, max)
  }
}

const checkRecords = (body: unknown): ReadonlyArray<Json> => {
  const problems = new Problems()
  const records = objects(body)
  if (!Array.isArray(body) || records.length !== array(body).length) {
    problems.add([], "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
  }
  problems.size([], records, 0, 5)
  for (const [at, record] of records.entries()) {
    problems.range([at, "type"], record["type"] ?? 0, 1, 8)
    problems.length([at, "key"], record["key"], 1, 50)
    if (!/^[a-z0-9_]*$/.test(string(record["key"]) ?? "")) {
      problems.add([at, "key"], "STRING_TYPE_REGEX", "String value did not match validation regex.")
    }
    checkTexts(problems, record, at, "name", 100)
    checkTexts(problems, record, at, "description", 200)
  }
  if (new Set(records.map(({ key }) => key)).size < records.length) {
    problems.add([], "APPLICATION_ROLE_CONNECTION_METADATA_DUPLICATE_KEY", "Keys must be unique")
  }
  problems.done()
  return records
}

const putRecords = (call: Call): Answer => {
  checkOwn(call)
  const records = checkRecords(call.body)
  call.world.roleMetadata = records
  call.world.signal.notify()
  return ok(records)
}

/** The user whose token the request has, if they have allowed this. */
const userOf = (call: Call): string => {
  checkOwn(call)
  const { authorization, world } = call
  const bearer = /^Bearer (.+)$/.exec(authorization ?? "")?.[1]
  const grant = bearer === undefined ? undefined : world.grants.byAccess(bearer, world.now())
  if (grant === undefined) throw unauthorized()
  if (!grant.scopes.includes("role_connections.write")) throw new ApiError(403, 50001, "Missing Access")
  return grant.userId
}

const nobody: Json = { platform_name: null, platform_username: null, metadata: {} }

const formats: ReadonlyArray<RegExp> = [/^-?\d+$/, /^\d{4}-\d\d-\d\dT\d\d:\d\d/, /^[01]$/]

const formatOf = (type: unknown): RegExp | undefined =>
  typeof type !== "number" ? undefined : type <= 4 ? formats[0] : type <= 6 ? formats[1] : formats[2]

const putConnection = (call: Call): Answer => {
  const userId = userOf(call)
  const { platform_name: name, platform_username: username, metadata } = object(call.body)
  const problems = new Problems()
  problems.length(["platform_name"], name ?? "", 0, 50)
  problems.length(["platform_username"], username ?? "", 0, 100)
  if (metadata !== undefined && !isObject(metadata)) {
    problems.add(["metadata"], "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
  }
  const values = Object.entries(object(metadata)).map(([key, value]) => [key, String(value)] as const)
  for (const [key, text] of values) {
    const type = call.world.roleMetadata.find((record) => record["key"] === key)?.["type"]
    problems.length(["metadata", key], text, 0, 100)
    if (formatOf(type)?.test(text) === false) {
      problems.add(["metadata", key], "APPLICATION_ROLE_CONNECTION_INVALID_METADATA", `Invalid value "${text}"`)
    }
  }
  problems.done()
  const made = {
    platform_name: name ?? null,
    platform_username: username ?? null,
    metadata: Object.fromEntries(values)
  }
  call.world.roleConnections.set(userId, made)
  call.world.signal.notify()
  return ok(made)
}

const own = "/applications/:application/role-connections/metadata"
const mine = "/users/@me/applications/:application/role-connection"

const getRecords = (call: Call): Answer => {
  checkOwn(call)
  return ok(call.world.roleMetadata)
}

const getConnection = (call: Call): Answer => ok(call.world.roleConnections.get(userOf(call)) ?? nobody)

const deleteConnection = (call: Call): Answer => {
  call.world.roleConnections.delete(userOf(call))
  call.world.signal.notify()
  return noContent
}

/** The routes. */
export const roleConnectionRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: own, bot: true, handle: getRecords },
  { method: "PUT", pattern: own, bot: true, handle: putRecords },
  { method: "GET", pattern: mine, bot: false, handle: getConnection },
  { method: "PUT", pattern: mine, bot: false, handle: putConnection },
  { method: "DELETE", pattern: mine, bot: false, handle: deleteConnection }
]
