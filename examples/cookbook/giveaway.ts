/**
 * # A giveaway
 *
 * Collects who enters until the time is over, draws a winner once, and survives every restart.
 *
 * `Durable.collect` stores each entry before it is acknowledged, counts a user once, and changes the message at most every
 * five seconds, however many enter. The winner is drawn in a step: whatever chance decides must be written down, because
 * the handler runs again from its start.
 *
 * ## What to watch out for
 *
 * - `fold` and `show` are pure and quick: all entries are folded again whenever the message changes.
 * - Put `Random` and the clock into steps. Outside of one they may say something else at the next run.
 * - The time also passes while no process runs. What is overdue is drawn soon after a start.
 */
import { Duration, Effect, Option, Random, Schema } from "effect"
import { Button, ErrorReply, Options } from "fibercord"
import { Durable } from "fibercord/durable"

const AtMostAMonth = Schema.DurationFromString.check(
  Schema.makeFilter((time) => Duration.isLessThanOrEqualTo(time, Duration.days(31)) || "at most 31 days")
)

export const giveaway = Durable.slash(
  "giveaway",
  {
    version: 1,
    description: "Give something away",
    options: {
      prize: Options.string("What there is to win", { max: 100 }),
      time: Options.string("How long, for example 2 hours").pipe(Options.schema(AtMostAMonth))
    },
    contexts: ["guild"],
    defaultMemberPermissions: ["ManageGuild"],
    response: { content: "The giveaway begins.", ephemeral: true }
  },
  Effect.fn("giveaway")(function* ({ prize, time }, { channelId = "" }) {
    const channel = Durable.channel(channelId)
    const { state } = yield* Durable.collect("entries", {
      to: channel,
      components: [[Button.choice("enter", { style: "success" })]],
      state: Schema.Array(Schema.String),
      initial: [],
      fold: (entries, { user }) => [...entries, user.id],
      show: (entries) => ({ content: `**${prize}** is given away. Entries: ${entries.length}` }),
      until: time,
      thanks: "You have entered. Good luck!"
    })
    const draw = Effect.map(Random.shuffle(state), ([first]) => Option.fromUndefinedOr(first))
    const winner = yield* Durable.step("winner", draw, { success: Schema.Option(Schema.String) })
    yield* Durable.send("result", channel, {
      content: Option.match(winner, {
        onNone: () => `Nobody wants ${prize}.`,
        onSome: (id) => `<@${id}> has won ${prize}!`
      })
    })
  })
)

/** For the `onError` of `Bot.layer`, which also needs `Dialogues`. */
export const giveawayErrors = { MessageError: () => ErrorReply.ephemeral("I may not write into this channel.") }
