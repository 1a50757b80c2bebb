import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { FakeDiscord } from "../../src/testing/index.ts"
import { object } from "../../src/testing/internal/json.ts"
import { call, type Client, connect } from "./client.ts"

const everything = { intents: 1 | 2 | 8 | 128 | 512 | 32_768 }
const names = (client: Client) =>
  client.frames
    .filter((frame) => frame.op === 0)
    .map((frame) => frame.t)
    .slice(2)

const started = (identify: object = everything) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make()
    const client = yield* connect(discord)
    yield* client.identify(identify)
    yield* client.event("GUILD_CREATE")
    return { discord, client, guild: discord.guild }
  })

const get = (discord: FakeDiscord.FakeDiscord["Service"], path: string) =>
  call(discord, "GET", `/guilds/${discord.guild.id}${path}`)

describe("a guild of the fake", () => {
  it.live("dispatches reactions, each once, with their tally on the message", () =>
    Effect.gen(function* () {
      const { client, discord, guild } = yield* started({ intents: 1 | 512 | 1024 })
      const alice = yield* discord.user("alice")
      const message = yield* alice.say("hello")
      const id = yield* message.id
      yield* guild.react(alice.id, id, "👍")
      yield* guild.react(alice.id, id, "👍")
      const added = object((yield* client.event("MESSAGE_REACTION_ADD")).d)
      assert.deepInclude(added, {
        message_id: id,
        user_id: alice.id,
        message_author_id: alice.id,
        type: 0,
        burst: false
      })
      assert.deepStrictEqual(added["emoji"], { id: null, name: "👍" })
      const tally = (yield* message.raw).reactions
      assert.deepStrictEqual(
        tally?.map(({ count, me }) => [count, me]),
        [[1, false]]
      )
      yield* guild.unreact(alice.id, id, "👍")
      yield* guild.unreact(alice.id, id, "👍")
      yield* client.event("MESSAGE_REACTION_REMOVE")
      assert.isUndefined((yield* message.raw).reactions)
      assert.deepStrictEqual(names(client), ["MESSAGE_CREATE", "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE"])
    }).pipe(Effect.scoped)
  )

  /** Who comes and goes in a thread of the bot, as a bot with these intents is told. */
  const comings = (intents: number) =>
    Effect.gen(function* () {
      const { client, discord, guild } = yield* started({ intents })
      const alice = yield* discord.user("alice")
      const made = yield* call(discord, "POST", `/channels/${guild.channelId}/threads`, { name: "secret" })
      const thread = `/channels/${made.body.id}`
      const membership = `${thread}/thread-members/${alice.id}`
      assert.strictEqual(made.body.type, 12)
      assert.strictEqual((yield* call(discord, "PUT", membership)).status, 204)
      assert.strictEqual((yield* call(discord, "GET", membership)).body.user_id, alice.id)
      assert.strictEqual((yield* call(discord, "DELETE", membership)).status, 204)
      assert.strictEqual((yield* call(discord, "GET", membership)).status, 404)
      assert.strictEqual((yield* call(discord, "PATCH", thread, { archived: true })).status, 200)
      yield* client.event("THREAD_UPDATE")
      const named = new Map([
        [alice.id, "alice"],
        [discord.applicationId, "bot"]
      ])
      return client.frames
        .filter(({ t }) => t === "THREAD_MEMBERS_UPDATE")
        .map(({ d }) => named.get(d.removed_member_ids?.[0] ?? d.added_members[0].user_id))
    }).pipe(Effect.scoped)

  it.live("says who comes into a thread to bots that may know of members, and of the bot itself to all", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* comings(1 | 2), ["bot", "alice", "alice"])
      assert.deepStrictEqual(yield* comings(1), ["bot"])
    })
  )

  it.live("dispatches what happens to its channels, roles, members, voice states, emojis and threads", () =>
    Effect.gen(function* () {
      const { client, discord, guild } = yield* started()
      const alice = yield* discord.user("alice")
      const stage = yield* guild.channel("stage", { type: 2 })
      yield* guild.updateChannel(stage, { name: "voice" })
      const role = yield* guild.role("mods", { permissions: "8", position: 3 })
      yield* guild.updateRole(role, { name: "admins" })
      yield* guild.updateMember(alice.id, { roles: [role], nick: "al" })
      yield* guild.voice(alice.id, stage)
      const emoji = yield* guild.emoji("party")
      const thread = yield* guild.thread(guild.channelId, "talk")
      yield* guild.updateThread(thread, { name: "talks" })
      const read = yield* Effect.all([
        get(discord, `/roles/${role}`),
        get(discord, `/members/${alice.id}`),
        get(discord, `/voice-states/${alice.id}`),
        get(discord, `/emojis/${emoji}`),
        call(discord, "GET", `/channels/${thread}`)
      ])
      const body = read.map(({ body }) => object(body))
      assert.strictEqual(body[0]?.["name"], "admins")
      assert.deepStrictEqual([body[1]?.["nick"], body[1]?.["roles"]], ["al", [role]])
      assert.strictEqual(body[2]?.["channel_id"], stage)
      assert.strictEqual(body[3]?.["name"], "party")
      assert.deepStrictEqual([body[4]?.["name"], body[4]?.["parent_id"]], ["talks", guild.channelId])
      yield* guild.deleteRole(role)
      const after = object((yield* get(discord, `/members/${alice.id}`)).body)
      assert.deepStrictEqual(after["roles"], [])
      yield* guild.deleteThread(thread)
      yield* guild.deleteEmoji(emoji)
      yield* guild.deleteChannel(stage)
      yield* guild.removeMember(alice.id)
      yield* guild.update({ name: "renamed" })
      yield* client.event("GUILD_UPDATE")
      assert.deepStrictEqual(names(client), [
        "CHANNEL_CREATE",
        "CHANNEL_UPDATE",
        "GUILD_ROLE_CREATE",
        "GUILD_ROLE_UPDATE",
        "GUILD_MEMBER_UPDATE",
        "VOICE_STATE_UPDATE",
        "GUILD_EMOJIS_UPDATE",
        "THREAD_CREATE",
        "THREAD_UPDATE",
        "GUILD_ROLE_DELETE",
        "THREAD_DELETE",
        "GUILD_EMOJIS_UPDATE",
        "VOICE_STATE_UPDATE",
        "CHANNEL_DELETE",
        "GUILD_MEMBER_REMOVE",
        "GUILD_UPDATE"
      ])
      assert.strictEqual((yield* get(discord, `/members/${alice.id}`)).status, 404)
      assert.strictEqual((yield* get(discord, `/roles/${role}`)).status, 404)
    })
  )

  it.live("is silent during an outage, and comes back whole; once the bot is removed, it is gone", () =>
    Effect.gen(function* () {
      const { client, discord, guild } = yield* started()
      yield* guild.outage
      yield* guild.role("unseen")
      yield* guild.recover
      const whole = yield* client.take((frame) => frame.t === "GUILD_CREATE" && frame.d.roles.length === 2)
      assert.deepStrictEqual(names(client), ["GUILD_DELETE", "GUILD_CREATE"])
      assert.deepStrictEqual(
        whole.d.roles.map(({ name }: { readonly name: string }) => name),
        ["@everyone", "unseen"]
      )
      yield* guild.remove
      yield* client.take((frame) => frame.t === "GUILD_DELETE" && frame.d.unavailable === undefined)
      assert.strictEqual((yield* get(discord, "")).status, 404)
    })
  )

  it.live("deletes and edits messages, several at once in one event", () =>
    Effect.gen(function* () {
      const { client, discord, guild } = yield* started()
      const alice = yield* discord.user("alice")
      const ids = yield* Effect.forEach(["a", "b", "c"], (text) =>
        Effect.flatMap(alice.say(text), (message) => message.id)
      )
      yield* guild.editMessage(ids[0] as string, "A")
      yield* guild.deleteMessages(ids.slice(0, 1))
      yield* guild.deleteMessages(ids.slice(1))
      const bulk = yield* client.event("MESSAGE_DELETE_BULK")
      assert.deepStrictEqual(bulk.d.ids, ids.slice(1))
      assert.deepStrictEqual(names(client).slice(3, 5), ["MESSAGE_UPDATE", "MESSAGE_DELETE"])
    })
  )

  it.live("sends no more than the intents allow", () =>
    Effect.gen(function* () {
      const { client, discord, guild } = yield* started({ intents: 1 })
      const alice = yield* discord.user("alice")
      yield* guild.updateMember(alice.id, { nick: "al" })
      yield* guild.emoji("party")
      yield* guild.voice(alice.id, yield* guild.channel("voice", { type: 2 }))
      yield* guild.update({ name: "renamed" })
      yield* client.event("GUILD_UPDATE")
      assert.deepStrictEqual(names(client), ["CHANNEL_CREATE", "GUILD_UPDATE"])
    })
  )
})
