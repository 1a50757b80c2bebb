/** `/remind`: a message when its time has come, weeks later if need be, unless the user changes their mind. */
import { NodeRuntime } from "@effect/platform-node"
import { Duration, Effect, Layer, Schema } from "effect"
import { Bot, Button, ErrorReply, Options } from "fibercord"
import { Dialogues, Durable } from "fibercord/durable"

const AtMostAYear = Schema.DurationFromString.check(
  Schema.makeFilter(
    (time: Duration.Duration) => Duration.isLessThanOrEqualTo(time, Duration.days(365)) || "at most 365 days"
  )
)

export const remind = Durable.slash(
  "remind",
  {
    version: 1,
    description: "Reminds you of something",
    options: {
      what: Options.string("Of what", { max: 200 }),
      in: Options.string("In what time, for example 2 hours").pipe(Options.schema(AtMostAYear))
    },
    response: "defer"
  },
  Effect.fn("remind")(function* ({ in: time, what }, { user }) {
    const cancelled = yield* Durable.ask("cancel", {
      to: Durable.reply,
      content: `<@${user.id}>, I will remind you of ${what} in ${Duration.format(time)}.`,
      components: [[Button.choice("cancel", { label: "Never mind", style: "secondary" })]],
      denied: "That is not your reminder.",
      timeout: time,
      answered: () => ({ content: `I will not remind you of ${what}.` })
    }).pipe(Effect.catchTag("Timeout", () => Effect.undefined))
    if (cancelled === undefined) yield* Durable.send("reminder", Durable.dm(user.id), { content: `Remember: ${what}` })
  })
)

/** The bot, which needs `Dialogues` to keep the reminders in. */
export const ReminderBot = Bot.layer({
  interactions: [remind],
  onError: { MessageError: () => ErrorReply.ephemeral("I may not write to you.") }
})

if (import.meta.main) {
  ReminderBot.pipe(
    Layer.provide(Dialogues.layerSqlite({ filename: "./reminders.db" })),
    Layer.provide(Bot.layerDiscord),
    Bot.launch,
    NodeRuntime.runMain
  )
}
