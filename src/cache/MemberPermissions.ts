/**
 * A member's permissions by ids, from a cache or from Discord's REST API. What is computed is `Permissions.inGuild`, or
 * with a channel `Permissions.inChannel`; and whether a member can act on another, `Permissions.canActOn`.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Permissions from "../discord/Permissions.ts"
import { DiscordRest } from "../rest/DiscordRest.ts"
import type { DiscordRestError } from "../rest/DiscordRestError.ts"
import { fitting } from "../rest/shaped.ts"
import type { GuildCache, Reader } from "./GuildCache.ts"
import type { GuildStoreError } from "./GuildStore.ts"

/** Whose permissions, and where. */
export interface Where {
  /** The id of the guild. */
  readonly guildId: string
  /** The id of the user who is a member of it. */
  readonly userId: string
  /** A channel or a thread. Without it, the permissions are those in the guild. */
  readonly channelId?: string | undefined
}

/**
 * A channel with what says where its permissions come from.
 *
 * ```ts
 * import { Permissions, type MemberPermissions } from "fibercord"
 *
 * const categoryOf = (channel: MemberPermissions.Channel) =>
 *   Permissions.isThread(channel.type) ? undefined : (channel.parent_id ?? undefined)
 * ```
 */
export interface Channel extends Permissions.Channel {
  /** The id of the category, or of the channel that a thread belongs to. */
  readonly parent_id?: string | null | undefined
}

/** A cache that keeps enough to compute permissions: whole objects do, and picks with these fields. */
export interface Source {
  /** Reads the guild, for its owner. */
  readonly guilds: Reader<{ readonly owner_id: string }, []>
  /** Reads a role of the guild. */
  readonly roles: Reader<Permissions.Role, [id: string]>
  /** Reads a member of the guild. */
  readonly members: Reader<Permissions.Member, [id: string]>
  /** Reads a channel of the guild. */
  readonly channels: Reader<object, [id: string]>
  /** Without it, permissions in threads are not known. */
  readonly threads?: Reader<object, [id: string]>
}

const id = Schema.String
const bits = Schema.String.check(Schema.isPattern(/^\d+$/))

const asGuild = fitting(
  Schema.Struct({
    id,
    owner_id: id,
    roles: Schema.Array(Schema.Struct({ id, permissions: bits, position: Schema.Finite }))
  }),
  "a guild"
)

const asMember = fitting(
  Schema.Struct({
    user: Schema.Struct({ id }),
    roles: Schema.Array(id),
    communication_disabled_until: Schema.optionalKey(Schema.NullOr(Schema.String))
  }),
  "a member"
)

const asChannel = fitting(
  Schema.Struct({
    type: Schema.Finite,
    guild_id: Schema.optionalKey(id),
    parent_id: Schema.optionalKey(Schema.NullOr(id)),
    permission_overwrites: Schema.optionalKey(
      Schema.Array(Schema.Struct({ id, type: Schema.Finite, allow: bits, deny: bits }))
    )
  }),
  "a channel"
)

interface Known {
  readonly guild: Permissions.Guild
  readonly member: Permissions.Member
  readonly channel?: Channel | undefined
  readonly parent?: Channel | undefined
}

const compute = ({ channel, guild, member, parent }: Known): Effect.Effect<string> =>
  Effect.map(Clock.currentTimeMillis, (now) =>
    channel === undefined
      ? Permissions.inGuild({ guild, member, now })
      : Permissions.inChannel({ guild, member, channel, parent, now })
  )

const parentIdOf = (channel: Channel): string | undefined =>
  Permissions.isThread(channel.type) ? (channel.parent_id ?? undefined) : undefined

/**
 * From Discord: one request for the guild and the member each, and one for the channel and its parent. In a channel of
 * another guild there are none, `"0"`.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { MemberPermissions, Permissions } from "fibercord"
 *
 * const canWrite = (guildId: string, userId: string, channelId: string) =>
 *   Effect.map(MemberPermissions.fromRest({ guildId, userId, channelId }), (permissions) =>
 *     Permissions.has(permissions, "SendMessages")
 *   )
 * ```
 */
export const fromRest = ({ channelId, guildId, userId }: Where): Effect.Effect<string, DiscordRestError, DiscordRest> =>
  DiscordRest.use((rest) =>
    rest.use(async ({ channels, guilds }): Promise<Known | undefined> => {
      const [guild, member, channel] = await Promise.all([
        guilds.get(guildId).then(asGuild),
        guilds.getMember(guildId, userId).then(asMember),
        channelId === undefined ? undefined : channels.get(channelId).then(asChannel)
      ])
      const known = { guild, member, channel: channel as Channel | undefined }
      // A member has no permissions where its guild has none, whatever it may do at home.
      if (channel !== undefined && (channel as { readonly guild_id?: string }).guild_id !== guildId) return undefined
      const parentId = known.channel === undefined ? undefined : parentIdOf(known.channel)
      if (parentId === undefined) return known
      return { ...known, parent: (await channels.get(parentId).then(asChannel)) as Channel }
    })
  ).pipe(Effect.flatMap((known) => (known === undefined ? Effect.succeed("0") : compute(known))))

const guildFromCache = (
  cache: Source,
  id: string
): Effect.Effect<Permissions.Guild | undefined, GuildStoreError, GuildCache> =>
  Effect.gen(function* () {
    const guild = Option.getOrUndefined(yield* cache.guilds.get(id))
    const roles = Option.getOrUndefined(yield* cache.roles.all(id))
    return guild && roles && { id, owner_id: guild.owner_id, roles: [...roles.values()] }
  })

const orFromRest = <A>(
  cached: Effect.Effect<Option.Option<A>, GuildStoreError, GuildCache>,
  rest: Effect.Effect<A, DiscordRestError, DiscordRest>
): Effect.Effect<A, DiscordRestError, GuildCache | DiscordRest> =>
  cached.pipe(
    Effect.catch(() => Effect.succeed(Option.none<A>())),
    Effect.flatMap(Option.match({ onSome: (known) => Effect.succeed(known), onNone: () => rest }))
  )

/**
 * From the cache: `None` if it does not know the guild, the member or the channel.
 *
 * ```ts
 * import { Effect, Option } from "effect"
 * import { GuildCache, MemberPermissions, Permissions } from "fibercord"
 *
 * const cache = GuildCache.define({ guilds: true, roles: true, members: true, channels: true })
 *
 * const mayBan = (guildId: string, userId: string) =>
 *   Effect.map(
 *     MemberPermissions.fromCache(cache, { guildId, userId }),
 *     Option.exists((permissions) => Permissions.has(permissions, "BanMembers"))
 *   )
 * ```
 */
export const fromCache = (
  cache: Source,
  { channelId, guildId, userId }: Where
): Effect.Effect<Option.Option<string>, GuildStoreError, GuildCache> =>
  Effect.gen(function* () {
    const guild = yield* guildFromCache(cache, guildId)
    const member = Option.getOrUndefined(yield* cache.members.get(guildId, userId))
    if (guild === undefined || member === undefined) return Option.none()
    const known = { guild, member }
    if (channelId === undefined) return Option.some(yield* compute(known))
    const read = Effect.fnUntraced(function* (id: string) {
      const found = yield* cache.channels.get(guildId, id)
      if (Option.isSome(found) || cache.threads === undefined)
        return Option.getOrUndefined(found) as Channel | undefined
      return Option.getOrUndefined(yield* cache.threads.get(guildId, id)) as Channel | undefined
    })
    const channel = yield* read(channelId)
    if (channel === undefined) return Option.none()
    const parentId = parentIdOf(channel)
    const parent = parentId === undefined ? undefined : yield* read(parentId)
    if (parentId !== undefined && parent === undefined) return Option.none()
    return Option.some(yield* compute({ ...known, channel, parent }))
  })

/** From the cache, or from Discord if the cache does not know enough or cannot be read. */
export const resolve = (
  cache: Source,
  where: Where
): Effect.Effect<string, DiscordRestError, GuildCache | DiscordRest> =>
  orFromRest(fromCache(cache, where), fromRest(where))

/** Who acts on whom. */
export interface Pair {
  readonly guildId: string
  readonly actorId: string
  readonly targetId: string
}

const unknownMember = 10_007

/**
 * Whether the hierarchy lets a member kick, ban, time out or rename another one: `Permissions.canActOn`, from Discord, with
 * one request for the guild and the members each. The permission to do so is another question. Everybody can act on who
 * is no member; an actor who is none is a failure.
 */
export const canActOn = ({
  actorId,
  guildId,
  targetId
}: Pair): Effect.Effect<boolean, DiscordRestError, DiscordRest> => {
  const member = (id: string) =>
    DiscordRest.use((rest) => rest.use((api) => api.guilds.getMember(guildId, id).then(asMember)))
  const target = Effect.catchIf(
    Effect.asSome(member(targetId)),
    ({ code }) => code === unknownMember,
    () => Effect.succeedNone
  )
  const guild = DiscordRest.use((rest) => rest.use((api) => api.guilds.get(guildId).then(asGuild)))
  return Effect.map(
    Effect.all({ guild, actor: member(actorId), target }, { concurrency: "unbounded" }),
    ({ actor, guild, target }) => Option.isNone(target) || Permissions.canActOn({ guild, actor, target: target.value })
  )
}

/**
 * {@link canActOn} from the cache: `None` if it does not know the guild or one of the members.
 *
 * ```ts
 * import { Effect, Option } from "effect"
 * import { GuildCache, MemberPermissions } from "fibercord"
 *
 * const cache = GuildCache.define({ guilds: true, roles: true, members: true, channels: true })
 *
 * const outranks = (guildId: string, actorId: string, targetId: string) =>
 *   Effect.map(
 *     MemberPermissions.canActOnFromCache(cache, { guildId, actorId, targetId }),
 *     Option.getOrElse(() => false)
 *   )
 * ```
 */
export const canActOnFromCache = (
  cache: Source,
  { actorId, guildId, targetId }: Pair
): Effect.Effect<Option.Option<boolean>, GuildStoreError, GuildCache> =>
  Effect.gen(function* () {
    const guild = yield* guildFromCache(cache, guildId)
    const actor = Option.getOrUndefined(yield* cache.members.get(guildId, actorId))
    const target = Option.getOrUndefined(yield* cache.members.get(guildId, targetId))
    if (guild === undefined || actor === undefined || target === undefined) return Option.none()
    return Option.some(Permissions.canActOn({ guild, actor, target }))
  })

/**
 * {@link canActOn} from the cache, or from Discord if the cache does not know enough or cannot be read.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { ErrorReply, GuildCache, MemberPermissions } from "fibercord"
 *
 * const cache = GuildCache.define({ guilds: true, roles: true, members: true, channels: true })
 *
 * const mustOutrank = Effect.fn("mustOutrank")(function* (guildId: string, actorId: string, targetId: string) {
 *   const can = yield* MemberPermissions.resolveCanActOn(cache, { guildId, actorId, targetId })
 *   if (!can) return yield* ErrorReply.deny("That member has a higher role than you.")
 * })
 * ```
 */
export const resolveCanActOn = (
  cache: Source,
  pair: Pair
): Effect.Effect<boolean, DiscordRestError, GuildCache | DiscordRest> =>
  orFromRest(canActOnFromCache(cache, pair), canActOn(pair))
