/** Rows of a channel, the store, and one user's session. */
import { assert, describe, it } from "@effect/vitest"
import type { MessageView, Reply, Request, Update } from "../../../src/playground/Protocol.ts"
import { compareIds, timeOf } from "../../../src/playground/page/base/snowflake.ts"
import { groupsOf } from "../../../src/playground/page/chat/channels.ts"
import { mayDelete, mayEdit } from "../../../src/playground/page/chat/menus.ts"
import { rowsOf } from "../../../src/playground/page/chat/rows.ts"
import { wordsOf } from "../../../src/playground/page/chat/words.ts"
import { Session } from "../../../src/playground/page/chat/Session.ts"
import type { Link, LinkEvent } from "../../../src/playground/page/Link.ts"
import { fieldRows } from "../../../src/playground/page/message/embeds.ts"
import { reserved } from "../../../src/playground/page/message/media.ts"
import { pictureOfUser } from "../../../src/playground/page/chat/storeDirectory.ts"
import { isGrouped } from "../../../src/playground/page/message/grouping.ts"
import { localMedia } from "../../../src/playground/page/message/Directory.ts"
import { tally } from "../../../src/playground/page/message/poll.ts"
import { pollResultOf } from "../../../src/playground/page/message/pollResult.ts"
import { isOwn } from "../../../src/playground/page/message/reactions.ts"
import { systemText } from "../../../src/playground/page/message/system.ts"
import { faultForms, faultOf } from "../../../src/playground/page/shell/faultForms.ts"
import { Store } from "../../../src/playground/page/Store.ts"
import { Fault } from "../../../src/playground/Protocol.ts"
import * as Schema from "effect/Schema"
import { alice, bob, bot, connect, guild, idAt, message } from "./support/standIn.ts"

const at = Date.UTC(2026, 0, 5, 12)
const general = "1100000000000000021"
const options = { user: alice.id, dismissed: new Set<string>(), interactions: [], channel: general }

// The store tells of changes once a frame.
globalThis.requestAnimationFrame ??= (callback) => setTimeout(() => callback(0), 0) as unknown as number

/** A link to the stand-in, in this process. Requests are answered at once, or when `hold` says so. */
const standIn = (many = 120) => {
  const listeners = new Set<(event: LinkEvent) => void>()
  const replies = new Map<number, (reply: Reply) => void>()
  const requests: Array<Request> = []
  const handlers: Array<(seq: number, request: Request) => void> = []
  const send = (frame: Update | Reply) => {
    if (frame.type === "reply") replies.get(frame.seq)?.(frame)
    else for (const listener of listeners) listener(frame)
  }
  const link: Link = {
    request: (request) =>
      new Promise((resolve, reject) => {
        const seq = requests.push(request)
        replies.set(seq, (reply) => (reply.ok ? resolve(reply.value) : reject(new Error(reply.error.message))))
        handlers[0]?.(seq, request)
      }),
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
  const store = new Store(link)
  handlers.push(connect(send, many))
  return { store, send, requests }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0))
const until = async (what: () => boolean) => {
  while (!what()) await settled()
}

describe("grouping", () => {
  const first = message({}, {}, at)
  const cases: ReadonlyArray<readonly [string, MessageView, boolean]> = [
    ["the same author goes on", message({}, {}, at + 60_000), true],
    ["another author begins", message({ author: bob }, {}, at + 60_000), false],
    ["seven minutes are over", message({}, {}, at + 7 * 60_000), false],
    ["it is a reply", message({ type: 19, message_reference: {} }, {}, at + 1000), false],
    ["it is a command's", message({ type: 20 }, {}, at + 1000), false],
    ["only one user sees it", message({}, { visibleTo: alice.id }, at + 1000), false]
  ]
  for (const [title, next, expected] of cases) {
    it(`${expected ? "keeps a message below" : "starts anew:"} ${title}`, () =>
      assert.strictEqual(isGrouped(next, first), expected))
  }
})

describe("the rows of a channel", () => {
  it("leave out what a user does not see", () => {
    const all = [
      message({}),
      message({}, { deleted: true }),
      message({}, { visibleTo: bob.id }),
      message({}, { visibleTo: alice.id })
    ]
    const keys = (user: string, dismissed = new Set<string>()) =>
      rowsOf(all, { ...options, user, dismissed }).map(({ key }) => key)
    assert.deepStrictEqual(keys(alice.id), [all[0]?.raw.id, all[3]?.raw.id])
    assert.deepStrictEqual(keys(bob.id), [all[0]?.raw.id, all[2]?.raw.id])
    assert.deepStrictEqual(keys(alice.id, new Set([all[3]?.raw.id ?? ""])), [all[0]?.raw.id])
  })
  it("have the user's own commands that wait or failed, where they belong", () => {
    const before = message({}, {}, at)
    const after = message({}, {}, at + 10_000)
    const interaction = {
      id: idAt(at + 5000),
      kind: 2,
      user: alice.id,
      channel: general,
      at,
      action: "/x",
      state: "failed",
      followUps: []
    } as const
    const rows = rowsOf([before, after], { ...options, interactions: [interaction] })
    assert.deepStrictEqual(
      rows.map(({ key }) => key),
      [before.raw.id, interaction.id, after.raw.id]
    )
    assert.lengthOf(rowsOf([before], { ...options, user: bob.id, interactions: [interaction] }), 1)
    assert.lengthOf(rowsOf([before], { ...options, interactions: [{ ...interaction, state: "answered" }] }), 1)
    // Nothing else shows that an Activity was launched, by a button, too.
    const launched = { ...interaction, kind: 3, state: "answered", callback: 12 } as const
    assert.lengthOf(rowsOf([before], { ...options, interactions: [launched] }), 2)
  })
})

describe("parts of messages", () => {
  it("order ids by their time", () => {
    assert.isBelow(compareIds("9", "10"), 0)
    assert.strictEqual(compareIds("10", "10"), 0)
    assert.strictEqual(timeOf("175928847299117063"), 1462015105796)
  })
  it("put three inline fields in a row", () => {
    const field = (inline: boolean) => ({ name: "", value: "", inline })
    const rows = fieldRows([true, true, true, true, false, true].map(field))
    assert.deepStrictEqual(
      rows.map(({ length }) => length),
      [3, 1, 1, 1]
    )
  })
  it("count the votes of polls", () => {
    const poll = {
      answers: [{ answer_id: 1 }, { answer_id: 2 }],
      results: { answer_counts: [{ id: 1, count: 3, me_voted: true }] }
    }
    const votes = tally(poll as unknown as Parameters<typeof tally>[0])
    assert.deepStrictEqual(votes, [
      { id: 1, count: 3, share: 100, mine: true },
      { id: 2, count: 0, share: 0, mine: false }
    ])
  })
  it("know who has won a poll, and that nobody has", () => {
    const fields = (more: object) =>
      Object.entries({ poll_question_text: "?", victor_answer_votes: "3", total_votes: "4", ...more }).map(
        ([name, value]) => ({ name, value: String(value) })
      )
    const won = pollResultOf({ fields: fields({ victor_answer_id: "1", victor_answer_text: "Tea" }) })
    assert.deepStrictEqual(won, {
      question: "?",
      winner: { text: "Tea", emoji: undefined },
      votes: 3,
      total: 4,
      share: 75
    })
    assert.isUndefined(pollResultOf({ fields: fields({ total_votes: "6" }) }).winner)
    assert.strictEqual(pollResultOf({ fields: fields({ total_votes: "0" }) }).share, 0)
    // Fields that are not there, or say nothing.
    assert.deepStrictEqual(pollResultOf({ fields: [{ name: "total_votes", value: "many" }] }).total, 0)
  })
  it("know whose reactions they are", () => {
    const reaction = { emoji: { id: null, name: "👍" }, count: 1, me: true } as unknown as Parameters<typeof isOwn>[1]
    assert.isTrue(isOwn(message({}), reaction, alice.id))
    assert.isTrue(isOwn(message({}, { reactedBy: { "👍": [alice.id] } }), reaction, alice.id))
    assert.isFalse(isOwn(message({}, { reactedBy: { "👍": [bob.id] } }), reaction, alice.id))
  })
  it("have room for a picture before it is there", () => {
    const room = (width: number, height: number) => reserved({ url: "x", width, height })
    assert.deepStrictEqual(room(200, 100), { "--width": "200px", "--shape": "200 / 100" })
    assert.deepStrictEqual(room(2000, 1000), { "--width": "550px", "--shape": "2000 / 1000" })
    assert.deepStrictEqual(room(1000, 3500)["--width"], "100px")
    assert.deepStrictEqual(room(0, 10), {})
    assert.deepStrictEqual(reserved({ url: "x" }), {})
  })
  it("show pictures of users from their own origin only", () => {
    const user = (avatar: string | null) => ({ ...alice, avatar }) as unknown as Parameters<typeof pictureOfUser>[0]
    assert.strictEqual(pictureOfUser(user("a_0f")), `cdn/avatars/${alice.id}/a_0f.png`)
    for (const avatar of [null, "", "../x", "a?b", "//evil"]) assert.isUndefined(pictureOfUser(user(avatar)))
  })
  it("load nothing from the internet", () => {
    const origin = "http://127.0.0.1:8470"
    const own = [`${origin}/cdn/attachments/1/2/a.png?ex=1`, "data:image/png;base64,x"]
    for (const url of own) assert.strictEqual(localMedia(url, origin), url)
    const others = [
      "https://example.com/cdn/a",
      `${origin}.evil.com/cdn/a`,
      "http://127.0.0.1:8471/a",
      "javascript:x",
      "data:image/svg+xml;base64,x",
      "cdn/a"
    ]
    for (const url of others) assert.isUndefined(localMedia(url, origin))
  })
  it("say what every system message means, and nothing of unknown ones", () => {
    const known = [
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 22, 24, 25, 27, 28, 29, 30, 31, 32, 36, 37, 38, 39, 44,
      46
    ]
    for (const type of known) assert.isString(systemText(message({ type }).raw, "Alice"))
    assert.isUndefined(systemText(message({ type: 250 }).raw, "Alice"))
  })
  it("may be changed by their authors, unless Discord wrote them", () => {
    assert.isTrue(mayEdit({ user: alice.id }, message({})))
    assert.isTrue(mayEdit({ user: alice.id }, message({ type: 19 })))
    assert.isFalse(mayEdit({ user: bob.id }, message({})))
    for (const type of [6, 7, 18, 20, 46]) assert.isFalse(mayEdit({ user: alice.id }, message({ type })))
  })
  it("may be deleted by their authors and by moderators", () => {
    const view = (permissions: string) => ({ channels: [], commands: [], permissions })
    assert.isTrue(mayDelete({ user: alice.id, view: view("0") }, message({})))
    assert.isFalse(mayDelete({ user: bob.id, view: view("0") }, message({})))
    assert.isTrue(mayDelete({ user: bob.id, view: view("8192") }, message({})))
  })
})

describe("what was refused", () => {
  const cases: ReadonlyArray<readonly [said: string, words: string]> = [
    ['"general" is forbidden: alice is timed out', "Alice is timed out."],
    ['"general" is disabled: slowmode for 500 ms more', "Slowmode for 500 ms more."],
    [
      '"general" is invalid; there was: {"message":"Invalid Form Body","code":50035,"errors":{"content":{"_errors":[{"code":"BASE_TYPE_MAX_LENGTH","message":"Must be 2000 or fewer in length."}]}}}',
      "Invalid Form Body. Content: Must be 2000 or fewer in length."
    ],
    [
      '"general" is invalid; there was: {"message":"Cannot send an empty message","code":50006}',
      "Cannot send an empty message."
    ],
    ["50006 Cannot send an empty message", "50006 Cannot send an empty message"],
    ["a { that is no JSON", "a { that is no JSON"],
    ['x {"message":5}', 'x {"message":5}'],
    ["", ""]
  ]
  for (const [said, words] of cases) {
    it(`${JSON.stringify(said.slice(0, 60))} is said in Discord's words`, () =>
      assert.strictEqual(wordsOf(said), words))
  }
})

describe("channels", () => {
  it("are listed by category, with their threads, as far as the user sees them", () => {
    const names = (channels?: ReadonlyArray<string>) =>
      groupsOf(guild, channels && { channels, commands: [], permissions: "0" }).map(({ channels, name }) => [
        name,
        ...channels.flatMap(({ channel, threads }) => [channel.name, ...threads.map(({ name }) => name)])
      ])
    assert.deepStrictEqual(names(), [
      [undefined, "Voice"],
      ["Text", "general", "a thread", "many"]
    ])
    assert.deepStrictEqual(names(["1100000000000000022"]), [["Text", "many"]])
  })
})

describe("fault forms", () => {
  it("describe faults of the protocol, every kind of them", () => {
    const kinds = Fault.members.map(({ fields }) => fields.kind.literal)
    assert.deepStrictEqual(faultForms.map(({ kind }) => kind).toSorted(), kinds.toSorted())
    for (const form of faultForms) {
      const fault = faultOf(form, (name) => {
        const value = form.inputs.find((input) => input.name === name)?.value ?? ""
        return typeof value === "number" ? String(value) : value
      })
      assert.isTrue(Schema.is(Fault)(fault), JSON.stringify(fault))
    }
  })
})

describe("the store", () => {
  it("keeps messages in order, without those that were overtaken", async () => {
    const { send, store } = standIn()
    await store.load(general)
    const messages = () => store.channels.get(general)?.messages ?? []
    const count = messages().length
    const one = message({ content: "new" }, { version: 5 }, Date.UTC(2026, 5, 1))
    send({ type: "message", message: one })
    send({ type: "message", message: { ...one, version: 4, deleted: true } })
    assert.strictEqual(messages().length, count + 1)
    assert.isFalse(messages().at(-1)?.deleted)
    const ids = messages().map(({ raw }) => raw.id)
    assert.deepStrictEqual(ids, ids.toSorted(compareIds))
  })
  it("loads older messages once, until there are none", async () => {
    const { requests, store } = standIn(120)
    const many = "1100000000000000022"
    await store.load(many)
    await Promise.all([store.load(many, true), store.load(many, true)])
    await store.load(many, true)
    await store.load(many, true)
    assert.lengthOf(store.channels.get(many)?.messages ?? [], 120)
    assert.lengthOf(requests, 3)
  })
})

describe("a session", () => {
  it("shows a component as busy until the bot has answered, and says if it failed", async () => {
    const { send, store } = standIn()
    const session = new Session(store, alice.id)
    await until(() => session.view !== undefined)
    const on = (session.store.channels.get(general)?.messages[0]?.raw.id ?? "") as string
    await session.act({ type: "click", message: on, customId: "slow" })
    assert.isTrue(session.busy.get(on)?.has("slow"))
    const waiting = [...store.interactions.values()].find(({ state }) => state === "waiting")
    assert.isDefined(waiting)
    if (waiting !== undefined) send({ type: "interaction", interaction: { ...waiting, state: "answered" } })
    await until(() => session.busy.get(on)?.has("slow") === false)
    await session.act({ type: "click", message: on, customId: "fails" })
    await until(() => session.failures.has(on))
    assert.include(session.failures.get(on), "This interaction failed")
    session.close()
  })
  it("opens a modal for the user who asked for it only, and not again", async () => {
    const { store } = standIn()
    const [one, other] = [new Session(store, alice.id), new Session(store, bob.id)]
    await until(() => one.view !== undefined && other.view !== undefined)
    await one.act({ type: "slash", name: "config get", values: {} })
    await until(() => one.modal !== undefined)
    // Everybody has been told when a later listener has been.
    await new Promise<void>((resolve) => void store.subscribe(resolve))
    assert.isUndefined(other.modal)
    one.closeModal()
    store.touch()
    await settled()
    assert.isUndefined(one.modal)
  })
  it("waits for nothing of a connection that is gone", async () => {
    const { store } = standIn()
    const session = new Session(store, alice.id)
    await until(() => session.view !== undefined)
    await session.act({ type: "click", message: "1", customId: "slow" })
    assert.isTrue(session.busy.get("1")?.has("slow"))
    store.epoch++
    store.touch()
    await until(() => session.busy.size === 0)
  })
  it("shows no channel that its user does not see", async () => {
    const { store } = standIn()
    const { link } = store
    const view = { channels: ["1100000000000000022"], commands: [], permissions: "0" }
    const request = (it: Request) => (it.type === "view" ? Promise.resolve(view) : link.request(it))
    Object.assign(store, { link: { ...link, request } })
    const session = new Session(store, bob.id)
    await until(() => session.channel === "1100000000000000022")
    assert.isTrue(session.mayLook)
    session.open(general)
    await until(() => !session.mayLook)
  })
  it("says what was refused below the message that it was about, until something else is done with it", async () => {
    const { store } = standIn()
    const session = new Session(store, alice.id)
    await until(() => (store.channels.get(general)?.messages.length ?? 0) > 0)
    const [first] = store.channels.get(general)?.messages ?? []
    const on = first?.raw.id ?? ""
    const { link } = store
    const rule = '"👍" is forbidden: alice does not have ADD_REACTIONS'
    Object.assign(store, { link: { ...link, request: () => Promise.reject(new Error(rule)) } })
    const refused: ReadonlyArray<readonly [Parameters<Session["act"]>[0], string]> = [
      [{ type: "react", message: on, emoji: "👍" }, "Alice does not have ADD_REACTIONS."],
      [{ type: "click", message: on, customId: "x" }, "This interaction failed. Alice does not have ADD_REACTIONS."],
      [{ type: "contextMenu", name: "Quote", target: { message: on } }, "Alice does not have ADD_REACTIONS."]
    ]
    for (const [act, words] of refused) {
      assert.isFalse(await session.act(act))
      assert.strictEqual(session.failures.get(on), words)
      assert.isUndefined(session.notice)
    }
    Object.assign(store, { link })
    await session.act({ type: "react", message: on, emoji: "👍" })
    assert.isFalse(session.failures.has(on))
    session.close()
  })
  it("tells the user what was refused", async () => {
    const { store } = standIn()
    const session = new Session(store, bot.id)
    await until(() => session.view !== undefined)
    const refused = { ...store.link, request: () => Promise.reject(new Error("You may not")) }
    Object.assign(store, { link: refused })
    assert.isFalse(await session.act({ type: "say", content: "x" }))
    assert.strictEqual(session.notice, "You may not")
  })
})
