/** Polls: Discord's own, and the bot's, which count live, end by themselves, and go on after a restart. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Clock, Duration, Effect, Layer, Option, Ref, Schema } from "effect"
import { KeyValueStore } from "effect/persistence"
import { Bot, Button, Command, Embed, ErrorReply, Expiration, Interaction } from "fibercord"
import { Messages, Options, Reply, Runtime, Runtimes, Sent } from "fibercord"

const Poll = Schema.Struct({
  question: Schema.String,
  answers: Schema.Array(Schema.String),
  votes: Schema.Record(Schema.String, Schema.Int), // the answer of each user
  owner: Schema.String,
  endsAt: Schema.Finite, // in milliseconds since the Unix epoch
  message: Sent.Ids
})

/** The polls that are open, by the id of their message. */
const stored = <A, E>(use: (polls: KeyValueStore.SchemaStore<typeof Poll>) => Effect.Effect<A, E>) =>
  Effect.flatMap(KeyValueStore.KeyValueStore, (store) => Effect.orDie(use(KeyValueStore.toSchemaStore(store, Poll))))

const card = ({ answers, endsAt, question, votes }: Omit<typeof Poll.Type, "message">) => {
  const all = Object.values(votes)
  const lines = answers.map((answer, index) => {
    const count = all.filter((vote) => vote === index).length
    return `**${answer}**: ${count} ${"▰".repeat(Math.round((10 * count) / Math.max(all.length, 1)))}`
  })
  return Embed.make({ title: question, description: lines.join("\n"), footer: "Until", timestamp: endsAt })
}

/** In the turn of the poll's Runtime, so that no vote comes between. */
const finish = Effect.fn("finish")(function* ({ message, ...poll }: typeof Poll.Type) {
  const embeds = [card(poll)]
  yield* Messages.edit(message, { embeds, components: [] }).pipe(
    Effect.andThen(Messages.reply(message, { content: "The poll has ended.", embeds }, { nonce: message.id })),
    Effect.ignore({ log: "Warn", message: "The end of a poll could not be shown" })
  )
  yield* stored((polls) => polls.remove(message.id))
  yield* Runtime.close
})

/** The Runtime of each open poll, by the id of its message. */
const Open = Runtimes.keyed(
  (id: string) => id,
  Effect.fnUntraced(function* (id) {
    const poll = yield* stored((polls) => polls.get(id))
    if (Option.isNone(poll)) return yield* ErrorReply.deny("This poll has ended.")
    const state = yield* Ref.make(poll.value)
    const end = Runtimes.run(yield* Runtime.current, Effect.flatMap(Ref.get(state), finish))
    yield* Runtime.fork(Effect.delay(end, Math.max(poll.value.endsAt - (yield* Clock.currentTimeMillis), 0)))
    return state
  }),
  { expiration: Expiration.explicit }
)

const Vote = Schema.Struct({ poll: Schema.String, answer: Schema.Int })

const vote = Button.independent("poll-vote", { payload: Vote }, ({ answer, poll }) =>
  Open.run(
    poll,
    Effect.fn("vote")(function* (state) {
      const { user } = yield* Interaction.Interaction
      const after = yield* Ref.updateAndGet(state, (poll) => ({ ...poll, votes: { ...poll.votes, [user.id]: answer } }))
      yield* stored((polls) => polls.set(poll, after))
      yield* Reply.update({ embeds: [card(after)] })
    })
  )
)

const end = Button.independent("poll-end", { payload: Schema.String }, (poll) =>
  Open.run(
    poll,
    Effect.fn("end")(function* (state) {
      const { user } = yield* Interaction.Interaction
      const last = yield* Ref.get(state)
      if (user.id !== last.owner) return yield* ErrorReply.deny("Only the person who asked can end the poll.")
      yield* Reply.deferUpdate
      yield* finish(last)
    })
  )
)

const question = Options.string("What do you want to know?", { max: 200 })
const answers = Options.string("Two to four answers, with commas between them").pipe(
  Options.schema(Schema.String.check(Schema.isPattern(/^([^,]{1,55},){1,3}[^,]{1,55}$/)))
)
const time = Options.string("For example 2 hours").pipe(Options.schema(Schema.DurationFromString))
const split = (list: string) => list.split(",").map((each) => each.trim())

const live = Command.sub(
  { description: "A poll with live counts", options: { question, answers, time } },
  Effect.fn("live")(function* ({ answers, question, time }) {
    const { user } = yield* Interaction.Interaction
    const endsAt = (yield* Clock.currentTimeMillis) + Duration.toMillis(time)
    const poll = { question, answers: split(answers), votes: {}, owner: user.id, endsAt }
    const sent = yield* Reply.send({ embeds: [card(poll)] })
    const message = yield* sent.ids
    yield* stored((polls) => polls.set(message.id, { ...poll, message }))
    const buttons = poll.answers.map((label, answer) => vote.with({ label }, { poll: message.id, answer }))
    yield* sent.edit({ components: [[...buttons, end.with({ label: "End", style: "danger" }, message.id)]] })
    yield* Open.get(message.id)
  })
)

const native = Command.sub(
  { description: "Discord's own poll", options: { question, answers, time } },
  ({ answers, question, time }) =>
    Reply.send({ poll: { question, answers: split(answers), duration: time } }).pipe(
      Effect.catchReason("ReplyError", "InvalidMessage", () => ErrorReply.deny("Discord's polls take 1 to 768 hours."))
    )
)

const endNative = Command.message("End poll", { defaultMemberPermissions: ["ManageMessages"] }, (target) =>
  Effect.gen(function* () {
    const message = Sent.from({ channelId: target.channel_id, id: target.id })
    yield* message.endPoll
    const { poll } = yield* message.get
    const counts = poll?.results?.answer_counts ?? []
    const fields = poll?.answers.map(({ answer_id, poll_media }) =>
      Embed.field(poll_media.text ?? "", `${counts.find(({ id }) => id === answer_id)?.count ?? 0}`)
    )
    yield* Reply.send({ embeds: [Embed.make({ title: poll?.question.text, fields })] })
  }).pipe(Effect.catchTag("MessageError", () => ErrorReply.deny("This is no open poll of mine.")))
)

const bot = Bot.layer({
  interactions: [Command.parent("poll", { description: "Ask everybody" }, { live, native }), vote, end, endNative],
  onError: {
    MessageError: () => ErrorReply.ephemeral("I could not change the message of the poll."),
    RuntimeRefused: () => ErrorReply.ephemeral("Too much happens at once. Please try again.")
  }
})

/** Polls that were open when the bot stopped go on, or end now if their time is over. */
const resume = Effect.gen(function* () {
  const open = yield* stored(({ keys }) => keys)
  yield* Effect.forEach(open, (id) => Effect.ignore(Open.get(id), { log: "Warn" }), { discard: true })
})

export const PollsBot = Layer.effectDiscard(resume).pipe(Layer.provideMerge(bot))

if (import.meta.main) {
  PollsBot.pipe(
    Layer.provide(KeyValueStore.layerFileSystem("./polls")),
    Layer.provide(NodeServices.layer),
    Layer.provide(Bot.layerDiscord),
    Bot.launch,
    NodeRuntime.runMain
  )
}
