import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Playground, type Protocol } from "../../src/playground/index.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import * as bot from "./bot.ts"
import { type Any, get, open, type Page } from "./client.ts"

/** A page of somebody who is new, in the first channel. */
const begin = (name: string) =>
  Effect.gen(function* () {
    const { url } = yield* Playground.Playground
    const { guild } = yield* FakeDiscord.FakeDiscord
    const page = yield* open(url)
    const user: string = (yield* page.ask({ type: "addUser", name })).id
    const channel = guild.channelId
    yield* page.ask({ type: "messages", channel })
    return { page, user, channel, by: { user, channel } }
  })

/** The last state of a message that the page was sent, once it fits. */
const message = (page: Page, fits: (raw: Any) => boolean): Effect.Effect<Any> =>
  Effect.map(
    page.update((one) => one.type === "message" && fits(one.message.raw)),
    (update) => update.message
  )

const panel = Effect.fnUntraced(function* ({ by, page }: { readonly page: Page; readonly by: Any }) {
  const { interaction } = yield* page.ask({ type: "slash", ...by, name: "panel", values: {} })
  const { raw } = yield* message(page, ({ id }) => id === interaction.original)
  const [[press, form], [pick], [who]] = raw.components.map((row: Any) =>
    row.components.map((one: Any) => one.custom_id)
  )
  return { id: String(raw.id), press, form, pick, who }
})

describe("what users do on the page", () => {
  layer(bot.layer(), { excludeTestServices: true })((it) => {
    it.effect("welcomes a page with everything but messages", () =>
      Effect.gen(function* () {
        const { page } = yield* begin("newcomer")
        const hello = page.updates[0]
        assert.strictEqual(hello.type, "hello")
        assert.strictEqual(hello.bot.bot, true)
        assert.strictEqual(hello.guilds[0].channels[0].name, "general")
        assert.deepStrictEqual(hello.program, { state: "none", starts: 0 })
        assert.strictEqual(hello.canAdvance, false)
        yield* page.update((one) => one.type === "user" && one.user.username === "newcomer")
        yield* page.update((one) => one.type === "guild" && one.guild.members.length > 1)
      })
    )

    it.effect("runs commands with options, and shows the message with its interaction", () =>
      Effect.gen(function* () {
        const { by, page, user } = yield* begin("alice")
        const data = Buffer.from("hello").toString("base64")
        const file = { filename: "a.txt", contentType: "text/plain", data }
        const values = { text: "again", colour: "red", file }
        const { interaction } = yield* page.ask({ type: "slash", ...by, name: "repeat", values })
        assert.strictEqual(interaction.state, "answered")
        assert.strictEqual(interaction.user, user)
        assert.strictEqual(interaction.action, "/repeat text:again colour:red file:a.txt")
        assert.strictEqual(interaction.command, "/repeat")
        const made = yield* message(page, ({ id }) => id === interaction.original)
        assert.strictEqual(made.raw.content, "again red a.txt")
        assert.strictEqual(made.interaction, interaction.id)
        const { calls } = yield* page.update(
          (one) => one.type === "rest" && one.calls.some((call: Any) => call.interaction === interaction.id)
        )
        assert.strictEqual(calls[0].method, "POST")
      })
    )

    it.effect("suggests what the bot suggests", () =>
      Effect.gen(function* () {
        const { by, page } = yield* begin("alice")
        const values = { colour: "g" }
        const suggested = yield* page.ask({ type: "autocomplete", ...by, name: "repeat", values, focused: "colour" })
        assert.deepStrictEqual(suggested, { choices: [{ name: "green", value: "green" }] })
      })
    )

    it.effect("clicks, selects and submits", () =>
      Effect.gen(function* () {
        const { by, page, user } = yield* begin("alice")
        const { form, id, pick, press, who } = yield* panel({ by, page })
        const shows = (content: string) => message(page, (raw) => raw.id === id && raw.content === content)
        const on = { user, message: id }
        const actionOf = ({ interaction }: Any): string => interaction.action
        assert.strictEqual(actionOf(yield* page.ask({ type: "click", ...on, customId: press })), 'click "press"')
        yield* shows("pressed")
        const picked = yield* page.ask({ type: "select", ...on, customId: pick, values: ["red", "blue"] })
        assert.match(actionOf(picked), /^select ".*": red, blue$/)
        yield* shows("picked red and blue")
        assert.match(actionOf(yield* page.ask({ type: "select", ...on, customId: who, values: [user] })), /: @alice$/)
        yield* shows("chose alice")
        const { interaction } = yield* page.ask({ type: "click", ...on, customId: form })
        assert.strictEqual(interaction.modal.title, "A form")
        const field = interaction.modal.components[0]
        const fields = { [(field.component ?? field.components[0]).custom_id]: "Al" }
        yield* page.ask({ type: "submit", user, opener: interaction.id, fields })
        yield* shows("named Al")
      })
    )

    it.effect("runs context menu commands and the entry point", () =>
      Effect.gen(function* () {
        const { by, page, user } = yield* begin("alice")
        yield* page.ask({ type: "contextMenu", ...by, name: "Greet", target: { user } })
        yield* message(page, ({ content }) => content === "hello alice")
        const said = yield* page.ask({ type: "say", ...by, content: "quote me" })
        yield* page.ask({ type: "contextMenu", ...by, name: "Quote", target: { message: said.message } })
        yield* message(page, ({ content }) => content === "> quote me")
        yield* page.ask({ type: "launch", ...by })
        yield* message(page, ({ content }) => content === "playing")
      })
    )

    it.effect("changes one's own messages, as Discord does", () =>
      Effect.gen(function* () {
        const { by, page, user } = yield* begin("alice")
        const { user: bob } = yield* begin("bob")
        const id = (yield* page.ask({ type: "say", ...by, content: "first" })).message
        yield* page.ask({ type: "edit", user, message: id, content: "second" })
        const edited = yield* message(page, (raw) => raw.id === id && raw.content === "second")
        assert.isString(edited.raw.edited_timestamp)
        const refusals: ReadonlyArray<readonly [string, string, RegExp]> = [
          [bob, "mine", /messages of others cannot be edited/],
          [user, "", /Cannot send an empty message/],
          [user, "x".repeat(2001), /Must be 2000 or fewer in length/]
        ]
        for (const [user, content, expected] of refusals) {
          const refused = yield* page.reply({ type: "edit", user, message: id, content })
          assert.match(refused.error.message, expected)
        }
      })
    )

    it.effect("pins messages, and lists pins and threads, as far as Discord lets a user", () =>
      Effect.gen(function* () {
        const { guild } = yield* FakeDiscord.FakeDiscord
        const { by, channel, page, user } = yield* begin("alice")
        const moderator = (yield* page.ask({ type: "addUser", name: "mod", permissions: "8" })).id
        const id = (yield* page.ask({ type: "say", ...by, content: "keep this" })).message
        const refused = yield* page.reply({ type: "pin", user, message: id, pinned: true })
        assert.match(refused.error.message, /alice does not have PIN_MESSAGES/)
        yield* page.ask({ type: "pin", user: moderator, message: id, pinned: true })
        yield* message(page, (raw) => raw.type === 6 && raw.message_reference.message_id === id)
        const ids = ({ messages }: Any) => messages.map(({ raw }: Any) => raw.id)
        assert.deepStrictEqual(ids(yield* page.ask({ type: "pins", ...by })), [id])
        yield* page.ask({ type: "pin", user: moderator, message: id, pinned: false })
        assert.deepStrictEqual(ids(yield* page.ask({ type: "pins", ...by })), [])
        const old = yield* guild.thread(channel, "old")
        const now = yield* guild.thread(channel, "now")
        const secret = yield* guild.thread(channel, "secret", { type: 12 })
        yield* guild.updateThread(old, { thread_metadata: { archived: true } })
        const listed = yield* page.ask({ type: "threads", ...by })
        const names = (all: Any) => all.map(({ id }: Any) => id)
        assert.deepStrictEqual([names(listed.active), names(listed.archived)], [[now], [old]])
        const all = yield* page.ask({ type: "threads", user: moderator, channel })
        assert.deepStrictEqual(names(all.active), [secret, now])
      })
    )

    it.effect("writes, replies, reacts, and deletes one's own messages", () =>
      Effect.gen(function* () {
        const { by, page, user } = yield* begin("alice")
        const { user: bob } = yield* begin("bob")
        const first = (yield* page.ask({ type: "say", ...by, content: "first" })).message
        const data = Buffer.from([1, 2, 3]).toString("base64")
        const answer = { type: "say", ...by, content: "second", replyTo: first, files: [{ filename: "b.bin", data }] }
        const second = (yield* page.ask(answer as Protocol.Request)).message
        const made = yield* message(page, ({ id }) => id === second)
        assert.strictEqual(made.raw.message_reference.message_id, first)
        assert.strictEqual(made.raw.attachments[0].size, 3)
        yield* page.ask({ type: "react", user: bob, message: first, emoji: "👍" })
        const reacted = yield* message(page, ({ id, reactions }) => id === first && reactions?.[0].count === 1)
        assert.deepStrictEqual(reacted.reactedBy, { "👍": [bob] })
        yield* page.ask({ type: "unreact", user: bob, message: first, emoji: "👍" })
        yield* message(page, ({ id, reactions }) => id === first && reactions === undefined)
        const refused = yield* page.reply({ type: "delete", user: bob, message: first })
        assert.match(refused.error.message, /bob may not delete messages of others/)
        yield* page.ask({ type: "delete", user, message: first })
        yield* page.update((one) => one.type === "message" && one.message.raw.id === first && one.message.deleted)
      })
    )

    it.effect("shows an ephemeral message as its user's, who alone can use it", () =>
      Effect.gen(function* () {
        const { by, page, user } = yield* begin("alice")
        const { page: other, user: bob } = yield* begin("bob")
        const { interaction } = yield* page.ask({ type: "slash", ...by, name: "secret", values: {} })
        const made = yield* message(other, ({ id }) => id === interaction.original)
        assert.strictEqual(made.visibleTo, user)
        const refused = yield* page.reply({ type: "react", user: bob, message: made.raw.id, emoji: "👍" })
        assert.strictEqual(refused.error.tag, "Absent")
      })
    )

    it.effect("offers commands and channels as Discord does", () =>
      Effect.gen(function* () {
        const { by, page } = yield* begin("alice")
        const names = (view: Any) => view.commands.map(({ name }: Any) => name)
        const seen: Any = yield* page.ask({ type: "view", ...by })
        assert.includeMembers(names(seen), ["repeat", "Greet", "Quote", "panel"])
        assert.notInclude(names(seen), "hidden")
        assert.include(seen.channels, by.channel)
        const admin = (yield* page.ask({ type: "addUser", name: "admin", permissions: "8" })).id
        assert.include(names(yield* page.ask({ type: "view", user: admin, channel: by.channel })), "hidden")
        const direct: Any = yield* page.ask({ type: "direct", user: by.user })
        assert.strictEqual(direct.recipients[0].username, "alice")
        assert.include(names(yield* page.ask({ type: "view", user: by.user, channel: direct.id })), "repeat")
        const foreign: Any = yield* page.ask({ type: "view", user: admin, channel: direct.id })
        assert.deepStrictEqual(foreign.commands, [])
        assert.notInclude(foreign.channels, direct.id)
      })
    )

    it.effect("adds servers, channels and roles, which all pages see", () =>
      Effect.gen(function* () {
        const { page } = yield* begin("alice")
        const { page: other } = yield* begin("bob")
        const guild = (yield* page.ask({ type: "addGuild", name: "second server" })).id
        yield* other.update((one) => one.type === "guild" && one.guild.id === guild)
        const channel = (yield* page.ask({ type: "addChannel", guild, name: "talk", kind: 2 })).id
        yield* page.ask({ type: "addRole", guild, name: "friends" })
        const update = yield* other.update(
          (one) => one.type === "guild" && one.guild.roles.some(({ name }: Any) => name === "friends")
        )
        assert.strictEqual(update.guild.channels.find(({ id }: Any) => id === channel).type, 2)
        const refused = yield* page.reply({ type: "addChannel", guild, name: "thread", kind: 11 })
        assert.match(refused.error.message, /kind is 11, expected one of/)
      })
    )

    it.effect("sends each page the messages of the channels that it has opened", () =>
      Effect.gen(function* () {
        const { url } = yield* Playground.Playground
        const { by, channel, page } = yield* begin("alice")
        const other = yield* open(url)
        const { message: id } = yield* page.ask({ type: "say", ...by, content: "not for everybody" })
        yield* message(page, (raw) => raw.id === id)
        const { messages } = yield* other.ask({ type: "messages", channel, limit: 1 })
        assert.deepStrictEqual(
          messages.map(({ raw }: Any) => raw.id),
          [id]
        )
        assert.isFalse(other.updates.some(({ type }) => type === "message"))
        yield* page.ask({ type: "say", ...by, content: "for both" })
        yield* message(other, ({ content }) => content === "for both")
      })
    )

    it.effect("reads a long channel page by page", () =>
      Effect.gen(function* () {
        const { page, user } = yield* begin("alice")
        const guild = (yield* page.ask({ type: "addGuild", name: "long" })).id
        const channel = (yield* page.ask({ type: "addChannel", guild, name: "long" })).id
        const said: Array<string> = []
        for (let n = 0; n < 25; n++) {
          said.push((yield* page.ask({ type: "say", user, channel, content: `${n}` })).message)
        }
        yield* page.ask({ type: "delete", user, message: said[3] ?? "" })
        const read: Array<string> = []
        let more = true
        while (more) {
          const before = read[0] === undefined ? {} : { before: read[0] }
          const part: Any = yield* page.ask({ type: "messages", channel, limit: 10, ...before })
          read.unshift(...part.messages.map(({ raw }: Any) => raw.id))
          more = part.more
        }
        assert.deepStrictEqual(
          read,
          said.filter((_, index) => index !== 3)
        )
      })
    )

    it.effect("serves files from the page's own origin, and leaves what users write alone", () =>
      Effect.gen(function* () {
        const { url } = yield* Playground.Playground
        const discord = yield* FakeDiscord.FakeDiscord
        const { by, page } = yield* begin("alice")
        const base = discord.apiUrl.replace(/\/api$/, "/cdn/")
        const content = `"${base}attachments/1/x" \\"${base}`
        const file = { filename: "i.png", contentType: "image/png", data: Buffer.from("png").toString("base64") }
        const { message: id } = yield* page.ask({ type: "say", ...by, content, files: [file] })
        const { raw } = yield* message(page, (one) => one.id === id)
        assert.strictEqual(raw.content, content)
        const at: string = raw.attachments[0].url
        assert.isTrue(at.startsWith(`${url}/cdn/attachments/`), at)
        const { port } = new URL(url)
        const got = yield* get(Number(port), new URL(at).pathname)
        assert.strictEqual(got.body, "png")
        assert.match(String(got.headers["content-security-policy"]), /^sandbox;/)
        const foreign = yield* get(Number(port), new URL(at).pathname, { headers: { origin: "http://evil.example" } })
        assert.strictEqual(foreign.status, 403)
      })
    )

    it.effect("says why something cannot be done", () =>
      Effect.gen(function* () {
        const { by, page, user } = yield* begin("alice")
        const bot = page.updates[0].bot.id
        const wrong: ReadonlyArray<readonly [request: Protocol.Request, tag: string, message: RegExp]> = [
          [{ type: "say", user: "1", channel: by.channel, content: "x" }, "Absent", /no user "1"/],
          [{ type: "say", user: bot, channel: by.channel, content: "x" }, "Invalid", /is a bot/],
          [{ type: "say", user, channel: "1", content: "x" }, "Absent", /no channel "1"/],
          [{ type: "say", ...by, content: "" }, "NotUsable", /invalid/],
          [{ type: "say", ...by, content: "x", replyTo: "1" }, "Absent", /no message "1"/],
          [{ type: "slash", ...by, name: "repeat", values: {} }, "InvalidCommand", /option text is required/],
          [{ type: "slash", ...by, name: "repeat", values: { text: 1 } }, "InvalidCommand", /must be a string/],
          [{ type: "click", user, message: "1", customId: "x" }, "Absent", /no message "1"/],
          [{ type: "submit", user, opener: "1", fields: {} }, "Absent", /no interaction "1"/],
          [{ type: "react", user, message: "1", emoji: "x" }, "Absent", /no message "1"/],
          [{ type: "clearFault", fault: 99 }, "Absent", /no fault "99"/],
          [{ type: "advance", millis: 1 }, "Unavailable", /fibercord dev/],
          [{ type: "restart" }, "Unavailable", /fibercord dev/],
          [{ type: "export" }, "Unavailable", /fibercord dev/],
          [{ type: "restartRecording" }, "Unavailable", /fibercord dev/]
        ]
        for (const [request, tag, text] of wrong) {
          const { error, ok } = yield* page.reply(request)
          assert.strictEqual(ok, false, JSON.stringify(request))
          assert.strictEqual(error.tag, tag, error.message)
          assert.match(error.message, text)
        }
      })
    )

    it.effect("passes on what users write as they write it", () =>
      Effect.gen(function* () {
        const { by, channel, page } = yield* begin("alice")
        const texts = [
          "<script>alert(1)</script>",
          '"><img src=x onerror=alert(1)>',
          "javascript:alert(1)",
          "</script><!--",
          "\u2028\u2029\u0000\ud800 ${x} {{x}}",
          "[x](javascript:alert(1))"
        ]
        for (const content of texts) {
          const { message: id } = yield* page.ask({ type: "say", ...by, content })
          const { raw } = yield* message(page, (one) => one.id === id)
          assert.strictEqual(raw.content, content)
          const name = content.slice(0, 100)
          const user: Any = yield* page.ask({ type: "addUser", name })
          assert.strictEqual(user.username, name)
          yield* page.ask({ type: "slash", ...by, name: "repeat", values: { text: content } })
        }
        const { messages } = yield* page.ask({ type: "messages", channel, limit: 1000 })
        assert.includeMembers(
          messages.map(({ raw }: Any) => raw.content),
          texts
        )
      })
    )
  })
})
