/** What Discord refuses in commands. The rules have rows in `docs/conformance/commands.md`. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { FakeDiscord } from "../../../src/testing/index.ts"
import { type Client, connect, respond } from "../client.ts"
import { asBot, assertRefused, hold, long, many, type Refused, type Rule, withoutLimits } from "./refusals.ts"

type Discord = FakeDiscord.FakeDiscord["Service"]

const all = (discord: Discord) => `/applications/${discord.applicationId}/commands`
const ofGuild = (discord: Discord) => `/applications/${discord.applicationId}/guilds/${discord.guild.id}/commands`
// Of one name, so that nothing is counted as a new command.
const send = (body: object) => asBot("POST", all, body)
const put = (body: unknown) => asBot("PUT", all, body)

const slash = (fields: object = {}) => ({ name: "a", description: "d", ...fields })
const option = (fields: object = {}) => ({ type: 3, name: "o", description: "d", ...fields })
const withOptions = (...options: ReadonlyArray<object>) => slash({ options })
const one = (fields: object) => withOptions(option(fields))
const sub = (fields: object = {}) => option({ type: 1, name: "s", ...fields })
const group = (fields: object = {}) => option({ type: 2, name: "g", options: [sub()], ...fields })
const choices = (type: number, ...values: ReadonlyArray<unknown>) =>
  one({ type, choices: values.map((value, n) => ({ name: `c${n}`, value })) })

const required = "BASE_TYPE_REQUIRED"
const tooLong = "BASE_TYPE_MAX_LENGTH"
const badLength = "BASE_TYPE_BAD_LENGTH"
const badName = "APPLICATION_COMMAND_INVALID_NAME"
const badType = "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"
const taken = "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"
const range = "NUMBER_TYPE_RANGE"

const naming: ReadonlyArray<Rule> = [
  {
    rule: "names of slash commands and options are 1 to 32 letters, digits, -, _ and ', in lower case where there is one",
    refused: [
      ...["Upper", "with space", "a.b", "a/b", "😀", "ÄRGER"].flatMap((name): ReadonlyArray<Refused> => [
        [slash({ name }), "name", badName],
        [one({ name }), "options.0.name", badName]
      ]),
      [slash({ name: long(33) }), "name", badLength],
      [slash({ name: "" }), "name", required],
      [slash({ name: undefined }), "name", required],
      [slash({ name: 5 }), "name", "STRING_TYPE_CONVERT"]
    ],
    accepted: ["ärger", "名前", "it's", "a-b_c", "นี่", "हिन्दी", long(32)].map((name) => one({ name }))
  },
  {
    rule: "names of context menus are 1 to 32 characters of any kind",
    refused: [
      [{ type: 2, name: long(33) }, "name", badLength],
      [{ type: 3, name: "" }, "name", required]
    ],
    accepted: [{ type: 2, name: "Show Profile!" }]
  },
  {
    rule: "descriptions have 1 to 100 characters, without white space at both ends",
    refused: [
      [slash({ description: undefined }), "description", required],
      [slash({ description: "   " }), "description", required],
      [slash({ description: long(101) }), "description", badLength],
      [one({ description: "" }), "options.0.description", required],
      [one({ description: long(101) }), "options.0.description", badLength]
    ],
    accepted: [slash({ description: ` ${long(100)} ` })]
  },
  {
    rule: "context menus have neither a description nor options",
    refused: [
      [{ type: 2, name: "a", description: "d" }, "description", "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_INVALID"],
      [{ type: 3, name: "a", options: [option()] }, "options", "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_INVALID"]
    ],
    accepted: [{ type: 3, name: "a", description: "", options: [] }]
  },
  {
    rule: "localizations are of Discord's locales, and follow the rules of what they translate",
    refused: [
      [slash({ name_localizations: { "en-AU": "mate" } }), "name_localizations.en-AU", "BASE_TYPE_CHOICES"],
      [slash({ name_localizations: { de: "Groß" } }), "name_localizations.de", badName],
      [slash({ description_localizations: { de: long(101) } }), "description_localizations.de", badLength],
      [slash({ description_localizations: { de: " " } }), "description_localizations.de", required],
      [slash({ name_localizations: ["de"] }), "name_localizations", "DICT_TYPE_CONVERT"],
      [slash({ name_localizations: { de: 5 } }), "name_localizations.de", "STRING_TYPE_CONVERT"]
    ],
    accepted: [slash({ name_localizations: { de: "größe", fr: null }, description_localizations: null })]
  },
  {
    rule: "names of options in a language are neither the name of another one nor its name there",
    refused: [
      [
        withOptions(option({ name: "a" }), option({ name: "b", name_localizations: { de: "a" } })),
        "options.1.name_localizations.de",
        taken
      ],
      [
        withOptions(
          option({ name: "a", name_localizations: { de: "x" } }),
          option({ name: "b", name_localizations: { de: "x" } })
        ),
        "options.1.name_localizations.de",
        taken
      ]
    ],
    accepted: [
      withOptions(
        option({ name: "a", name_localizations: { de: "x" } }),
        option({ name: "b", name_localizations: { fr: "x", de: "b" } })
      )
    ]
  }
]

const options: ReadonlyArray<Rule> = [
  {
    rule: "a command has at most 25 options, each with a name of its own",
    refused: [
      [withOptions(...many(26, (n) => option({ name: `o${n}` }))), "options", badLength],
      [withOptions(option(), option()), "options.1.name", taken],
      [withOptions(sub(), sub()), "options.1.name", taken],
      [slash({ options: {} }), "options", "LIST_TYPE_CONVERT"]
    ],
    accepted: [withOptions(...many(25, (n) => option({ name: `o${n}` })))]
  },
  {
    rule: "required options come before the others",
    refused: [
      [
        withOptions(option(), option({ name: "p", required: true })),
        "options.1",
        "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
      ],
      [
        withOptions(sub({ options: [option(), option({ name: "p", required: true })] })),
        "options.0.options.1",
        "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
      ]
    ],
    accepted: [withOptions(option({ required: true }), option({ name: "p" }))]
  },
  {
    rule: "an option has one of eleven types, and its switches are booleans",
    refused: [
      [one({ type: 12 }), "options.0.type", "BASE_TYPE_CHOICES"],
      [one({ type: undefined }), "options.0.type", required],
      [one({ type: "3" }), "options.0.type", "BASE_TYPE_CHOICES"],
      [one({ required: "yes" }), "options.0.required", "BOOLEAN_TYPE_CONVERT"],
      [one({ autocomplete: 1 }), "options.0.autocomplete", "BOOLEAN_TYPE_CONVERT"]
    ]
  },
  {
    rule: "a command with subcommands has no other options",
    refused: [
      [withOptions(sub(), option()), "options.1", badType],
      [withOptions(option(), sub()), "options.0", badType],
      [withOptions(group(), option()), "options.1", badType]
    ],
    accepted: [withOptions(sub(), group())]
  },
  {
    rule: "groups have subcommands, and subcommands have options; nothing is nested deeper",
    refused: [
      [withOptions(group({ options: [] })), "options.0.options", badLength],
      [withOptions(group({ options: [group()] })), "options.0.options.0", badType],
      [withOptions(group({ options: [option()] })), "options.0.options.0", badType],
      [withOptions(sub({ options: [sub()] })), "options.0.options.0", badType],
      [withOptions(sub({ options: [group()] })), "options.0.options.0", badType],
      [withOptions(sub({ options: many(26, (n) => option({ name: `o${n}` })) })), "options.0.options", badLength]
    ]
  },
  {
    rule: "an option has at most 25 choices, whose values have its type",
    refused: [
      [choices(3, ...many(26, String)), "options.0.choices", badLength],
      [choices(3, 1), "options.0.choices.0.value", "STRING_TYPE_CONVERT"],
      [choices(4, "1"), "options.0.choices.0.value", "NUMBER_TYPE_COERCE"],
      [choices(4, 1.5), "options.0.choices.0.value", range],
      [choices(4, 2 ** 53), "options.0.choices.0.value", range],
      [choices(10, "1.5"), "options.0.choices.0.value", "NUMBER_TYPE_COERCE"],
      [choices(10, true), "options.0.choices.0.value", "NUMBER_TYPE_COERCE"],
      [choices(3, undefined), "options.0.choices.0.value", required],
      [choices(3, long(101)), "options.0.choices.0.value", badLength],
      [one({ choices: [{ name: "", value: "v" }] }), "options.0.choices.0.name", required],
      [one({ choices: [{ name: long(101), value: "v" }] }), "options.0.choices.0.name", badLength]
    ],
    accepted: [choices(3, ...many(25, (n) => `${n}${long(90)}`)), choices(4, 2 ** 53 - 1), choices(10, -0.5)]
  },
  {
    rule: "only texts and numbers have choices or suggestions, and never both",
    refused: [
      [
        one({ choices: [{ name: "c", value: "c" }], autocomplete: true }),
        "options.0.choices",
        "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE"
      ],
      ...[5, 6, 7, 8, 9, 11].flatMap((type): ReadonlyArray<Refused> => [
        [choices(type, "c"), "options.0", badType],
        [one({ type, autocomplete: true }), "options.0", badType]
      ])
    ]
  },
  {
    rule: "bounds of numbers are of the option's type, the minimum no more than the maximum",
    refused: [
      [one({ type: 4, min_value: 2, max_value: 1 }), "options.0.min_value", "APPLICATION_COMMAND_OPTIONS_MIN_OVER_MAX"],
      [one({ type: 4, min_value: 0.5 }), "options.0.min_value", range],
      [one({ type: 4, max_value: 2 ** 53 }), "options.0.max_value", range],
      [one({ type: 10, max_value: "9" }), "options.0.max_value", "NUMBER_TYPE_COERCE"],
      [one({ type: 10, min_value: 2 ** 53 + 2 }), "options.0.min_value", range]
    ],
    accepted: [
      one({ type: 4, min_value: 1, max_value: 1 }),
      one({ type: 10, min_value: -(2 ** 53), max_value: 2 ** 53 })
    ]
  },
  {
    rule: "bounds of lengths are 0 to 6000 and 1 to 6000, the minimum no more than the maximum",
    refused: [
      [one({ min_length: -1 }), "options.0.min_length", range],
      [one({ min_length: 6001 }), "options.0.min_length", range],
      [one({ max_length: 0 }), "options.0.max_length", range],
      [one({ max_length: 6001 }), "options.0.max_length", range],
      [one({ min_length: 3, max_length: 2 }), "options.0.min_length", "APPLICATION_COMMAND_OPTIONS_MIN_OVER_MAX"]
    ],
    accepted: [one({ min_length: 0, max_length: 6000 })]
  },
  {
    rule: "types of channels are Discord's",
    refused: [
      [one({ type: 7, channel_types: [99] }), "options.0.channel_types.0", "BASE_TYPE_CHOICES"],
      [one({ type: 7, channel_types: 0 }), "options.0.channel_types", "LIST_TYPE_CONVERT"]
    ],
    accepted: [one({ type: 7, channel_types: [0, 4, 15] })]
  },
  {
    rule: "only attachments have types of files, at most 10",
    refused: [
      [one({ type: 11, file_types: ["pdf"] }), "options.0.file_types.0", "FILE_TYPE_INVALID"],
      [one({ type: 11, file_types: ["constructor"] }), "options.0.file_types.0", "FILE_TYPE_INVALID"],
      [one({ type: 11, file_types: many(11, (n) => `.x${n}`) }), "options.0.file_types", badLength],
      [one({ type: 3, file_types: ["image"] }), "options.0.file_types", badType]
    ],
    accepted: [one({ type: 11, file_types: ["image", "video", "audio", ".PDF"] })]
  }
]

// 7999 characters of descriptions of options, and one of the name.
const large = (extra: number) =>
  withOptions(
    ...many(4, (n) =>
      option({
        name: `${n}`,
        description: long(100),
        choices: many(10, (at) => ({ name: long(90), value: `${at}${long(n === 0 && at === 0 ? 98 + extra : 98)}` }))
      })
    )
  )

const sizeOf = 1 + 1 + 4 * (1 + 100 + 10 * (90 + 99))

const whole: ReadonlyArray<Rule> = [
  {
    rule: "a command has at most 8000 characters in names, descriptions and values; of translations the longest counts",
    refused: [
      [
        slash({ description_localizations: { de: long(100) }, options: large(0)["options" as never] }),
        "",
        "APPLICATION_COMMAND_TOO_LARGE"
      ],
      [
        slash({ options: [...(large(0)["options" as never] as Array<object>), option({ description: long(100) })] }),
        "",
        "APPLICATION_COMMAND_TOO_LARGE"
      ]
    ],
    accepted: [
      large(0),
      { ...large(0), description: long(8000 - sizeOf + 1) },
      { ...large(0), description_localizations: { de: "x" } }
    ]
  },
  {
    rule: "a command has one of four types; a handler is for entry points",
    refused: [
      [slash({ type: 5 }), "type", "BASE_TYPE_CHOICES"],
      [slash({ handler: 1 }), "handler", "BASE_TYPE_CHOICES"],
      [{ type: 4, name: "launch", description: "d", handler: 3 }, "handler", "BASE_TYPE_CHOICES"]
    ]
  },
  {
    rule: "default member permissions are a bit set as a string; age restriction is a boolean",
    refused: [
      [slash({ default_member_permissions: "ADMINISTRATOR" }), "default_member_permissions", "NUMBER_TYPE_COERCE"],
      [slash({ default_member_permissions: "-1" }), "default_member_permissions", "NUMBER_TYPE_COERCE"],
      [slash({ nsfw: "no" }), "nsfw", "BOOLEAN_TYPE_CONVERT"],
      [slash({ dm_permission: 0 }), "dm_permission", "BOOLEAN_TYPE_CONVERT"]
    ],
    accepted: [
      slash({ default_member_permissions: "0", nsfw: true, dm_permission: false }),
      slash({ default_member_permissions: null })
    ]
  },
  {
    rule: "contexts and integration types are Discord's, each once",
    refused: [
      [slash({ contexts: [3] }), "contexts.0", "BASE_TYPE_CHOICES"],
      [slash({ contexts: 0 }), "contexts", "LIST_TYPE_CONVERT"],
      [slash({ contexts: [0, 0] }), "contexts.1", "SET_TYPE_ALREADY_CONTAINS_VALUE"],
      [slash({ integration_types: [2] }), "integration_types.0", "BASE_TYPE_CHOICES"],
      [slash({ integration_types: "0" }), "integration_types", "LIST_TYPE_CONVERT"]
    ],
    accepted: [slash({ contexts: [0, 1, 2], integration_types: [0, 1] }), slash({ contexts: null })]
  }
]

const codeOf = ({ body, status }: { readonly status: number; readonly body: { readonly code: number } }) => [
  status,
  body.code
]

layer(FakeDiscord.layerServer(withoutLimits), { excludeTestServices: true })(
  "what Discord refuses in commands",
  (it) => {
    for (const each of [...naming, ...options, ...whole]) it.effect(each.rule, () => hold(each, send))

    it.effect("every way to register a command is checked", () =>
      Effect.gen(function* () {
        const made = yield* send(slash())
        const bad = { name: "Upper" }
        assertRefused(yield* send(slash(bad)), "name", badName, bad)
        assertRefused(yield* put([slash(), slash(bad)]), "1.name", badName, bad)
        assertRefused(yield* asBot("PATCH", (discord) => `${all(discord)}/${made.body.id}`, bad), "name", badName, bad)
        assertRefused(yield* asBot("POST", ofGuild, slash(bad)), "name", badName, bad)
        assertRefused(yield* asBot("PUT", ofGuild, [slash(bad)]), "0.name", badName, bad)
        assertRefused(yield* put(slash()), "", "LIST_TYPE_CONVERT", "not a list")
      })
    )
  }
)

layer(FakeDiscord.layerServer(withoutLimits), { excludeTestServices: true })("the commands of an application", (it) => {
  const entry = { type: 4, name: "launch", description: "d", handler: 2 }

  it.effect("a scope has at most 100 slash commands, 15 in each context menu and one entry point", () =>
    Effect.gen(function* () {
      const menu = (type: number, count: number) => many(count, (n) => ({ type, name: `m${n}` }))
      assert.deepStrictEqual(codeOf(yield* put(many(101, (n) => slash({ name: `c${n}` })))), [400, 30032])
      for (const type of [2, 3]) assert.deepStrictEqual(codeOf(yield* put(menu(type, 16))), [400, 30032])
      assert.deepStrictEqual(codeOf(yield* put([entry, { ...entry, name: "other" }])), [400, 30032])
      const fits = [...many(100, (n) => slash({ name: `c${n}` })), ...menu(2, 15), ...menu(3, 15), entry]
      assert.strictEqual((yield* put(fits)).status, 200)
      assert.deepStrictEqual(codeOf(yield* send({ ...entry, name: "other" })), [400, 30032])
      assert.deepStrictEqual(codeOf(yield* send(slash({ name: "more" }))), [400, 30032])
    })
  )

  it.effect("a bulk overwrite keeps the entry point, which no guild has", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(codeOf(yield* put([slash()])), [400, 50240])
      const kept = yield* asBot("GET", all)
      assert.strictEqual(kept.body.length, 131)
      assert.strictEqual((yield* put([slash({ name: "c0" }), entry])).status, 200)
      const inGuild = yield* asBot("POST", ofGuild, entry)
      assertRefused(inGuild, "type", "BASE_TYPE_CHOICES", entry)
      const [, { id }] = (yield* asBot("GET", all)).body
      assert.strictEqual((yield* asBot("DELETE", (discord) => `${all(discord)}/${id}`)).status, 204)
      assert.strictEqual((yield* put([])).status, 200)
    })
  )

  it.effect("names are unique for each type in a scope", () =>
    Effect.gen(function* () {
      const twice = yield* asBot("PUT", ofGuild, [slash(), slash()])
      assertRefused(twice, "1.name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "twice")
      const both = yield* asBot("PUT", ofGuild, [slash(), { type: 2, name: "a" }, slash({ name: "b" })])
      const id = both.body[2].id
      const renamed = yield* asBot("PATCH", (discord) => `${ofGuild(discord)}/${id}`, { name: "a" })
      assert.deepStrictEqual(codeOf(renamed), [400, 40041])
    })
  )

  it.effect("descriptions are trimmed, those of options and translations too", () =>
    Effect.gen(function* () {
      const made = yield* asBot("PUT", ofGuild, [
        slash({
          description: " d ",
          description_localizations: { de: " b\n" },
          options: [sub({ description: "\td", options: [option({ description: " d" })] })]
        })
      ])
      const [command] = made.body
      assert.deepStrictEqual(
        [
          command.description,
          command.description_localizations.de,
          command.options[0].description,
          command.options[0].options[0].description
        ],
        ["d", "b", "d", "d"]
      )
    })
  )

  it.effect("a command is for the installations that the application supports, by default for all of them", () =>
    Effect.gen(function* () {
      const application = yield* asBot("GET", () => "/applications/@me")
      assert.deepStrictEqual(Object.keys(application.body.integration_types_config), ["0", "1"])
      assert.deepStrictEqual((yield* send(slash({ name: "x" }))).body.integration_types, [0, 1])
      const config = { "0": { oauth2_install_params: { scopes: ["bot"], permissions: "8" } } }
      const changed = yield* asBot("PATCH", () => "/applications/@me", { integration_types_config: config })
      assert.deepStrictEqual(changed.body.integration_types_config, config)
      assert.deepStrictEqual((yield* send(slash({ name: "y" }))).body.integration_types, [0])
      const refused = yield* send(slash({ name: "z", integration_types: [0, 1] }))
      assertRefused(refused, "integration_types.1", "BASE_TYPE_CHOICES", "user installs")
      const wrong: ReadonlyArray<Refused> = [
        [{ integration_types_config: { "2": {} } }, "integration_types_config.2", "BASE_TYPE_CHOICES"],
        [
          { integration_types_config: { "0": { oauth2_install_params: { scopes: "bot" } } } },
          "integration_types_config.0.oauth2_install_params.scopes",
          "LIST_TYPE_CONVERT"
        ],
        [{ tags: many(6, String) }, "tags", badLength],
        [{ tags: [long(21)] }, "tags.0", tooLong]
      ]
      for (const [body, path, code] of wrong) {
        assertRefused(yield* asBot("PATCH", () => "/applications/@me", body), path, code, body)
      }
    })
  )
})

const suggestions = (type: number, ...values: ReadonlyArray<unknown>) => ({
  type,
  data: { choices: values.map((value, n) => ({ name: `c${n}`, value })) }
})

const waiting = (client: Client, type: number) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const data = { id: "1", name: "x", type: 1, options: [{ type, name: "o", value: "", focused: true }] }
    yield* Effect.forkDetach(Effect.exit(discord.interaction({ type: 4, data })))
    return yield* client.event("INTERACTION_CREATE")
  })

layer(FakeDiscord.layerServer(withoutLimits), { excludeTestServices: true })("suggestions", (it) => {
  it.effect("are at most 25, with values of the option's type", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const client = yield* connect(discord)
      yield* client.identify()
      const cases: ReadonlyArray<readonly [number, ReadonlyArray<unknown>, string, string]> = [
        [3, many(26, String), "choices", badLength],
        [3, [1], "choices.0.value", "STRING_TYPE_CONVERT"],
        [3, [long(101)], "choices.0.value", badLength],
        [4, ["1"], "choices.0.value", "NUMBER_TYPE_COERCE"],
        [4, [1.5], "choices.0.value", range],
        [10, ["1"], "choices.0.value", "NUMBER_TYPE_COERCE"],
        [3, [undefined], "choices.0.value", required]
      ]
      for (const [type, values, path, code] of cases) {
        const interaction = yield* waiting(client, type)
        const { data } = suggestions(type, ...values)
        assertRefused(yield* respond(discord, interaction, { type: 8, data }), `data.${path}`, code, values)
      }
      const none = yield* respond(discord, yield* waiting(client, 3), { type: 8, data: {} })
      assertRefused(none, "data.choices", required, "no choices")
      for (const [type, value] of [
        [3, "a"],
        [4, 1],
        [10, 1.5]
      ] as const) {
        const { data } = suggestions(type, ...many(25, () => value))
        assert.strictEqual((yield* respond(discord, yield* waiting(client, type), { type: 8, data })).status, 204)
      }
    }).pipe(Effect.scoped)
  )
})

layer(FakeDiscord.layerServer(withoutLimits))("the commands of a day", (it) => {
  it.effect("are at most 200 new ones in each guild and globally", () =>
    Effect.gen(function* () {
      const some = (from: number, count: number) => many(count, (n) => slash({ name: `c${from + n}` }))
      assert.strictEqual((yield* put(some(0, 100))).status, 200)
      // Those that are there are no new ones.
      assert.strictEqual((yield* put(some(0, 100))).status, 200)
      assert.strictEqual((yield* put(some(100, 99))).status, 200)
      assert.deepStrictEqual(codeOf(yield* put(some(200, 2))), [400, 30034])
      assert.strictEqual((yield* put(some(100, 1))).status, 200)
      assert.strictEqual((yield* send(slash({ name: "last" }))).status, 201)
      assert.deepStrictEqual(codeOf(yield* send(slash({ name: "over" }))), [400, 30034])
      assert.strictEqual((yield* asBot("POST", ofGuild, slash())).status, 201)
      yield* TestClock.adjust("1 day")
      assert.strictEqual((yield* put(some(0, 100))).status, 200)
    })
  )
})
