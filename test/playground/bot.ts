/** A bot with one of everything that users do. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Bot, Button, Command, Field, Menu, Modal, Options, Reply } from "../../src/index.ts"
import { Playground } from "../../src/playground/index.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { emptyPage } from "./client.ts"

const colours = ["red", "green", "blue"]

const repeat = Command.slash(
  "repeat",
  {
    description: "Says it again",
    options: {
      text: Options.string("What"),
      colour: Options.optional(Options.string("Colour")).pipe(
        Options.autocomplete((typed) => Effect.succeed(colours.filter((colour) => colour.startsWith(typed))))
      ),
      file: Options.optional(Options.attachment("File"))
    }
  },
  ({ colour, file, text }) => Reply.send({ content: [text, colour, file?.filename].filter(Boolean).join(" ") })
)

const secret = Command.slash("secret", { description: "For you alone" }, () =>
  Reply.send({ content: "hush", ephemeral: true })
)

const panel = Command.slash(
  "panel",
  { description: "Components" },
  Effect.fn("panel")(function* () {
    const press = yield* Button.bound({ label: "press" }, () => Reply.update({ content: "pressed" }))
    const form = yield* Button.bound({ label: "form" }, () =>
      Modal.show({ title: "A form", fields: { name: Field.short("Name") } }, ({ name }) =>
        Reply.update({ content: `named ${name}` })
      )
    )
    const pick = yield* Menu.bound(Menu.strings({ choices: colours, max: 2 }), (values) =>
      Reply.update({ content: `picked ${values.join(" and ")}` })
    )
    const who = yield* Menu.bound(Menu.user(), (user) => Reply.update({ content: `chose ${user.username}` }))
    yield* Reply.send({ content: "panel", components: [[press, form], [pick], [who]] })
  })
)

const greet = Command.user("Greet", {}, (user) => Reply.send({ content: `hello ${user.username}` }))
const quote = Command.message("Quote", {}, (message) => Reply.send({ content: `> ${message.content}` }))
const play = Command.entryPoint("play", { description: "Play" }, () => Reply.send({ content: "playing" }))
const hidden = Command.slash("hidden", { description: "For nobody", defaultMemberPermissions: [] }, () =>
  Reply.send({ content: "hidden" })
)

const interactions = [repeat, secret, panel, greet, quote, play, hidden]

/** The bot with a playground, both over one fake. */
export const layer = (options: Playground.Options = {}) =>
  Bot.layer({ interactions }).pipe(
    Layer.provideMerge(Playground.layer({ port: 0, page: emptyPage(), ...options })),
    Layer.provideMerge(FakeDiscord.layer())
  )
