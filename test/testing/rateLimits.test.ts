import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { TestClock } from "effect/testing"
import { FakeDiscord } from "../../src/testing/index.ts"
import { call, type Reply } from "./client.ts"

type Discord = FakeDiscord.FakeDiscord["Service"]

const me = (discord: Discord) => call(discord, "GET", "/users/@me")
const typing = (discord: Discord, channelId: string = discord.guild.channelId) =>
  call(discord, "POST", `/channels/${channelId}/typing`)
const names = ["bucket", "limit", "remaining", "reset", "reset-after", "scope", "global"]
const limits = ({ headers }: Reply) => names.filter((name) => headers.get(`x-ratelimit-${name}`) !== null)
const rules = (discord: Discord) => Effect.map(discord.violations, (all) => all.map(({ rule }) => rule))

describe("rate limit headers", () => {
  it.live("are there by default, with one bucket for each route and a quota for each top-level resource", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const other = yield* discord.guild.channel("other")
      const first = yield* typing(discord)
      assert.deepStrictEqual(limits(first), ["bucket", "limit", "remaining", "reset", "reset-after"])
      const bucket = (reply: Reply) => reply.headers.get("x-ratelimit-bucket")
      const left = (reply: Reply) => reply.headers.get("x-ratelimit-remaining")
      const [elsewhere, second] = [yield* typing(discord, other), yield* typing(discord)]
      assert.deepStrictEqual([left(first), left(elsewhere), left(second)], ["49", "49", "48"])
      assert.strictEqual(bucket(first), bucket(elsewhere))
      assert.notStrictEqual(bucket(first), bucket(yield* me(discord)))
      // Errors have them as well, but not what is not Discord's.
      assert.include(limits(yield* call(discord, "GET", "/channels/1")), "bucket")
      assert.deepStrictEqual(limits(yield* call(discord, "GET", "/nothing")), [])
      // Nor have initial responses.
      assert.deepStrictEqual(limits(yield* call(discord, "POST", "/interactions/1/t/callback", { type: 5 }, {})), [])
    })
  )

  it.live("show limits that refuse nothing, unless the options name some", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make({ globalRateLimit: Infinity })
      const replies = yield* Effect.forEach(Array.from({ length: 60 }), () => typing(discord), { concurrency: 10 })
      assert.isTrue(replies.every(({ status }) => status === 204))
      assert.isTrue(replies.every(({ headers }) => Number(headers.get("x-ratelimit-remaining")) > 0))
    })
  )
})

describe("the global limit", () => {
  it.effect("is 50 requests with the bot's token in one second, without those of interactions", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      // The time of the test stands still, and windows also end by real time.
      const replies = yield* Effect.forEach(Array.from({ length: 50 }), () => me(discord), { concurrency: 25 })
      const refused = yield* me(discord)
      if (refused.status !== 429) return
      assert.isTrue(replies.every(({ status }) => status === 200))
      assert.deepStrictEqual(limits(refused), ["scope", "global"])
      assert.strictEqual(refused.headers.get("retry-after"), "1")
      assert.deepStrictEqual(refused.body, { message: "You are being rate limited.", retry_after: 1, global: true })
      const free = yield* call(discord, "POST", "/interactions/1/t/callback", { type: 5 }, {})
      assert.strictEqual(free.status, 404)
      assert.deepStrictEqual(yield* rules(discord), ["rate-limit"])
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* me(discord)).status, 200)
    })
  )

  it.live("ends by real time, too, so that a client that waits in real time goes on", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make({ globalRateLimit: 1 }).pipe(Effect.provide(TestClock.layer()))
      yield* me(discord)
      assert.strictEqual((yield* me(discord)).status, 429)
      const again = Effect.flatMap(me(discord), ({ status }) => (status === 200 ? Effect.void : Effect.fail(status)))
      yield* Effect.retry(again, { schedule: Schedule.spaced("50 millis"), times: 100 })
    })
  )
})

describe("a limit of the options", () => {
  it.effect("can be the bot's or the resource's, with an error code", () =>
    Effect.gen(function* () {
      const requests = "POST /channels/:channel/typing"
      const limit = { requests, limit: 1, per: "10 seconds" } as const
      const refused = (more: object) =>
        Effect.gen(function* () {
          const discord = yield* FakeDiscord.make({ rateLimits: [{ ...limit, ...more }] })
          yield* typing(discord)
          return yield* typing(discord)
        })
      const own = yield* refused({})
      assert.deepStrictEqual(limits(own), ["bucket", "limit", "remaining", "reset", "reset-after", "scope"])
      assert.deepStrictEqual(own.body, { message: "You are being rate limited.", retry_after: 10, global: false })
      assert.deepStrictEqual([own.headers.get("x-ratelimit-scope"), own.headers.get("retry-after")], ["user", "10"])
      const shared = yield* refused({ scope: "shared", code: 20028 })
      assert.strictEqual(shared.headers.get("x-ratelimit-scope"), "shared")
      // Nothing told that it was coming.
      assert.strictEqual(shared.headers.get("x-ratelimit-remaining"), "1")
      assert.strictEqual(own.headers.get("x-ratelimit-remaining"), "0")
      assert.deepStrictEqual(shared.body, {
        message: "The resource is being rate limited.",
        retry_after: 10,
        global: false,
        code: 20028
      })
    })
  )

  it.effect("can be those that Discord is known to have", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make({ rateLimits: FakeDiscord.knownRateLimits })
      const say = (content: string) =>
        call(discord, "POST", `/channels/${discord.guild.channelId}/messages`, { content })
      const statuses = yield* Effect.forEach([1, 2, 3, 4, 5, 6], (n) => Effect.map(say(`${n}`), ({ status }) => status))
      assert.deepStrictEqual(statuses, [200, 200, 200, 200, 200, 429])
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* say("7")).status, 200)
    })
  )
})

describe("too many invalid requests", () => {
  it.effect("get the address blocked for ten minutes, by a page without Discord's headers", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make({ invalidRequestLimit: 3 })
      const wrong = call(discord, "GET", "/users/@me", undefined, { authorization: "Bot wrong" })
      const statuses = [yield* wrong, yield* call(discord, "GET", "/channels/1"), yield* wrong, yield* me(discord)]
      // What is not found does not count.
      assert.deepStrictEqual(
        statuses.map(({ status }) => status),
        [401, 404, 401, 200]
      )
      yield* wrong
      assert.deepStrictEqual(yield* rules(discord), ["invalid-requests"])
      const blocked = yield* Effect.promise(() => fetch(`${discord.apiUrl}/v10/gateway`))
      assert.deepStrictEqual(
        [blocked.status, yield* Effect.promise(() => blocked.text()), blocked.headers.get("retry-after")],
        [429, "error code: 1015", "600"]
      )
      assert.deepStrictEqual(
        names.filter((name) => blocked.headers.has(`x-ratelimit-${name}`)),
        []
      )
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual((yield* me(discord)).status, 200)
    })
  )

  it.effect("are not those of ten minutes ago, nor those that shared limits refuse", () =>
    Effect.gen(function* () {
      const requests = "POST /channels/:channel/typing"
      const discord = yield* FakeDiscord.make({
        invalidRequestLimit: 3,
        rateLimits: [{ requests, limit: 1, per: "1 hour", scope: "shared" }]
      })
      const wrong = call(discord, "GET", "/users/@me", undefined, {})
      for (let n = 0; n < 5; n++) yield* typing(discord)
      yield* wrong
      yield* wrong
      yield* TestClock.adjust("10 minutes")
      yield* wrong
      yield* wrong
      assert.strictEqual((yield* me(discord)).status, 200)
    })
  )
})

describe("the edge", () => {
  it.live("answers with pages instead of JSON, and without Discord's headers", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const get = Effect.promise(async () => {
        const response = await fetch(`${discord.apiUrl}/v10/gateway`)
        const { headers, status } = response
        assert.strictEqual(headers.has("x-ratelimit-limit"), status === 200)
        return [status, headers.get("content-type")?.split(";")[0], headers.get("retry-after"), await response.text()]
      })
      const { cloudflareBan, cloudflareBlock, cloudflareError, restEdge } = discord.faults
      yield* cloudflareBlock("GET /gateway")
      const [status, type, wait, page] = yield* get
      assert.deepStrictEqual([status, type, wait], [403, "text/html", null])
      assert.include(page, "error code 1020")
      for (const code of [500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 530] as const) {
        yield* cloudflareError("GET /gateway", code)
        const [found, html, , body] = yield* get
        assert.deepStrictEqual([found, html], [code, "text/html"])
        assert.include(body, "<!DOCTYPE html>")
      }
      yield* restEdge("GET /gateway", 403, { form: "json-empty" })
      assert.include((yield* get)[3], "40333")
      const ban = yield* cloudflareBan(60)
      assert.deepStrictEqual(yield* get, [429, "text/plain", "60", "error code: 1015"])
      assert.deepStrictEqual(yield* get, [429, "text/plain", "60", "error code: 1015"])
      yield* ban.clear
      assert.strictEqual((yield* get)[0], 200)
    })
  )
})
