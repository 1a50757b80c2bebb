/**
 * A Discord on loopback: a gateway and a REST API over real sockets, the state behind them, users who act on it, faults,
 * and a log of everything that a bot did. It keeps to Discord's rules, and says which one a bot has broken.
 *
 * ```ts
 * const discord = yield* FakeDiscord.FakeDiscord
 * const alice = yield* discord.user("alice")
 * const message = yield* alice.slash("counter", { start: 41 })
 * yield* message.click("+1")
 * assert.strictEqual(yield* message.content, "42")
 * ```
 *
 * Time comes from `Clock`, sockets are real: under a virtual clock, deadlines and delays pass when the test says so.
 */
import type { APIApplicationCommand, RESTPostAPIApplicationCommandsJSONBody } from "discord-api-types/v10"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { AwaitTimeout, NoAnswer } from "./FakeDiscordError.ts"
import type { Faults } from "./Faults.ts"
import * as Core from "./internal/core.ts"
import { make as makeFaults } from "./internal/faults.ts"
import * as handles from "./internal/handles.ts"
import * as interactions from "./internal/interactions.ts"
import { type Json, object } from "./internal/json.ts"
import { checkCommands } from "./internal/validateCommands.ts"
import { fromOptions, type Options } from "./internal/settings.ts"
import * as users from "./internal/users.ts"
import type { GuildRecord } from "./internal/world.ts"
import { type Entry, type EntryOf, type Host, is } from "./Log.ts"
import type { Response, WaitOptions } from "./Message.ts"
import type { User } from "./User.ts"

export { AwaitTimeout, InvalidCommand, NoAnswer, NoResult, NotUsable } from "./FakeDiscordError.ts"
export type { Action, Fault, Faults, Point, RequestPattern, When } from "./Faults.ts"
export type { Options } from "./internal/settings.ts"
export { layer } from "./layer.ts"
export { format, is } from "./Log.ts"
export type { Entry, EntryOf, Fact, Host, Rule, Tag } from "./Log.ts"
export type {
  ActionError,
  AnswerKind,
  Button,
  ClickOptions,
  Field,
  FieldValues,
  Message,
  Modal,
  ReadError,
  Response,
  Select,
  Snapshot,
  WaitOptions
} from "./Message.ts"
export type { Attachment, OptionValue, OptionValues, Place, SlashOptions, User } from "./User.ts"

/** A guild, with what tests need of it. */
export interface Guild {
  readonly id: string
  readonly name: string
  /** Its first channel. */
  readonly channelId: string
  /** The role that everybody has; its id is the guild's. */
  readonly everyone: string
  /** Adds a channel; gives its id. */
  readonly channel: (name: string) => Effect.Effect<string>
  /** Adds a role; gives its id. */
  readonly role: (name: string, options?: { readonly permissions?: string | undefined }) => Effect.Effect<string>
}

/** A gateway session, as the server holds it. */
export interface SessionView {
  readonly id: string
  readonly shardId: number
  readonly shardCount: number
  readonly intents: number
  /** The number of the last event. */
  readonly seq: number
  readonly connected: boolean
  /** What the last IDENTIFY or op 3 said. */
  readonly presence: unknown
  /** What IDENTIFY said about the client. */
  readonly properties: unknown
}

/** How to wait for an entry of the log. */
export interface AwaitLogOptions extends WaitOptions {
  /** Looks only at entries from this index on; `discord.mark` gives the next one. Default: 0. */
  readonly since?: number | undefined
  /** Waits for this many entries, and gives the last. Default: 1. */
  readonly count?: number | undefined
}

/** Waits until the log has an entry that fits, past entries included. */
export interface AwaitLog {
  <E extends Entry>(fits: (entry: Entry) => entry is E, options?: AwaitLogOptions): Effect.Effect<E, AwaitTimeout>
  (fits: (entry: Entry) => boolean, options?: AwaitLogOptions): Effect.Effect<Entry, AwaitTimeout>
}

/** The service: one fake Discord. */
export class FakeDiscord extends Context.Service<
  FakeDiscord,
  {
    /** Base URL of the REST API, without the version: `http://127.0.0.1:PORT/api`. */
    readonly apiUrl: string
    /** What `/gateway/bot` gives: `ws://127.0.0.1:PORT`. */
    readonly gatewayUrl: string
    /** What READY gives as `resume_gateway_url`: the same on another port. */
    readonly resumeUrl: string
    /** The bot's token. */
    readonly token: Redacted.Redacted
    readonly applicationId: string
    /** The bot's own user. Its id is the application's. */
    readonly botId: string
    /** The guild that is there from the start; it is shard 0's. */
    readonly guild: Guild
    /**
     * Another guild. It belongs to `shard` if the bot runs the recommended number of shards. Default: shard 0. Running
     * sessions get GUILD_CREATE.
     */
    readonly addGuild: (
      name: string,
      options?: { readonly shard?: number | undefined; readonly shardCount?: number | undefined }
    ) => Effect.Effect<Guild>
    /** A user, made on first use, and a member of every guild. Options count at first use only. */
    readonly user: (
      name: string,
      options?: {
        /** Permissions, as Discord's decimal string of bits. Default: those of a normal member. */
        readonly permissions?: string | undefined
        /** Ids of roles. */
        readonly roles?: ReadonlyArray<string> | undefined
        /** Default: `en-US`. */
        readonly locale?: string | undefined
      }
    ) => Effect.Effect<User>
    /** Commands that are registered, globally or for a guild. */
    readonly commands: (guildId?: string) => Effect.Effect<ReadonlyArray<APIApplicationCommand>>
    /** Replaces the registered commands, as an earlier start of the bot would have. Dies on what Discord refuses. */
    readonly registerCommands: (
      commands: ReadonlyArray<RESTPostAPIApplicationCommandsJSONBody>,
      guildId?: string
    ) => Effect.Effect<void>
    /** Sends any event to the sessions of a shard; those without a connection keep it for a RESUME. */
    readonly dispatch: (shardId: number, t: string, d: unknown) => Effect.Effect<void>
    /**
     * Sends INTERACTION_CREATE with these fields in place of those of a command by the user `someone`, in the channel
     * `channel_id` (default: the default guild's), and waits for the answer. A known `message.id` is what updates edit.
     */
    readonly interaction: (payload: Json) => Effect.Effect<Response, NoAnswer | AwaitTimeout>
    /** The log so far. */
    readonly log: Effect.Effect<ReadonlyArray<Entry>>
    /** The index that the next entry will have. */
    readonly mark: Effect.Effect<number>
    /** Every entry from now on. A reader that is too slow loses the oldest ones. */
    readonly changes: Stream.Stream<Entry>
    readonly awaitLog: AwaitLog
    /** The rules that the bot has broken so far. */
    readonly violations: Effect.Effect<ReadonlyArray<EntryOf<"Violation">>>
    /** Sessions that are connected or can be resumed. */
    readonly sessions: Effect.Effect<ReadonlyArray<SessionView>>
    readonly faults: Faults
    /** Takes a host down: connections are cut, new ones refused. Default: both. */
    readonly stop: (host?: Host) => Effect.Effect<void>
    /** Brings it back on the same port. Default: both. */
    readonly start: (host?: Host) => Effect.Effect<void>
  }
>()("fibercord/testing/FakeDiscord") {}

const hosts = (host: Host | undefined): ReadonlyArray<Host> => (host === undefined ? ["main", "resume"] : [host])

const changesBuffer = 4096

/** Starts a fake Discord; it ends with the scope. */
export const make = (options: Options = {}): Effect.Effect<FakeDiscord["Service"], never, Scope.Scope> =>
  Effect.gen(function* () {
    const core = yield* Core.make(fromOptions(options))
    const { gateway, journal, settings, world } = core

    const guildOf = (record: GuildRecord): Guild => ({
      id: record.id,
      name: record.name,
      channelId: record.channels[0]?.id ?? record.id,
      everyone: record.id,
      channel: (name) => Effect.sync(() => world.addChannel({ name, guildId: record.id }).id),
      role: (name, options) => Effect.sync(() => world.addRole(record.id, { name, ...options }).id)
    })
    const addGuild: FakeDiscord["Service"]["addGuild"] = (name, options) =>
      Effect.sync(() => {
        const shardCount = options?.shardCount ?? settings.shards
        const record = world.addGuild({ name, shardId: options?.shard ?? 0, shardCount })
        world.announceGuild(record)
        return guildOf(record)
      })
    const guild = yield* addGuild("fake guild")

    const findUser: FakeDiscord["Service"]["user"] = (name, options) =>
      Effect.sync(() => {
        const known = [...world.users.values()].find((user) => user.username === name && !user.bot)
        return users.make(core, known ?? world.addUser({ username: name, ...options }))
      })

    const awaitLog = (fits: (entry: Entry) => boolean, options: AwaitLogOptions = {}) =>
      Effect.suspend(() => {
        let next = options.since ?? 0
        let missing = options.count ?? 1
        const { timeout } = options
        const limit = timeout === undefined ? undefined : Duration.toMillis(timeout)
        const read = (): Entry | undefined => {
          for (const entry of journal.since(next)) {
            next = entry.index + 1
            if (fits(entry) && --missing === 0) return entry
          }
          return undefined
        }
        return Core.waitFor(core, "the wanted entry of the log", read, limit)
      })

    return FakeDiscord.of({
      apiUrl: core.apiUrl(),
      gatewayUrl: core.url("main"),
      resumeUrl: core.url("resume"),
      token: Redacted.make(settings.token),
      applicationId: settings.applicationId,
      botId: world.bot.id,
      guild,
      addGuild,
      user: findUser,
      commands: (guildId = "global") =>
        Effect.sync(() => (world.commands.get(guildId) ?? []) as unknown as ReadonlyArray<APIApplicationCommand>),
      registerCommands: (commands, guildId = "global") =>
        Effect.sync(() => {
          const wanted = commands.map(object)
          checkCommands(wanted)
          world.registerCommands(guildId, wanted)
        }),
      dispatch: (shardId, t, d) =>
        Effect.sync(() => {
          for (const session of gateway.live()) if (session.shardId === shardId) session.dispatch(t, d)
        }),
      interaction: Effect.fnUntraced(function* (payload) {
        const someone = [...world.users.values()].find((one) => one.username === "someone")
        const { channel_id: channel, message, type } = payload
        const channelId = typeof channel === "string" && world.channels.has(channel) ? channel : guild.channelId
        yield* handles.session(core, channelId)
        const record = interactions.open(world, {
          type: typeof type === "number" ? type : interactions.Kind.command,
          user: someone ?? world.addUser({ username: "someone" }),
          channelId,
          action: "a raw interaction",
          data: {},
          source: world.messages.get(String(object(message)["id"])),
          overrides: payload
        })
        return yield* handles.respond(core, record)
      }),
      log: Effect.sync(() => [...journal.entries]),
      mark: Effect.sync(() => journal.next),
      changes: Stream.callback<Entry>(
        (queue) =>
          Effect.acquireRelease(
            Effect.sync(() => journal.listen((entry) => void Queue.offerUnsafe(queue, entry))),
            (stop) => Effect.sync(stop)
          ),
        { bufferSize: changesBuffer, strategy: "sliding" }
      ),
      awaitLog: awaitLog as AwaitLog,
      violations: Effect.sync(() => journal.entries.filter(is("Violation"))),
      sessions: Effect.sync(() =>
        gateway.live().map((session) => ({
          id: session.id,
          shardId: session.shardId,
          shardCount: session.shardCount,
          intents: session.intents,
          seq: session.seq,
          connected: session.connection !== undefined,
          presence: session.presence,
          properties: session.properties
        }))
      ),
      faults: makeFaults(core),
      stop: (host) => Effect.forEach(hosts(host), core.stop, { discard: true }),
      start: (host) => Effect.forEach(hosts(host), core.start, { discard: true })
    })
  })

/** The server alone: the service, and nothing that connects to it. */
export const layerServer = (options: Options = {}): Layer.Layer<FakeDiscord> => Layer.effect(FakeDiscord, make(options))
