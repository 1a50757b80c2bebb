/** Something of every kind. */
import { Effect, Ref } from "effect"
import {
  Bot,
  Button,
  Command,
  Embed,
  ErrorReply,
  Field,
  Interaction,
  Menu,
  Messages,
  Modal,
  Options,
  Reply,
  Threads
} from "fibercord"

const step = Number(process.env["STEP"] ?? "1")

const counter = Command.slash(
  "counter",
  { description: "Count", options: { start: Options.optional(Options.integer("First value")) } },
  Effect.fn("counter")(function* ({ start }) {
    const count = yield* Ref.make(start ?? 0)
    const add = (by: number) =>
      Ref.updateAndGet(count, (n) => n + by).pipe(Effect.flatMap((n) => Reply.update({ content: `${n}` })))
    const more = yield* Button.bound({ label: "+1" }, () => add(step))
    const less = yield* Button.bound({ label: "+1" }, () => add(-1)) // Two buttons with one label.
    yield* Reply.send({ content: `${start ?? 0}`, components: [[more, less]] })
  })
)

const echo = Command.slash(
  "echo",
  {
    description: "Say it again",
    options: { text: Options.string("What"), file: Options.optional(Options.attachment("File")) }
  },
  ({ file, text }) =>
    Reply.send({ content: file === undefined ? text : `${text} ${file.filename} ${file.size}`, ephemeral: true })
)

const greet = Command.slash(
  "greet",
  { description: "Greet somebody", options: { whom: Options.user("Whom") } },
  Effect.fn("greet")(function* ({ whom }) {
    yield* Reply.send({ content: `Hello <@${whom.id}>, it is <t:${Math.floor(Date.now() / 1000)}:R>` })
    yield* Reply.followUp({ embeds: [Embed.make({ title: "Greeted", description: whom.username })] })
    yield* Messages.dm(whom.id, { content: "You were greeted." })
  })
)

const order = Command.slash(
  "order",
  { description: "Order" },
  Effect.fn("order")(function* () {
    const size = yield* Menu.ask(Menu.string({ placeholder: "Size", choices: ["small", "large"] }), {
      content: "Which size?"
    })
    yield* Reply.send({ content: `A ${size} one.` })
  })
)

const signup = Command.slash(
  "signup",
  { description: "Sign up" },
  Effect.fn("signup")(function* () {
    const { name } = yield* Modal.ask({ title: "Sign up", fields: { name: Field.short("Name") } })
    yield* Reply.send({ content: `Welcome, ${name}.` })
  })
)

const colours = ["red", "green", "blue"]

const paint = Command.slash(
  "paint",
  {
    description: "Paint a role",
    options: {
      role: Options.role("Whose"),
      colour: Options.string("Colour").pipe(
        Options.autocomplete((typed) => Effect.succeed(colours.filter((colour) => colour.startsWith(typed))))
      )
    }
  },
  ({ colour, role }) => Reply.send({ content: `${role.name} <@&${role.id}> is ${colour}` })
)

const ticket = Command.slash(
  "ticket",
  { description: "Open a ticket" },
  Effect.fn("ticket")(function* () {
    const { channelId = "" } = yield* Interaction.Interaction
    const thread = yield* Threads.start(channelId, "a ticket")
    const claim = yield* Button.bound({ label: "Claim" }, () => Reply.update({ content: "Claimed.", components: [] }))
    yield* Messages.send(thread, { content: "What is it about?", components: [[claim]] })
    yield* Reply.send({ content: `Your ticket is <#${thread}>.` })
  })
)

const ask = Command.slash("ask", { description: "Ask everybody" }, () =>
  Reply.send({ poll: { question: "Tea?", answers: ["Yes", "No"] } })
)

const wave = Command.user("Wave", {}, (user) => Reply.send({ content: `${user.username} is waved at` }))
const quote = Command.message("Quote", {}, (message) => Reply.send({ content: `> ${message.content}` }))

/** The bot, which needs a Discord. */
export const bot = Bot.layer({
  interactions: [counter, echo, greet, order, signup, paint, ticket, ask, wave, quote],
  onError: () => ErrorReply.ephemeral("Something failed.")
})
