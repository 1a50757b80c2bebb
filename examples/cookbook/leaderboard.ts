/**
 * # A daily reward and a leaderboard
 *
 * Gives each user points once a day, and shows who has most in this server.
 *
 * The points of a server belong to its [keyed Runtime](../guide/runtimes.md#one-for-each-key): it reads them when it
 * opens, changes them one after the other, and writes each change, so no point is lost when two users claim at once. The
 * [cooldown](../guide/middleware.md) has a persistent name and survives a restart; it needs a `CooldownStore`.
 *
 * ## What to watch out for
 *
 * - The cooldown counts for each user in all servers. The handler runs only when it is over.
 * - A store that fails is a defect here: the user gets a reference, and the points are written with the next change.
 * - One value holds all points of a server. That is good for some thousands of users; beyond that, use a table.
 * - Mentions in a leaderboard must not notify anybody: `allowedMentions: { parse: [] }`.
 */
import { Array, Effect, Option, Order, Schema } from "effect"
import { KeyValueStore } from "effect/persistence"
import { Command, ErrorReply, Expiration, Interaction, Middleware, Pagination, Reply, Runtimes } from "fibercord"

const Points = Schema.Record(Schema.String, Schema.Int)

/** The points of a server, in memory while somebody plays. */
const Board = Runtimes.keyed(
  (guildId: string) => guildId,
  (guildId) =>
    Effect.gen(function* () {
      const store = KeyValueStore.toSchemaStore(yield* KeyValueStore.KeyValueStore, Points)
      const stored = yield* store.get(guildId)
      const points = new Map(Object.entries(Option.getOrElse(stored, () => ({}))))
      return { points, save: Effect.suspend(() => store.set(guildId, Object.fromEntries(points))) }
    }).pipe(Effect.orDie),
  { expiration: Expiration.inactivity("10 minutes") }
)

const replies = { allowedMentions: { parse: [] } }

export const daily = Command.slash("daily", { description: "Ten points a day", contexts: ["guild"] }, () =>
  Effect.gen(function* () {
    const { guildId, user } = yield* Interaction.inGuild
    const total = yield* Board.run(guildId, ({ points, save }) => {
      points.set(user.id, (points.get(user.id) ?? 0) + 10)
      return Effect.as(Effect.orDie(save), points.get(user.id))
    })
    yield* Reply.send({ content: `You have ${total} points.` })
  })
).pipe(Middleware.cooldown("1 day", { persistent: "daily", denied: "You can claim again {timestamp}." }))

export const top = Command.slash("top", { description: "Who has most points", contexts: ["guild"], replies }, () =>
  Effect.gen(function* () {
    const { guildId } = yield* Interaction.inGuild
    const ranked = yield* Board.run(guildId, ({ points }) => Effect.sync(() => [...points]))
    if (ranked.length === 0) return yield* ErrorReply.deny("Nobody has points yet. Claim some with /daily.")
    const sorted = Array.sort(
      ranked,
      Order.mapInput(Order.flip(Order.Number), ([, points]: [string, number]) => points)
    )
    const pages = Array.chunksOf(
      sorted.map(([id, points], index) => `${index + 1}. <@${id}>: ${points}`),
      10
    )
    return yield* Pagination.send({
      count: pages.length,
      page: (index) => Effect.succeed({ content: pages[index]?.join("\n") ?? "" })
    })
  })
)

/** For the `onError` of `Bot.layer`. */
export const leaderboardErrors = { RuntimeRefused: () => ErrorReply.ephemeral("Too many at once. Please try again.") }
