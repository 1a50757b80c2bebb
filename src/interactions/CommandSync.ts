/**
 * Makes the commands that Discord has equal to the bot's: one sync for an application, whatever its number of shards.
 *
 * It asks Discord for the commands first and writes only what differs, so a bot that starts again unchanged writes
 * nothing. One difference is one call for that command; several are one bulk overwrite, which leaves the others as they
 * are. Commands are the same if type and name are: a new name is another command. Discord's own entry point of an
 * Activity is left alone.
 *
 * It runs beside the bot: interactions are handled whether or not it succeeds. Each failure is logged; one that may pass
 * is retried after 1 second, then twice as long each time up to 5 minutes, one that will not pass, such as a command that
 * Discord refuses, ends the attempts.
 *
 * Source: Discord, "Application Commands".
 */
import type { APIApplicationCommand, RESTPutAPIApplicationCommandsJSONBody } from "discord-api-types/v10"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as GatewayEvents from "../gateway/GatewayEvents.ts"
import * as Backoff from "../internal/backoff.ts"
import { DiscordRest, type DiscordRestError } from "../rest/DiscordRest.ts"
import type * as Definition from "./Definition.ts"
import * as CommandDiff from "./internal/commandDiff.ts"

export { diff, format } from "./internal/commandDiff.ts"
export type { Diff, Existing, Options as DiffOptions, Update, Wanted } from "./internal/commandDiff.ts"

/** Options of a sync. */
export interface Options {
  /** Logs what would be written, in readable lines, and writes nothing. Default: `false`. */
  readonly dryRun?: boolean | undefined
}

/** A guild, as GUILD_CREATE brings it. */
export type Guild = GatewayEvents.Events["GUILD_CREATE"]

const retries = Backoff.exponential("1 second", "5 minutes")

// A guild that Discord fails for again and again must not keep the others waiting for ever.
const guildRetries = Schedule.upTo(retries, { times: 8 })

interface Application {
  readonly id: string
  readonly integrationTypes: ReadonlyArray<number> | undefined
}

const currentApplication: Effect.Effect<Application, DiscordRestError, DiscordRest> = DiscordRest.use((rest) =>
  Effect.map(
    rest.use((api) => api.applications.getCurrent()),
    ({ id, integration_types_config: config }) => ({
      id,
      integrationTypes: config === undefined ? undefined : Object.keys(config).map(Number)
    })
  )
)

const commandsOf = (definitions: ReadonlyArray<Definition.Any>): ReadonlyArray<CommandDiff.Wanted> =>
  definitions.flatMap(({ command }) => (command === undefined ? [] : [command]))

/** Where one list of commands is, and what it shall be. */
interface Target {
  readonly application: Application
  /** `undefined`: the global commands. */
  readonly guildId: string | undefined
  readonly wanted: ReadonlyArray<CommandDiff.Wanted>
}

const pathOf = ({ application, guildId }: Target): `/${string}` =>
  guildId === undefined
    ? `/applications/${application.id}/commands`
    : `/applications/${application.id}/guilds/${guildId}/commands`

const read = Effect.fnUntraced(function* (target: Target) {
  const rest = yield* DiscordRest
  const query = new URLSearchParams({ with_localizations: "true" })
  const existing = (yield* rest.use((api) => api.rest.get(pathOf(target), { query }))) as Array<APIApplicationCommand>
  const diff = CommandDiff.diff(existing, target.wanted, {
    scope: target.guildId === undefined ? "global" : "guild",
    integrationTypes: target.application.integrationTypes
  })
  return { diff, existing }
})

const write = Effect.fnUntraced(function* (
  target: Target,
  diff: CommandDiff.Diff,
  existing: ReadonlyArray<CommandDiff.Existing>
) {
  const rest = yield* DiscordRest
  const path = pathOf(target)
  if (CommandDiff.size(diff) > 1) {
    // Discord refuses an overwrite that would remove its own command.
    const kept = existing.filter(
      (command) => CommandDiff.isDiscords(command) && !target.wanted.some(({ type }) => type === command.type)
    )
    const body = [...target.wanted, ...kept] as RESTPutAPIApplicationCommandsJSONBody
    yield* rest.use((api) => api.rest.put(path, { body }))
    return
  }
  for (const body of diff.create) yield* rest.use((api) => api.rest.post(path, { body }))
  for (const { existing, patch } of diff.update) {
    yield* rest.use((api) => api.rest.patch(`${path}/${existing.id}`, { body: patch }))
  }
  for (const { id } of diff.remove) yield* rest.use((api) => api.rest.delete(`${path}/${id}`))
})

const report = ({ guildId }: Target, diff: CommandDiff.Diff, dryRun: boolean): Effect.Effect<void> => {
  const what = guildId === undefined ? "The commands" : `The commands of guild ${guildId}`
  const lines = CommandDiff.format(diff)
  if (lines.length === 0) {
    const message = `${what} are registered as they should be`
    return dryRun ? Effect.logInfo(message) : Effect.logDebug(message)
  }
  return Effect.logInfo([`${what} ${dryRun ? "would be changed (dry run)" : "were changed"}:`, ...lines].join("\n"))
}

const syncTarget = Effect.fn("CommandSync.sync")(function* (target: Target, options: Options | undefined) {
  const { diff, existing } = yield* read(target)
  const dryRun = options?.dryRun === true
  if (!dryRun && CommandDiff.size(diff) > 0) yield* write(target, diff, existing)
  yield* report(target, diff, dryRun)
  return diff
})

const persist = (
  sync: Effect.Effect<CommandDiff.Diff, DiscordRestError, DiscordRest>,
  schedule: Schedule.Schedule<unknown>,
  what: string
): Effect.Effect<void, never, DiscordRest> =>
  sync.pipe(
    Effect.tapError((error) => Effect.logWarning(`${what} could not be registered: ${error.message}`)),
    Effect.retry({ schedule, while: (error) => error.isRetryable }),
    Effect.catchCause((cause) => Effect.logError(`${what} are not registered, and will not be in this run`, cause)),
    Effect.asVoid
  )

/** What a sync of the global commands would do. Writes nothing. */
export const plan = (
  definitions: ReadonlyArray<Definition.Any>
): Effect.Effect<CommandDiff.Diff, DiscordRestError, DiscordRest> =>
  Effect.flatMap(currentApplication, (application) =>
    Effect.map(read({ application, guildId: undefined, wanted: commandsOf(definitions) }), ({ diff }) => diff)
  )

/**
 * Syncs the global commands once, and answers what differed. Commands that are not among the definitions are removed.
 * Fails with `DiscordRestError`; Discord's message names what is wrong in which command.
 */
export const sync = (
  definitions: ReadonlyArray<Definition.Any>,
  options?: Options
): Effect.Effect<CommandDiff.Diff, DiscordRestError, DiscordRest> =>
  Effect.flatMap(currentApplication, (application) =>
    syncTarget({ application, guildId: undefined, wanted: commandsOf(definitions) }, options)
  )

/** Syncs the global commands, again and again as long as the failure may pass. Ends when there is nothing left to do. */
export const run = (
  definitions: ReadonlyArray<Definition.Any>,
  options?: Options
): Effect.Effect<void, never, DiscordRest> => persist(sync(definitions, options), retries, "The commands")

/** {@link run} beside whatever else is in the Layer. For bots without shards; `Bot.layer` does it by itself. */
export const layer = (
  definitions: ReadonlyArray<Definition.Any>,
  options?: Options
): Layer.Layer<never, never, DiscordRest> => Layer.effectDiscard(Effect.forkScoped(run(definitions, options)))

/** Options of {@link runGuilds}. */
export interface GuildOptions extends Options {
  /** Guilds that are synced at the same time. Default: 4. */
  readonly concurrency?: number | undefined
}

/**
 * Syncs the commands of each guild when GUILD_CREATE brings it, once in this run, and again if the bot was removed from it
 * and comes back. `guilds` names the definitions of a guild; `undefined` leaves its commands as they are, without a
 * request. It is called at once and must not wait; if it throws, that is logged and the guild left as it is. A guild that
 * Discord fails for is given up after 8 retries.
 *
 * Completes when it listens, and works until the scope closes, so run it before the shards boot. The definitions must also
 * be among the bot's `interactions`, and should not be registered globally too: users would see them twice.
 */
export const runGuilds = Effect.fnUntraced(function* (
  guilds: (guild: Guild) => ReadonlyArray<Definition.Any> | undefined,
  options?: GuildOptions
): Effect.fn.Return<void, never, DiscordRest | GatewayEvents.GatewayEvents | Scope.Scope> {
  const events = yield* GatewayEvents.GatewayEvents
  // Not more than there are guilds, and of each only what is wanted: the rest of a guild may be large.
  const waiting = yield* Queue.unbounded<Omit<Target, "application"> & { readonly guildId: string }>()
  const seen = new Set<string>()
  let known: Application | undefined

  yield* events.listen("GUILD_CREATE", (guild) => {
    if (guild.unavailable === true || seen.has(guild.id)) return
    seen.add(guild.id)
    const definitions = guilds(guild)
    if (definitions !== undefined) Queue.offerUnsafe(waiting, { guildId: guild.id, wanted: commandsOf(definitions) })
  })
  yield* events.listen("GUILD_DELETE", ({ id, unavailable }) => {
    // An outage is no farewell.
    if (unavailable !== true) seen.delete(id)
  })

  const application = Effect.suspend(() => (known === undefined ? currentApplication : Effect.succeed(known)))
  const next = Effect.flatMap(Queue.take(waiting), (target) => {
    const once = Effect.flatMap(application, (application) => {
      known = application
      return syncTarget({ ...target, application }, options)
    })
    return persist(once, guildRetries, `The commands of guild ${target.guildId}`)
  })
  for (let worker = 0; worker < (options?.concurrency ?? 4); worker++) yield* Effect.forkScoped(Effect.forever(next))
})

/** {@link runGuilds} as a Layer, to be merged with `Bot.layer` as handlers of gateway events are. */
export const layerGuilds = (
  guilds: (guild: Guild) => ReadonlyArray<Definition.Any> | undefined,
  options?: GuildOptions
): Layer.Layer<never, never, DiscordRest | GatewayEvents.GatewayEvents> =>
  Layer.effectDiscard(runGuilds(guilds, options))
