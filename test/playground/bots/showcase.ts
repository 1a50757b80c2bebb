/** A bot with every component, every field and every kind of command. What it says is in `words.ts`, which tests change. */
import { NodeRuntime } from "@effect/platform-node"
import { Deferred, Effect, Layer } from "effect"
import {
  Bot,
  Button,
  Command,
  Embed,
  ErrorReply,
  Field,
  Interaction,
  Layout,
  Menu,
  Messages,
  Modal,
  Options,
  Reply
} from "fibercord"
import { picture } from "./picture.ts"
import { greeting } from "./words.ts"

type Named = { readonly username?: string; readonly filename?: string; readonly name?: string | null }

const nameOf = ({ filename, name, username }: Named) => username ?? filename ?? name ?? "?"

const shown = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(shown).join(" and ")
  return typeof value === "object" && value !== null ? nameOf(value) : String(value)
}

const greet = Command.slash("greet", { description: "Say hello" }, () => Reply.send({ content: greeting }))

const buttons = Command.slash(
  "buttons",
  { description: "Buttons of all styles" },
  Effect.fn("buttons")(function* () {
    const clicks = new Map<string, number>()
    const bound = (label: string, style: "primary" | "secondary" | "success" | "danger") =>
      Button.bound({ label, style }, () =>
        Effect.gen(function* () {
          const { user } = yield* Interaction.Interaction
          clicks.set(user.username, (clicks.get(user.username) ?? 0) + 1)
          const counts = [...clicks].map(([name, count]) => `${name} ${count}`).join(", ")
          yield* Reply.update({ content: `${label}: ${counts}` })
        })
      )
    const row = yield* Effect.all([
      bound("Primary", "primary"),
      bound("Secondary", "secondary"),
      bound("Success", "success"),
      bound("Danger", "danger")
    ])
    const off = yield* Button.bound({ label: "Disabled", disabled: true }, () => Effect.void)
    const lost = { type: 2, style: 2, label: "Nobody responds", custom_id: "nobody" } as const
    yield* Reply.send({
      content: "Click one",
      components: [
        [...row, Button.link("https://effect.website/docs", { label: "Link" })],
        [off, Button.premium("1300000000000000001"), lost]
      ]
    })
  })
)

const colours = Array.from({ length: 23 }, (_, index) => `colour ${index + 3}`)

const menus = Command.slash(
  "menus",
  { description: "All five selects" },
  Effect.fn("menus")(function* () {
    const chosen = (what: string) => (list: ReadonlyArray<unknown>) =>
      Reply.update({ content: `${what}: ${list.map(shown).join(", ")}`, keepSelections: true })
    const strings = yield* Menu.bound(
      Menu.strings({
        placeholder: "Colours",
        choices: [
          { value: "red", label: "Red", description: "As a rose", emoji: { name: "🌹" } },
          { value: "blue", label: "Blue", description: "As the sea", emoji: { name: "🌊" } },
          ...colours
        ],
        min: 2,
        max: 3
      }),
      (values) => Reply.update({ content: `strings: ${values.join(", ")}`, keepSelections: true })
    )
    const users = yield* Menu.bound(Menu.users({ placeholder: "Users", max: 2 }), chosen("users"))
    const roles = yield* Menu.bound(Menu.roles({ placeholder: "Roles" }), chosen("roles"))
    const both = yield* Menu.bound(
      Menu.mentionables({ placeholder: "Users and roles", max: 2 }),
      chosen("mentionables")
    )
    const channels = yield* Menu.bound(
      Menu.channels({ placeholder: "Channels", channelTypes: ["GuildText"] }),
      chosen("channels")
    )
    yield* Reply.send({ content: "Select", components: [[strings], [users], [roles], [both], [channels]] })
  })
)

const layout = Command.slash(
  "layout",
  { description: "Components V2" },
  Effect.fn("layout")(function* () {
    const press = yield* Button.bound({ label: "Details", style: "primary" }, () => Reply.send({ content: "Here." }))
    yield* Reply.send({
      files: [
        { name: "hills.png", data: picture(320, 180), contentType: "image/png" },
        { name: "notes.txt", data: "Twelve of them.", contentType: "text/plain" }
      ],
      components: [
        Layout.container(
          [
            Layout.text("## Roses\nRed ones, **fresh** today."),
            Layout.section(["A bunch of twelve", "-# picked this morning"], Layout.thumbnail("attachment://hills.png")),
            Layout.separator({ size: "large" }),
            Layout.section(["In a vase"], press),
            Layout.gallery([
              { url: "attachment://hills.png", description: "Hills in the evening" },
              { url: "attachment://hills.png", description: "The same hills", spoiler: true }
            ]),
            Layout.file("notes.txt"),
            Layout.separator({ line: false }),
            Layout.row([Button.link("https://example.com", { label: "Shop" })])
          ],
          { accentColor: 0xe0_31_31 }
        ),
        Layout.text("Below the container")
      ]
    })
  })
)

const news = Command.slash(
  "news",
  { description: "An embed, files and a poll" },
  Effect.fn("news")(function* () {
    const { channel } = yield* Interaction.Interaction
    yield* Reply.send({
      content: "Read **this**, _all_ of it: `code`, ||a secret|| and https://example.com",
      embeds: [
        Embed.make({
          title: "The garden opens",
          url: "https://example.com/garden",
          description: "On **Saturday**, at nine.",
          color: 0x2f_9e_44,
          author: "The gardeners",
          footer: "Bring gloves",
          thumbnail: "attachment://hills.png",
          fields: [
            Embed.field("Where", "Behind the mill", { inline: true }),
            Embed.field("Until", "Noon", { inline: true })
          ]
        })
      ],
      files: [
        { name: "hills.png", data: picture(240, 135), contentType: "image/png", description: "Hills in the evening" },
        { name: "list.csv", data: "a,b\n1,2", contentType: "text/csv" }
      ]
    })
    yield* Reply.followUp({
      poll: { question: "Tea or coffee?", answers: [{ text: "Tea", emoji: { name: "🍵" } }, "Coffee"], multiple: false }
    })
    const sent = yield* Messages.send(channel?.id ?? "", { content: "React to this" })
    yield* Messages.react(sent, "🎉")
  })
)

/** Says what was entered. */
const saved = (values: object) =>
  Reply.send({
    ephemeral: true,
    content: Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}: ${shown(value)}`)
      .join(", ")
  })

const size = { choices: ["small", { value: "large", label: "Large", description: "For two" }] } as const

const form = Command.slash(
  "form",
  {
    description: "Forms with every field",
    options: { which: Options.string("Which", { choices: ["write", "pick", "send"] }) }
  },
  ({ which }) => {
    if (which === "write") {
      return Modal.show(
        {
          title: "Tell us",
          fields: {
            about: Field.markdown("What you write stays **here**."),
            name: Field.short("Name", { min: 2, max: 10, placeholder: "Ada", description: "What we call you" }),
            story: Field.paragraph("Story", { required: false }),
            size: Field.radio("Size", size),
            extras: Field.checkboxes("Extras", { choices: ["milk", "sugar", "honey"], min: 1, max: 2 })
          }
        },
        saved
      )
    }
    if (which === "pick") {
      return Modal.show(
        {
          title: "Pick some",
          fields: {
            drink: Field.menu("Drink", Menu.strings({ choices: ["tea", "coffee", "juice"], max: 2 })),
            friend: Field.menu("Friend", Menu.user()),
            role: Field.menu("Role", Menu.role()),
            both: Field.menu("Friend or role", Menu.mentionable()),
            place: Field.menu("Place", Menu.channel(), { required: false })
          }
        },
        saved
      )
    }
    return Modal.show(
      {
        title: "Send it",
        fields: { files: Field.files("Files", { min: 1, max: 2 }), agree: Field.checkbox("I agree") }
      },
      saved
    )
  }
)

const secret = Command.slash(
  "secret",
  { description: "For your eyes only", replies: { ephemeral: true } },
  Effect.fn("secret")(function* () {
    const burn = yield* Button.bound({ label: "Burn it" }, () => Reply.update({ content: "Ashes.", components: [] }))
    yield* Reply.send({ content: "The password is **swordfish**.", components: [[burn]] })
  })
)

const done = Deferred.makeUnsafe<void>()

const think = Command.slash(
  "think",
  { description: "Think until somebody finishes" },
  Effect.fn("think")(function* () {
    yield* Reply.defer()
    yield* Deferred.await(done)
    yield* Reply.send({ content: "Forty-two." })
  })
)

const finish = Command.slash("finish", { description: "Finish thinking" }, () =>
  Deferred.succeed(done, undefined).pipe(Effect.andThen(Reply.send({ content: "Enough.", ephemeral: true })))
)

const never = Command.slash("never", { description: "Does not respond", autoDefer: false }, () => Effect.never)

const cities = ["Amsterdam", "Berlin", "Bonn", "Lisbon", "London"]

const config = Command.parent(
  "config",
  { description: "Settings" },
  {
    set: Command.sub(
      {
        description: "Change one",
        options: {
          city: Options.string("Where").pipe(
            Options.autocomplete((query) =>
              Effect.succeed(cities.filter((city) => city.toLowerCase().includes(query.toLowerCase())))
            )
          ),
          mode: Options.string("How", { choices: ["loud", "quiet"] }),
          level: Options.integer("How much", { min: 0, max: 11 }),
          ratio: Options.number("Ratio").pipe(Options.optional),
          on: Options.boolean("Whether").pipe(Options.optional),
          who: Options.user("Who").pipe(Options.optional),
          place: Options.channel("Where to").pipe(Options.optional),
          role: Options.role("Role").pipe(Options.optional),
          anyone: Options.mentionable("Anyone").pipe(Options.optional),
          file: Options.attachment("File").pipe(Options.optional)
        }
      },
      saved
    ),
    roles: Command.group(
      { description: "Roles" },
      { add: Command.sub({ description: "Add one", options: { role: Options.role("Which") } }, saved) }
    )
  }
)

const profile = Command.user("Profile", {}, (user) =>
  Reply.send({ content: `Profile of ${user.username}`, ephemeral: true })
)
const quote = Command.message("Quote", {}, (message) => Reply.send({ content: `> ${message.content}` }))

Bot.layer({
  interactions: [greet, buttons, menus, layout, news, form, secret, think, finish, never, config, profile, quote],
  onError: { MessageError: () => ErrorReply.ephemeral("Something failed.") }
}).pipe(Layer.provide(Bot.layerDiscord), Bot.launch, NodeRuntime.runMain)
