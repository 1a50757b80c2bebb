/**
 * A Discord on loopback: a gateway and a REST API over real sockets, the state behind them, users who act, faults, and
 * a log of everything that a bot did. It enforces Discord's rules, and reports which of them a bot has broken.
 *
 * ```ts
 * import { assert, it } from "@effect/vitest"
 * import { Effect, Layer } from "effect"
 * import { Bot, Command, Reply } from "fibercord"
 * import { FakeDiscord } from "fibercord/testing"
 *
 * const ping = Command.slash("ping", { description: "Is it there?" }, () => Reply.send({ content: "pong" }))
 *
 * it.live("replies", () =>
 *   Effect.gen(function* () {
 *     const discord = yield* FakeDiscord.FakeDiscord
 *     const alice = yield* discord.user("alice")
 *     const message = yield* alice.slash("ping")
 *     assert.strictEqual(yield* message.content, "pong")
 *   }).pipe(Effect.provide(Layer.provideMerge(Bot.layer({ interactions: [ping] }), FakeDiscord.layer())))
 * )
 * ```
 *
 * Time comes from `Clock`, while the sockets are real: with `TestClock`, deadlines and delays pass when the test says
 * so.
 */
import type {
  APIApplicationCommand,
  APIApplicationEmoji,
  APIApplicationRoleConnection,
  APIApplicationRoleConnectionMetadata,
  RESTPostAPIApplicationCommandsJSONBody
} from "../discord/DiscordApi.ts"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import * as Bot from "../Bot.ts"
import * as DiscordConfig from "../DiscordConfig.ts"
import * as IdentifyQueue from "../gateway/IdentifyQueue.ts"
import type { AwaitTimeout, NoAnswer } from "./FakeDiscordError.ts"
import type { Faults } from "./Faults.ts"
import type { Guild } from "./Guild.ts"
import * as Core from "./internal/core.ts"
import { serve } from "./internal/customRoutes.ts"
import { make as makeFaults } from "./internal/faults.ts"
import * as guildHandles from "./internal/guildHandles.ts"
import { object } from "./internal/json.ts"
import * as readers from "./internal/readers.ts"
import type { Session } from "./internal/session.ts"
import { DrainLimit } from "../runtime/internal/drainLimit.ts"
import { drainLimit } from "./internal/runner.ts"
import { fromOptions } from "./internal/settings.ts"
import * as entitlements from "./internal/entitlements.ts"
import * as skus from "./internal/skus.ts"
import * as interactionsEndpoint from "./internal/interactionsEndpoint.ts"
import * as opened from "./internal/opened.ts"
import * as users from "./internal/users.ts"
import { ApiError } from "./internal/apiError.ts"
import { checkCommands } from "./internal/validateCommands.ts"
import * as webhookEndpoint from "./internal/webhookEndpoint.ts"
import type { InteractionsEndpoint } from "./InteractionsEndpoint.ts"
import { type Entry, type EntryOf, type Host, is } from "./Log.ts"
import type { Response, WaitOptions } from "./Message.ts"
import type { Entitled, Entitlement, EntitlementFields } from "./Entitlement.ts"
import type { Options } from "./Options.ts"
import type { SkuFields, Subscription, SubscriptionFields } from "./Sku.ts"
import type { User } from "./User.ts"
import type { EndpointRefused, WebhookEndpoint } from "./WebhookEndpoint.ts"

export type { Entitled, Entitlement, EntitlementFields } from "./Entitlement.ts"
export type { SkuFields, Subscription, SubscriptionFields } from "./Sku.ts"
export {
  AwaitTimeout,
  InvalidAuthorization,
  InvalidCommand,
  NoAnswer,
  NoResult,
  NotUsable
} from "./FakeDiscordError.ts"
export type { Action, EdgeForm, EdgeStatus, Fault, Faults, Point, RequestPattern, When } from "./Faults.ts"
export type { Fields, Guild, Webhook } from "./Guild.ts"
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
export type { Options } from "./Options.ts"
export { knownRateLimits } from "./RateLimit.ts"
export type { RateLimit } from "./RateLimit.ts"
export type { Route, RouteFile, RouteRequest, RouteResponse } from "./Route.ts"
export type { InteractionsEndpoint } from "./InteractionsEndpoint.ts"
export { EndpointRefused } from "./WebhookEndpoint.ts"
export type { Delivery, SendOptions, WebhookEndpoint } from "./WebhookEndpoint.ts"
export type { Attachment, OptionValue, OptionValues, Place, SayOptions, SlashOptions, User } from "./User.ts"

/** A gateway session, as the server holds it. */
export interface SessionView {
  readonly id: string
  readonly shardId: number
  readonly shardCount: number
  readonly intents: number
  /** The sequence number of the last event. */
  readonly seq: number
  readonly connected: boolean
  /** The presence of IDENTIFY, or of the last op 3. */
  readonly presence: unknown
  /** The connection properties of IDENTIFY. */
  readonly properties: unknown
}

/** Options of {@link AwaitLog}. */
export interface AwaitLogOptions extends WaitOptions {
  /** Ignores entries before this index; `discord.mark` is the index of the next one. Default: 0. */
  readonly since?: number | undefined
  /** Waits for this many matching entries, and returns the last of them. Default: 1. */
  readonly count?: number | undefined
}

/** Waits until the log has a matching entry; past entries count, too. */
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
    /** The URL in the answer to `/gateway/bot`: `ws://127.0.0.1:PORT`. */
    readonly gatewayUrl: string
    /** The `resume_gateway_url` of READY: the same server on another port. */
    readonly resumeUrl: string
    /** The bot's token. */
    readonly token: Redacted.Redacted
    readonly applicationId: string
    /** The application's public key, by which its endpoints verify Discord's signatures. */
    readonly publicKey: string
    /**
     * Enters a URL for webhook events, as in the developer portal: Discord sends a PING and a request with a forged
     * signature, and accepts the endpoint if it acknowledges the first and refuses the second.
     */
    readonly webhookEndpoint: (url: string) => Effect.Effect<WebhookEndpoint, EndpointRefused>
    /**
     * Enters a URL for interactions, as in the developer portal: Discord checks that it answers a PING and refuses a forged
     * signature. From then on what users do is posted to it, and gateway sessions get no interactions.
     */
    readonly interactionsEndpoint: (url: string) => Effect.Effect<InteractionsEndpoint, EndpointRefused>
    /** The application's client secret for OAuth2. */
    readonly clientSecret: Redacted.Redacted
    /** The fields of linked roles that the bot has written. */
    readonly roleMetadata: Effect.Effect<ReadonlyArray<APIApplicationRoleConnectionMetadata>>
    /** The values of linked roles of a user; `undefined` if there are none. */
    readonly roleConnection: (userId: string) => Effect.Effect<APIApplicationRoleConnection | undefined>
    /** The id of the bot's own user, which equals the id of the application. */
    readonly botId: string
    /** The guild that exists from the start; it belongs to shard 0. */
    readonly guild: Guild
    /**
     * Adds a guild, and sends GUILD_CREATE to running sessions. It belongs to `shard` (default: 0) if the bot runs
     * `shardCount` shards (default: the recommended number).
     */
    readonly addGuild: (
      name: string,
      options?: { readonly shard?: number | undefined; readonly shardCount?: number | undefined }
    ) => Effect.Effect<Guild>
    /**
     * The user with this name, who is created on first use and is a member of every guild. Options count on first use
     * only.
     */
    readonly user: (
      name: string,
      options?: {
        /**
         * What the user may do in every guild, besides what `@everyone` and its roles may: permission bits as a decimal
         * string, as Discord sends them. Default: nothing more.
         */
        readonly permissions?: string | undefined
        /** Ids of roles. */
        readonly roles?: ReadonlyArray<string> | undefined
        /** Default: `en-US`. */
        readonly locale?: string | undefined
        /** Whether bots cannot send direct messages to this user. Default: `false`. */
        readonly closed?: boolean | undefined
        /** Whether the user has installed the application, so that commands for user installs can be run. Default: `false`. */
        readonly installed?: boolean | undefined
        /** Whether the user has enabled age-restricted commands in direct messages. Default: `false`. */
        readonly ageRestricted?: boolean | undefined
      }
    ) => Effect.Effect<User>
    /**
     * Gives a user or a guild access to an SKU, as a purchase does: ENTITLEMENT_CREATE is sent, and interactions carry the
     * entitlement until it is deleted, also when it has ended or was consumed.
     */
    readonly entitle: (sku: string, to: Entitled, fields?: EntitlementFields) => Effect.Effect<Entitlement>
    /** Makes an SKU of the application, and returns its id. A subscription gets its group, too. */
    readonly sku: (name: string, fields?: SkuFields) => Effect.Effect<string>
    /**
     * A user subscribes to an SKU: ENTITLEMENT_CREATE and SUBSCRIPTION_CREATE are sent. Nothing happens to the subscription by
     * itself: change it when it renews or ends.
     */
    readonly subscribe: (
      sku: string,
      user: string | { readonly id: string },
      fields?: SubscriptionFields
    ) => Effect.Effect<Subscription>
    /** The registered commands, globally or of a guild. */
    readonly commands: (guildId?: string) => Effect.Effect<ReadonlyArray<APIApplicationCommand>>
    /**
     * Replaces the registered commands, as an earlier start of the bot would have. Dies if Discord would refuse them.
     */
    readonly registerCommands: (
      commands: ReadonlyArray<RESTPostAPIApplicationCommandsJSONBody>,
      guildId?: string
    ) => Effect.Effect<void>
    /** The application's own emojis. */
    readonly applicationEmojis: Effect.Effect<ReadonlyArray<APIApplicationEmoji>>
    /** Adds an emoji of the application, as an earlier start of the bot or a person would have. Returns its id. */
    readonly addApplicationEmoji: (
      name: string,
      fields?: { readonly animated?: boolean | undefined }
    ) => Effect.Effect<string>
    /** Dispatches any event to the sessions of a shard; those without a connection keep it for a RESUME. */
    readonly dispatch: (shardId: number, t: string, d: unknown) => Effect.Effect<void>
    /**
     * Sends INTERACTION_CREATE and waits for the answer. The payload is that of a command by the user `someone`, with
     * these fields replaced. It is sent in the channel `channel_id` (default: that of `guild`). If `message.id` is the
     * id of an existing message, updates edit that message.
     */
    readonly interaction: (payload: {
      readonly [field: string]: unknown
    }) => Effect.Effect<Response, NoAnswer | AwaitTimeout>
    /** The log so far. */
    readonly log: Effect.Effect<ReadonlyArray<Entry>>
    /** The index that the next entry will have. */
    readonly mark: Effect.Effect<number>
    /** All entries from now on. A reader that is too slow loses the oldest ones. */
    readonly changes: Stream.Stream<Entry>
    readonly awaitLog: AwaitLog
    /** The rules that the bot has broken so far. */
    readonly violations: Effect.Effect<ReadonlyArray<EntryOf<"Violation">>>
    /** Sessions that are connected or can be resumed. */
    readonly sessions: Effect.Effect<ReadonlyArray<SessionView>>
    readonly faults: Faults
    /** Takes a host down: cuts its connections and refuses new ones. Default: both hosts. */
    readonly stop: (host?: Host) => Effect.Effect<void>
    /** Brings a host back on the same port. Default: both hosts. */
    readonly start: (host?: Host) => Effect.Effect<void>
  }
>()("fibercord/testing/FakeDiscord") {}

const sessionView = (session: Session): SessionView => ({
  id: session.id,
  shardId: session.shardId,
  shardCount: session.shardCount,
  intents: session.intents,
  seq: session.seq,
  connected: session.connection !== undefined,
  presence: session.presence,
  properties: session.properties
})

const registerCommands = (
  core: Core.Core,
  commands: ReadonlyArray<RESTPostAPIApplicationCommandsJSONBody>,
  guildId = "global"
): Effect.Effect<void> =>
  Effect.sync(() => {
    const wanted = commands.map(object)
    try {
      checkCommands(wanted)
    } catch (error) {
      const errors = error instanceof ApiError ? JSON.stringify(error.errors) : String(error)
      throw new Error(`Discord would refuse these commands: ${errors}`, { cause: error })
    }
    core.world.registerCommands(guildId, wanted)
  })

/**
 * Starts a fake Discord, which stops when the scope closes.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { FakeDiscord } from "fibercord/testing"
 *
 * // A second Discord in a test of a bot that talks to two.
 * const other = Effect.gen(function* () {
 *   const discord = yield* FakeDiscord.make({ identifyInterval: 0 })
 *   return discord.apiUrl // open until the scope closes
 * })
 * ```
 */
export const make = Effect.fnUntraced(function* (
  options: Options = {}
): Effect.fn.Return<FakeDiscord["Service"], never, Scope.Scope> {
  const core = yield* Core.make(fromOptions(options))
  const { gateway, journal, settings, world } = core
  const guild = yield* guildHandles.add(core, "fake guild")
  const run = yield* FiberSet.makeRuntime<never>()
  const runPromise = yield* FiberSet.makeRuntimePromise<never>()
  const discord = FakeDiscord.of({
    apiUrl: core.apiUrl(),
    gatewayUrl: core.url("main"),
    resumeUrl: core.url("resume"),
    token: Redacted.make(settings.token),
    applicationId: settings.applicationId,
    publicKey: world.keys.publicKey,
    webhookEndpoint: (url) =>
      webhookEndpoint.add(url, world.keys, { id: settings.applicationId, now: () => world.timestamp() }),
    interactionsEndpoint: (url) => interactionsEndpoint.add(world, url, run),
    clientSecret: Redacted.make(settings.clientSecret),
    roleMetadata: Effect.sync(
      () => world.roleMetadata as unknown as ReadonlyArray<APIApplicationRoleConnectionMetadata>
    ),
    roleConnection: (userId) =>
      Effect.sync(() => world.roleConnections.get(userId) as APIApplicationRoleConnection | undefined),
    botId: world.bot.id,
    guild,
    addGuild: (name, options) => guildHandles.add(core, name, options),
    user: (name, options) => Effect.sync(() => users.find(core, name, options)),
    entitle: (sku, to, fields) => Effect.sync(() => entitlements.give(world, sku, to, fields)),
    sku: (name, fields) => Effect.sync(() => skus.sell(world, name, fields)),
    subscribe: (sku, user, fields) =>
      Effect.sync(() => skus.subscribe(world, sku, typeof user === "string" ? user : user.id, fields)),
    commands: (guildId = "global") =>
      Effect.sync(() => (world.commands.get(guildId) ?? []) as unknown as ReadonlyArray<APIApplicationCommand>),
    registerCommands: (commands, guildId) => registerCommands(core, commands, guildId),
    applicationEmojis: Effect.sync(
      () => [...world.applicationEmojis.values()] as unknown as ReadonlyArray<APIApplicationEmoji>
    ),
    addApplicationEmoji: (name, fields = {}) =>
      Effect.sync(() => String(world.addApplicationEmoji(name, fields)["id"])),
    dispatch: (shardId, t, d) =>
      Effect.sync(() => {
        for (const session of gateway.live()) if (session.shardId === shardId) session.dispatch(t, d)
      }),
    interaction: (payload) => users.rawInteraction(core, guild.channelId, payload),
    log: Effect.sync(() => [...journal.entries]),
    mark: Effect.sync(() => journal.next),
    changes: readers.changes(journal),
    awaitLog: readers.awaitLog(core),
    violations: Effect.sync(() => journal.entries.filter(is("Violation"))),
    sessions: Effect.sync(() => gateway.live().map(sessionView)),
    faults: makeFaults(core),
    stop: (host) => Core.forHosts(host, core.stop),
    start: (host) => Core.forHosts(host, core.start)
  })
  core.rest.serveCustom = serve(discord, runPromise)
  return opened.note(discord, core)
})

/** The server alone, without anything that connects to it. */
export const layerServer = (options: Options = {}): Layer.Layer<FakeDiscord> => Layer.effect(FakeDiscord, make(options))

const identifying = ({ identifyInterval = "5 seconds" }: Options): IdentifyQueue.Options => {
  const interval = Duration.toMillis(Duration.fromInputUnsafe(identifyInterval))
  return { interval, margin: Math.max(100, interval / 4) }
}

/**
 * A fake Discord and, connected to it, everything that `Bot.layerDiscord` provides:
 *
 * ```ts
 * import { Layer } from "effect"
 * import { Bot } from "fibercord"
 * import { FakeDiscord } from "fibercord/testing"
 *
 * const TestLive = Layer.provideMerge(Bot.layer({ interactions: [] }), FakeDiscord.layer())
 * ```
 *
 * Between two IDENTIFYs shards wait as long as the `identifyInterval` of the fake, and by a quarter longer: a busy machine
 * reads the first one later than it was sent.
 */
export const layer = (options: Options = {}): Layer.Layer<FakeDiscord | Bot.Services> =>
  IdentifyQueue.layerMemory(identifying(options)).pipe(
    Layer.provideMerge(Bot.layerServices),
    Layer.provideMerge(
      Layer.effect(
        DiscordConfig.DiscordConfig,
        Effect.map(FakeDiscord, ({ apiUrl, token }) => ({ apiUrl, token }))
      )
    ),
    Layer.provideMerge(Layer.succeed(DrainLimit, drainLimit)),
    Layer.provideMerge(layerServer(options))
  )
