/** Moderation: bans, kicks, timeouts, purges and warnings, checked against the hierarchy, told to the member, and logged. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Clock, DateTime, Effect, identity, Layer, Option, Schema } from "effect"
import { KeyValueStore } from "effect/persistence"
import { Bot, Command, Confirm, DiscordRest, Embed, ErrorReply, Field, Interaction, type Permissions } from "fibercord"
import { MemberPermissions, Messages, Middleware, Modal, Options, Reply, Runtimes, Snowflake } from "fibercord"

const Warnings = Schema.Array(Schema.Struct({ at: Schema.Finite, by: Schema.String, reason: Schema.String }))

const stored = <A, E>(use: (store: KeyValueStore.SchemaStore<typeof Warnings>) => Effect.Effect<A, E>) =>
  Effect.flatMap(KeyValueStore.KeyValueStore, (kv) => Effect.orDie(use(KeyValueStore.toSchemaStore(kv, Warnings))))
const warningsOf = (member: string) =>
  stored((store) => store.get(member)).pipe(Effect.map(Option.getOrElse((): typeof Warnings.Type => [])))

/** Warnings of the same member are added one after the other, so that none is lost. */
const Member = Runtimes.keyed(identity<string>, () => Effect.void)

const add = (member: string, warning: (typeof Warnings.Type)[number]) =>
  Member.run(member, () =>
    Effect.flatMap(warningsOf(member), (all) => stored((store) => store.set(member, [...all, warning])))
  )

/** Refuses unless the hierarchy lets both the moderator and the bot act on the target. */
const outrank = Effect.fn("outrank")(function* (targetId: string) {
  const { guildId, raw, user } = yield* Interaction.inGuild
  const may = (actorId: string) => MemberPermissions.canActOn({ guildId, actorId, targetId })
  if (!(yield* may(user.id))) return yield* ErrorReply.deny(`You are not above <@${targetId}>.`)
  if (!(yield* may(raw.application_id))) return yield* ErrorReply.deny(`I am not above <@${targetId}>.`)
})

/** Writes into the channel `mod-log`, if the guild has one. */
const log = (guildId: string, description: string) =>
  Effect.gen(function* () {
    const channels = yield* DiscordRest.use(({ guilds }) => guilds.getChannels(guildId))
    const channel = channels.find(({ name }) => name === "mod-log")
    const embed = Embed.make({ description, timestamp: yield* Clock.currentTimeMillis })
    if (channel) yield* Messages.send(channel.id, { embeds: [embed] })
  }).pipe(Effect.ignore({ log: "Warn" }))

type Guilds = Parameters<Parameters<typeof DiscordRest.use>[0]>[0]["guilds"]
type Act = (guilds: Guilds, guildId: string, audit: { readonly reason: string }) => Promise<unknown>

/** Tells the target, if it takes messages, while it can be reached; acts; and returns what was done. */
const carryOut = Effect.fn("carryOut")(function* (what: string, id: string, reason: string, act?: Act) {
  const { guildId, user } = yield* Interaction.inGuild
  const told = yield* Messages.dm(id, { content: `You are ${what}: ${reason}` }).pipe(
    Effect.as("They know."),
    Effect.catchReason("MessageError", "CannotMessageUser", () => Effect.succeed("They take no messages."))
  )
  if (act) yield* DiscordRest.use(({ guilds }) => act(guilds, guildId, { reason: `${user.username}: ${reason}` }))
  const content = `<@${id}> is ${what} by <@${user.id}>. ${told}`
  yield* log(guildId, `${content}\n> ${reason}`)
  return { content, components: [] }
})

const within = (permission: Permissions.Permission) =>
  ({ contexts: ["guild"], defaultMemberPermissions: [permission], replies: { ephemeral: true } }) as const

/** A command for which the moderator and the bot need a permission, also where admins of a guild show it to others. */
const moderate = <const F extends Options.Fields, Eff extends Effect.Effect<unknown, unknown, unknown>>(
  name: string,
  description: string,
  permission: Permissions.Permission,
  options: F,
  handler: (values: Options.Values<F>) => Generator<Eff, unknown, never>
) =>
  Command.slash(name, { ...within(permission), description, options }, Effect.fnUntraced(handler)).pipe(
    Middleware.requirePermissions([permission]),
    Middleware.requireBotPermissions([permission])
  )

const user = Options.user("Whom")
const reason = Options.string("Why", { max: 300 })
const silence = { user, hours: Options.integer("For how many hours", { choices: [1, 24, 168, 672] }), reason }
const messages = { count: Options.integer("How many", { min: 1, max: 100 }), user: Options.optional(user) }

const ban = moderate("ban", "Ban somebody", "BanMembers", { user, reason }, function* ({ reason, user }) {
  yield* outrank(user.id)
  const content = `Ban <@${user.id}>, and delete the messages of the last day?`
  const isSure = yield* Confirm.ask({ content, yes: { label: "Ban", style: "danger" }, timeout: "1 minute" })
  if (!isSure) return yield* Reply.update({ content: "Nobody is banned.", components: [] })
  const act: Act = (guilds, at, audit) => guilds.banUser(at, user.id, { delete_message_seconds: 86_400 }, audit)
  return yield* Reply.update(yield* carryOut("banned", user.id, reason, act))
})

const kick = moderate("kick", "Remove somebody", "KickMembers", { user, reason }, function* ({ reason, user }) {
  yield* outrank(user.id)
  const act: Act = (guilds, at, audit) => guilds.removeMember(at, user.id, audit)
  yield* Reply.send(yield* carryOut("removed", user.id, reason, act))
})

const timeout = moderate("timeout", "Silence", "ModerateMembers", silence, function* ({ hours, reason, user }) {
  yield* outrank(user.id)
  const until = { communication_disabled_until: DateTime.formatIso(DateTime.add(yield* DateTime.now, { hours })) }
  const act: Act = (guilds, at, audit) => guilds.editMember(at, user.id, until, audit)
  yield* Reply.send(yield* carryOut(`silenced for ${hours} hours`, user.id, reason, act))
})

const purge = moderate("purge", "Delete the last messages", "ManageMessages", messages, function* ({ count, user }) {
  const { channelId = "", guildId, id, user: by } = yield* Interaction.inGuild
  const since = (yield* Clock.currentTimeMillis) - 13 * 86_400_000 // Those of two weeks ago can only be deleted alone.
  const last = (yield* Messages.list(channelId, { limit: 100, before: id }))
    .filter((one) => Snowflake.timestamp(one.id) > since && (user === undefined || one.author.id === user.id))
    .slice(0, count)
    .map((one) => one.id)
  yield* Messages.deleteMany(channelId, last)
  yield* log(guildId, `<@${by.id}> deleted ${last.length} messages in <#${channelId}>.`)
  yield* Reply.send({ content: `${last.length} messages are gone.` })
})

const warn = Command.user("Warn", within("ModerateMembers"), ({ id }) =>
  Effect.gen(function* () {
    // A form must be the first response, within three seconds, so everything else comes later.
    const { reason } = yield* Modal.ask({ title: "Warn", fields: { reason: Field.paragraph("Why", { max: 300 }) } })
    yield* outrank(id)
    const { guildId, receivedAt: at, user } = yield* Interaction.inGuild
    yield* add(`${guildId}-${id}`, { at, by: user.id, reason })
    yield* Reply.send(yield* carryOut("warned", id, reason))
  })
).pipe(Middleware.requirePermissions(["ModerateMembers"]))

const warnings = moderate("warnings", "Why somebody was warned", "ModerateMembers", { user }, function* ({ user }) {
  const { guildId } = yield* Interaction.inGuild
  const all = yield* warningsOf(`${guildId}-${user.id}`)
  const last = all.slice(-10).map(({ at, by, reason }) => `<t:${Math.floor(at / 1000)}:R> by <@${by}>: ${reason}`)
  const title = `${user.username}: ${all.length} warnings`
  yield* Reply.send({ embeds: [Embed.make({ title, description: last.join("\n") })] })
})

/** The bot; give it a `KeyValueStore` for the warnings. */
export const ModerationBot = Bot.layer({
  interactions: [ban, kick, timeout, purge, warn, warnings],
  onError: {
    DiscordRestError: ({ message }) => ErrorReply.ephemeral(`Discord did not do it: ${message}`),
    MessageError: ({ message }) => ErrorReply.ephemeral(message),
    RuntimeRefused: () => ErrorReply.ephemeral("Too much happens at once. Please try again.")
  }
})

if (import.meta.main) {
  const Store = Layer.provide(KeyValueStore.layerFileSystem("./warnings"), NodeServices.layer)
  ModerationBot.pipe(Layer.provide([Store, Bot.layerDiscord]), Bot.launch, NodeRuntime.runMain)
}
