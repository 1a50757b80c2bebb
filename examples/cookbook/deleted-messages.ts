/**
 * # Log deleted messages
 *
 * Writes what somebody deleted into a channel for moderators.
 *
 * Discord says only the id of a deleted message. So the recipe keeps the newest messages in a map, and the event of the
 * deletion looks there. The map belongs to the layer: each bot that is built has its own.
 *
 * ## What to watch out for
 *
 * - Every memory needs a bound. Here the oldest message makes room for the ten thousand and first.
 * - Messages from before the start are not known, and are logged by their id alone.
 * - The event does not say who deleted it. The audit log does, unless it was the author.
 * - Whoever a deleted message mentioned is not notified again: `allowedMentions: { parse: [] }`.
 * - The content needs the privileged intent `MessageContent`. Think of your users' privacy before you store what they took
 * back.
 * - Many messages at once, as with `/purge`, are the event `MESSAGE_DELETE_BULK`.
 */
import { Effect, Layer } from "effect"
import { GatewayEvents, Messages } from "fibercord"

const most = 10_000

/** Logs into the channel of this id. Merge it with the bot. */
export const deletedMessages = (log: string) =>
  Layer.unwrap(
    Effect.sync(() => {
      const known = new Map<string, string>()
      const remember = GatewayEvents.on("MESSAGE_CREATE", ({ author, content, id }) =>
        Effect.sync(() => {
          known.set(id, `${author.username}: ${content}`)
          const oldest = known.size > most ? known.keys().next().value : undefined
          if (oldest !== undefined) known.delete(oldest)
        })
      )
      const report = GatewayEvents.on("MESSAGE_DELETE", ({ channel_id, id }) => {
        if (channel_id === log) return Effect.void
        const text = known.get(id) ?? `a message that I did not see (${id})`
        const content = `Deleted in <#${channel_id}>: ${text.slice(0, 1900)}`
        return Messages.send(log, { content, allowedMentions: { parse: [] } }).pipe(
          Effect.ignore({ log: "Warn", message: "A deletion could not be logged" })
        )
      })
      return Layer.mergeAll(
        remember,
        report,
        GatewayEvents.requireIntents(["GuildMessages", "MessageContent"], "deletedMessages")
      )
    })
  )
