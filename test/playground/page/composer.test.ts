/** Commands and their options while they are typed. */
import { assert, describe, it } from "@effect/vitest"
import type { APIApplicationCommand, APIApplicationCommandOption } from "discord-api-types/v10"
import { launchers, matchCommands, runnables } from "../../../src/playground/page/composer/commands.ts"
import { completionAt } from "../../../src/playground/page/composer/completion.ts"
import { customOf, emojis, searchEmojis } from "../../../src/playground/page/composer/emojis.ts"
import { Latest } from "../../../src/playground/page/composer/Latest.ts"
import { parseOption, parseOptions, suggestionsOf, type Draft } from "../../../src/playground/page/composer/options.ts"
import { emptyDirectory, type Directory } from "../../../src/playground/page/message/Directory.ts"

const option = (type: number, more: object = {}) =>
  ({ type, name: "it", description: "", ...more }) as unknown as APIApplicationCommandOption

const directory = {
  ...emptyDirectory,
  people: () => [{ user: { id: "1", username: "alice" }, name: "Alice" }],
  roles: () => [{ id: "2", name: "Mods" }],
  channels: () => [
    { id: "3", name: "general", type: 0 },
    { id: "4", name: "voice", type: 2 }
  ]
} as unknown as Directory

describe("commands", () => {
  const commands = [
    {
      id: "1",
      type: 1,
      name: "config",
      description: "Settings",
      options: [
        { type: 2, name: "user", description: "", options: [{ type: 1, name: "set", description: "Set it" }] },
        { type: 1, name: "get", description: "Get it", options: [{ type: 3, name: "key", description: "" }] }
      ]
    },
    { id: "2", type: 1, name: "counter", description: "Count" },
    { id: "3", type: 2, name: "Greet", description: "" }
  ] as unknown as ReadonlyArray<APIApplicationCommand>
  const all = runnables(commands)

  it("are listed with their groups and subcommands, without context menus", () =>
    assert.deepStrictEqual(
      all.map(({ name }) => name),
      ["config user set", "config get", "counter"]
    ))
  it("are found by the beginning of their names first", () => {
    assert.deepStrictEqual(
      matchCommands(all, "co").map(({ name }) => name),
      ["config get", "config user set", "counter"]
    )
    assert.deepStrictEqual(
      matchCommands(all, "config g").map(({ name }) => name),
      ["config get"]
    )
    assert.deepStrictEqual(
      matchCommands(all, "count").map(({ name }) => name),
      ["counter"]
    )
    assert.deepStrictEqual(matchCommands(all, "zzz"), [])
  })
})

describe("options", () => {
  const text = (text: string): Draft => ({ text })
  const cases: ReadonlyArray<readonly [APIApplicationCommandOption, Draft | undefined, unknown]> = [
    [option(3), undefined, undefined],
    [option(3, { required: true }), undefined, "This option is required"],
    [option(3, { required: true }), text("  "), "This option is required"],
    [option(3), text("a b"), "a b"],
    [option(3, { min_length: 3 }), text("ab"), "Enter at least 3 characters"],
    [option(3, { max_length: 1 }), text("ab"), "Enter at most 1 characters"],
    [option(4), text("12"), 12],
    [option(4), text("1.5"), "Enter a whole number"],
    [option(4), text("12a"), "Enter a whole number"],
    [option(4), text("99999999999999999999"), "Enter a whole number"],
    [option(4, { min_value: 0 }), text("-1"), "Enter a number of at least 0"],
    [option(4, { max_value: 5 }), text("6"), "Enter a number of at most 5"],
    [option(10), text("1.5"), 1.5],
    [option(10), text("Infinity"), "Enter a number"],
    [option(5), text("TRUE"), true],
    [option(5), text("false"), false],
    [option(5), text("maybe"), "Choose a True or False from the list"],
    [option(6), text("alice"), "Choose a user from the list"],
    [option(6), { text: "@Alice", chosen: "1" }, "1"],
    [option(11), text("file.png"), "Choose a file"],
    [option(3, { choices: [{ name: "On", value: "1" }] }), text("on"), "1"],
    [option(3, { choices: [{ name: "On", value: "1" }] }), text("off"), "Choose one of the choices"],
    [option(4, { autocomplete: true }), { text: "Answer", chosen: 42 }, 42]
  ]
  for (const [each, draft, expected] of cases) {
    it(`of the type ${each.type} with ${JSON.stringify(draft)} give ${String(expected)}`, () => {
      const parsed = parseOption(each, draft)
      assert.strictEqual(parsed.ok ? parsed.value : parsed.error, expected)
    })
  }

  it("are all given, or it is said which are wrong", () => {
    const options = [option(4, { name: "a", required: true }), option(3, { name: "b" }), option(3, { name: "c" })]
    const good = parseOptions(
      options,
      new Map([
        ["a", text("1")],
        ["b", text("x")]
      ])
    )
    assert.deepStrictEqual(good, { ok: true, values: { a: 1, b: "x" } })
    const bad = parseOptions(options, new Map([["b", text("x")]]))
    assert.deepStrictEqual(bad, { ok: false, errors: new Map([["a", "This option is required"]]) })
  })

  it("suggest what fits their type", () => {
    const labels = (type: number, typed = "", more: object = {}) =>
      suggestionsOf(option(type, more), text(typed), directory).map(({ label }) => label)
    assert.deepStrictEqual(labels(5), ["True", "False"])
    assert.deepStrictEqual(labels(6), ["@Alice"])
    assert.deepStrictEqual(labels(7), ["#general", "#voice"])
    assert.deepStrictEqual(labels(7, "", { channel_types: [2] }), ["#voice"])
    assert.deepStrictEqual(labels(8), ["@Mods"])
    assert.deepStrictEqual(labels(9, "@al"), ["@Alice"])
    assert.deepStrictEqual(labels(3), [])
  })
})

describe("the App Launcher", () => {
  it("has the entry point, which is no slash command", () => {
    const commands = [
      { id: "1", type: 4, name: "play", description: "" },
      { id: "2", type: 1, name: "ping", description: "" }
    ] as unknown as ReadonlyArray<APIApplicationCommand>
    assert.deepStrictEqual(
      launchers(commands).map(({ name }) => name),
      ["play"]
    )
    assert.deepStrictEqual(
      runnables(commands).map(({ name }) => name),
      ["ping"]
    )
  })
})

describe("mentions", () => {
  it("are completed where the caret is", () => {
    assert.deepStrictEqual(
      completionAt("hi @al", 6, directory)?.items.map(({ insert }) => insert),
      ["<@1>"]
    )
    assert.deepStrictEqual(
      completionAt("#gen", 4, directory)?.items.map(({ insert }) => insert),
      ["<#3>"]
    )
    assert.isUndefined(completionAt("mail@al", 7, directory))
    assert.isUndefined(completionAt("hi @al there", 12, directory))
  })
})

describe("emojis", () => {
  const custom = customOf({ id: "7", name: "party" })
  it("are single emojis, each with a name of its own", () => {
    assert.isAbove(emojis.length, 300)
    for (const { name, text } of emojis) {
      assert.match(name, /^[a-z\d_]+$/)
      assert.match(text, /^(?:\p{RGI_Emoji}|\p{Emoji}\uFE0F?)$/v, name)
    }
    assert.strictEqual(new Set(emojis.map(({ name }) => name)).size, emojis.length)
    assert.strictEqual(new Set(emojis.map(({ text }) => text)).size, emojis.length)
  })
  it("are found by a part of their name, those that begin with it first", () => {
    assert.deepStrictEqual(searchEmojis(emojis, ":Heart").map(({ name }) => name)[0], "heart_eyes")
    assert.include(
      searchEmojis(emojis, "heart").map(({ name }) => name),
      "sparkling_heart"
    )
    assert.lengthOf(searchEmojis(emojis, "no such name"), 0)
    assert.strictEqual(searchEmojis(emojis, " "), emojis)
  })
  it("are completed after a colon and two letters", () => {
    const inserts = (text: string) =>
      completionAt(text, text.length, directory, custom)?.items.map(({ insert }) => insert)
    assert.deepStrictEqual(inserts("hi :part")?.slice(0, 2), ["<:party:7>", "🥳"])
    assert.isUndefined(inserts("hi :p"))
    assert.isUndefined(inserts("10:30"))
    assert.deepStrictEqual(customOf({ id: "7", name: "party", animated: true })[0]?.text, "<a:party:7>")
  })
})

describe("autocompletion", () => {
  /** Every order of the replies to four questions. */
  const orders = (left: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<number>> =>
    left.length === 0
      ? [[]]
      : left.flatMap((first) => orders(left.filter((each) => each !== first)).map((rest) => [first, ...rest]))

  it("never goes back to an older question, in whatever order the replies come", () => {
    for (const order of orders([0, 1, 2, 3])) {
      const latest = new Latest()
      const wanted = [0, 1, 2, 3].map(() => latest.ask())
      let shown = -1
      for (const reply of order) {
        if (wanted[reply]?.() !== true) continue
        assert.isAbove(reply, shown)
        shown = reply
      }
      assert.strictEqual(shown, 3)
    }
  })
  it("has no reply to what is forgotten", () => {
    const latest = new Latest()
    const before = latest.ask()
    latest.forget()
    assert.isFalse(before())
    assert.isTrue(latest.ask()())
  })
})
