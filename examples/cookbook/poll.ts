/**
 * # A poll that closes
 *
 * Counts votes live, one for each user, and shows the result after ten minutes.
 *
 * The command's [expiration](../guide/runtimes.md#how-long-a-runtime-lives) is the end of the poll. Clicks are handled
 * one at a time, so the map of votes needs no lock, and a second vote of a user replaces the first.
 *
 * ## What to watch out for
 *
 * - `Runtime.onClose` also runs at a shutdown of the bot, with the reason `Shutdown`: then there is no result to announce.
 * - A poll that should survive restarts, or last for days, is [collected](../guide/durable-collect.md).
 * - Discord has polls of its own, which last from an hour to 32 days: `Reply.send({ poll })`.
 */
import { Effect, Ref } from "effect"
import { Button, Command, Expiration, Interaction, Options, Reply, Runtime } from "fibercord"

const answers = ["yes", "no"]

export const poll = Command.slash(
  "poll",
  {
    description: "Ask everybody for ten minutes",
    options: { question: Options.string("What do you want to know?", { max: 200 }) },
    expiration: Expiration.afterCreation("10 minutes")
  },
  Effect.fn("poll")(function* ({ question }) {
    const votes = yield* Ref.make<ReadonlyMap<string, string>>(new Map())
    const count = Effect.map(Ref.get(votes), (votes) =>
      answers.map((answer) => `${answer}: ${[...votes.values()].filter((vote) => vote === answer).length}`).join(", ")
    )
    const vote = Effect.fn("vote")(function* (answer: string) {
      const { user } = yield* Interaction.Interaction
      yield* Ref.update(votes, (votes) => new Map(votes).set(user.id, answer))
      yield* Reply.update({ content: `${question}\n${yield* count}` })
    })
    const buttons = yield* Effect.forEach(answers, (answer) => Button.bound({ label: answer }, () => vote(answer)))
    const sent = yield* Reply.send({ content: question, components: [buttons] })
    yield* Runtime.onClose((reason) =>
      reason === "Shutdown"
        ? Effect.void
        : Effect.flatMap(count, (result) => sent.edit({ content: `${question}\nThe result: ${result}` })).pipe(
            Effect.ignore({ log: "Warn" })
          )
    )
  })
)
