import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { FakeDiscord } from "../../src/testing/index.ts"
import { button, call, type Client, connect, identifyData, respond, row, webhook } from "./client.ts"

type Discord = FakeDiscord.FakeDiscord["Service"]

const commands = [
  {
    name: "give",
    description: "Gives",
    options: [
      { type: 6, name: "to", description: "Who", required: true },
      { type: 8, name: "role", description: "Which" },
      { type: 7, name: "where", description: "Where" },
      { type: 11, name: "file", description: "What" }
    ]
  },
  {
    name: "config",
    description: "Configures",
    options: [
      {
        type: 2,
        name: "colour",
        description: "Colours",
        options: [
          {
            type: 1,
            name: "set",
            description: "Sets one",
            options: [
              { type: 3, name: "name", description: "Which", choices: [{ name: "Red", value: "r" }], required: true }
            ]
          }
        ]
      }
    ]
  },
  { name: "search", description: "Searches", options: [{ type: 3, name: "q", description: "q", autocomplete: true }] },
  { name: "Inspect", type: 2 as const },
  { name: "Quote", type: 3 as const }
]

const started = (options: FakeDiscord.Options = {}) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make(options)
    yield* discord.registerCommands(commands)
    const client = yield* connect(discord)
    yield* client.identify()
    return { discord, client }
  })

/** Runs an action, and responds to its interaction. */
const answered = <A, E>(
  discord: Discord,
  client: Client,
  action: Effect.Effect<A, E>,
  body: unknown = { type: 4, data: { content: "ok" } }
) =>
  Effect.gen(function* () {
    const running = yield* Effect.forkChild(action)
    const interaction = yield* client.event("INTERACTION_CREATE")
    const reply = yield* respond(discord, interaction, body)
    assert.isBelow(reply.status, 300, JSON.stringify(reply.body))
    return { interaction, response: yield* Fiber.join(running) }
  })

describe("a command", () => {
  it.live("resolves users, roles, channels and files", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started()
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const role = yield* discord.guild.role("admin", { permissions: "8" })
      const where = yield* discord.guild.channel("other")
      const values = { to: bob, role, where, file: { filename: "a.png", size: 7 } }
      const { interaction } = yield* answered(discord, client, alice.slash("give", values))
      const { options, resolved } = interaction.d.data
      const file = options[3].value
      assert.deepStrictEqual(options.slice(0, 3), [
        { name: "to", type: 6, value: bob.id },
        { name: "role", type: 8, value: role },
        { name: "where", type: 7, value: where }
      ])
      assert.strictEqual(resolved.users[bob.id].username, "bob")
      assert.strictEqual(typeof resolved.members[bob.id].permissions, "string")
      assert.strictEqual(resolved.roles[role].permissions, "8")
      assert.deepInclude(resolved.channels[where], { name: "other", permissions: "2248473465835073" })
      assert.deepInclude(resolved.attachments[file], { filename: "a.png", size: 7 })
    })
  )

  it.live("can have subcommands, and choices that are given by name or value", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started()
      const alice = yield* discord.user("alice")
      const { interaction } = yield* answered(discord, client, alice.slash("config colour set", { name: "Red" }))
      const leaf = [{ name: "name", type: 3, value: "r" }]
      const nested = [{ name: "colour", type: 2, options: [{ name: "set", type: 1, options: leaf }] }]
      assert.deepStrictEqual(interaction.d.data.options, nested)
      const other = alice.slash("config", { name: "r" }, { subcommand: "colour set" })
      assert.deepStrictEqual((yield* answered(discord, client, other)).interaction.d.data.options, nested)
      const wrong = (path: string, values: FakeDiscord.OptionValues) =>
        Effect.map(Effect.flip(alice.slash(path, values)), (error) => error.message)
      assert.include(yield* wrong("config", {}), "no subcommand was given; there are: colour")
      assert.include(yield* wrong("config colour set", {}), "name is required")
      assert.include(yield* wrong("config colour set", { name: "blue" }), "must be one of Red")
    })
  )

  it.live("asks for suggestions while a user types", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started()
      const alice = yield* discord.user("alice")
      const choices = [{ name: "Bees", value: "bees" }]
      const typing = alice.autocomplete("search", { q: "be" }, "q")
      const { interaction, response } = yield* answered(discord, client, typing, { type: 8, data: { choices } })
      assert.strictEqual(interaction.d.type, 4)
      assert.deepStrictEqual(interaction.d.data.options, [{ name: "q", type: 3, value: "be", focused: true }])
      assert.deepStrictEqual(yield* response.choices, choices)
      assert.strictEqual((yield* Effect.flip(response.modal))._tag, "NoResult")
    })
  )

  it.live("of a context menu has a target", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started()
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const message = yield* bob.say("quote me")
      const onUser = yield* answered(discord, client, alice.contextMenu("Inspect", bob))
      assert.strictEqual(onUser.interaction.d.data.target_id, bob.id)
      assert.strictEqual(onUser.interaction.d.data.resolved.users[bob.id].username, "bob")
      const onMessage = yield* answered(discord, client, alice.contextMenu("Quote", message))
      const id = yield* message.id
      assert.strictEqual(onMessage.interaction.d.data.resolved.messages[id].content, "quote me")
    })
  )
})

describe("the place of a command", () => {
  it.live("can be run in direct messages, in another guild, and without being registered", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started()
      const alice = yield* discord.user("alice")
      const direct = yield* answered(discord, client, alice.slash("search", {}, { direct: true }))
      assert.strictEqual(direct.interaction.d.user.username, "alice")
      assert.deepStrictEqual([direct.interaction.d.guild_id, direct.interaction.d.context], [undefined, 1])
      const guild = yield* discord.addGuild("other")
      yield* client.event("GUILD_CREATE")
      const other = yield* answered(discord, client, alice.slash("search", {}, { guild }))
      assert.strictEqual(other.interaction.d.guild_id, guild.id)
      const free = alice.slash("free sub", { n: 1, s: "x", b: true }, { unregistered: true })
      const { data } = (yield* answered(discord, client, free)).interaction.d
      assert.deepStrictEqual(data.options[0], {
        name: "sub",
        type: 1,
        options: [
          { name: "n", type: 4, value: 1 },
          { name: "s", type: 3, value: "x" },
          { name: "b", type: 5, value: true }
        ]
      })
    })
  )

  it.live("waits until the shard of the guild has a session", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make({ shards: 2 })
      yield* discord.registerCommands(commands)
      const guild = yield* discord.addGuild("second", { shard: 1 })
      const alice = yield* discord.user("alice")
      const running = yield* Effect.forkChild(alice.slash("search", {}, { guild }))
      const client = yield* connect(discord)
      yield* client.identify({ shard: [1, 2] })
      yield* respond(discord, yield* client.event("INTERACTION_CREATE"), { type: 4, data: { content: "ok" } })
      assert.strictEqual(yield* (yield* Fiber.join(running)).content, "ok")
    })
  )
})

describe("a raw interaction", () => {
  it.live("can have any payload", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started()
      const raw = discord.interaction({ type: 2, data: { name: "odd" }, locale: "de", member: null })
      const { interaction } = yield* answered(discord, client, raw)
      const { data, locale, member } = interaction.d
      assert.deepStrictEqual([data, locale, member], [{ name: "odd" }, "de", null])
    })
  )
})

describe("names that every object has", () => {
  const options = ["constructor", "__proto__", "valueof"].map((name) => ({ type: 3, name, description: "a" }))
  const odd = { name: "constructor", description: "Odd", options }

  it.live("are those of options and of fields only if a user has given them", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started()
      yield* discord.registerCommands([odd])
      const alice = yield* discord.user("alice")
      const text = { type: 4, style: 1, required: false }
      const form = {
        title: "Form",
        custom_id: "f",
        components: ["constructor", "__proto__", "toString"].map((name) => ({
          type: 18,
          label: `the ${name}`,
          component: { ...text, custom_id: name }
        }))
      }
      const { interaction, response } = yield* answered(discord, client, alice.slash("constructor"), {
        type: 9,
        data: form
      })
      assert.isUndefined(interaction.d.data.options)
      const modal = yield* response.modal
      const given = { ["__proto__"]: "x" }
      const submitted = yield* answered(discord, client, modal.submit(given), { type: 5 })
      assert.deepStrictEqual(
        submitted.interaction.d.data.components.map((label: { component: { value: string } }) => label.component.value),
        ["", "x", ""]
      )
      const again = yield* answered(discord, client, alice.slash("constructor", given), { type: 5 })
      assert.deepStrictEqual(again.interaction.d.data.options, [{ name: "__proto__", type: 3, value: "x" }])
    })
  )
})

describe("a select menu", () => {
  it.live("takes labels or values, within its limits", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started()
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const options = ["A", "B", "C"].map((label) => ({ label, value: label.toLowerCase() }))
      const components = [
        row({ type: 3, custom_id: "letters", placeholder: "Letters", options, max_values: 2 }),
        row({ type: 5, custom_id: "people" })
      ]
      const data = { content: "choose", components }
      const { response } = yield* answered(discord, client, alice.slash("search"), { type: 4, data })
      const letters = yield* answered(discord, client, response.select("Letters", ["A", "c"]), { type: 6 })
      assert.deepInclude(letters.interaction.d.data, { component_type: 3, values: ["a", "c"] })
      assert.strictEqual(letters.response.kind, "deferred-update")
      const people = yield* answered(discord, client, bob.select(response, "people", [alice]), { type: 6 })
      assert.strictEqual(people.interaction.d.data.resolved.users[alice.id].username, "alice")
      assert.strictEqual(people.interaction.d.member.user.username, "bob")
      assert.include((yield* Effect.flip(response.select("letters", ["A", "B", "C"]))).message, "1 to 2 values")
      assert.include((yield* Effect.flip(response.select("letters", ["Z"]))).message, "absent")
    })
  )
})

describe("a modal", () => {
  it.live("can be opened by a button, have labels and selects, and update the message", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started()
      const alice = yield* discord.user("alice")
      const data = { content: "a", components: [row(button("form", "form"))] }
      const { response: message } = yield* answered(discord, client, alice.slash("search"), { type: 4, data })
      const options = [{ label: "One", value: "1" }]
      const form = {
        title: "Form",
        custom_id: "f",
        components: [
          { type: 18, label: "Text", component: { type: 4, style: 1, custom_id: "t", required: false } },
          { type: 18, label: "Pick", component: { type: 3, custom_id: "p", options } }
        ]
      }
      const { response: opened } = yield* answered(discord, client, message.click("form"), { type: 9, data: form })
      const modal = yield* opened.modal
      const bob = yield* discord.user("bob")
      assert.include((yield* Effect.flip(bob.submit(modal, {}))).message, "invisible")
      assert.include((yield* Effect.flip(modal.submit({ Other: "x" }))).message, '"Other" is absent')
      const update = { type: 7, data: { content: "b" } }
      const { interaction, response } = yield* answered(discord, client, modal.submit({ Pick: ["One"] }), update)
      assert.deepStrictEqual(interaction.d.data.components, [
        { type: 18, id: 1, component: { type: 4, custom_id: "t", id: 2, value: "" } },
        { type: 18, id: 3, component: { type: 3, custom_id: "p", id: 4, values: ["1"] } }
      ])
      assert.strictEqual(interaction.d.message.id, yield* message.id)
      assert.strictEqual(yield* response.content, "b")
      assert.strictEqual(yield* message.content, "b")
    })
  )
})

describe("a click", () => {
  it.live("can come from a client that has not seen the last update", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started()
      const alice = yield* discord.user("alice")
      const data = { content: "a", components: [row(button("go", "go", { disabled: true }))] }
      const { response: message } = yield* answered(discord, client, alice.slash("search"), { type: 4, data })
      assert.strictEqual((yield* Effect.flip(message.click("go")))._tag, "NotUsable")
      const late = yield* answered(discord, client, message.click("go", { stale: true }), { type: 6 })
      assert.strictEqual(late.interaction.d.data.custom_id, "go")
    })
  )
})

describe("a deferred click", () => {
  it.live("returns at once, and its update can be awaited", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started()
      const alice = yield* discord.user("alice")
      const data = { content: "a", components: [row(button("go", "go"))] }
      const { response: message } = yield* answered(discord, client, alice.slash("search"), { type: 4, data })
      const { interaction, response } = yield* answered(discord, client, message.click("go"), { type: 6 })
      const waiting = yield* Effect.forkChild(response.awaitUpdate())
      yield* webhook(discord, interaction, "PATCH", "/messages/@original", { content: "b" })
      assert.strictEqual((yield* Fiber.join(waiting)).content, "b")
      // The update that came before counts, too, because it came after the click.
      assert.strictEqual((yield* response.awaitUpdate()).content, "b")
      const never = yield* Effect.flip(message.awaitContent("c", { timeout: 1 }))
      assert.include(
        never.message,
        'a message "c" did not come within 1 ms; there was a message with "b", the button "go"; the log ends'
      )
    })
  )

  it.live("that defers a new message is replaced by the first follow-up", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started()
      const alice = yield* discord.user("alice")
      const deferral = { type: 5, data: { flags: 64 } }
      const { interaction, response } = yield* answered(discord, client, alice.slash("search"), deferral)
      const { body } = yield* webhook(discord, interaction, "POST", "", { content: "done" })
      assert.strictEqual(body.id, yield* response.id)
      const { content, ephemeral, pending } = yield* response.snapshot
      assert.deepStrictEqual([content, ephemeral, pending], ["done", true, false])
      assert.deepStrictEqual(yield* response.followUps, [])
    })
  )
})

describe("invalid responses", () => {
  it.live("are refused, and listed in the error of the waiting user", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started({ interactionDeadline: "200 millis" })
      const alice = yield* discord.user("alice")
      const running = yield* Effect.forkChild(Effect.flip(alice.slash("search")))
      const interaction = yield* client.event("INTERACTION_CREATE")
      for (const body of [{ type: 7 }, { type: 8, data: { choices: [] } }, { type: 99 }]) {
        assert.strictEqual((yield* respond(discord, interaction, body)).body.code, 50035)
      }
      const modal = { type: 9, data: { title: "x".repeat(46), custom_id: "m", components: [] } }
      const { body } = yield* respond(discord, interaction, modal)
      assert.deepStrictEqual(Object.keys(body.errors.data), ["title", "components"])
      assert.include((yield* Fiber.join(running)).message, "Discord refused: 50035 Invalid Form Body")
    })
  )
})

describe("messages", () => {
  it.live("are visible to the users who may see them, and their content to bots with the intent", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started()
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const data = { content: "secret", flags: 64 }
      yield* answered(discord, client, alice.slash("search"), { type: 4, data })
      const second = yield* FakeDiscord.make({ identifyInterval: 0 })
      const guildMessages = 1 << 9
      const [full, part] = [yield* connect(second), yield* connect(second)]
      yield* full.identify({ intents: guildMessages | (1 << 15) })
      yield* part.identify({ intents: guildMessages })
      const carol = yield* second.user("carol")
      yield* carol.say("hello")
      const seen = yield* full.event("MESSAGE_CREATE")
      assert.deepInclude(seen.d, { content: "hello", channel_type: 0 })
      assert.strictEqual((yield* part.event("MESSAGE_CREATE")).d.content, "")
      assert.strictEqual((yield* alice.messages()).length, 1)
      assert.strictEqual((yield* bob.messages()).length, 0)
      const path = `/channels/${discord.guild.channelId}/messages`
      const waiting = yield* Effect.forkChild(bob.awaitMessage((message) => message.content === "news"))
      yield* call(discord, "POST", path, { content: "news" })
      assert.strictEqual(yield* (yield* Fiber.join(waiting)).content, "news")
    })
  )
})

describe("the log", () => {
  it.live("can be streamed, and ends the message of a timeout", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const seen = yield* Effect.forkChild(
        discord.changes.pipe(Stream.filter(FakeDiscord.is("Opened")), Stream.take(1), Stream.runCollect),
        { startImmediately: true }
      )
      const mark = yield* discord.mark
      yield* connect(discord)
      assert.strictEqual((yield* Fiber.join(seen)).length, 1)
      const opened = FakeDiscord.is("Opened")
      assert.isAtLeast((yield* discord.awaitLog(opened, { since: mark })).index, mark)
      const error = yield* Effect.flip(discord.awaitLog(opened, { count: 2, timeout: 1 }))
      assert.include(error.message, "Opened connection=1")
    })
  )
})

describe("a virtual clock", () => {
  it.effect("controls deadlines, tokens, spacing and delays", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started({ maxConcurrency: 1 })
      const alice = yield* discord.user("alice")
      const unanswered = yield* Effect.forkChild(Effect.flip(alice.slash("search")))
      const late = yield* client.event("INTERACTION_CREATE")
      yield* TestClock.adjust("3001 millis")
      assert.strictEqual((yield* Fiber.join(unanswered))._tag, "NoAnswer")
      assert.strictEqual((yield* respond(discord, late, { type: 5 })).body.code, 10062)

      const { interaction } = yield* answered(discord, client, alice.slash("search"))
      const edit = webhook(discord, interaction, "PATCH", "/messages/@original", { content: "b" })
      yield* TestClock.adjust("14 minutes")
      assert.strictEqual((yield* edit).status, 200)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* edit).body.code, 50027)

      yield* discord.faults.helloDelay("1 hour")
      const slow = yield* connect(discord)
      yield* discord.awaitLog(FakeDiscord.is("Opened"), { count: 2 })
      yield* TestClock.adjust("1 hour")
      yield* slow.identify()
      const early = yield* connect(discord)
      yield* early.send(2, identifyData(discord))
      yield* early.take((frame) => frame.op === 9)
      yield* TestClock.adjust("5 seconds")
      yield* early.send(2, identifyData(discord))
      yield* early.event("READY")
    })
  )
})

describe("the end of the scope", () => {
  it.live("leaves no socket, server or timer behind", () =>
    Effect.gen(function* () {
      const held = () =>
        process.getActiveResourcesInfo().filter((name) => /TCP|Server|Timeout|Pipe/.test(name) && name !== "PipeWrap")
      const before = held().length
      yield* Effect.gen(function* () {
        const { client, discord } = yield* started()
        yield* discord.faults.helloDelay("1 hour")
        yield* discord.faults.stallUpgrade({ host: "resume" })
        yield* discord.faults.restHang("GET /gateway")
        yield* connect(discord, discord.resumeUrl)
        yield* connect(discord)
        yield* Effect.forkChild(call(discord, "GET", "/gateway"))
        yield* discord.awaitLog(FakeDiscord.is("Request"))
        yield* discord.awaitLog(FakeDiscord.is("Opened"), { count: 2 })
        yield* discord.faults.pauseSocket(0)
        assert.isAbove(held().length, before)
        assert.isAbove(client.frames.length, 0)
      }).pipe(Effect.scoped)
      // Closed handles are reported until the next turns of the event loop.
      yield* Effect.suspend(() => (held().length > before ? Effect.fail("held") : Effect.void)).pipe(
        Effect.tapError(() => Effect.sleep("10 millis")),
        Effect.retry({ times: 100 })
      )
    })
  )
})
