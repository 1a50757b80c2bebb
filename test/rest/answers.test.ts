/** Answers that are not Discord's JSON, in calls, initial responses and at boot; and what is sent again. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { Agent, type Dispatcher, errors, ProxyAgent } from "undici"
import * as DiscordConfig from "../../src/DiscordConfig.ts"
import * as GatewayInfo from "../../src/gateway/GatewayInfo.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"
import type { DiscordRestError } from "../../src/rest/DiscordRestError.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

const interaction = { id: "1", token: "interaction-token" }
const pong = { type: 4, data: { content: "pong" } }
const me = /^GET \/users/
const callback = /callback/

const layerOf = (options?: DiscordRest.Options) =>
  Layer.unwrap(
    Effect.map(FakeDiscord.FakeDiscord, ({ apiUrl, token }) =>
      Layer.provide(DiscordRest.layer(options), DiscordConfig.layer({ token, apiUrl }))
    )
  )

const restOf = (options?: DiscordRest.Options) =>
  Effect.map(Layer.build(layerOf(options)), Context.get(DiscordRest.DiscordRest))

const ofFake = Effect.provide(FakeDiscord.layerServer())

const getMe = (rest: DiscordRest.DiscordRest["Service"]) => rest.use((api) => api.users.getCurrent())

const statuses = Effect.fnUntraced(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  return (yield* discord.log).filter(FakeDiscord.is("Request")).map(({ status }) => status)
})

const html = { "content-type": "text/html" }
const json = { "content-type": "application/json" }

/** A status, headers, a body, and the code that is read from it. */
const strange: ReadonlyArray<readonly [number, Readonly<Record<string, string>>, unknown, number | string]> = [
  [403, html, "<html>", 0],
  [404, html, "<html>", 0],
  [405, html, "", 0],
  [413, html, "<html>", 0],
  [500, html, "<html>", 0],
  [502, json, "", 0],
  [520, html, "<html>", 0],
  [400, json, "null", 0],
  [400, json, "", 0],
  [400, json, "{", 0],
  [400, json, "[]", 0],
  [400, json, '"no"', 0],
  [400, json, '{"content":["This field is required"]}', 0],
  [400, json, '{"message":5,"code":null}', 0],
  [400, json, '{"error":"invalid_client"}', "invalid_client"],
  [400, json, '{"message":"Invalid Form Body","code":50035,"errors":{"a":null,"b":[null]}}', 50_035],
  [302, html, "", 0],
  [600, html, "<html>", 0],
  [999, json, '{"id":"1"}', 0],
  [200, json, "null", 0],
  [200, json, "", 0],
  [200, json, "{", 0],
  [200, html, "<html>", 0],
  [200, html, "", 0]
]

describe.concurrent("an answer that is not Discord's JSON", () => {
  it.live("is an Api error with its status and route, in calls and initial responses", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      for (const [status, headers, body, code] of strange) {
        const rest = yield* restOf({ timeout: "5 seconds" })
        const of = `${status} ${JSON.stringify(body)}`
        for (const [pattern, route, call] of [
          [me, "/users/@me", getMe(rest)],
          [callback, "/interactions/1/:token/callback", rest.respond(interaction, pong, { withResponse: true })]
        ] as const) {
          const fault = yield* discord.faults.restStatus(pattern, status, { headers, body, times: Infinity })
          const error = yield* Effect.flip(call as Effect.Effect<unknown, DiscordRest.DiscordRestError>)
          yield* fault.clear
          if (error.reason._tag !== "Api") return assert.fail(`${of}: expected Api, got ${error.reason._tag}`)
          assert.deepStrictEqual(
            [error.reason.status, error.reason.code, error.reason.route],
            [status, code, route],
            of
          )
          assert.isAbove(error.reason.message.length, 3)
        }
      }
    }).pipe(ofFake)
  )

  it.live("is what it is at boot, with its status and route in the message", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      for (const [status, headers, body] of strange) {
        const fault = yield* discord.faults.restStatus("GET /gateway/bot", status, { headers, body, times: Infinity })
        const services = GatewayInfo.layer({ retry: Schedule.recurs(0) }).pipe(Layer.provide(layerOf()))
        const error = yield* Effect.flip(GatewayInfo.GatewayInfo.use((info) => info.get)).pipe(Effect.provide(services))
        yield* fault.clear
        assert.strictEqual(error.reason._tag, "GatewayUnavailable")
        assert.include(error.message, `GET /gateway/bot answered ${status}`)
      }
    }).pipe(ofFake)
  )

  it.live("may be a file, where Discord sends one", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf()
      yield* discord.faults.restStatus(/widget/, 200, { headers: { "content-type": "image/png" }, body: "PNG" })
      const image = yield* rest.use((api) => api.guilds.getWidgetImage("1"))
      assert.strictEqual(new TextDecoder().decode(image), "PNG")
    }).pipe(ofFake)
  )
})

describe.concurrent("a call that was refused by a gateway in between", () => {
  it.live("is repeated up to twice after 502, 503 and 504 when it does the same again", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf()
      for (const [status, expected] of [
        [502, [502, 502, 200]],
        [503, [503, 503, 200]],
        [504, [504, 504, 200]],
        [500, [500]]
      ] as const) {
        const mark = (yield* statuses()).length
        const fault = yield* discord.faults.restStatus(me, status, { times: 2 })
        yield* Effect.exit(getMe(rest))
        yield* fault.clear
        assert.deepStrictEqual((yield* statuses()).slice(mark), [...expected])
      }
      yield* discord.faults.restStatus(me, 503, { times: Infinity })
      const mark = (yield* statuses()).length
      assert.strictEqual((yield* Effect.flip(getMe(rest))).reason._tag, "Api")
      assert.strictEqual((yield* statuses()).length - mark, 3)
    }).pipe(ofFake)
  )

  it.live("is not repeated as a POST, nor as a PATCH with files", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf()
      yield* discord.faults.restStatus(/./, 503, { times: Infinity })
      const files = [{ name: "a.txt", data: "a" }]
      yield* Effect.flip(rest.use((api) => api.channels.createMessage("1", { content: "x" })))
      yield* Effect.flip(rest.use((api) => api.channels.editMessage("1", "2", { content: "x", files })))
      assert.deepStrictEqual(yield* statuses(), [503, 503])
      yield* Effect.flip(rest.use((api) => api.channels.editMessage("1", "2", { content: "x" })))
      assert.strictEqual((yield* statuses()).length, 5)
    }).pipe(ofFake)
  )

  it.live("has done its work if it is a DELETE whose repeat finds nothing", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf()
      const remove = rest.use((api) => api.channels.deleteMessage("1", "2"))
      assert.strictEqual((yield* Effect.flip(remove)).reason._tag, "Api")
      yield* discord.faults.restStatus(/^DELETE/, 502)
      yield* remove
      assert.deepStrictEqual(yield* statuses(), [404, 502, 404])
    }).pipe(ofFake)
  )
})

/** A proxy that wants a password. */
const locked = Effect.acquireRelease(
  Effect.callback<Server>((resume) => {
    const server = createServer()
    server.on("connect", (_, socket) => socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"))
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
  }),
  (server) => Effect.sync(() => server.close())
)

// What an agent of another major version of undici does with the handlers of this one.
class Foreign extends Agent {
  override dispatch(): boolean {
    throw new errors.InvalidArgumentError("invalid onRequestStart method")
  }
}

/** Answers with headers that cannot be read. */
class Unreadable extends Agent {
  override dispatch(_options: Agent.DispatchOptions, handler: Dispatcher.DispatchHandlers): boolean {
    const name = {
      toString: () => {
        throw new Error("unreadable")
      }
    }
    handler.onConnect?.(() => {})
    handler.onHeaders?.(429, [name, name] as never, () => {}, "")
    handler.onComplete?.([])
    return true
  }
}

describe.concurrent("a dispatcher that cannot work", () => {
  it.live("makes a defect of the call that it answers like this, and of nothing else", () =>
    Effect.gen(function* () {
      const rest = yield* restOf({ dispatcher: new Unreadable() })
      const exit = yield* Effect.exit(rest.respond(interaction, pong))
      assert.isTrue(Exit.hasDies(exit))
      assert.include(String(Exit.isFailure(exit) && Cause.squash(exit.cause)), "unreadable")
    }).pipe(ofFake)
  )

  it.live("is Transport, which is neither a timeout nor worth another try, and ends the boot at once", () =>
    Effect.gen(function* () {
      const { port } = (yield* locked).address() as AddressInfo
      const proxy = new ProxyAgent({ uri: `http://127.0.0.1:${port}`, proxyTunnel: true })
      for (const [dispatcher, detail] of [
        [proxy, "407"],
        [new Foreign(), "onRequestStart"]
      ] as const) {
        const rest = yield* restOf({ dispatcher })
        for (const call of [getMe(rest), rest.respond(interaction, pong)]) {
          const error = yield* Effect.flip(call as Effect.Effect<unknown, DiscordRest.DiscordRestError>)
          assert.strictEqual(error.reason._tag, "Transport")
          assert.include(error.message, detail)
          assert.isFalse(error.isRetryable)
        }
        const error = yield* Effect.flip(GatewayInfo.GatewayInfo.use((info) => info.get)).pipe(
          Effect.provide(Layer.provide(GatewayInfo.layer(), layerOf({ dispatcher })))
        )
        assert.include(error.message, detail)
      }
    }).pipe(ofFake)
  )
})

describe.concurrent("an initial response", () => {
  const accepted = Effect.fnUntraced(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    return (yield* discord.log).filter(FakeDiscord.is("Request")).map(({ status }) => status)
  })

  it.live("is tried again after 5xx, as long as Discord takes it", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf()
      yield* discord.faults.restStatus(callback, 500, { headers: html, body: "<html>", times: 2 })
      yield* discord.faults.restStatus(callback, 204)
      yield* rest.respond(interaction, pong)
      assert.deepStrictEqual(yield* accepted(), [500, 500, 204])
      yield* discord.faults.restStatus(callback, 503, { times: Infinity })
      const error = yield* Effect.flip(rest.respond(interaction, pong, { within: "1 second" }))
      assert.strictEqual(error.reason._tag, "Api")
      assert.isAtMost((yield* accepted()).length, 8)
    }).pipe(ofFake)
  )

  it.live("that hangs is sent once more, and Discord may have read the first", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf()
      for (const [status, body] of [
        [204, undefined],
        [400, { code: 40_060, message: "Interaction has already been acknowledged." }]
      ] as const) {
        yield* discord.faults.restHang(callback)
        yield* discord.faults.restStatus(callback, status, { body, times: 1 })
        const begin = Date.now()
        yield* rest.respond(interaction, pong)
        assert.isAtLeast(Date.now() - begin, 990)
      }
      assert.deepStrictEqual(yield* accepted(), [undefined, 204, undefined, 400])
    }).pipe(ofFake)
  )

  it.live("whose first try may have arrived does not fail as if it was refused", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { restEdge, restRateLimit, restReset, restStatus } = discord.faults
      const refusals = [
        restRateLimit(callback, 60),
        restEdge(callback, 403),
        restEdge(callback, 429, { form: "json", retryAfter: 60 })
      ]
      for (const doubt of [restReset(callback), restStatus(callback, 502)]) {
        for (const refusal of refusals) {
          const rest = yield* restOf()
          yield* doubt
          yield* refusal
          const { reason } = yield* Effect.flip(rest.respond(interaction, pong))
          const isUnknown = reason._tag === "Transport" || (reason._tag === "Api" && reason.status === 502)
          assert.isTrue(isUnknown, reason._tag)
        }
      }
    }).pipe(ofFake)
  )

  it.live("that hangs is sent over a connection that was not there before", () =>
    Effect.gen(function* () {
      const sockets: Array<unknown> = []
      const hung: Array<number> = []
      // Some connections are kept alive, and all of them are dead without saying so.
      const server = yield* Effect.acquireRelease(
        Effect.callback<Server>((resume) => {
          const server = createServer((request, response) => {
            request.resume()
            const isKnown = sockets.includes(request.socket)
            sockets.push(request.socket)
            if (isKnown) hung.push(sockets.length)
            else setTimeout(() => response.writeHead(204).end(), 50)
          })
          server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.sync(() => (server.closeAllConnections(), server.close()))
      )
      const { port } = server.address() as AddressInfo
      const config = DiscordConfig.layer({ token: Redacted.make("t"), apiUrl: `http://127.0.0.1:${port}/api` })
      const rest = Context.get(yield* Layer.build(Layer.provide(DiscordRest.layer(), config)), DiscordRest.DiscordRest)
      const respond = rest.respond(interaction, pong)
      yield* Effect.all([respond, respond], { concurrency: "unbounded" })
      for (let n = 0; n < 10 && hung.length === 0; n++) yield* respond
      assert.strictEqual(hung.length, 1)
      assert.strictEqual(sockets.length, new Set(sockets).size + 1)
    })
  )

  it.live("ends with Timeout when its time is over, which a dispatcher of one's own does not change", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf({
        dispatcher: yield* Effect.acquireRelease(
          Effect.sync(() => new Agent()),
          (agent) => Effect.promise(() => agent.destroy())
        )
      })
      yield* discord.faults.restHang(callback, { times: Infinity })
      const begin = Date.now()
      const limitOf = ({ reason }: DiscordRestError) => (reason._tag === "Timeout" ? reason.limit : reason._tag)
      assert.strictEqual(limitOf(yield* Effect.flip(rest.respond(interaction, pong))), 3000)
      assert.isAtLeast(Date.now() - begin, 2950)
      assert.strictEqual((yield* accepted()).length, 2)
      assert.strictEqual(limitOf(yield* Effect.flip(rest.respond(interaction, pong, { within: "1 second" }))), 1000)
    }).pipe(ofFake)
  )
})
