/** Requests that are almost like those of the page. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Playground } from "../../src/playground/index.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { makeRandom, mutate } from "../mutate.ts"
import { call, connect } from "../testing/client.ts"
import { type Any, emptyPage, open } from "./client.ts"

const count = 500

describe("bad requests", () => {
  it.live("get one reply each, break nothing, and are never answered with a defect", () =>
    Effect.gen(function* () {
      // Nobody responds, so that nothing is waited for.
      const discord = yield* FakeDiscord.make({ interactionDeadline: "1 millis", patience: "1 millis" })
      const { channelId: channel, id: guild } = discord.guild
      yield* discord.registerCommands([
        { name: "wait", description: "Waits", options: [{ type: 3, name: "text", description: "x" }] }
      ])
      const client = yield* connect(discord)
      yield* client.identify()
      const components = [{ type: 1, components: [{ type: 2, style: 1, label: "x", custom_id: "x" }] }]
      const sent = yield* call(discord, "POST", `/channels/${channel}/messages`, { content: "x", components })
      const playground = yield* Playground.make({ port: 0, page: emptyPage() }).pipe(
        Effect.provideService(FakeDiscord.FakeDiscord, discord)
      )
      const page = yield* open(playground.url)
      const user = (yield* page.ask({ type: "addUser", name: "alice" })).id
      const message = sent.body.id
      const file = { filename: "a.txt", contentType: "text/plain", data: "aGVsbG8=" }
      const by = { user, channel }
      const requests: ReadonlyArray<Any> = [
        { type: "slash", ...by, name: "wait", values: { text: "x", file, list: ["a"] } },
        { type: "contextMenu", ...by, name: "Greet", target: { user } },
        { type: "launch", ...by },
        { type: "click", user, message, customId: "x" },
        { type: "select", user, message, customId: "x", values: ["a", "b"] },
        { type: "submit", user, opener: message, fields: { a: "x", b: [file] } },
        { type: "say", ...by, content: "x", files: [file], replyTo: message },
        { type: "edit", user, message: "1", content: "x" },
        { type: "react", user, message, emoji: "👍" },
        { type: "unreact", user, message, emoji: "👍" },
        { type: "vote", user, message, answers: [1] },
        { type: "delete", user, message: "1" },
        { type: "autocomplete", ...by, name: "wait", values: { text: "x" }, focused: "text" },
        { type: "messages", channel, before: message, limit: 5 },
        { type: "view", ...by },
        { type: "pins", ...by },
        { type: "pin", user, message, pinned: true },
        { type: "threads", ...by },
        { type: "addUser", name: "bob", permissions: "8", locale: "de" },
        { type: "addGuild", name: "guild" },
        { type: "addChannel", guild, name: "channel", kind: 2 },
        { type: "addRole", guild, name: "role" },
        { type: "direct", user },
        { type: "fault", fault: { kind: "slowRest", millis: 1, times: 1, requests: "GET /x" } },
        {
          type: "fault",
          fault: { kind: "rateLimit", retryAfterMillis: 1, global: true, times: 1, requests: "GET /x" }
        },
        { type: "clearFault", fault: 1 },
        { type: "advance", millis: 1 },
        { type: "restart", kill: true },
        { type: "export" },
        { type: "restartRecording" }
      ]
      const random = makeRandom(19)
      for (let n = 0; n < count; n++) {
        const request = mutate(random, requests[random(requests.length)])
        const reply = yield* page.reply(request)
        if (reply.ok === false) assert.notStrictEqual(reply.error.tag, "Defect", JSON.stringify([request, reply]))
      }
      for (const request of requests) yield* page.reply(request)
      const replies = page.updates.filter(({ type }) => type === "reply")
      assert.strictEqual(replies.length, 1 + count + requests.length)
      assert.strictEqual(new Set(replies.map(({ seq }) => seq)).size, replies.length)
      const { body } = yield* call(discord, "GET", `/channels/${channel}/messages/${message}`)
      assert.strictEqual(body.content, "x")
    })
  )
})
