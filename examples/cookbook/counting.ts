/**
 * # A counting channel
 *
 * Lets the members of a server count together, by turns: each message is the next number. A wrong one, or a second one of the
 * same user, begins again at zero.
 *
 * A [keyed Runtime](../guide/runtimes.md#one-for-each-key) is the one state machine of a channel. Messages that arrive at
 * the same moment are handled one after the other, so two users who write "42" are told apart. `make` reads the number
 * when the Runtime opens, and a channel in which nobody counts costs nothing.
 *
 * ## What to watch out for
 *
 * - Without the Runtime, two handlers would read the same number before either writes it. Handlers of events run side by
 * side.
 * - It needs the Runtimes of the bot, so it is built on it: `counting(id).pipe(Layer.provideMerge(BotLive))`. It hears what
 * is written after the bot has connected.
 * - A key belongs to one process. In a [cluster](../operating/cluster.md) all messages of a guild come to the process that
 * runs its shard.
 * - The content of messages needs the privileged intent `MessageContent`.
 */
import { Effect, Layer } from "effect"
import { KeyValueStore } from "effect/persistence"
import { Expiration, GatewayEvents, Messages, Runtimes } from "fibercord"

const Channel = Runtimes.keyed(
  (channelId: string) => channelId,
  (channelId) =>
    Effect.gen(function* () {
      const store = yield* KeyValueStore.KeyValueStore
      return { last: Number((yield* store.get(channelId)) ?? "0"), user: "" }
    }),
  { expiration: Expiration.inactivity("10 minutes") }
)

/** Counts in the channel of this id. Build it on the bot, which has the Runtimes: `Layer.provideMerge(BotLive)`. */
export const counting = (channel: string) => {
  const counted = GatewayEvents.on("MESSAGE_CREATE", (message) => {
    if (message.channel_id !== channel || message.author.bot === true || !/^\d+$/.test(message.content)) {
      return Effect.void
    }
    return Channel.run(
      channel,
      Effect.fn("count")(function* (state) {
        const store = yield* KeyValueStore.KeyValueStore
        const isRight = Number(message.content) === state.last + 1 && message.author.id !== state.user
        state.last = isRight ? state.last + 1 : 0
        state.user = isRight ? message.author.id : ""
        yield* store.set(channel, `${state.last}`)
        yield* Messages.react(message, isRight ? "✅" : "❌")
      })
    ).pipe(Effect.ignore({ log: "Warn", message: "A number could not be counted" }))
  })
  return Layer.merge(counted, GatewayEvents.requireIntents(["GuildMessages", "MessageContent"], "counting"))
}
