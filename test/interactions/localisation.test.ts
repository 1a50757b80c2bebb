/** Names and descriptions of commands in the languages of users, as Discord localises them itself. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Discord from "../../src/discord/Discord.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import * as CommandSync from "../../src/interactions/router/CommandSync.ts"
import { validateCommand } from "../../src/interactions/wire/validateCommand.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { requests } from "./harness.ts"

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
