/** `/giveaway`: whoever enters may win. Thousands of users, each once, until the time is over or enough have entered. */
import { NodeRuntime } from "@effect/platform-node"
import { DateTime, Duration, Effect, Layer, Random, Schema } from "effect"
import { Bot, Button, ErrorReply, Options } from "fibercord"
import { Dialogues, Durable } from "fibercord/durable"

const AtMostAMonth = Schema.DurationFromString.check(
  Schema.makeFilter(
    (time: Duration.Duration) => Duration.isLessThanOrEqualTo(time, Duration.days(31)) || "at most 31 days"
  )
)

/** Ids of users. */
const Users = Schema.Array(Schema.String)

const list = (ids: ReadonlyArray<string>) => ids.map((id) => `<@${id}>`).join(", ")

/** What differs between bots. */
export interface Settings {
  /** How often the number of entrants is shown. Default: every 5 seconds. */
  readonly every?: Duration.Input
}

export const giveaway = ({ every = "5 seconds" }: Settings = {}) =>
  Durable.slash(
    "giveaway",
    {
      version: 1,
      description: "Give something away",
      options: {
        prize: Options.string("What there is to win", { max: 100 }),
        in: Options.string("In what time it is drawn, for example 2 hours").pipe(Options.schema(AtMostAMonth)),
        winners: Options.integer("How many win", { min: 1, max: 20 }).pipe(Options.optional),
        limit: Options.integer("How many may enter", { min: 1, max: 10_000 }).pipe(Options.optional)
      },
      contexts: ["guild"],
      response: { content: "The giveaway begins.", ephemeral: true }
    },
    Effect.fn("giveaway")(function* (
      { in: time, limit = 10_000, prize, winners: count = 1 },
      { channelId = "", user }
    ) {
      const channel = Durable.channel(channelId)
      // What the clock says differs from run to run, so it is a step.
      const later = Effect.map(DateTime.now, DateTime.addDuration(time))
      const end = yield* Durable.step("end", later, { success: Schema.DateTimeUtcFromMillis })
      const timestamp = `<t:${Math.ceil(DateTime.toEpochMillis(end) / 1_000)}:R>`
      const { state: entrants } = yield* Durable.collect("entrants", {
        to: channel,
        components: [[Button.choice("enter", { label: "Enter", style: "success" })]],
        state: Users,
        initial: [],
        fold: (entrants, { user }) => [...entrants, user.id],
        show: ({ length }) => ({
          content: `<@${user.id}> gives away: **${prize}**\nDrawn ${timestamp}, or when ${limit} have entered. Entrants: ${length}`
        }),
        done: ({ length }) => length >= limit,
        until: DateTime.toDate(end),
        every,
        thanks: "You have entered. Good luck!"
      })
      // What chance decides is a step too: it is drawn once.
      const drawn = Effect.map(Random.shuffle(entrants), (shuffled) => shuffled.slice(0, count))
      const winners = yield* Durable.step("winners", drawn, { success: Users })
      yield* Durable.send("result", channel, {
        content: winners.length === 0 ? `Nobody wants ${prize}.` : `${list(winners)} won ${prize}!`,
        allowedMentions: { users: winners }
      })
    })
  )

/** The bot, which needs `Dialogues` to keep the giveaways in. */
export const GiveawayBot = (settings?: Settings) =>
  Bot.layer({
    interactions: [giveaway(settings)],
    onError: { MessageError: () => ErrorReply.ephemeral("I may not write into this channel.") }
  })

if (import.meta.main) {
  GiveawayBot().pipe(
    Layer.provide(Dialogues.layerSqlite({ filename: "./giveaways.db" })),
    Layer.provide(Bot.layerDiscord),
    Bot.launch,
    NodeRuntime.runMain
  )
}
