/** What the fake does with webhooks of channels. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { call } from "./client.ts"
import { start } from "./resources.ts"

const image = `data:image/png;base64,${Buffer.from("an image").toString("base64")}`
const row = (style: number) => {
  const action = style === 5 ? { url: "https://example.com" } : { custom_id: "a" }
  return [{ type: 1, components: [{ type: 2, style, label: "go", ...action }] }]
}

describe("webhooks", () => {
  it.live("are made, listed, changed, moved and deleted, each with its event", () =>
    Effect.gen(function* () {
      const { discord, done, event, guild, on } = yield* start()
      const here = `/channels/${guild.channelId}/webhooks`
      const made = yield* done("POST", here, { name: "  build   server ", avatar: image })
      assert.deepInclude(made, {
        type: 1,
        name: "build server",
        guild_id: guild.id,
        channel_id: guild.channelId,
        application_id: discord.applicationId
      })
      assert.isString(made.avatar)
      assert.strictEqual(made.user.id, discord.botId)
      assert.deepStrictEqual(yield* event("WEBHOOKS_UPDATE"), { guild_id: guild.id, channel_id: guild.channelId })
      assert.strictEqual((yield* done("GET", here)).length, 1)
      assert.strictEqual((yield* done("GET", `/guilds/${guild.id}/webhooks`))[0].id, made.id)
      assert.strictEqual((yield* done("GET", `/webhooks/${made.id}`)).token, made.token)
      const other = yield* guild.channel("other")
      const moved = yield* done("PATCH", `/webhooks/${made.id}`, { name: "ci", avatar: null, channel_id: other })
      assert.deepInclude(moved, { name: "ci", avatar: null, channel_id: other })
      for (const id of [guild.channelId, other]) assert.strictEqual((yield* event("WEBHOOKS_UPDATE")).channel_id, id)
      yield* done("DELETE", `/webhooks/${made.id}`)
      assert.strictEqual((yield* event("WEBHOOKS_UPDATE")).channel_id, other)
      assert.strictEqual((yield* on("GET", `/webhooks/${made.id}`)).body.code, 10_015)
    })
  )

  it.live("are used by their token alone", () =>
    Effect.gen(function* () {
      const { discord, done, event, guild } = yield* start()
      const alice = yield* discord.user("alice")
      const { id, token } = yield* guild.webhook(alice.id, guild.channelId, "alice's")
      yield* event("WEBHOOKS_UPDATE")
      const by = (method: string, path: string, body?: unknown) =>
        call(discord, method, `/webhooks/${id}/${path}`, body, {})
      const got = (yield* by("GET", token)).body
      assert.isNull(got.application_id)
      assert.isUndefined(got.user)
      assert.strictEqual((yield* done("GET", `/webhooks/${id}`)).user.id, alice.id)
      assert.strictEqual((yield* by("PATCH", token, { name: "hers" })).body.name, "hers")
      yield* event("WEBHOOKS_UPDATE")
      assert.strictEqual((yield* by("GET", "wrong")).body.code, 50_027)
      assert.strictEqual((yield* by("POST", "wrong", { content: "a" })).body.code, 50_027)
      assert.strictEqual((yield* by("DELETE", token)).status, 204)
      yield* event("WEBHOOKS_UPDATE")
      assert.strictEqual((yield* by("GET", token)).body.code, 10_015)
    })
  )

  it.live("send messages under a name, into threads and posts, and change and delete them", () =>
    Effect.gen(function* () {
      const { client, discord, done, guild } = yield* start()
      const made = yield* done("POST", `/channels/${guild.channelId}/webhooks`, { name: "ci" })
      const by = (method: string, path: string, body?: unknown) =>
        call(discord, method, `/webhooks/${made.id}/${made.token}${path}`, body, {})
      assert.strictEqual((yield* by("POST", "", { content: "quiet" })).status, 204)
      yield* client.event("MESSAGE_CREATE")
      const { body } = yield* by("POST", "?wait=true", {
        content: "a",
        username: "bob",
        avatar_url: "https://a.b/c.png"
      })
      assert.deepInclude(body, { webhook_id: made.id, content: "a" })
      assert.deepInclude(body.author, { id: made.id, username: "bob", avatar: "https://a.b/c.png" })
      const seen = yield* client.event("MESSAGE_CREATE")
      assert.strictEqual(seen.d.webhook_id, made.id)
      assert.strictEqual((yield* by("PATCH", `/messages/${body.id}`, { content: "b" })).body.content, "b")
      assert.strictEqual((yield* by("GET", `/messages/${body.id}`)).body.content, "b")
      const thread = yield* guild.thread(guild.channelId, "there")
      const inThread = (yield* by("POST", `?wait=1&thread_id=${thread}`, { content: "c" })).body
      assert.strictEqual(inThread.channel_id, thread)
      assert.strictEqual((yield* by("GET", `/messages/${inThread.id}`)).body.code, 10_008)
      assert.strictEqual((yield* by("GET", `/messages/${inThread.id}?thread_id=${thread}`)).status, 200)
      assert.strictEqual((yield* by("DELETE", `/messages/${body.id}`)).status, 204)
      const forum = yield* guild.channel("forum", { type: 15 })
      const posts = yield* done("POST", `/channels/${forum}/webhooks`, { name: "news" })
      const post = yield* call(
        discord,
        "POST",
        `/webhooks/${posts.id}/${posts.token}?wait=true`,
        { content: "d", thread_name: "first" },
        {}
      )
      const opened = yield* client.event("THREAD_CREATE").pipe(Effect.andThen(client.event("THREAD_CREATE")))
      assert.deepInclude(opened.d, { id: post.body.channel_id, name: "first", parent_id: forum, owner_id: posts.id })
    })
  )

  it.live("of users have no components that do something", () =>
    Effect.gen(function* () {
      const { discord, done, guild } = yield* start()
      const alice = yield* discord.user("alice")
      const theirs = yield* guild.webhook(alice.id, guild.channelId, "alice's")
      const ours = yield* done("POST", `/channels/${guild.channelId}/webhooks`, { name: "ours" })
      const send = ({ id, token }: { readonly id: string; readonly token: string }, query: string, style: number) =>
        call(
          discord,
          "POST",
          `/webhooks/${id}/${token}?wait=true${query}`,
          { content: "a", components: row(style) },
          {}
        )
      assert.strictEqual((yield* send(ours, "", 1)).body.components.length, 1)
      assert.deepStrictEqual((yield* send(theirs, "", 1)).body.components, [])
      assert.strictEqual((yield* send(theirs, "&with_components=true", 1)).body.code, 50_035)
      assert.strictEqual((yield* send(theirs, "&with_components=true", 5)).body.components.length, 1)
    })
  )

  it.live("have names, places, permissions and a number that are allowed", () =>
    Effect.gen(function* () {
      const { deny, discord, done, guild, refuses } = yield* start()
      const here = `/channels/${guild.channelId}/webhooks`
      const category = yield* guild.channel("category", { type: 4 })
      const forum = yield* guild.channel("forum", { type: 15 })
      const thread = yield* guild.thread(guild.channelId, "thread")
      const elsewhere = yield* guild.thread(yield* guild.channel("other"), "elsewhere")
      const { id, token } = yield* done("POST", here, { name: "ci" })
      const post = yield* done("POST", `/channels/${forum}/webhooks`, { name: "post" })
      const send = `/webhooks/${id}/${token}`
      const sendPost = `/webhooks/${post.id}/${post.token}`
      const inForum = yield* done("POST", `${sendPost}?wait=true`, { content: "a", thread_name: "first" })
      yield* refuses(
        ["no name", "POST", here, {}, 50_035],
        ["a blank name", "POST", here, { name: "  " }, 50_035],
        ["a name of 81 characters", "POST", here, { name: "x".repeat(81) }, 50_035],
        ["clyde", "POST", here, { name: "Bonnie and Clyde" }, 50_035],
        ["discord", "PATCH", `/webhooks/${id}`, { name: "DISCORD" }, 50_035],
        ["no image", "POST", here, { name: "ci", avatar: "https://a.b/c.png" }, 50_035],
        ["a category", "POST", `/channels/${category}/webhooks`, { name: "ci" }, 50_024],
        ["a thread", "POST", `/channels/${thread}/webhooks`, { name: "ci" }, 50_024],
        ["a channel that there is not", "PATCH", `/webhooks/${id}`, { channel_id: "1" }, 10_003],
        ["the name of a sender", "POST", send, { content: "a", username: "discord" }, 50_035],
        ["the thread of another channel", "POST", `${send}?thread_id=${elsewhere}`, { content: "a" }, 10_003],
        ["a post outside of forums", "POST", send, { content: "a", thread_name: "a" }, 220_003],
        ["a forum without a post", "POST", sendPost, { content: "a" }, 220_001],
        ["both", "POST", `${sendPost}?thread_id=${inForum.channel_id}`, { content: "a", thread_name: "b" }, 220_002],
        ["nothing", "POST", send, {}, 50_006]
      )
      for (let count = 1; count < 15; count++) yield* done("POST", here, { name: `ci ${count}` })
      yield* refuses(["the 16th", "POST", here, { name: "ci" }, 30_007])
      const theirs = yield* guild.webhook((yield* discord.user("alice")).id, forum, "hers")
      yield* deny(guild.channelId, 1n << 29n)
      yield* deny(forum, 1n << 29n)
      assert.strictEqual((yield* done("GET", `/webhooks/${id}`)).id, id)
      yield* refuses(
        ["making", "POST", here, { name: "ci" }, 50_013],
        ["listing", "GET", here, undefined, 50_013],
        ["another's", "GET", `/webhooks/${theirs.id}`, undefined, 50_013],
        ["changing", "PATCH", `/webhooks/${id}`, { name: "a" }, 50_013],
        ["deleting", "DELETE", `/webhooks/${id}`, undefined, 50_013]
      )
    })
  )
})
