/**
 * # Wait for a message in the channel
 *
 * Asks a question, and the first user who writes the right answer within thirty seconds wins.
 *
 * `RuntimeEvents.collect` listens from now on and keeps what it hears, so an answer that comes while the question is being
 * sent is not missed. `next` waits for one message. The collector ends with the Runtime.
 *
 * ## What to watch out for
 *
 * - The content of messages needs the privileged intent `MessageContent`, which you enable in the developer portal. Without
 * it `content` is empty. `quizIntents` refuses to start the bot without the intents.
 * - Filter with `where`: it is asked for each message that this process hears.
 * - Bots write messages, too, and yours is one of them.
 */
import { Effect } from "effect"
import { Command, GatewayEvents, Interaction, Options, Reply, RuntimeEvents } from "fibercord"

export const quiz = Command.slash(
  "quiz",
  {
    description: "Ask the channel",
    options: { question: Options.string("What"), answer: Options.string("The right answer") },
    contexts: ["guild"]
  },
  Effect.fn("quiz")(function* ({ answer, question }) {
    const { channelId } = yield* Interaction.Interaction
    const isRight = (text: string) => text.trim().toLowerCase() === answer.trim().toLowerCase()
    const answers = yield* RuntimeEvents.collect("MESSAGE_CREATE", {
      where: ({ author, channel_id, content }) => channel_id === channelId && author.bot !== true && isRight(content)
    })
    yield* Reply.send({ content: question })
    const result = yield* answers.next({ timeout: "30 seconds" }).pipe(
      Effect.map(({ author }) => `<@${author.id}> has it: ${answer}`),
      Effect.catchTag("NoAnswer", () => Effect.succeed(`Nobody knew it: ${answer}`))
    )
    yield* Reply.followUp({ content: result })
  })
)

/** Merge it with the bot: without these intents it does not start. */
export const quizIntents = GatewayEvents.requireIntents(["GuildMessages", "MessageContent"], "/quiz")
