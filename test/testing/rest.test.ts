import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { FakeDiscord } from "../../src/testing/index.ts"
import { button, call, row } from "./client.ts"

type Discord = FakeDiscord.FakeDiscord["Service"]

const messages = (discord: Discord) => `/channels/${discord.guild.channelId}/messages`

const say = (body: unknown) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make()
    return yield* call(discord, "POST", messages(discord), body)
  }).pipe(Effect.scoped)

const command = (body: object) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make()
    const path = `/applications/${discord.applicationId}/commands`
    return yield* call(discord, "PUT", path, [{ name: "a", description: "b", ...body }])
  }).pipe(Effect.scoped)

const many = <A>(count: number, make: (index: number) => A) => Array.from({ length: count }, (_, index) => make(index))

describe("a message with an enforced nonce", () => {
  it.effect("is made once within some minutes in one channel, and again after that", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const other = yield* discord.guild.channel("other")
      const send = (path = messages(discord), nonce: unknown = "order-1", isEnforced = true) =>
        Effect.map(
          call(discord, "POST", path, { content: "a", nonce, enforce_nonce: isEnforced }),
          ({ body }) => body.id as string
        )
      const first = yield* send()
      assert.strictEqual(yield* send(), first)
      assert.notStrictEqual(yield* send(`/channels/${other}/messages`), first)
      assert.notStrictEqual(yield* send(messages(discord), "order-2"), first)
      assert.notStrictEqual(
        yield* send(messages(discord), "order-3", false),
        yield* send(messages(discord), "order-3", false)
      )
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* send(), first)
      // Counted from the message, not from the last attempt.
      yield* TestClock.adjust("4 minutes")
      assert.notStrictEqual(yield* send(), first)
    })
  )
})

describe("a REST request", () => {
  it.live("needs the token of the bot, a known route and an allowed method", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const status = (method: string, path: string, headers: Record<string, string>) =>
        Effect.map(call(discord, method, path, undefined, headers), (reply) => reply.status)
      assert.strictEqual(yield* status("GET", "/users/@me", {}), 401)
      assert.strictEqual(yield* status("GET", "/users/@me", { authorization: "Bot wrong" }), 401)
      assert.strictEqual(yield* status("GET", "/users/@me", { authorization: "Bearer fake-token" }), 401)
      assert.strictEqual(yield* status("GET", "/users/@me", { authorization: "Bot fake-token" }), 200)
      assert.strictEqual(yield* status("GET", "/gateway", {}), 200)
      assert.strictEqual(yield* status("GET", "/nothing", { authorization: "Bot fake-token" }), 501)
      assert.strictEqual(yield* status("DELETE", "/gateway/bot", { authorization: "Bot fake-token" }), 405)
      const routes = (yield* discord.log).filter(FakeDiscord.is("Request")).map(({ route }) => route)
      assert.include(routes, "/users/:user")
    })
  )
})

describe("commands", () => {
  it.live("are created, edited, overwritten and deleted, globally and per guild", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const global = `/applications/${discord.applicationId}/commands`
      const guild = `/applications/${discord.applicationId}/guilds/${discord.guild.id}/commands`
      const first = yield* call(discord, "POST", global, { name: "one", description: "1" })
      assert.strictEqual(first.status, 201)
      const again = yield* call(discord, "POST", global, { name: "one", description: "uno" })
      assert.deepStrictEqual([again.status, again.body.id], [200, first.body.id])
      const edited = yield* call(discord, "PATCH", `${global}/${first.body.id}`, { description: "eins" })
      assert.deepStrictEqual([edited.body.name, edited.body.description], ["one", "eins"])
      const all = yield* call(discord, "PUT", global, [
        { name: "two", description: "2" },
        { name: "one", description: "1" }
      ])
      assert.strictEqual(all.body[1].id, first.body.id)
      assert.notStrictEqual(all.body[0].id, first.body.id)
      const local = yield* call(discord, "POST", guild, { name: "one", type: 2 })
      assert.strictEqual(local.body.guild_id, discord.guild.id)
      assert.strictEqual((yield* call(discord, "DELETE", `${guild}/${local.body.id}`)).status, 204)
      assert.strictEqual((yield* call(discord, "GET", `${guild}/${local.body.id}`)).body.code, 10063)
      assert.deepStrictEqual(
        (yield* discord.commands()).map(({ name }) => name),
        ["two", "one"]
      )
      assert.deepStrictEqual(yield* discord.commands(discord.guild.id), [])
      const elsewhere = yield* call(discord, "GET", `/applications/${discord.applicationId}/guilds/1/commands`)
      assert.strictEqual(elsewhere.body.code, 10004)
    })
  )

  const invalid: ReadonlyArray<readonly [string, object, string]> = [
    ["a name with capitals", { name: "Upper" }, "APPLICATION_COMMAND_INVALID_NAME"],
    ["a long name", { name: "x".repeat(33) }, "BASE_TYPE_BAD_LENGTH"],
    ["no description", { description: "" }, "BASE_TYPE_REQUIRED"],
    ["a description on a context menu", { type: 3 }, "CONTEXT_MENU_DESCRIPTION_INVALID"],
    [
      "26 options",
      { options: many(26, (n) => ({ type: 3, name: `o${n}`, description: "d" })) },
      "BASE_TYPE_BAD_LENGTH"
    ],
    [
      "a required option after an optional one",
      {
        options: [
          { type: 3, name: "a", description: "d" },
          { type: 3, name: "b", description: "d", required: true }
        ]
      },
      "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
    ],
    [
      "one option twice",
      { options: many(2, () => ({ type: 3, name: "a", description: "d" })) },
      "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"
    ]
  ]
  for (const [what, body, code] of invalid) {
    it.live(`with ${what} are refused`, () =>
      Effect.gen(function* () {
        const reply = yield* command(body)
        assert.deepStrictEqual([reply.status, reply.body.code], [400, 50035])
        assert.include(JSON.stringify(reply.body.errors), code)
      })
    )
  }

  it.live("are limited to 100, and to 15 in each context menu, and their names are unique", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const put = (body: unknown) => call(discord, "PUT", `/applications/${discord.applicationId}/commands`, body)
      const commands = many(101, (n) => ({ name: `c${n}`, description: "d" }))
      assert.strictEqual((yield* put(commands)).body.code, 30032)
      const inMenu = (count: number) => many(count, (n) => ({ name: `c${n}`, type: 2 }))
      assert.strictEqual((yield* put(inMenu(16))).body.code, 30032)
      assert.strictEqual((yield* put([...inMenu(15), ...commands.slice(1)])).status, 200)
      assert.strictEqual((yield* put(commands.slice(1))).status, 200)
      const twice = yield* put([commands[0], commands[0]])
      assert.include(JSON.stringify(twice.body.errors), "APPLICATION_COMMANDS_DUPLICATE_NAME")
    })
  )
})

describe("messages", () => {
  it.live("are created, read, listed, edited and deleted", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const path = messages(discord)
      const made = yield* Effect.forEach(["a", "b", "c"], (content) => call(discord, "POST", path, { content }))
      const ids = made.map(({ body }) => String(body.id))
      const listed = yield* call(discord, "GET", `${path}?limit=2`)
      assert.deepStrictEqual(
        listed.body.map((message: { content: string }) => message.content),
        ["c", "b"]
      )
      const edited = yield* call(discord, "PATCH", `${path}/${ids[0]}`, { components: [row(button("x", "x"))] })
      assert.deepStrictEqual(
        [edited.body.content, edited.body.components[0].components[0].custom_id, typeof edited.body.edited_timestamp],
        ["a", "x", "string"]
      )
      assert.strictEqual((yield* call(discord, "DELETE", `${path}/${ids[0]}`)).status, 204)
      assert.strictEqual((yield* call(discord, "GET", `${path}/${ids[0]}`)).body.code, 10008)
      assert.strictEqual((yield* call(discord, "PATCH", `${path}/${ids[0]}`, {})).body.code, 10008)
      assert.strictEqual((yield* call(discord, "GET", "/channels/1/messages")).body.code, 10003)
    })
  )

  it.live("of other users can be read, but not edited", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const alice = yield* discord.user("alice")
      const id = yield* (yield* alice.say("hello")).id
      const path = `${messages(discord)}/${id}`
      assert.strictEqual((yield* call(discord, "GET", path)).body.content, "hello")
      const refused = yield* call(discord, "PATCH", path, { content: "x" })
      assert.deepStrictEqual([refused.status, refused.body.code], [403, 50005])
    })
  )
})

describe("the body of a message", () => {
  it.live("can have files", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const form = new FormData()
      form.set("payload_json", JSON.stringify({ content: "with a file" }))
      form.set("files[0]", new Blob(["hello"]), "a.txt")
      const { body } = yield* call(discord, "POST", messages(discord), form)
      assert.deepStrictEqual(
        [body.content, body.attachments[0].filename, body.attachments[0].size],
        ["with a file", "a.txt", 5]
      )
    })
  )

  const v2 = { flags: 1 << 15 }
  const text = { type: 10, content: "text" }
  const valid: ReadonlyArray<readonly [string, unknown]> = [
    ["five rows of five buttons", { components: many(5, (r) => row(...many(5, (b) => button("x", `${r} ${b}`)))) }],
    ["an embed alone", { embeds: [{ title: "t" }] }],
    ["components v2", { ...v2, components: [{ type: 17, components: [text, row(button("x", "x"))] }] }],
    ["a section", { ...v2, components: [{ type: 9, components: [text], accessory: button("x", "x") }] }],
    ["a link", { components: [row({ type: 2, style: 5, label: "x", url: "https://discord.com" })] }]
  ]
  for (const [what, body] of valid) {
    it.live(`can have ${what}`, () =>
      Effect.gen(function* () {
        const reply = yield* say(body)
        assert.strictEqual(reply.status, 200, JSON.stringify(reply.body))
      })
    )
  }

  const select = { type: 3, custom_id: "s", options: [{ label: "l", value: "v" }] }
  const invalid: ReadonlyArray<readonly [string, unknown, string]> = [
    ["2001 characters", { content: "x".repeat(2001) }, "Must be 2000 or fewer in length."],
    ["eleven embeds", { embeds: many(11, () => ({ title: "t" })) }, "Must be between 0 and 10 in length."],
    ["embeds of 6001 characters", { embeds: many(2, () => ({ description: "x".repeat(3001) })) }, "MAX_EMBED_SIZE"],
    ["six rows", { components: many(6, (n) => row(button("x", `${n}`))) }, "Must be 5 or fewer in length."],
    ["six buttons in a row", { components: [row(...many(6, (n) => button("x", `${n}`)))] }, "BASE_TYPE_BAD_LENGTH"],
    ["an empty row", { components: [row()] }, "BASE_TYPE_BAD_LENGTH"],
    ["a button outside of a row", { components: [button("x", "x")] }, "UNION_TYPE_CHOICES"],
    ["a custom id twice", { components: [row(button("x", "x"), button("y", "x"))] }, "COMPONENT_CUSTOM_ID_DUPLICATED"],
    ["a custom id of 101", { components: [row(button("x", "x".repeat(101)))] }, "between 1 and 100"],
    ["a button without label", { components: [row({ type: 2, style: 1, custom_id: "x" })] }, "EMOJI_OR_LABEL"],
    ["a label of 81", { components: [row(button("x".repeat(81), "x"))] }, "80 or fewer"],
    ["a button with style 7", { components: [row(button("x", "x", { style: 7 }))] }, "BASE_TYPE_CHOICES"],
    ["a select beside a button", { components: [row(select, button("x", "x"))] }, "COMPONENT_LAYOUT_WIDTH_EXCEEDED"],
    ["a select without options", { components: [row({ ...select, options: [] })] }, "BASE_TYPE_BAD_LENGTH"],
    [
      "a select with one value twice",
      { components: [row({ ...select, options: [...select.options, ...select.options] })] },
      "OPTION_VALUE_DUPLICATED"
    ],
    ["components v2 with content", { ...v2, content: "x", components: [text] }, "LEGACY_FIELDS"],
    ["41 components", { ...v2, components: many(41, () => text) }, "40 or fewer"],
    ["a text display without the flag", { components: [text] }, "UNION_TYPE_CHOICES"]
  ]
  for (const [what, body, code] of invalid) {
    it.live(`cannot have ${what}`, () =>
      Effect.gen(function* () {
        const reply = yield* say(body)
        assert.deepStrictEqual([reply.status, reply.body.code], [400, 50035])
        assert.include(JSON.stringify(reply.body.errors), code)
      })
    )
  }
})

describe("the checks of a message", () => {
  it.live("refuse an empty message, and an edit that makes it empty", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const empty = yield* call(discord, "POST", messages(discord), { content: "" })
      assert.deepStrictEqual([empty.status, empty.body.code], [400, 50006])
      const { body } = yield* call(discord, "POST", messages(discord), { content: "a" })
      const emptied = yield* call(discord, "PATCH", `${messages(discord)}/${body.id}`, { content: null })
      assert.strictEqual(emptied.body.code, 50006)
    })
  )

  it.live("return the path of each invalid field", () =>
    Effect.gen(function* () {
      const { body } = yield* say({ components: [row(button("x", ""))] })
      const problems = body.errors.components[0].components[0].custom_id._errors
      assert.deepStrictEqual(problems, [{ code: "BASE_TYPE_REQUIRED", message: "This field is required" }])
    })
  )
})

describe("rate limits", () => {
  const send = { requests: "POST /channels/:channel/messages", limit: 2, per: "10 seconds" } as const
  const bodyOf = (content: string) => ({ content })

  it.live("refuse what exceeds them, for each channel, with Discord's headers, as a violation", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make({ rateLimits: [send] })
      const other = yield* discord.guild.channel("other")
      const first = yield* call(discord, "POST", messages(discord), bodyOf("1"))
      assert.strictEqual(first.headers.get("x-ratelimit-limit"), "2")
      assert.strictEqual(first.headers.get("x-ratelimit-remaining"), "1")
      assert.isAtMost(Number(first.headers.get("x-ratelimit-reset-after")), 10)
      yield* call(discord, "POST", messages(discord), bodyOf("2"))
      assert.deepStrictEqual(yield* discord.violations, [])
      const third = yield* call(discord, "POST", messages(discord), bodyOf("3"))
      assert.strictEqual(third.status, 429)
      assert.strictEqual(third.headers.get("x-ratelimit-scope"), "user")
      assert.isAtMost(Number(third.headers.get("retry-after")), 10)
      assert.strictEqual((yield* call(discord, "POST", `/channels/${other}/messages`, bodyOf("4"))).status, 200)
      assert.deepStrictEqual(
        (yield* discord.violations).map(({ rule }) => rule),
        ["rate-limit"]
      )
    }).pipe(Effect.scoped)
  )

  it.live("hold in total for what needs the bot's token", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make({ globalRateLimit: 1 })
      assert.strictEqual((yield* call(discord, "GET", "/users/@me")).status, 200)
      assert.strictEqual((yield* call(discord, "GET", "/gateway")).status, 200)
      const refused = yield* call(discord, "GET", "/users/@me")
      assert.strictEqual(refused.status, 429)
      assert.strictEqual(refused.headers.get("x-ratelimit-global"), "true")
    }).pipe(Effect.scoped)
  )
})
