import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Bot from "../../src/Bot.ts"
import * as GatewayEvents from "../../src/gateway/GatewayEvents.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as CommandSync from "../../src/interactions/router/CommandSync.ts"
import type * as Definition from "../../src/interactions/definitions/Definition.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import { DiscordRest } from "../../src/rest/DiscordRest.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, requests } from "./harness.ts"

type Json = { readonly [key: string]: unknown }

// Generated commands, as bots may write them: with and without the fields that have defaults, and with empty ones.

const text = Schema.Literals(["a", "b", "c"])
const flag = Schema.optionalKey(Schema.Boolean)
const number = Schema.optionalKey(Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 }))))
const spaced = Schema.Literals(["a", " a", "b\n", " c "])
const localized = (text: Schema.Literals<ReadonlyArray<string>>) =>
  Schema.optionalKey(
    Schema.NullOr(Schema.Struct({ de: Schema.optionalKey(Schema.NullOr(text)), "en-GB": Schema.optionalKey(text) }))
  )
const localizations = localized(text)
const texts = {
  description: spaced,
  name_localizations: localizations,
  description_localizations: localized(spaced)
}
const upTo = <S extends Schema.Constraint>(schema: S, length: number) =>
  Schema.optionalKey(Schema.Array(schema).check(Schema.isMaxLength(length)))

const Choice = Schema.Struct({
  name: text,
  name_localizations: localizations,
  value: Schema.Union([text, Schema.Literals([0, 1])])
})
const Option = Schema.Struct({
  type: Schema.Literals([3, 4, 7, 10]),
  ...texts,
  required: flag,
  autocomplete: flag,
  choices: upTo(Choice, 2),
  channel_types: upTo(Schema.Literals([0, 2, 5]), 2),
  file_types: upTo(Schema.Literals(["image", ".pdf", ".PDF"]), 2),
  min_value: number,
  max_length: number
})
const Sub = Schema.Struct({ type: Schema.Literal(1), ...texts, options: upTo(Option, 2) })
const Group = Schema.Struct({ type: Schema.Literal(2), ...texts, options: upTo(Sub, 2) })
const WantedCommand = Schema.Struct({
  type: Schema.optionalKey(Schema.Literals([1, 2, 3])),
  ...texts,
  options: upTo(Schema.Union([Option, Sub, Group]), 3),
  default_member_permissions: Schema.optionalKey(Schema.NullOr(Schema.Literals(["0", "8", "008", "1099511627776"]))),
  nsfw: flag,
  dm_permission: flag,
  contexts: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Literals([0, 1, 2])).check(Schema.isMaxLength(3)))),
  integration_types: upTo(Schema.Literals([0, 1]), 2)
})

/** Names the items of a list, each differently. */
const named = (value: unknown, name: string): Json => {
  const { options, ...rest } = value as Json
  return {
    name,
    ...rest,
    ...(Array.isArray(options) ? { options: options.map((option, index) => named(option, `o${index}`)) } : {})
  }
}

const wantedList = Arbitrary.map(
  Arbitrary.array(Arbitrary.schema(WantedCommand), { maxLength: 4 }),
  (commands) => commands.map((command, index) => named(command, `c${index}`)) as unknown as Array<CommandSync.Wanted>
)

// How Discord stores a command, written from its documentation and not from the code under test. `loud` writes all
// defaults out, otherwise empty fields are left out; keys and locales are in another order than they were sent.

const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversed(inner)])
  )
}

const filled = (value: unknown) =>
  typeof value === "object" && value !== null && Object.values(value).some((text) => text !== null)

// Discord trims descriptions.
const trimmed = (value: unknown): unknown => {
  if (typeof value === "string") return value.trim()
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([locale, text]) => [locale, trimmed(text)]))
}

const storedTexts = (value: Json, loud: boolean): Json => ({
  name: value["name"],
  description: trimmed(value["description"] ?? ""),
  ...(loud || filled(value["name_localizations"])
    ? { name_localizations: value["name_localizations"] ?? null, name_localized: "…" }
    : {}),
  ...(loud || filled(value["description_localizations"])
    ? { description_localizations: trimmed(value["description_localizations"] ?? null) }
    : {})
})

const items = (value: unknown): Array<Json> => (Array.isArray(value) ? value : [])

const storedOption = (value: Json, loud: boolean): Json => {
  const { autocomplete, channel_types: types, choices, options, required } = value
  const limits = ["min_value", "max_value", "min_length", "max_length"].filter((key) => typeof value[key] === "number")
  return {
    type: value["type"],
    ...storedTexts(value, loud),
    ...(required === true || loud ? { required: required ?? false } : {}),
    ...(autocomplete === true || loud ? { autocomplete: autocomplete ?? false } : {}),
    ...(items(choices).length > 0
      ? { choices: items(choices).map((choice) => ({ ...choice, name_localized: "…" })) }
      : {}),
    ...(items(types).length > 0 ? { channel_types: items(types).toReversed() } : {}),
    // Discord writes extensions in lower case.
    ...(items(value["file_types"]).length > 0
      ? {
          file_types: items(value["file_types"])
            .map((type) => String(type).toLowerCase())
            .toReversed()
        }
      : {}),
    ...Object.fromEntries(limits.map((key) => [key, value[key]])),
    ...(items(options).length > 0 || loud
      ? { options: items(options).map((option) => storedOption(option, loud)) }
      : {})
  }
}

let ids = 0

const stored = (command: unknown, loud: boolean, guildId?: string): CommandSync.Existing => {
  const value = command as Json
  const permissions = value["default_member_permissions"]
  return reversed({
    id: `${ids++}`,
    application_id: "1",
    version: `${ids++}`,
    type: value["type"] ?? 1,
    ...storedTexts(value, loud),
    ...(items(value["options"]).length > 0 || loud
      ? { options: items(value["options"]).map((option) => storedOption(option, loud)) }
      : {}),
    default_member_permissions: typeof permissions === "string" ? String(BigInt(permissions)) : null,
    nsfw: value["nsfw"] ?? false,
    ...(guildId === undefined
      ? {
          dm_permission: value["dm_permission"] ?? true,
          contexts: Array.isArray(value["contexts"]) ? value["contexts"].toReversed() : null,
          integration_types: value["integration_types"] ?? [0, 1]
        }
      : { guild_id: guildId, integration_types: [0] })
  }) as unknown as CommandSync.Existing
}

const options: CommandSync.DiffOptions = { integrationTypes: [0, 1] }

/** Applies a diff, as Discord would. */
const carriedOut = (existing: ReadonlyArray<CommandSync.Existing>, { create, remove, update }: CommandSync.Diff) => [
  ...existing
    .filter((command) => !remove.includes(command))
    .map((command) => {
      const patch = update.find(({ existing }) => existing === command)?.patch
      return patch === undefined ? command : stored({ ...command, ...patch }, true)
    }),
  ...create.map((command) => stored(command, false))
]

const check = <A>(arbitrary: Arbitrary.Arbitrary<A>, holds: (value: A) => void) =>
  Effect.gen(function* () {
    const result = yield* Arbitrary.checkEffect(arbitrary, (value) => Effect.sync(() => (holds(value), true)), {
      runs: 300
    })
    assert.isUndefined(Arbitrary.formatCheckFailure(result))
  })

const pair = <A, B>(a: Arbitrary.Arbitrary<A>, b: Arbitrary.Arbitrary<B>) => Arbitrary.all([a, b] as const)
const boolean = Arbitrary.schema(Schema.Boolean)
const empty: CommandSync.Diff = { create: [], update: [], remove: [] }

describe("the difference between commands", () => {
  it.effect("is empty between commands and what Discord stores for them", () =>
    check(pair(wantedList, boolean), ([wanted, loud]) => {
      const existing = wanted.map((command) => stored(command, loud))
      assert.deepStrictEqual(CommandSync.diff(existing, wanted, options), empty)
      assert.deepStrictEqual(CommandSync.format(CommandSync.diff(existing, wanted, options)), [])
    })
  )

  it.effect("is empty for commands of a guild, which have no contexts", () =>
    check(pair(wantedList, boolean), ([wanted, loud]) => {
      const existing = wanted.map((command) => stored(command, loud, "7"))
      assert.deepStrictEqual(CommandSync.diff(existing, wanted, { scope: "guild" }), empty)
    })
  )

  it.effect("is empty after it was applied, whatever was registered before", () =>
    check(pair(pair(wantedList, wantedList), boolean), ([[before, wanted], loud]) => {
      const existing = before.map((command) => stored(command, loud))
      const diff = CommandSync.diff(existing, wanted, options)
      assert.deepStrictEqual(CommandSync.diff(carriedOut(existing, diff), wanted, options), empty)
    })
  )

  it.effect("contains only the fields that differ", () =>
    check(pair(wantedList, wantedList), ([before, wanted]) => {
      const existing = before.map((command) => stored(command, true))
      for (const { changes, existing: one, patch } of CommandSync.diff(existing, wanted, options).update) {
        assert.isNotEmpty(changes)
        const before = one as unknown as Json
        for (const field of Object.keys(patch)) {
          // Two spellings of the same field: both stay as they were, or neither.
          const isPlace = field === "contexts" || field === "dm_permission"
          const { contexts, dm_permission: dm } = before
          const without = { ...patch, ...(isPlace ? { contexts, dm_permission: dm } : { [field]: before[field] }) }
          const rest = CommandSync.diff([stored({ ...one, ...without }, true)], wanted, options).update
          assert.isNotEmpty(rest, `${field} did not differ`)
        }
      }
    })
  )

  it.effect("respects the order of options, and ignores the order of keys", () =>
    check(wantedList, (wanted) => {
      const existing = wanted.map((command) => stored(command, true))
      const turned = reversed(wanted) as typeof wanted
      assert.deepStrictEqual(CommandSync.diff(existing, turned, options), empty)
      const reordered = wanted.map((command) => {
        const { options } = command as unknown as Json
        return (Array.isArray(options) ? { ...command, options: options.toReversed() } : command) as CommandSync.Wanted
      })
      const long = wanted.filter((command) => items((command as unknown as Json)["options"]).length > 1)
      assert.strictEqual(CommandSync.diff(existing, reordered, options).update.length, long.length)
    })
  )

  const one = (fields: Json): CommandSync.Wanted =>
    ({ name: "one", description: "a", ...fields }) as unknown as CommandSync.Wanted

  for (const [field, before, after] of [
    ["description", "a", "b"],
    ["name_localizations", undefined, { de: "eins" }],
    ["name_localizations", { de: "eins" }, { de: "zwei" }],
    ["description_localizations", { de: "eins" }, undefined],
    ["nsfw", undefined, true],
    ["nsfw", true, undefined],
    ["default_member_permissions", undefined, "0"],
    ["default_member_permissions", "8", undefined],
    ["contexts", undefined, [0]],
    ["contexts", [0], undefined],
    ["contexts", null, [0, 1, 2]],
    ["contexts", [0, 1, 2], null],
    ["contexts", null, [0, 1]],
    ["contexts", [0, 1], undefined],
    ["dm_permission", undefined, false],
    ["dm_permission", false, undefined],
    ["integration_types", undefined, [0]],
    ["integration_types", [1], undefined],
    ["options", undefined, [{ type: 3, name: "x", description: "a" }]],
    ["options", [{ type: 3, name: "x", description: "a" }], undefined],
    ["options", [{ type: 3, name: "x", description: "a" }], [{ type: 4, name: "x", description: "a" }]],
    ["options", [{ type: 3, name: "x", description: "a" }], [{ type: 3, name: "x", description: "a", min_length: 0 }]],
    [
      "options",
      [{ type: 11, name: "x", description: "a", file_types: ["image"] }],
      [{ type: 11, name: "x", description: "a", file_types: ["image", ".pdf"] }]
    ]
  ] as const) {
    const show = (value: unknown) => JSON.stringify(value) ?? "nothing"
    it(`contains a change of ${field} from ${show(before)} to ${show(after)}`, () => {
      const [old, fresh] = [one({ [field]: before }), one({ [field]: after })]
      const existing = [stored(old, true)]
      const diff = CommandSync.diff(existing, [fresh], options)
      assert.strictEqual(diff.update.length, 1)
      assert.deepStrictEqual(CommandSync.diff(carriedOut(existing, diff), [fresh], options), empty)
    })
  }

  it("no contexts are a value of their own, which Discord reads as servers and direct messages with the bot", () => {
    for (const none of [undefined, null]) {
      assert.deepStrictEqual(CommandSync.diff([stored(one({}), true)], [one({ contexts: none })], options), empty)
    }
    const [update] = CommandSync.diff([stored(one({ contexts: [0, 1, 2] }), true)], [one({})], options).update
    assert.deepStrictEqual(update?.changes, ["contexts: [0,1,2] → null"])
    assert.deepStrictEqual(update?.patch, { contexts: null, dm_permission: true })
  })

  it("ignores integration types that neither the command nor the application names", () => {
    assert.deepStrictEqual(CommandSync.diff([stored(one({ integration_types: [1] }), true)], [one({})]), empty)
  })

  it("keeps the entry point command that Discord made, unless the bot defines its own", () => {
    const launch = { name: "launch", type: 4, description: "", handler: 2 } as unknown as CommandSync.Wanted
    const existing = [{ ...stored(launch, true), handler: 2 } as CommandSync.Existing]
    assert.deepStrictEqual(CommandSync.diff(existing, [], options), empty)
    assert.deepStrictEqual(CommandSync.diff(existing, [launch], options), empty)
  })

  it("is formatted as one line per change", () => {
    const choice = (name: string) => ({ name, value: name })
    const option = (name: string, fields: Json = {}) => ({ type: 3, name, description: "a", ...fields })
    const existing = [
      one({ options: [option("x"), option("y", { required: true }), option("z", { choices: [choice("a")] })] }),
      one({ name: "gone" }),
      one({ name: "Gone too", type: 2, description: "" })
    ].map((command) => stored(command, false))
    const wanted = [
      one({
        description: "b",
        name_localizations: { de: "eins" },
        options: [option("y"), option("x"), option("z", { choices: [choice("a"), choice("b")] })]
      }),
      one({ name: "fresh" }),
      one({ name: "Fresh too", type: 3, description: undefined })
    ]
    assert.deepStrictEqual(CommandSync.format(CommandSync.diff(existing, wanted, options)), [
      "+ /fresh",
      '+ message command "Fresh too"',
      "~ /one",
      '    name_localizations: null → {"de":"eins"}',
      '    description: "a" → "b"',
      "    options: x, y, z → y, x, z",
      "    options.y.required: true → false",
      "    options.z.choices: a → a, b",
      "- /gone",
      '- user command "Gone too"'
    ])
  })
})

const command = (name: string, description = "…") =>
  Command.slash(
    name,
    {
      description,
      nameLocalizations: { de: `${name}-de` },
      options: {
        what: Options.optional(
          Options.string("…", {
            choices: [
              { value: "a", label: "A" },
              { value: "b", label: "B" }
            ]
          })
        ),
        who: Options.optional(Options.user("…"))
      }
    },
    () => Reply.send({ content: name })
  )

/** The methods of all requests that write commands. */
const writes = Effect.map(
  FakeDiscord.FakeDiscord.use((discord) => discord.log),
  (log) =>
    log
      .filter(FakeDiscord.is("Request", ({ method, route }) => method !== "GET" && route.includes("/commands")))
      .map(({ method }) => method)
)

const names = (guildId?: string) =>
  Effect.map(
    FakeDiscord.FakeDiscord.use((discord) => discord.commands(guildId)),
    (commands) => commands.map(({ name }) => name).toSorted()
  )

/** Log lines of a test, and the logger that collects them. */
const collect = () => {
  const lines: Array<string> = []
  const logger = Logger.make(({ message }) => {
    lines.push(String(Array.isArray(message) ? message[0] : message))
  })
  return { lines, layer: Logger.layer([logger]) }
}

describe("the registration of commands", () => {
  it.live("writes all commands the first time, and nothing when nothing has changed", () =>
    Effect.gen(function* () {
      const definitions = [command("a"), command("b"), Command.user("Greet", { nsfw: true }, () => Effect.void)]
      yield* CommandSync.sync(definitions)
      assert.deepStrictEqual(yield* writes, ["PUT"])
      assert.deepStrictEqual(yield* names(), ["Greet", "a", "b"])
      const again = yield* CommandSync.sync(definitions)
      assert.deepStrictEqual(again, empty)
      assert.deepStrictEqual(yield* writes, ["PUT"])
      const [read] = yield* requests("GET", /commands$/)
      assert.include(read?.query ?? "", "with_localizations=true")
    }).pipe(Effect.provide(FakeDiscord.layer()))
  )

  it.live("makes one call for a single difference, and the command keeps its id", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* CommandSync.sync([command("a"), command("b")])
      const idOf = (name: string) =>
        Effect.map(discord.commands(), (all) => all.find((command) => command.name === name)?.id)
      const before = yield* idOf("a")
      yield* CommandSync.sync([command("a", "changed"), command("b")])
      yield* CommandSync.sync([command("a", "changed"), command("b"), command("c")])
      yield* CommandSync.sync([command("a", "changed"), command("c")])
      assert.deepStrictEqual(yield* writes, ["PUT", "PATCH", "POST", "DELETE"])
      assert.deepStrictEqual(yield* names(), ["a", "c"])
      assert.strictEqual(yield* idOf("a"), before)
      const [patch] = yield* requests("PATCH", /./)
      assert.deepStrictEqual(patch?.body, { description: "changed" })
      assert.deepStrictEqual(yield* CommandSync.plan([command("a", "changed"), command("c")]), empty)
    }).pipe(Effect.provide(FakeDiscord.layer()))
  )

  it.live("keeps the entry point command that Discord made when it overwrites all", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.registerCommands([{ name: "launch", type: 4, description: "", handler: 2 }] as never)
      yield* CommandSync.sync([command("a"), command("b")])
      assert.deepStrictEqual(yield* writes, ["PUT"])
      assert.deepStrictEqual(yield* names(), ["a", "b", "launch"])
    }).pipe(Effect.provide(FakeDiscord.layer()))
  )

  it.live("an entry point takes the place of the one that Discord made, whose name changes", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.registerCommands([{ name: "Launch", type: 4, description: "", handler: 2 }] as never)
      const [before] = yield* discord.commands()
      const play = Command.entryPoint("play", { description: "Play" }, () => Reply.launchActivity)
      yield* CommandSync.sync([play])
      assert.deepStrictEqual(yield* writes, ["PATCH"])
      const [after] = yield* discord.commands()
      assert.strictEqual(after?.id, before?.id)
      assert.deepInclude(after, { name: "play", description: "Play", handler: 1 })
      assert.deepStrictEqual(yield* CommandSync.plan([play]), empty)
      yield* CommandSync.sync([play, command("a"), command("b")])
      assert.deepStrictEqual(yield* names(), ["a", "b", "play"])
    }).pipe(Effect.provide(FakeDiscord.layer()))
  )

  it.live("logs the difference and writes nothing in a dry run", () => {
    const { layer, lines } = collect()
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.registerCommands([{ name: "old", description: "…" }])
      yield* CommandSync.run([command("a")], { dryRun: true })
      assert.deepStrictEqual(yield* writes, [])
      assert.deepStrictEqual(yield* names(), ["old"])
      assert.deepStrictEqual(lines, ["The commands would be changed (dry run):\n+ /a\n- /old"])
      const diff = yield* CommandSync.sync([command("a")], { dryRun: true })
      assert.deepStrictEqual(CommandSync.format(diff), ["+ /a", "- /old"])
    }).pipe(Effect.provide(Layer.merge(FakeDiscord.layer(), layer)))
  })

  it.live("logs and retries a temporary failure, and logs a permanent one and stops", () => {
    const { layer, lines } = collect()
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.restStatus("GET /applications/:application/commands", 502, { times: 3 })
      yield* CommandSync.run([command("a")])
      assert.deepStrictEqual(yield* names(), ["a"])
      assert.strictEqual(lines.filter((line) => line.startsWith("The commands could not be registered")).length, 1)
      assert.include(lines.join("\n"), "502")
      lines.length = 0
      yield* CommandSync.run([command("a"), command("NOT A NAME")])
      assert.include(lines.join("\n"), "Command name is invalid")
      assert.include(lines.join("\n"), "does not try again")
      assert.deepStrictEqual(yield* names(), ["a"])
      assert.strictEqual((yield* requests("POST", /commands/)).length, 2)
    }).pipe(Effect.provide(Layer.merge(FakeDiscord.layer(), layer)))
  })

  it.live("an answer that is no list of commands, and no application, is one that may pass", () => {
    const { layer, lines } = collect()
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      for (const [route, body] of [
        ["GET /applications/@me", {}],
        ["GET /applications/:application/commands", [null]]
      ] as const) {
        yield* discord.faults.restStatus(route, 200, { body })
        const error = yield* Effect.flip(CommandSync.sync([command("a")]))
        assert.isTrue(error._tag === "DiscordRestError" && error.isRetryable, route)
      }
      yield* discord.faults.restStatus("GET /applications/:application/commands", 200, { body: {} })
      yield* CommandSync.run([command("a")])
      assert.deepStrictEqual(yield* names(), ["a"])
      assert.include(lines.join("\n"), "the answer is not a list")
    }).pipe(Effect.provide(Layer.merge(FakeDiscord.layer(), layer)))
  })

  it.live("a command that Discord refuses keeps no other from being registered, and is named in the log", () => {
    const { layer, lines } = collect()
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.registerCommands([
        { name: "gone", description: "…" },
        { name: "b", description: "old" }
      ])
      const wanted = [command("a"), command("NOT A NAME"), command("b"), command("NEITHER"), command("c")]
      const error = yield* Effect.flip(CommandSync.sync(wanted))
      assert.include(error.message, "Command name is invalid")
      assert.deepStrictEqual(yield* writes, ["PUT", "DELETE", "PATCH", "POST", "POST", "POST", "POST"])
      assert.deepStrictEqual(yield* names(), ["a", "b", "c"])
      const refusals = lines.filter((line) => line.startsWith("Discord refuses"))
      assert.deepStrictEqual(
        refusals.map((line) => line.split(":")[0]),
        ["Discord refuses /NOT A NAME", "Discord refuses /NEITHER"]
      )
    }).pipe(Effect.provide(Layer.merge(FakeDiscord.layer(), layer)))
  })

  it.live("a bulk write that fails for another reason is not taken apart", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.restStatus("PUT /applications/:application/commands", 403)
      yield* Effect.flip(CommandSync.sync([command("a"), command("b")]))
      assert.deepStrictEqual(yield* writes, ["PUT"])
    }).pipe(Effect.provide(FakeDiscord.layer()))
  )

  it.live("single writes stop at a failure that may pass, and the retry does the rest", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.restStatus("PUT /applications/:application/commands", 400)
      yield* discord.faults.restStatus("POST /applications/:application/commands", 502)
      yield* CommandSync.run([command("a"), command("b")])
      assert.deepStrictEqual(yield* writes, ["PUT", "POST", "PUT"])
      assert.deepStrictEqual(yield* names(), ["a", "b"])
    }).pipe(Effect.provide(FakeDiscord.layer()))
  )

  it.live("does not delay interactions while it hangs, and logs no failure when the bot stops", () => {
    const { layer, lines } = collect()
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const fault = yield* discord.faults.restHang("GET /applications/:application/commands")
      yield* Effect.gen(function* () {
        const message = yield* (yield* alice).slash("a", {}, { unregistered: true })
        assert.strictEqual(yield* message.content, "a")
        assert.strictEqual(yield* fault.hits, 1)
      }).pipe(Effect.provide(Bot.layer({ interactions: [command("a")] })))
      assert.deepStrictEqual(
        lines.filter((line) => line.includes("commands")),
        []
      )
    }).pipe(Effect.provide(Layer.merge(FakeDiscord.layer(), layer)))
  })

  it.live("works without a gateway, as CommandSync.layer", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.awaitLog(FakeDiscord.is("Request", ({ method }) => method === "POST"))
      assert.deepStrictEqual(yield* names(), ["a"])
    }).pipe(Effect.provide(Layer.provideMerge(CommandSync.layer([command("a")]), FakeDiscord.layer())))
  )
})

describe("the commands of guilds", () => {
  const read = (guildId: string) =>
    FakeDiscord.is("Request", ({ method, path }) => method === "GET" && path.endsWith(`/guilds/${guildId}/commands`))
  const written = (guildId: string) =>
    FakeDiscord.is("Request", ({ method, path }) => method !== "GET" && path.includes(`/guilds/${guildId}/commands`))

  const layerGuilds = (
    guilds: (guild: Bot.Guild) => ReadonlyArray<Definition.Any> | undefined,
    options?: CommandSync.GuildOptions
  ) =>
    Layer.effectDiscard(
      Effect.gen(function* () {
        const events = yield* GatewayEvents.GatewayEvents
        const sync = yield* CommandSync.makeGuilds(guilds, options)
        yield* events.listen("GUILD_CREATE", sync.joined)
        yield* events.listen("GUILD_DELETE", sync.left)
      })
    )

  const withGuilds =
    (guilds: (guild: Bot.Guild) => ReadonlyArray<Definition.Any> | undefined, options?: CommandSync.GuildOptions) =>
    <A, E, R>(test: Effect.Effect<A, E, R>) =>
      Effect.provide(
        test,
        Layer.mergeAll(
          layerGuilds(guilds, options),
          Bot.layer({ interactions: [command("a"), command("b")], commands: { sync: false } })
        ).pipe(Layer.provideMerge(FakeDiscord.layer({ identifyInterval: "50 millis" })))
      )

  it.live("are registered when the guild becomes available, and can be used there", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const home = discord.guild.id
      yield* discord.awaitLog(written(home))
      assert.deepStrictEqual(yield* names(home), ["a"])
      assert.deepStrictEqual(yield* names(), [])
      assert.strictEqual(yield* (yield* (yield* alice).slash("a")).content, "a")
      const other = yield* discord.addGuild("other")
      yield* discord.awaitLog(written(other.id))
      assert.deepStrictEqual(yield* names(other.id), ["a", "b"])
    }).pipe(withGuilds(({ name }) => (name === "other" ? [command("a"), command("b")] : [command("a")])))
  )

  it.live("are registered once per run although GUILD_CREATE repeats, and never for a guild without its own", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const home = discord.guild.id
      yield* discord.awaitLog(written(home))
      yield* discord.faults.invalidSession(0, false)
      const isGuild = FakeDiscord.is("Dispatched", ({ t }) => t === "GUILD_CREATE")
      yield* discord.awaitLog(isGuild, { count: 2 })
      const alone = yield* discord.addGuild("alone")
      const last = yield* discord.addGuild("last")
      // One at a time, in order: when the last one was read, those before it were skipped.
      yield* discord.awaitLog(read(last.id))
      const log = yield* discord.log
      assert.strictEqual(log.filter(read(home)).length, 1)
      assert.strictEqual(log.filter(read(alone.id)).length, 0)
    }).pipe(withGuilds(({ name }) => (name === "alone" ? undefined : [command("a")]), { concurrency: 1 }))
  )

  it.live("are registered again when the bot is invited again, but not after an outage of the guild", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const home = discord.guild.id
      yield* discord.awaitLog(read(home))
      const comeBack = Effect.gen(function* () {
        yield* discord.dispatch(0, "GUILD_CREATE", { id: home, name: "home" })
        const marker = yield* discord.addGuild("marker")
        yield* discord.awaitLog(read(marker.id))
        return (yield* discord.log).filter(read(home)).length
      })
      yield* discord.dispatch(0, "GUILD_DELETE", { id: home, unavailable: true })
      assert.strictEqual(yield* comeBack, 1)
      yield* discord.dispatch(0, "GUILD_DELETE", { id: home })
      assert.strictEqual(yield* comeBack, 2)
    }).pipe(withGuilds(() => [command("a")], { concurrency: 1 }))
  )

  it.live("are registered although the function throws or Discord refuses the commands for another guild", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bad = yield* discord.addGuild("bad")
      const refused = yield* discord.addGuild("refused")
      const good = yield* discord.addGuild("good")
      yield* discord.awaitLog(written(good.id))
      assert.deepStrictEqual(yield* names(good.id), ["a"])
      assert.deepStrictEqual(yield* names(bad.id), [])
      assert.deepStrictEqual(yield* names(refused.id), [])
      assert.strictEqual(yield* (yield* (yield* alice).slash("a")).content, "a")
    }).pipe(
      withGuilds(
        ({ name }) => {
          if (name === "bad") throw new Error("on purpose")
          return name === "refused" ? [command("NOT A NAME")] : [command("a")]
        },
        { concurrency: 1 }
      )
    )
  )

  it.effect("are registered for several guilds at a time, up to the limit of concurrency", () => {
    const waiting: Array<Deferred.Deferred<void>> = []
    const api = {
      applications: { getCurrent: () => Promise.resolve({ id: "1" }) },
      rest: { get: () => Promise.resolve([]), post: () => Promise.resolve({}) }
    }
    // What counts is how many calls are made, not how `@discordjs/rest` queues them.
    const rest = DiscordRest.of({
      use: (f) =>
        Effect.gen(function* () {
          const gate = Deferred.makeUnsafe<void>()
          waiting.push(gate)
          yield* Deferred.await(gate)
          return yield* Effect.promise((signal) => f(api as never, { signal }))
        }),
      request: () => Effect.die("not passed on"),
      respond: () => Effect.die("not an interaction")
    })
    return Effect.gen(function* () {
      const guilds = yield* CommandSync.makeGuilds(() => [command("a")], { concurrency: 3 })
      for (let n = 0; n < 10; n++) guilds.joined({ id: `${n}` })
      // Each of the three asks for the application once; then each guild is read and written.
      const total = 3 + 10 * 2
      for (let calls = 0; calls < total; calls++) {
        while (waiting.length === 0) yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        assert.isAtMost(waiting.length, 3)
        if (calls === 0) assert.strictEqual(waiting.length, 3)
        const gate = waiting.shift()
        if (gate !== undefined) yield* Deferred.succeed(gate, undefined)
      }
    }).pipe(Effect.scoped, Effect.provideService(DiscordRest, rest))
  })

  it.live("are not written in a dry run", () => {
    const { layer, lines } = collect()
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const marker = yield* discord.addGuild("marker")
      yield* discord.awaitLog(read(marker.id))
      yield* Effect.repeat(Effect.sleep("5 millis"), { until: () => lines.some((line) => line.includes(marker.id)) })
      assert.deepStrictEqual(yield* writes, [])
      assert.include(lines, `The commands of guild ${discord.guild.id} would be changed (dry run):\n+ /a`)
    }).pipe(
      withGuilds(() => [command("a")], { concurrency: 1, dryRun: true }),
      Effect.provide(layer)
    )
  })
})
