/**
 * # Commands that begin with an exclamation mark
 *
 * Keeps old commands such as `!roll 20` alive while users learn the slash commands, with the same function behind both.
 *
 * What a command does is an Effect that knows nothing of Discord. The slash command and the handler of messages both call
 * it. The reply to the old form says how the new one is called.
 *
 * ## What to watch out for
 *
 * - The content of messages needs the privileged intent `MessageContent`. A bot with more than 10,000 users
 * has to ask Discord for it, and slash commands need none.
 * - Answer neither bots nor yourself, or two bots talk for ever.
 * - If a reply repeats what a user wrote, it must mention nobody: `allowedMentions: { parse: [] }`.
 * - Messages have no ephemeral replies, and no three seconds either.
 */
import { Effect, Layer, Random, Schema } from "effect"
import { Command, ErrorReply, GatewayEvents, Messages, Options, Reply } from "fibercord"

export class NoSuchDie extends Schema.TaggedError<NoSuchDie>()("NoSuchDie", { sides: Schema.String }) {}

const roll = (sides: number): Effect.Effect<string, NoSuchDie> =>
  Number.isInteger(sides) && sides >= 2 && sides <= 1000
    ? Effect.map(Random.nextIntBetween(1, sides), (n) => `You roll ${n} of ${sides}.`)
    : Effect.fail(new NoSuchDie({ sides: `${sides}` }))

/** The new way. */
export const rollCommand = Command.slash(
  "roll",
  { description: "Roll a die", options: { sides: Options.integer("How many sides") } },
  ({ sides }) => Effect.flatMap(roll(sides), (content) => Reply.send({ content }))
)

/** For the `onError` of `Bot.layer`. */
export const rollErrors = { NoSuchDie: ({ sides }: NoSuchDie) => ErrorReply.ephemeral(`No die has ${sides} sides.`) }

const onMessage = GatewayEvents.on("MESSAGE_CREATE", (message) => {
  const [name, sides] = message.content.split(/\s+/)
  if (name !== "!roll" || message.author.bot === true) return Effect.void
  return roll(Number(sides)).pipe(
    Effect.catchTag("NoSuchDie", () => Effect.succeed("No die has that many sides.")),
    Effect.flatMap((text) =>
      Messages.reply(message, { content: `${text}\nTry /roll next time.`, allowedMentions: { parse: [] } })
    ),
    Effect.ignore({ log: "Warn", message: "A message could not be replied to" })
  )
})

/** The old way. Merge it with the bot. */
export const prefixCommands = Layer.merge(
  onMessage,
  GatewayEvents.requireIntents(["GuildMessages", "MessageContent"], "!roll")
)
