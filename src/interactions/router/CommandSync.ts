/**
 * Registers a bot's commands with Discord: one sync per application, however many shards it has.
 *
 * It reads the commands from Discord first and writes only what differs, so a bot that starts again unchanged writes
 * nothing. One difference is one call for that command; several are one bulk overwrite, which leaves the others as they
 * are. Discord refuses an overwrite as a whole, so after a refusal each command is written by itself: one that Discord
 * refuses does not keep the others from being registered. A command is identified by its type and name: under a new name
 * it is another command. Discord's own entry point of an Activity is kept.
 *
 * It runs in the background: interactions are handled whether or not it succeeds. Each failure is logged. A temporary
 * one is retried after 1 second, then after twice as long each time, up to 5 minutes. A permanent one, such as a
 * command that Discord refuses, ends the attempts.
 *
 * Source: Discord, "Application Commands".
 */
import type * as Discord from "../../discord/Discord.ts"
import type { RESTPutAPIApplicationCommandsJSONBody } from "../../discord/DiscordApi.ts"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { DiscordRest, type DiscordRestError } from "../../rest/DiscordRest.ts"
import { fitting, listOf, withId } from "../../rest/shaped.ts"
import type * as Definition from "../definitions/Definition.ts"
import { countProblems, definitionProblems, orInvalid } from "./internal/definitionProblems.ts"
import type { InvalidDefinition } from "./InvalidDefinition.ts"
import * as CommandDiff from "../wire/commandDiff.ts"
import * as Backoff from "../../internal/backoff.ts"

export { diff, format } from "../wire/commandDiff.ts"
export type { Diff, Existing, Options as DiffOptions, Update, Wanted } from "../wire/commandDiff.ts"

/** Options of a sync. */
export interface Options {
  /** Logs what would be written, in readable lines, and writes nothing. Default: `false`. */
  readonly dryRun?: boolean | undefined
}

const retries = Backoff.exponential("1 second", "5 minutes")

// A guild whose sync keeps failing must not keep the others waiting forever.
const guildRetries = Schedule.upTo(retries, { times: 8 })

interface Application {
  readonly id: string
  readonly integrationTypes: ReadonlyArray<number> | undefined
}

const currentApplication: Effect.Effect<Application, DiscordRestError, DiscordRest> = DiscordRest.use((rest) =>
  Effect.map(
    rest.use((api) => api.applications.getCurrent().then(withId)),
    ({ id, integration_types_config: config }) => ({
      id,
      integrationTypes: config === undefined ? undefined : Object.keys(config).map(Number)
    })
  )
)

const commandsOf = (definitions: ReadonlyArray<Definition.Any>): ReadonlyArray<CommandDiff.Wanted> =>
  definitions.flatMap(({ command }) => (command === undefined ? [] : [command]))

/** Where a list of commands is registered, and the wanted commands. */
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

const asCommand = fitting(
  Schema.Struct({ id: Schema.String, name: Schema.String, type: Schema.optionalKey(Schema.Finite) }),
  "a command"
)

const read = Effect.fnUntraced(function* (target: Target) {
  const rest = yield* DiscordRest
  const query = new URLSearchParams({ with_localizations: "true" })
  const existing = yield* rest.use((api) =>
    (api.rest.get(pathOf(target), { query }) as Promise<ReadonlyArray<Discord.RegisteredCommand>>).then(
      listOf(asCommand)
    )
  )
  const diff = CommandDiff.diff(existing, target.wanted, {
    scope: target.guildId === undefined ? "global" : "guild",
    integrationTypes: target.application.integrationTypes
  })
  return { diff, existing }
})

/** One call that makes one command as it shall be. */
interface Change {
  /** As people read it: `/config`. */
  readonly title: string
  readonly call: Effect.Effect<unknown, DiscordRestError>
}

// What is removed makes room for what is created.
const changesOf = (rest: DiscordRest["Service"], target: Target, diff: CommandDiff.Diff): ReadonlyArray<Change> => {
  const path = pathOf(target)
  return [
    ...diff.remove.map((command) => ({
      title: CommandDiff.title(command),
      call: rest.use((api) => api.rest.delete(`${path}/${command.id}`))
    })),
    ...diff.update.map(({ existing, patch, wanted }) => ({
      title: CommandDiff.title(wanted),
      call: rest.use((api) => api.rest.patch(`${path}/${existing.id}`, { body: patch }))
    })),
    ...diff.create.map((command) => ({
      title: CommandDiff.title(command),
      call: rest.use((api) => api.rest.post(path, { body: command }))
    }))
  ]
}

const overwrite = (
  rest: DiscordRest["Service"],
  target: Target,
  existing: ReadonlyArray<CommandDiff.Existing>
): Effect.Effect<unknown, DiscordRestError> => {
  // Discord refuses an overwrite that would remove its own command.
  const kept = existing.filter(
    (command) => CommandDiff.isDiscords(command) && !target.wanted.some(({ type }) => type === command.type)
  )
  const body = [...target.wanted, ...kept] as RESTPutAPIApplicationCommandsJSONBody
  return rest.use((api) => api.rest.put(pathOf(target), { body }))
}

// Discord has read the request, and does not take what it says.
const isRefusal = ({ reason }: DiscordRestError): boolean => reason._tag === "Api" && reason.status === 400

/** Makes each change by itself. Fails with the first refusal when all that Discord takes has been written. */
const writeEach = Effect.fnUntraced(function* (changes: ReadonlyArray<Change>) {
  let first: DiscordRestError | undefined
  for (const { call, title } of changes) {
    const error = yield* Effect.as(call, undefined).pipe(Effect.catchIf(isRefusal, (error) => Effect.succeed(error)))
    if (error === undefined) continue
    first ??= error
    yield* Effect.logError(`Discord refuses ${title}: ${error.message}`)
  }
  if (first !== undefined) return yield* first
})

const write = Effect.fnUntraced(function* (
  target: Target,
  diff: CommandDiff.Diff,
  existing: ReadonlyArray<CommandDiff.Existing>
) {
  const rest = yield* DiscordRest
  const changes = changesOf(rest, target, diff)
  if (changes.length <= 1) return yield* writeEach(changes)
  yield* overwrite(rest, target, existing).pipe(Effect.catchIf(isRefusal, () => writeEach(changes)))
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
    Effect.catchCause((cause) =>
      Effect.logError(`${what} are not all registered: the bot does not try again until it restarts`, cause)
    ),
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
 * Syncs the global commands once, and returns the differences. Commands that are not among the definitions are removed.
 * Fails with `DiscordRestError`, whose message says what is wrong. Commands that Discord refuses are logged by name; all
 * others have been registered when it fails.
 */
export const sync = (
  definitions: ReadonlyArray<Definition.Any>,
  options?: Options
): Effect.Effect<CommandDiff.Diff, DiscordRestError, DiscordRest> =>
  Effect.flatMap(currentApplication, (application) =>
    syncTarget({ application, guildId: undefined, wanted: commandsOf(definitions) }, options)
  )

/**
 * Syncs the global commands, and retries temporary failures. Ends when there is nothing left to do.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Command, CommandSync, Reply } from "fibercord"
 *
 * const ping = Command.slash("ping", { description: "Says pong" }, () => Reply.send({ content: "pong" }))
 *
 * const registered = Effect.forkChild(CommandSync.run([ping]))
 * ```
 */
export const run = (
  definitions: ReadonlyArray<Definition.Any>,
  options?: Options
): Effect.Effect<void, never, DiscordRest> => persist(sync(definitions, options), retries, "The commands")

/**
 * {@link run} in the background of a Layer. For bots without shards; `Bot.layer` does it by itself. Fails with
 * `InvalidDefinition` when Discord would refuse a command, or when there are too many.
 */
export const layer = (
  definitions: ReadonlyArray<Definition.Any>,
  options?: Options
): Layer.Layer<never, InvalidDefinition, DiscordRest> =>
  Layer.effectDiscard(
    Effect.andThen(
      orInvalid([...definitionProblems(definitions), ...countProblems(definitions)]),
      Effect.forkScoped(run(definitions, options))
    )
  )

/** Options of {@link makeGuilds}. */
export interface GuildOptions extends Options {
  /** Guilds that are synced at the same time. Default: 4. */
  readonly concurrency?: number | undefined
}

/** A guild as in GUILD_CREATE and GUILD_DELETE. */
export interface GuildLike {
  /** The id of the guild. */
  readonly id: string
  /** Whether Discord has an outage there. Default: `false`. */
  readonly unavailable?: boolean | undefined
}

/** Syncs the commands of guilds as they become available. Both methods return immediately. */
export interface GuildSync<in G extends GuildLike> {
  /** The bot is in this guild: its commands are synced, unless they were already in this run. */
  readonly joined: (guild: G) => void
  /** The bot may have left this guild: if so, its commands are synced again when it comes back. */
  readonly left: (guild: GuildLike) => void
}

/** Passes guilds to workers, each of them once. */
const makeQueue = Effect.fnUntraced(function* <G extends GuildLike>(
  select: (guild: G) => ReadonlyArray<Definition.Any> | undefined
) {
  // Holds at most one entry per guild, without the guild itself, which may be large.
  const waiting = yield* Queue.unbounded<Omit<Target, "application"> & { readonly guildId: string }>()
  const seen = new Set<string>()
  const sync: GuildSync<G> = {
    joined: (guild) => {
      if (guild.unavailable === true || seen.has(guild.id)) return
      seen.add(guild.id)
      const definitions = select(guild)
      if (definitions !== undefined) Queue.offerUnsafe(waiting, { guildId: guild.id, wanted: commandsOf(definitions) })
    },
    left: ({ id, unavailable }) => {
      // In an outage the bot is still in the guild.
      if (unavailable !== true) seen.delete(id)
    }
  }
  return { sync, take: Queue.take(waiting) }
})

/**
 * Makes a sync of guild commands. `select` names the definitions of a guild; `undefined` leaves its commands as they
 * are, without a request. It is called in `joined` and must not wait. A guild whose sync keeps failing is given up
 * after 8 retries. Works until the scope closes.
 *
 * `Bot.layer` does this for `commands.guild`. The definitions must also be among the bot's `interactions`, and should
 * not be registered globally too: users would see them twice.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Command, CommandSync, Reply } from "fibercord"
 *
 * const beta = Command.slash("beta", { description: "Only for testers" }, () => Reply.send({ content: "Thank you for testing" }))
 *
 * const synced = Effect.gen(function* () {
 *   const guilds = yield* CommandSync.makeGuilds(({ id }: CommandSync.GuildLike) => (id === "1" ? [beta] : []))
 *   guilds.joined({ id: "1" })
 * })
 * ```
 */
export const makeGuilds = Effect.fnUntraced(function* <G extends GuildLike>(
  select: (guild: G) => ReadonlyArray<Definition.Any> | undefined,
  options?: GuildOptions
): Effect.fn.Return<GuildSync<G>, never, DiscordRest | Scope.Scope> {
  const { sync, take } = yield* makeQueue(select)
  let known: Application | undefined
  const application = Effect.suspend(() => (known === undefined ? currentApplication : Effect.succeed(known)))
  const next = Effect.flatMap(take, (target) => {
    const once = Effect.flatMap(application, (application) => {
      known = application
      return syncTarget({ ...target, application }, options)
    })
    return persist(once, guildRetries, `The commands of guild ${target.guildId}`)
  })
  for (let worker = 0; worker < (options?.concurrency ?? 4); worker++) yield* Effect.forkScoped(Effect.forever(next))
  return sync
})
