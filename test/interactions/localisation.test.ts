/** Names and descriptions of commands in the languages of users, as Discord localises them itself. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Discord from "../../src/discord/Discord.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Field from "../../src/interactions/definitions/Field.ts"
import * as Menu from "../../src/interactions/definitions/Menu.ts"
import * as Modal from "../../src/interactions/definitions/Modal.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import * as CommandSync from "../../src/interactions/router/CommandSync.ts"
import { validateCommand } from "../../src/interactions/wire/validateCommand.ts"
import { validateMenu } from "../../src/interactions/wire/validateComponents.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { requests, withBot } from "./harness.ts"

interface Names {
  readonly group?: Discord.Localizations
  readonly sub?: Discord.Localizations
  readonly option?: Discord.Localizations
  readonly choice?: Discord.Localizations
}

const roles = ({ choice, group, option, sub }: Names) =>
  Command.parent(
    "config",
    { description: "Settings" },
    {
      roles: Command.group(
        { description: "Roles", nameLocalizations: group, descriptionLocalizations: group },
        {
          add: Command.sub(
            {
              description: "Add one",
              nameLocalizations: sub,
              options: {
                colour: Options.string("Colour", {
                  choices: ["red", { value: "blue", labelLocalizations: choice as Record<string, string> }]
                }).pipe(Options.localize({ nameLocalizations: option, descriptionLocalizations: option }))
              }
            },
            () => Effect.void
          )
        }
      )
    }
  )

const all: Required<Names> = {
  group: { de: "rollen" },
  sub: { de: "dazu" },
  option: { de: "farbe", "es-419": "color" },
  choice: { de: "blau" }
}

interface Stored {
  readonly name_localizations?: object
  readonly description_localizations?: object
  readonly options?: ReadonlyArray<Stored>
  readonly choices?: ReadonlyArray<Stored>
}

const patches = requests("PATCH", /commands/)

describe("localised commands", () => {
  it.live("a group, a subcommand, an option and a choice are registered with their translations, and only once", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* CommandSync.sync([roles(all)])
      yield* CommandSync.sync([roles(all)])
      assert.deepStrictEqual(yield* patches, [])
      const [command] = (yield* discord.commands()) as unknown as ReadonlyArray<Stored>
      const group = command?.options?.[0]
      const option = group?.options?.[0]?.options?.[0]
      assert.deepStrictEqual(group?.name_localizations, { de: "rollen" })
      assert.deepStrictEqual(group?.description_localizations, { de: "rollen" })
      assert.deepStrictEqual(group?.options?.[0]?.name_localizations, { de: "dazu" })
      assert.deepStrictEqual(option?.name_localizations, { de: "farbe", "es-419": "color" })
      assert.deepStrictEqual(option?.description_localizations, { de: "farbe", "es-419": "color" })
      assert.deepStrictEqual(option?.choices?.[1]?.name_localizations, { de: "blau" })
    }).pipe(Effect.provide(FakeDiscord.layer()))
  )

  for (const part of ["group", "sub", "option", "choice"] as const) {
    it.live(`a translation of a ${part} that changes is written, once`, () =>
      Effect.gen(function* () {
        yield* CommandSync.sync([roles(all)])
        const changed = { ...all, [part]: { de: "anders" } }
        yield* CommandSync.sync([roles(changed)])
        yield* CommandSync.sync([roles(changed)])
        assert.strictEqual((yield* patches).length, 1)
        assert.deepStrictEqual(yield* CommandSync.plan([roles(changed)]), { create: [], remove: [], update: [] })
      }).pipe(Effect.provide(FakeDiscord.layer()))
    )
  }

  it("a language that Discord does not know is found before the bot starts", () => {
    const problems = validateCommand(roles({ ...all, group: { "en-AU": "mates" } as never }).command as object)
    assert.deepStrictEqual(
      problems.map(({ path }) => path),
      ["options.roles.name_localizations.en-AU", "options.roles.description_localizations.en-AU"]
    )
  })
})

describe("localised components", () => {
  const size = { label: "Size", labelLocalizations: { de: "Größe", "es-ES": "Talla", "en-GB": "Size (UK)" } }
  const sizes = Menu.string({
    placeholder: "Which?",
    placeholderLocalizations: { de: "Welche?" },
    choices: [
      "small",
      {
        value: "large",
        label: "Large",
        labelLocalizations: { de: "Groß" },
        description: "For two",
        descriptionLocalizations: { de: "Für zwei" }
      }
    ]
  })
  const kept = Menu.independent("kept", { menu: sizes }, () => Effect.void)
  const again = Button.independent("again", {}, () => Effect.void)
  const show = Command.slash("show", { description: "…" }, () =>
    Effect.gen(function* () {
      const bound = yield* Button.bound(size, () => Effect.void)
      const link = Button.link("https://effect.website", size)
      yield* Reply.send({ components: [[yield* Menu.bound(sizes, () => Effect.void)], [bound, link]] })
      yield* Reply.followUp({ components: [[kept.with()], [again.with(size)]] })
    })
  )
  const ask = Command.slash("ask", { description: "…" }, () =>
    Effect.gen(function* () {
      const { size: picked } = yield* Modal.ask({
        title: "Order",
        titleLocalizations: { de: "Bestellung" },
        fields: {
          note: Field.short("Note", {
            labelLocalizations: { de: "Notiz" },
            placeholder: "Anything?",
            placeholderLocalizations: { de: "Noch etwas?" },
            required: false
          }),
          size: Field.menu("Size", sizes, { labelLocalizations: { de: "Größe" } })
        }
      })
      yield* Reply.ask({ content: picked, components: [[Button.choice("yes", size), Button.choice("no")]] })
    })
  )

  const labels = (user: FakeDiscord.User) =>
    Effect.gen(function* () {
      const message = yield* user.slash("show")
      const followUp = yield* message.awaitFollowUp()
      const seen = yield* Effect.forEach([message, followUp], (each) => each.snapshot)
      return seen.flatMap(({ buttons, selects }) => [
        ...selects.map(({ options, placeholder }) => `${placeholder} ${options.map(({ label }) => label).join("/")}`),
        ...buttons.map(({ label }) => label)
      ])
    })

  it.live("are in the language of the user, or in Discord's fallback for it, or as they are", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const seen = (locale: string) => Effect.flatMap(discord.user(locale, { locale }), labels)
      const german = ["Welche? small/Groß", "Größe", "Größe", "Welche? small/Groß", "Größe"]
      const english = (label: string) => ["Which? small/Large", label, label, "Which? small/Large", label]
      assert.deepStrictEqual(yield* seen("de"), german)
      assert.deepStrictEqual(yield* seen("es-419"), english("Talla"))
      assert.deepStrictEqual(yield* seen("en-US"), english("Size (UK)"))
      assert.deepStrictEqual(yield* seen("fr"), english("Size"))
      assert.deepStrictEqual(yield* discord.violations, [])
      const sent = yield* requests("POST", /./)
      assert.isNotEmpty(sent)
      assert.notInclude(JSON.stringify(sent), "ocalizations")
    }).pipe(withBot({ interactions: [show, ask, kept, again] }))
  )

  it.live("so are forms and questions", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const user = yield* discord.user("anna", { locale: "de" })
      const modal = yield* (yield* user.slash("ask")).modal
      assert.strictEqual(modal.title, "Bestellung")
      assert.deepStrictEqual(
        modal.fields.map(({ label }) => label),
        ["Notiz", "Größe"]
      )
      const question = yield* modal.submit({ Größe: ["Groß"] })
      assert.strictEqual(yield* question.content, "large")
      assert.deepStrictEqual(
        (yield* question.buttons).map(({ label }) => label),
        ["Größe", "no"]
      )
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(withBot({ interactions: [ask] }))
  )

  it("an independent menu is checked in every language that it has", () => {
    const long = Menu.string({
      placeholder: "p",
      choices: [{ value: "a", labelLocalizations: { fr: "x".repeat(101) } }]
    })
    const { menu } = Menu.independent("long", { menu: long }, () => Effect.void)
    assert.deepStrictEqual(
      validateMenu(menu ?? {}).map(({ path }) => path),
      ["options[0].label (fr)"]
    )
  })
})
