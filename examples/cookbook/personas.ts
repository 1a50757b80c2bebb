/**
 * # Speak under another name
 *
 * Sends what a user writes as a character with a name and a picture of its own, through a webhook.
 *
 * `Webhook.ensure` finds the application's webhook of a channel, or makes it. Each message of it may have another name and
 * another picture, which is how bots show characters, mirrored messages and other services.
 *
 * ## What to watch out for
 *
 * - The bot needs `ManageWebhooks` in the channel, and a channel has at most 15 webhooks. Use one name for all, as here.
 * - Everybody sees such messages, and Discord does not show who wrote them. The recipe tells the log of the bot.
 * - Nobody is mentioned, and Discord refuses names with "discord" or "clyde" in them.
 * - A thread has no webhook of its own: send through that of its channel, with `threadId`.
 */
import { Effect } from "effect"
import { Command, ErrorReply, Interaction, Middleware, Options, Reply, Webhook } from "fibercord"

const personas = {
  wizard: { username: "Old wizard", avatarUrl: "https://example.org/wizard.png" },
  dragon: { username: "Small dragon", avatarUrl: "https://example.org/dragon.png" }
}

export const speak = Command.slash(
  "speak",
  {
    description: "Say something as somebody else",
    contexts: ["guild"],
    replies: { ephemeral: true },
    options: {
      who: Options.string("As whom", { choices: ["wizard", "dragon"] }),
      text: Options.string("What", { max: 1000 })
    }
  },
  Effect.fn("speak")(function* ({ text, who }) {
    const { channelId = "", user } = yield* Interaction.inGuild
    yield* Effect.log(`${user.username} speaks as ${who}`)
    const webhook = yield* Webhook.ensure(channelId, "Personas")
    yield* webhook.send({ content: text, allowedMentions: { parse: [] } }, personas[who])
    yield* Reply.send({ content: "Said." })
  })
).pipe(Middleware.requireBotPermissions(["ManageWebhooks"]), Middleware.cooldown("5 seconds", { per: "user" }))

/** For the `onError` of `Bot.layer`. */
export const speakErrors = { MessageError: () => ErrorReply.ephemeral("I cannot speak in this channel.") }
