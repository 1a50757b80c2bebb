/** `DiscordRest.request`: one request as it is, within the rate limits. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { DiscordRestError } from "../../src/rest/DiscordRestError.ts"
import { RestAnswer, RestRequest } from "../../src/rest/RestRequest.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { restOn } from "../proxy/servers.ts"

const encode = (text: string) => new TextEncoder().encode(text)

const me: RestRequest = { method: "GET", path: "/users/@me", headers: {}, isAuthorized: true }

const send = (channelId: string, content: string): RestRequest => ({
  method: "POST",
  path: `/channels/${channelId}/messages`,
  headers: { "content-type": "application/json" },
  body: encode(JSON.stringify({ content })),
  isAuthorized: true
})

describe("a request as it is", () => {
  it.live("returns any answer but a 429, also for those who may not wait", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOn(discord)
      const { channelId } = discord.guild
      const made = yield* rest.request(send(channelId, "hi"))
      assert.strictEqual(made.status, 200)
      assert.strictEqual(JSON.parse(new TextDecoder().decode(made.body)).content, "hi")
      assert.strictEqual((yield* rest.request(send(channelId, ""))).status, 400)
      assert.strictEqual((yield* rest.request({ ...me, isAuthorized: false })).status, 401)
      assert.strictEqual((yield* rest.request(me)).status, 200)
      yield* discord.faults.restRateLimit(/users/, 60)
      const error = yield* Effect.flip(rest.request({ ...me, waits: false }))
      assert.strictEqual(error.reason._tag, "RateLimited")
    }).pipe(Effect.provide(FakeDiscord.layerServer()))
  )

  it.live("shares its bucket with all other calls of the client", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOn(discord)
      const { channelId } = discord.guild
      yield* Effect.forEach(
        Array.from({ length: 8 }),
        (_, n) =>
          n % 2 === 0
            ? Effect.asVoid(rest.request(send(channelId, `${n}`)))
            : Effect.asVoid(rest.use((api) => api.channels.createMessage(channelId, { content: `${n}` }))),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(
      Effect.provide(
        FakeDiscord.layerServer({
          rateLimits: [{ requests: "POST /channels/:channel/messages", limit: 3, per: "300 millis" }]
        })
      )
    )
  )

  it.live("has the time that it says, but no more than the client's", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOn(discord, { timeout: "300 millis" })
      yield* discord.faults.restHang(/users/, { times: 2 })
      const timeoutOf = (timeout: number) =>
        Effect.map(Effect.flip(rest.request({ ...me, timeout })), ({ reason }) =>
          reason._tag === "Timeout" ? reason.limit : reason._tag
        )
      assert.strictEqual(yield* timeoutOf(100), 100)
      assert.strictEqual(yield* timeoutOf(60_000), 300)
    }).pipe(Effect.provide(FakeDiscord.layerServer()))
  )

  it.effect("travels as JSON, and so do its answer and its failure", () =>
    Effect.gen(function* () {
      const travel = <A, I>(schema: Schema.Codec<A, I>, value: A): A => {
        const codec = Schema.toCodecJson(schema)
        return Schema.decodeUnknownSync(codec)(JSON.parse(JSON.stringify(Schema.encodeUnknownSync(codec)(value))))
      }
      const request: RestRequest = { ...me, body: Uint8Array.of(0, 255), query: "a=%20", timeout: 5, waits: false }
      assert.deepStrictEqual(travel(RestRequest, request), request)
      const answer: RestAnswer = { status: 200, headers: { a: "b" }, body: Uint8Array.of(0, 255) }
      assert.deepStrictEqual(travel(RestAnswer, answer), answer)
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOn(discord)
      yield* discord.faults.restRateLimit(/users/, 60)
      const error = yield* Effect.flip(rest.request({ ...me, waits: false }))
      const { message, reason } = travel(DiscordRestError, error)
      assert.strictEqual(message, error.message)
      assert.deepStrictEqual({ ...reason }, { ...error.reason })
    }).pipe(Effect.provide(FakeDiscord.layerServer()))
  )
})
