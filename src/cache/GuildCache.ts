/**
 * What a bot's guilds hold, kept from gateway events. Nothing is kept that is not asked for:
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { Bot, GuildCache } from "fibercord"
 *
 * const cache = GuildCache.define({
 *   roles: true,
 *   members: { pick: ({ nick, roles }) => ({ nick, roles }), max: 10_000, timeToLive: "1 hour" }
 * })
 *
 * const BotLive = Bot.layer({ interactions: [] }).pipe(Layer.provideMerge(cache.layer))
 * const nickOf = (guildId: string, userId: string) =>
 *   Effect.map(cache.members.resolve(guildId, userId), (member) => member.nick)
 * ```
 *
 * A guild is known from its GUILD_CREATE on, and each event is applied in the call that brings it, so a handler of an
 * event sees the cache with that event. A RESUME changes nothing. A new session forgets its guilds until each follows, so
 * that what was missed is not kept for ever; so does an outage, until it ends. A reshard keeps everything.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Api from "../discord/DiscordApi.ts"
import { GatewayEvents } from "../gateway/GatewayEvents.ts"
import type { IntentName } from "../gateway/Intents.ts"
import { DiscordRest } from "../rest/DiscordRest.ts"
import { Api as ApiReason, DiscordRestError } from "../rest/DiscordRestError.ts"
import * as GuildStore from "./GuildStore.ts"
import * as Feed from "./internal/feed.ts"
import { textOf } from "../internal/thrown.ts"

/** The objects of each kind, as Discord sends them. */
export interface Raw {
  /** Without roles and emojis, which are kinds of their own, and without what only GUILD_CREATE has. */
  readonly guilds: Omit<Api.APIGuild, "roles" | "emojis">
  readonly channels: Api.APIGuildChannel
  readonly roles: Api.APIRole
  /**
   * Discord sends the bot and who is in voice; others as they join or change, and when they are requested
   * (`MemberChunks`). With the intent `GuildPresences`, it sends all of a guild of at most 75,000 members.
   */
  readonly members: Api.APIGuildMember
  /** Without `member`. */
  readonly voiceStates: Api.APIVoiceState
  readonly emojis: Api.APIEmoji
  /** The active threads that the bot can see, without `member`. */
  readonly threads: Api.APIThreadChannel
  /** Those that arrive while the bot runs. Set `max`. */
  readonly messages: Api.APIMessage & { readonly guild_id: string }
}

/** How a kind is kept. */
export interface Keep<R> {
  /**
   * What to keep of an object. Default: all of it. If it throws, the object is not kept, and a warning is logged once.
   */
  readonly pick?: ((raw: R) => unknown) | undefined
  /**
   * The same as a schema: what it decodes the object to. An object that it does not accept is not kept, and a warning is
   * logged once. Its type must be JSON for stores outside of this process.
   */
  readonly fields?: Schema.Codec<unknown, unknown> | undefined
  /** Which objects are kept. One that does not fit any more is forgotten. Default: all. If it throws, likewise. */
  readonly when?: ((raw: R) => boolean) | undefined
  /** The most entries of one guild. The one that was written longest ago makes room. Default: no limit. */
  readonly max?: number | undefined
  /** After how long without an event about it an entry is forgotten. Default: never. */
  readonly timeToLive?: Duration.Input | undefined
}

/** The kinds to keep. `true` keeps whole objects. Others are not kept. */
export type Options = { readonly [K in GuildStore.Kind]?: true | Keep<Raw[K]> }

/** What is kept of an object. */
export type Kept<K extends GuildStore.Kind, O> = O extends { readonly fields: Schema.Codec<infer A, infer _I> }
  ? A
  : O extends { readonly pick: (raw: never) => infer A }
    ? A
    : Raw[K]

/** An object is not what `fields` of its kind accepts, or `pick` or `when` threw. */
export class Unreadable extends Schema.TaggedError<Unreadable>("fibercord/cache/Unreadable")("Unreadable", {
  /** The kind of objects, for example `members`. */
  kind: Schema.String,
  /** What does not fit. */
  detail: Schema.String
}) {
  override get message() {
    return `One of Discord's ${this.kind} cannot be kept as the cache was told to: ${this.detail}`
  }
}

/** Reads one kind. `Key` is what names an object in its guild: its id; of members and voice states the user's. */
export interface Reader<A, Key extends ReadonlyArray<string>> {
  /** From the cache: `None` if it is not known. Fails if the store cannot be read; the one in memory always can. */
  readonly get: (
    guildId: string,
    ...key: Key
  ) => Effect.Effect<Option.Option<A>, GuildStore.GuildStoreError, GuildCache>
  /**
   * From the cache, or from Discord's REST API if it is not known or the store cannot be read. What REST returned is not
   * kept, because nothing says how it stands to the events. A channel or thread of another guild is an unknown one.
   */
  readonly resolve: (
    guildId: string,
    ...key: Key
  ) => Effect.Effect<A, DiscordRestError | Unreadable, GuildCache | DiscordRest>
  /** Everything that is kept of a guild, by id. `None` if the guild is not known, for example during an outage. */
  readonly all: (
    guildId: string
  ) => Effect.Effect<Option.Option<ReadonlyMap<string, A>>, GuildStore.GuildStoreError, GuildCache>
}

/** What names an object of a kind in its guild. Messages are also named by their channel. */
export type KeyOf<K extends GuildStore.Kind> = K extends "guilds"
  ? []
  : K extends "messages"
    ? [channelId: string, messageId: string]
    : [id: string]

/** The service of all readers: an open store. */
export class GuildCache extends Context.Service<GuildCache, GuildStore.Open>()("fibercord/cache/GuildCache") {}

/** A cache: a reader for each kind that is kept, and the layer that keeps it. */
export type Definition<O extends Options> = {
  readonly [K in Extract<keyof O, GuildStore.Kind>]: Reader<Kept<K, O[K]>, KeyOf<K>>
} & {
  /**
   * Keeps everything in memory. Provide it to the bot, so that it exists before the shards start. The intents that the
   * kinds need are required: without one, the bot fails with `MissingIntents` of `GatewayError`.
   */
  readonly layer: Layer.Layer<GuildCache, never, GatewayEvents>
  /** The same in a `GuildStore` of your own. Fails if that cannot be opened. */
  readonly layerStore: Layer.Layer<GuildCache, GuildStore.GuildStoreError, GatewayEvents | GuildStore.GuildStore>
  /** The guilds that are known, those in an outage included. */
  readonly guildIds: Effect.Effect<ReadonlyArray<string>, never, GuildCache>
  /** Whether a guild is known: `whole`, `unavailable` during an outage or before its GUILD_CREATE, or not at all. */
  readonly state: (guildId: string) => Effect.Effect<"whole" | "unavailable" | undefined, never, GuildCache>
}

const intents: Readonly<Record<GuildStore.Kind, ReadonlyArray<IntentName>>> = {
  guilds: ["Guilds"],
  channels: ["Guilds"],
  roles: ["Guilds"],
  members: ["Guilds", "GuildMembers"],
  voiceStates: ["Guilds", "GuildVoiceStates"],
  emojis: ["Guilds", "GuildExpressions"],
  threads: ["Guilds"],
  messages: ["Guilds", "GuildMessages"]
}

type Projection = (raw: object) => Result.Result<unknown, Unreadable>

// User code: whatever it does, the rest of the guild is kept.
const attempt = <A>(kind: GuildStore.Kind, name: string, run: () => A): Result.Result<A, Unreadable> =>
  Result.try({ try: run, catch: (error) => new Unreadable({ kind, detail: `${name} threw ${textOf(error)}` }) })

const projectionOf = (kind: GuildStore.Kind, keep: true | Keep<never>): Projection => {
  const { fields, pick } = keep === true ? {} : keep
  if (fields !== undefined) {
    const decode = Schema.decodeUnknownResult(fields)
    return (raw) => Result.mapError(decode(raw), (error) => new Unreadable({ kind, detail: error.message }))
  }
  return pick === undefined ? Result.succeed : (raw) => attempt(kind, "pick", () => pick(raw as never))
}

const unknownChannel = 10_003

// Whoever may name a channel names one of any guild, and who asks for one of this guild is told of no other.
const within = (guildId: string, channel: object): object => {
  if (Predicate.hasProperty(channel, "guild_id") && channel.guild_id === guildId) return channel
  const reason = {
    code: unknownChannel,
    message: "Unknown Channel",
    method: "GET",
    route: "/channels/:id",
    status: 404
  }
  throw new DiscordRestError({ reason: new ApiReason(reason) })
}

const fetch = (
  kind: GuildStore.Kind,
  guildId: string,
  [first = "", second = ""]: ReadonlyArray<string>
): Effect.Effect<object, DiscordRestError, DiscordRest> =>
  DiscordRest.use((rest) =>
    rest.use(({ channels, guilds, voice }): Promise<object> => {
      switch (kind) {
        case "guilds":
          return guilds.get(guildId).then(Feed.guildAlone)
        case "roles":
          return guilds.getRole(guildId, first)
        case "members":
          return guilds.getMember(guildId, first)
        case "voiceStates":
          return voice.getUserVoiceState(guildId, first)
        case "emojis":
          return guilds.getEmoji(guildId, first)
        case "messages":
          return channels.getMessage(first, second)
        case "channels":
        case "threads":
          return channels.get(first).then((channel) => within(guildId, channel))
      }
    })
  )

const readerOf = (kind: GuildStore.Kind, project: Projection): Reader<unknown, ReadonlyArray<string>> => {
  const get: Reader<unknown, ReadonlyArray<string>>["get"] = (guildId, ...key) =>
    GuildCache.use((store) => Effect.map(store.get(kind, guildId, key.at(-1) ?? guildId), Option.fromUndefinedOr))
  return {
    get,
    resolve: (guildId, ...key) =>
      get(guildId, ...key).pipe(
        Effect.catch(() => Effect.succeed(Option.none<unknown>())),
        Effect.flatMap(
          Option.match({
            onSome: Effect.succeed,
            onNone: () => Effect.flatMap(fetch(kind, guildId, key), (raw) => Effect.fromResult(project(raw)))
          })
        )
      ),
    all: (guildId) => GuildCache.use((store) => Effect.map(store.all(kind, guildId), Option.fromUndefinedOr))
  }
}

interface Part {
  readonly kind: GuildStore.Kind
  readonly keep: true | Keep<never>
  readonly project: Projection
}

const limitsOf = (keep: true | Keep<never>): GuildStore.Limits => {
  if (keep === true) return {}
  const { max, timeToLive } = keep
  return { max, timeToLive: timeToLive === undefined ? undefined : Duration.toMillis(timeToLive) }
}

const make = Effect.fnUntraced(function* (parts: ReadonlyArray<Part>) {
  const events = yield* GatewayEvents
  const { open } = yield* GuildStore.GuildStore
  const report = Effect.runForkWith(yield* Effect.context<never>())
  const store = yield* open(Object.fromEntries(parts.map(({ keep, kind }) => [kind, limitsOf(keep)])))
  const projects = parts.map(({ keep, kind, project }) => {
    let isReported = false
    const when = keep === true ? undefined : keep.when
    const orWarn = <A>(result: Result.Result<A, Unreadable>): A | undefined => {
      if (Result.isSuccess(result)) return result.success
      if (!isReported) report(Effect.logWarning(result.failure.message))
      isReported = true
      return undefined
    }
    const projected = (raw: object): unknown => {
      const fits = when === undefined || orWarn(attempt(kind, "when", () => when(raw as never))) === true
      return fits ? orWarn(project(raw)) : undefined
    }
    return [kind, projected] as const
  })
  for (const { kind } of parts) yield* events.require({ intents: intents[kind], by: `GuildCache.${kind}` })
  return yield* Feed.run(events, store, Object.fromEntries(projects))
})

/** Says what to keep. There is one cache in a bot. */
export const define = <const O extends Options>(options: O): Definition<O> => {
  const parts = (Object.entries(options) as ReadonlyArray<[GuildStore.Kind, true | Keep<never>]>).map(
    ([kind, keep]): Part => ({ kind, keep, project: projectionOf(kind, keep) })
  )
  const layerStore = Layer.effect(GuildCache, make(parts))
  return {
    ...Object.fromEntries(parts.map(({ kind, project }) => [kind, readerOf(kind, project)])),
    layer: Layer.provide(layerStore, GuildStore.layerMemory).pipe(Layer.orDie),
    layerStore,
    guildIds: GuildCache.useSync((store) => store.guildIds()),
    state: (guildId: string) => GuildCache.useSync((store) => store.state(guildId))
  } as unknown as Definition<O>
}
