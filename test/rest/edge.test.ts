/** What a call becomes when the edge before Discord answers instead. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as DiscordConfig from "../../src/DiscordConfig.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

const setUp = Effect.gen(function* () {
  const discord = yield* FakeDiscord.make()
  const config = DiscordConfig.layer({ token: discord.token, apiUrl: discord.apiUrl })
  const built = yield* Layer.build(Layer.provide(DiscordRest.layer({ timeout: "5 seconds" }), config))
  const rest = Context.get(built, DiscordRest.DiscordRest)
  const me = rest.use((api) => api.users.getCurrent())
  const say = rest.use((api) => api.channels.createMessage(discord.guild.channelId, { content: "hello" }))
  const statuses = Effect.map(discord.log, (log) => log.filter(FakeDiscord.is("Request")).map(({ status }) => status))
  return { discord, me, say, statuses }
})

const apiOf = ({ isRetryable, reason }: DiscordRest.DiscordRestError) =>
  reason._tag === "Api"
    ? { status: reason.status, code: reason.code, isRetryable }
    : assert.fail(`expected Api, got ${reason._tag}`)

describe("a page of the edge", () => {
  it.live.each([500, 520, 521, 522, 523, 524, 525, 530] as const)(
    "with %s is an error that may pass, and is not asked again",
    (status) =>
      Effect.gen(function* () {
        const { discord, me, say, statuses } = yield* setUp
        yield* discord.faults.cloudflareError(/./, status, { times: 2 })
        const expected = { status, code: 0, isRetryable: true }
        assert.deepStrictEqual(apiOf(yield* Effect.flip(me)), expected)
        assert.deepStrictEqual(apiOf(yield* Effect.flip(say)), expected)
        assert.deepStrictEqual(yield* statuses, [status, status])
      })
  )

  it.live.each([502, 503, 504] as const)("with %s is asked again, unless the call is a POST", (status) =>
    Effect.gen(function* () {
      const { discord, me, say, statuses } = yield* setUp
      yield* discord.faults.cloudflareError(/./, status, { times: 1 })
      assert.strictEqual((yield* me).id, discord.botId)
      yield* discord.faults.cloudflareError(/./, status, { times: 1 })
      assert.deepStrictEqual(apiOf(yield* Effect.flip(say)), { status, code: 0, isRetryable: true })
      assert.deepStrictEqual(yield* statuses, [status, 200, status])
    })
  )

  it.live("with 403 is an error that stays, with a code if it has one", () =>
    Effect.gen(function* () {
      const { discord, me, statuses } = yield* setUp
      yield* discord.faults.cloudflareBlock(/./)
      assert.deepStrictEqual(apiOf(yield* Effect.flip(me)), { status: 403, code: 0, isRetryable: false })
      yield* discord.faults.restEdge(/./, 403, { form: "json-empty" })
      assert.deepStrictEqual(apiOf(yield* Effect.flip(me)), { status: 403, code: 40333, isRetryable: false })
      assert.deepStrictEqual(yield* statuses, [403, 403])
    })
  )

  it.live("with 429 and 1015 is waited for, or fails at once when there is no time for it", () =>
    Effect.gen(function* () {
      const { discord, me, statuses } = yield* setUp
      yield* discord.faults.cloudflareBan(1, { times: 1 })
      assert.strictEqual((yield* me).id, discord.botId)
      yield* discord.faults.cloudflareBan(60)
      const { reason } = yield* Effect.flip(me)
      assert.deepInclude(reason, { _tag: "RateLimited", global: true })
      assert.deepStrictEqual(yield* statuses, [429, 200, 429])
    })
  )
})
