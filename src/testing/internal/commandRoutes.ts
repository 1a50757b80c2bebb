/** The routes of application commands. Source: Discord, "Application Commands". */
import { noContent, ok } from "./answers.ts"
import { commandType } from "../../discord/numbers.ts"
import {
  commandExists,
  entryPointDropped,
  notFound,
  tooManyCommands,
  tooManyCreations,
  unknownCommand,
  unknownGuild
} from "./apiError.ts"
import { integrationTypes } from "./applicationRoutes.ts"
import { type Json, object, objects } from "./json.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { choice, list, model } from "./shapes.ts"
import { Problems } from "./validate.ts"
import { areTooMany, checkCommand, checkCommands } from "./validateCommands.ts"
import { isSameCommand, type World } from "./world.ts"

const scopeOf = ({ params, world }: Call): string => {
  if (params["application"] !== world.settings.applicationId) throw notFound()
  const guild = params["guild"]
  if (guild !== undefined && !world.guilds.has(guild)) throw unknownGuild()
  return guild ?? "global"
}

const commandsOf = (call: Call): ReadonlyArray<Json> => call.world.commands.get(scopeOf(call)) ?? []

const isEntry = (command: Json): boolean => command["type"] === commandType.entryPoint

// Source: Discord, "Installation Context": only what the application supports. "Registering a Command": no entry point in a
// guild.
const checkScope = (call: Call, problems: Problems, command: Json, path: ReadonlyArray<number>): void => {
  const isGlobal = scopeOf(call) === "global"
  const types = isGlobal ? [1, 2, 3, 4] : [1, 2, 3]
  const supported = isGlobal ? integrationTypes(call.world) : [0, 1]
  model({ type: choice(...types), integration_types: list(choice(...supported)) })(problems, command, path)
}

const checkOne = (call: Call, command: Json): void => {
  const problems = new Problems()
  checkScope(call, problems, command, [])
  checkCommand(problems, command, [])
  problems.done()
}

const commandById = (call: Call): Json => {
  const found = commandsOf(call).find((command) => command["id"] === call.params["command"])
  if (found === undefined) throw unknownCommand()
  return found
}

const perDay = 200
const day = 24 * 3_600_000
const creations = new WeakMap<World, Map<string, ReadonlyArray<number>>>()

/**
 * Counts commands that were not there before: 200 per day in each guild, and as many global ones.
 *
 * Source: Discord, "Registering a Command" and "Bulk Overwrite Global Application Commands".
 */
const countCreations = (call: Call, count: number): void => {
  const { world } = call
  const all = creations.get(world) ?? new Map<string, ReadonlyArray<number>>()
  const scope = scopeOf(call)
  const recent = (all.get(scope) ?? []).filter((at) => world.now() - at < day)
  if (recent.length + count > perDay) throw tooManyCreations()
  all.set(scope, [...recent, ...Array.from({ length: count }, world.now)])
  creations.set(world, all)
}

const overwrite = (call: Call): Answer => {
  const wanted = objects(call.body)
  const before = commandsOf(call)
  const problems = new Problems()
  if (!Array.isArray(call.body)) problems.add([], "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
  for (const [index, command] of wanted.entries()) checkScope(call, problems, command, [index])
  checkCommands(wanted, problems)
  if (areTooMany(wanted)) throw tooManyCommands()
  if (before.some(isEntry) && !wanted.some(isEntry)) throw entryPointDropped()
  const made = wanted.filter((command) => !before.some((other) => isSameCommand(other, command)))
  countCreations(call, made.length)
  return ok(call.world.registerCommands(scopeOf(call), wanted))
}

const create = (call: Call): Answer => {
  const command = object(call.body)
  checkOne(call, command)
  const before = commandsOf(call)
  const known = before.find((other) => isSameCommand(other, command))
  if (known === undefined && areTooMany([...before, command])) throw tooManyCommands()
  if (known === undefined) countCreations(call, 1)
  const made = call.world.completeCommand(scopeOf(call), command, known === undefined ? undefined : { id: known["id"] })
  call.world.saveCommands(scopeOf(call), [...before.filter((other) => other !== known), made])
  return { status: known === undefined ? 201 : 200, body: made }
}

const edit = (call: Call): Answer => {
  const before = commandById(call)
  const after = call.world.completeCommand(scopeOf(call), object(call.body), before)
  checkOne(call, after)
  const others = commandsOf(call).filter((command) => command !== before)
  if (others.some((other) => isSameCommand(other, after))) throw commandExists()
  const commands = commandsOf(call).map((command) => (command === before ? after : command))
  if (areTooMany(commands)) throw tooManyCommands()
  call.world.saveCommands(scopeOf(call), commands)
  return ok(after)
}

const remove = (call: Call): Answer => {
  const gone = commandById(call)
  const others = commandsOf(call).filter((command) => command !== gone)
  call.world.saveCommands(scopeOf(call), others)
  return noContent
}

const routesOf = (prefix: string): ReadonlyArray<Route> => [
  { method: "GET", pattern: `${prefix}/commands`, bot: true, handle: (call) => ok(commandsOf(call)) },
  { method: "POST", pattern: `${prefix}/commands`, bot: true, handle: create },
  { method: "PUT", pattern: `${prefix}/commands`, bot: true, handle: overwrite },
  { method: "GET", pattern: `${prefix}/commands/:command`, bot: true, handle: (call) => ok(commandById(call)) },
  { method: "PATCH", pattern: `${prefix}/commands/:command`, bot: true, handle: edit },
  { method: "DELETE", pattern: `${prefix}/commands/:command`, bot: true, handle: remove }
]

/** The routes. */
export const commandRoutes: ReadonlyArray<Route> = [
  ...routesOf("/applications/:application"),
  ...routesOf("/applications/:application/guilds/:guild")
]
