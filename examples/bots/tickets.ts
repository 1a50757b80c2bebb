/** Support tickets: a form, a private thread for each user, a claim, a reminder, and a transcript at the end. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Config, Context, Duration, Effect, FiberHandle, Layer, Option, Ref, Schema } from "effect"
import { KeyValueStore } from "effect/persistence"
import { Bot, Button, Command, Confirm, Embed, ErrorReply, Expiration, Field, Interaction } from "fibercord"
import { Messages, Modal, Reply, Runtime, RuntimeEvents, Runtimes, Sent, Threads } from "fibercord"

const settings = Config.all({
  role: Config.String("SUPPORT_ROLE"), // needs ManageThreads, to see the tickets
  log: Config.String("LOG_CHANNEL"),
  quiet: Config.Duration("QUIET").pipe(Config.withDefault(Duration.days(1)))
})

/** Who helps, where transcripts go, and after how much silence a user is reminded; as much again closes a ticket. */
export class Support extends Context.Service<Support, Config.Success<typeof settings>>()("examples/tickets/Support") {
  static readonly layerConfig = Layer.effect(Support, settings)
}

const Ticket = Schema.Struct({
  owner: Schema.String,
  subject: Schema.String,
  message: Sent.Ids, // the first one of its thread
  claimedBy: Schema.optional(Schema.String),
  lines: Schema.Array(Schema.String) // what was said
})

/** The open tickets, by their owners. */
const stored = <A, E>(use: (tickets: KeyValueStore.SchemaStore<typeof Ticket>) => Effect.Effect<A, E>) =>
  Effect.flatMap(KeyValueStore.KeyValueStore, (store) => Effect.orDie(use(KeyValueStore.toSchemaStore(store, Ticket))))

type Opening = Readonly<Record<"channel" | "subject" | "description", string>>
type Asked = { readonly owner: string; readonly opening?: Opening }

const begin = Effect.fn("begin")(function* (owner: string, { channel, description, subject }: Opening) {
  const { role } = yield* Support
  const thread = yield* Threads.start(channel, subject, { private: true, invitable: false, archiveAfter: 10080 })
  yield* Threads.addMember(thread, owner)
  const content = `<@&${role}>, <@${owner}> needs help.`
  const embeds = [Embed.make({ title: subject, description })]
  const sent = yield* Messages.send(thread, { content, embeds, allowedMentions: { roles: [role], users: [owner] } })
  return { owner, subject, message: yield* sent.ids, lines: [] }
})

/** What is left to do when a ticket's Runtime ends, for whatever reason. */
const finish = Effect.fn("finish")(function* ({ lines, message, owner, subject }: typeof Ticket.Type) {
  const { log } = yield* Support
  const files = [{ name: `${message.channelId}.txt`, data: lines.join("\n") || "Nothing was said." }]
  const steps = [
    Effect.asVoid(Messages.send(log, { content: `<@${owner}>: ${subject}`, files, allowedMentions: {} })),
    Messages.edit(message, { content: "This ticket is closed.", components: [] }),
    Threads.edit(message.channelId, { archived: true, locked: true })
  ]
  yield* Effect.forEach(steps, (step) => Effect.ignore(step, { log: "Warn" }), { discard: true })
  yield* stored((tickets) => tickets.remove(owner))
})

const make = Effect.fnUntraced(function* ({ opening, owner }: Asked) {
  const { quiet, role } = yield* Support
  const known = yield* stored((tickets) => tickets.get(owner))
  const begun = opening === undefined ? ErrorReply.deny("This ticket is closed.") : begin(owner, opening)
  const first: typeof Ticket.Type = Option.isSome(known) ? known.value : yield* begun
  const ticket = yield* Ref.make(first)
  const change = (f: (now: typeof first) => typeof first) =>
    Effect.flatMap(Ref.updateAndGet(ticket, f), (after) => stored((tickets) => tickets.set(owner, after)))
  yield* change((same) => same)
  yield* Runtime.onClose((reason) => (reason === "Shutdown" ? Effect.void : Effect.flatMap(Ref.get(ticket), finish)))

  const thread = first.message.channelId
  const reminder = yield* FiberHandle.make()
  const remind = Messages.send(thread, { content: `<@${owner}>, do you still need help?` })
  const remindLater = FiberHandle.run(reminder, Effect.ignore(Effect.delay(remind, quiet), { log: "Warn" }))
  yield* remindLater
  const note = (line: string) => change((now) => ({ ...now, lines: [...now.lines, line] }))
  yield* RuntimeEvents.on(
    "MESSAGE_CREATE",
    ({ author, content, timestamp }) =>
      Effect.andThen(note(`${timestamp} ${author.username}: ${content}`), remindLater),
    { where: ({ author, channel_id }) => channel_id === thread && author.bot !== true }
  )
  yield* RuntimeEvents.on("THREAD_DELETE", () => Runtime.close, { where: ({ id }) => id === thread })

  const isSupport = ({ member }: Interaction.Interaction["Service"]) => member?.roles.includes(role) === true
  const close = yield* Button.bound(
    { label: "Close", style: "danger" },
    Effect.fn("close")(function* () {
      const isSure = yield* Confirm.ask({ content: "Close this ticket?", ephemeral: true, timeout: "5 minutes" })
      yield* Reply.update({ content: isSure ? "Closed." : "It stays open.", components: [] })
      if (isSure) yield* Runtime.close
    }),
    { by: (who) => isSupport(who) || who.user.id === owner }
  )
  const claim = yield* Button.bound(
    { label: "Claim" },
    Effect.fn("claim")(function* () {
      const { user } = yield* Interaction.Interaction
      yield* change((now) => ({ ...now, claimedBy: user.id }))
      yield* Reply.update({ content: `<@${user.id}> takes care of this.`, components: [[close]] })
    }),
    { by: isSupport, once: true, denied: "Only the support can claim tickets." }
  )
  yield* Messages.edit(first.message, { components: [first.claimedBy === undefined ? [claim, close] : [close]] })
  return thread
})

/** The one ticket of each user, which closes when nobody writes. */
const keyed = ({ quiet }: Support["Service"]) =>
  Runtimes.keyed(({ owner }: Asked) => owner, make, { expiration: Expiration.inactivity(Duration.times(quiet, 2)) })
class Tickets extends Context.Service<Tickets, ReturnType<typeof keyed>>()("examples/tickets/Tickets") {
  static readonly layer = Layer.effect(Tickets, Effect.map(Support, keyed))
}

const open = Button.independent("ticket-open", {}, () =>
  Effect.gen(function* () {
    const [tickets, { channelId: channel = "", user }] = [yield* Tickets, yield* Interaction.Interaction]
    const known = yield* tickets.find({ owner: user.id })
    if (Option.isSome(known)) return yield* ErrorReply.deny(`You have <#${known.value.state}>.`)
    const fields = { subject: Field.short("Subject", { max: 80 }), description: Field.paragraph("What is it about?") }
    const form = yield* Modal.ask({ title: "New ticket", fields })
    yield* Reply.defer({ ephemeral: true })
    const { state } = yield* tickets.get({ owner: user.id, opening: { channel, ...form } })
    return yield* Reply.send({ content: `Your ticket is <#${state}>.` })
  })
)

const panel = Command.slash(
  "ticket-panel",
  { description: "The button for new tickets", contexts: ["guild"], defaultMemberPermissions: ["ManageGuild"] },
  () => Reply.send({ content: "Do you need help?", components: [[open.with({ label: "Open a ticket" })]] })
)

const bot = Bot.layer({
  interactions: [panel, open],
  gateway: { intents: ["Guilds", "GuildMessages", "MessageContent"] },
  onError: ({ _tag }) => ErrorReply.ephemeral(_tag === "MessageError" ? "I cannot open a ticket here." : "Try again.")
})

/** Tickets that were open when the bot stopped go on. */
const resume = Effect.gen(function* () {
  const [tickets, owners] = [yield* Tickets, yield* stored(({ keys }) => keys)]
  yield* Effect.forEach(owners, (owner) => Effect.ignore(tickets.get({ owner }), { log: "Warn" }), { discard: true })
})

/** The bot; give it its `Support` and a `KeyValueStore`. */
export const TicketsLive = Layer.effectDiscard(resume).pipe(Layer.provideMerge(bot), Layer.provide(Tickets.layer))

if (import.meta.main) {
  const StoreLive = KeyValueStore.layerFileSystem("./tickets").pipe(Layer.provide(NodeServices.layer))
  TicketsLive.pipe(Layer.provide([Support.layerConfig, StoreLive, Bot.layerDiscord]), Bot.launch, NodeRuntime.runMain)
}
