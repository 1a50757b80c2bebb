import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { inspect } from "node:util"
import * as DiscordConfig from "../../src/DiscordConfig.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"

const token = "a-secret-token"

/** A REST API that answers as the test says. */
const serve = (answer: (request: IncomingMessage, response: ServerResponse) => void) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly close: () => void }>((resume) => {
      const server = createServer((request, response) => {
        request.resume()
        answer(request, response)
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        const close = () => {
          server.closeAllConnections()
          server.close()
        }
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}/api`, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

const json = (response: ServerResponse, status: number, body: unknown, headers = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers })
  response.end(JSON.stringify(body))
}

const layerOn = (url: string, options?: DiscordRest.Options) =>
  Layer.provide(DiscordRest.layer(options), DiscordConfig.layer({ token: Redacted.make(token), apiUrl: url }))

const restOn = (url: string, options?: DiscordRest.Options) =>
  Effect.map(Layer.build(layerOn(url, options)), Context.get(DiscordRest.DiscordRest))

const follow = (rest: DiscordRest.DiscordRest["Service"]) =>
  rest.use((api) => api.interactions.followUp("1", "interaction-token", { content: "x" }))

it.live("use calls the API of the current service", () =>
  Effect.gen(function* () {
    const { url } = yield* serve((request, response) => json(response, 200, { id: request.url }))
    const message = yield* DiscordRest.use((api) => api.channels.createMessage("1", { content: "hi" })).pipe(
      Effect.provide(layerOn(url))
    )
    assert.strictEqual(message.id, "/api/v10/channels/1/messages")
  })
)

describe("a call", () => {
  it.live("returns the answer of Discord, and sends the token", () =>
    Effect.gen(function* () {
      let authorization: string | undefined
      const { url } = yield* serve((request, response) => {
        authorization = request.headers.authorization
        json(response, 200, { id: "7" })
      })
      const rest = yield* restOn(url)
      assert.strictEqual((yield* rest.use((api) => api.users.getCurrent())).id, "7")
      assert.strictEqual(authorization, `Bot ${token}`)
    })
  )

  it.live("fails with Api when Discord refuses it: with status, code, message, method and route, without tokens", () =>
    Effect.gen(function* () {
      const { url } = yield* serve((_, response) => json(response, 404, { code: 10_015, message: "Unknown Webhook" }))
      const rest = yield* restOn(url)
      const error = yield* Effect.flip(follow(rest))
      const { reason } = error
      if (reason._tag !== "Api") return assert.fail(`expected Api, got ${reason._tag}`)
      const { code, message, method, route, status } = reason
      assert.deepStrictEqual(
        { code, message, method, route, status },
        { code: 10_015, message: "Unknown Webhook", method: "POST", route: "/webhooks/1/:token", status: 404 }
      )
      assert.strictEqual(error.code, 10_015)
      assert.isFalse(error.isRetryable)
      for (const text of [error.message, inspect(error, { depth: 9 }), JSON.stringify(error)]) {
        assert.notInclude(text, "interaction-token")
        assert.notInclude(text, token)
      }
    })
  )

  it.live("fails with a retryable Api for a 5xx, and is not retried by itself", () =>
    Effect.gen(function* () {
      let requests = 0
      const { url } = yield* serve((_, response) => {
        requests += 1
        json(response, 503, {})
      })
      const error = yield* Effect.flip(follow(yield* restOn(url)))
      assert.strictEqual(error.reason._tag, "Api")
      assert.isTrue(error.isRetryable)
      assert.strictEqual(requests, 1)
    })
  )
})

describe("a call after a refusal", () => {
  it.live("still sends the token after a 401", () =>
    Effect.gen(function* () {
      let requests = 0
      const { url } = yield* serve((_, response) =>
        ++requests === 1
          ? json(response, 401, { code: 0, message: "401: Unauthorized" })
          : json(response, 200, { id: "7" })
      )
      const rest = yield* restOn(url)
      const me = rest.use((api) => api.users.getCurrent())
      assert.strictEqual((yield* Effect.flip(me)).reason._tag, "Api")
      assert.strictEqual((yield* me).id, "7")
    })
  )

  it.live("waits for a rate limit, and is sent then", () =>
    Effect.gen(function* () {
      let requests = 0
      const { url } = yield* serve((_, response) =>
        ++requests === 1
          ? json(
              response,
              429,
              { message: "rate limited", retry_after: 0.05, global: false },
              { "retry-after": "0.05" }
            )
          : json(response, 200, { id: "7" })
      )
      const rest = yield* restOn(url)
      assert.strictEqual((yield* rest.use((api) => api.users.getCurrent())).id, "7")
      assert.strictEqual(requests, 2)
    })
  )
})

describe("a call without an answer", () => {
  it.live("fails with Timeout when the server is silent or stops in the middle of a body", () =>
    Effect.gen(function* () {
      for (const answer of [
        () => {},
        (_: IncomingMessage, response: ServerResponse) => {
          response.writeHead(200, { "content-type": "application/json", "content-length": "100" })
          response.write("{")
        }
      ]) {
        const { url } = yield* serve(answer)
        const error = yield* Effect.flip(follow(yield* restOn(url, { timeout: "100 millis" })))
        assert.strictEqual(error.reason._tag, "Timeout")
        assert.isTrue(error.isRetryable)
      }
    })
  )

  it.live("fails with Transport when nobody listens", () =>
    Effect.gen(function* () {
      const { close, url } = yield* serve(() => {})
      close()
      const error = yield* Effect.flip(follow(yield* restOn(url)))
      assert.strictEqual(error.reason._tag, "Transport")
      assert.include(error.message, "ECONNREFUSED")
    })
  )

  it.live("fails with Transport when the user code throws", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(() => {})
      const rest = yield* restOn(url)
      const error = yield* Effect.flip(
        rest.use(() => {
          throw new Error("on purpose")
        })
      )
      assert.include(error.message, "on purpose")
    })
  )

  it.live("aborts the request when it is interrupted", () =>
    Effect.gen(function* () {
      const received = yield* Deferred.make<void>()
      const aborted = yield* Deferred.make<void>()
      const { url } = yield* serve((_, response) => {
        Deferred.doneUnsafe(received, Effect.void)
        response.on("close", () => Deferred.doneUnsafe(aborted, Effect.void))
      })
      const fiber = yield* Effect.forkChild(follow(yield* restOn(url)))
      yield* Deferred.await(received)
      yield* Fiber.interrupt(fiber)
      yield* Deferred.await(aborted)
    })
  )
})

const interaction = { id: "1", token: "interaction-token" }
const pong = { type: 4, data: { content: "pong" } }

describe("an initial response", () => {
  it.live("is posted without the token of the bot, and nothing else is", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const { url } = yield* serve((request, response) => {
        const { authorization, "content-type": type } = request.headers
        let body = ""
        request.on("data", (chunk) => (body += chunk))
        request.on("end", () => {
          seen.push([request.method, request.url, authorization, type, JSON.parse(body)])
          response.writeHead(204).end()
        })
      })
      const rest = yield* restOn(url)
      assert.isUndefined(yield* rest.respond(interaction, pong))
      const path = "/api/v10/interactions/1/interaction-token/callback"
      assert.deepStrictEqual(seen, [["POST", path, undefined, "application/json", pong]])
    })
  )

  it.live("returns what Discord created from it, if that is asked for", () =>
    Effect.gen(function* () {
      const { url } = yield* serve((request, response) => {
        const isAsked = request.url?.endsWith("callback?with_response=true") === true
        // In parts, one of which ends inside a character.
        const bytes = Buffer.from(JSON.stringify({ resource: { message: { id: isAsked ? "7" : "8", content: "é" } } }))
        response.writeHead(200, { "content-type": "application/json" })
        response.write(bytes.subarray(0, bytes.indexOf(0xc3) + 1), () =>
          response.end(bytes.subarray(bytes.indexOf(0xc3) + 1))
        )
      })
      const made = yield* (yield* restOn(url)).respond(interaction, pong, { withResponse: true })
      assert.strictEqual(made?.resource?.message?.id, "7")
      assert.strictEqual(made?.resource?.message?.content, "é")
    })
  )

  it.live("can have files", () =>
    Effect.gen(function* () {
      let type: string | undefined
      const { url } = yield* serve((request, response) => {
        type = request.headers["content-type"]
        response.writeHead(204).end()
      })
      const files = [{ name: "a.txt", data: "a" }]
      yield* (yield* restOn(url)).respond(interaction, { ...pong, files })
      assert.match(type ?? "", /^multipart\/form-data/)
    })
  )

  it.live("waits for a rate limit, and is sent then", () =>
    Effect.gen(function* () {
      let requests = 0
      const { url } = yield* serve((_, response) =>
        ++requests < 3
          ? json(response, 429, { message: "x", retry_after: 0.02, global: false }, { "retry-after": "0.02" })
          : response.writeHead(204).end()
      )
      yield* (yield* restOn(url)).respond(interaction, pong)
      assert.strictEqual(requests, 3)
    })
  )
})

describe("an initial response that Discord refuses", () => {
  it.live("fails with Api in whatever form Discord refuses it, without tokens", () =>
    Effect.gen(function* () {
      for (const [status, body, code, expected] of [
        [404, '{"code":10062,"message":"Unknown interaction"}', 10_062, "Unknown interaction"],
        [404, "<html>", 0, "Not Found"],
        [404, "null", 0, "Not Found"],
        [
          400,
          '{"code":50035,"message":"Invalid Form Body","errors":{"data":{"_errors":[{"code":"A","message":"B"}]}}}',
          50_035,
          "data[A]: B"
        ],
        [503, '{"code":7,"message":"x"}', 0, "Service Unavailable"],
        [302, "", 0, "Found"]
      ] as const) {
        const { url } = yield* serve((_, response) => response.writeHead(status).end(body))
        const error = yield* Effect.flip((yield* restOn(url)).respond(interaction, pong))
        const { reason } = error
        if (reason._tag !== "Api") return assert.fail(`expected Api, got ${reason._tag}`)
        assert.deepStrictEqual(
          [reason.status, reason.code, reason.method, reason.route, error.isRetryable],
          [status, code, "POST", "/interactions/1/:token/callback", status === 503]
        )
        assert.include(reason.message, expected)
        assert.notInclude(inspect(error, { depth: 9 }), "interaction-token")
      }
    })
  )
})

describe("an initial response whose connection is reset", () => {
  it.live("is sent once more when its connection is reset, whether or not Discord had read it", () =>
    Effect.gen(function* () {
      for (const second of [204, 400]) {
        let requests = 0
        const { url } = yield* serve((request, response) => {
          if (++requests === 1) request.socket.resetAndDestroy()
          else if (second === 204) response.writeHead(204).end()
          else json(response, 400, { code: 40_060, message: "Interaction has already been acknowledged." })
        })
        const rest = yield* restOn(url)
        assert.isUndefined(yield* rest.respond(interaction, pong, { withResponse: true }))
        assert.strictEqual(requests, 2)
      }
    })
  )

  it.live("fails with Transport after two resets, and with Api if it was acknowledged before", () =>
    Effect.gen(function* () {
      let requests = 0
      const { url } = yield* serve((request, response) => {
        if (++requests <= 2) request.socket.resetAndDestroy()
        else json(response, 400, { code: 40_060, message: "Interaction has already been acknowledged." })
      })
      const rest = yield* restOn(url)
      assert.strictEqual((yield* Effect.flip(rest.respond(interaction, pong))).reason._tag, "Transport")
      assert.strictEqual((yield* Effect.flip(rest.respond(interaction, pong))).code, 40_060)
      assert.strictEqual(requests, 3)
    })
  )
})

describe("an initial response without an answer", () => {
  it.live("fails with Timeout when the server is silent or stops in the middle of a body", () =>
    Effect.gen(function* () {
      for (const answer of [
        () => {},
        (_: IncomingMessage, response: ServerResponse) => {
          response.writeHead(200, { "content-length": "100" })
          response.write("{")
        }
      ]) {
        const { url } = yield* serve(answer)
        const error = yield* Effect.flip((yield* restOn(url, { timeout: "100 millis" })).respond(interaction, pong))
        assert.strictEqual(error.reason._tag, "Timeout")
      }
    })
  )

  it.live(
    "fails with Api for an unreadable answer, and with Transport when nobody listens and for an unreadable body or path",
    () =>
      Effect.gen(function* () {
        const { close, url } = yield* serve((_, response) => response.writeHead(200).end("{"))
        const rest = yield* restOn(url)
        const failures = [
          yield* Effect.flip(rest.respond(interaction, pong, { withResponse: true })),
          yield* Effect.flip(rest.respond(interaction, { type: 4, data: { content: 1n } })),
          yield* Effect.flip(rest.respond({ id: "1", token: "a\r\nb" }, pong))
        ]
        close()
        failures.push(yield* Effect.flip(rest.respond(interaction, pong)))
        assert.deepStrictEqual(
          failures.map(({ reason }) => reason._tag),
          ["Api", "Transport", "Transport", "Transport"]
        )
      })
  )

  it.live("aborts the request when it is interrupted", () =>
    Effect.gen(function* () {
      const received = yield* Deferred.make<void>()
      const aborted = yield* Deferred.make<void>()
      const { url } = yield* serve((_, response) => {
        Deferred.doneUnsafe(received, Effect.void)
        response.on("close", () => Deferred.doneUnsafe(aborted, Effect.void))
      })
      const rest = yield* restOn(url)
      const fiber = yield* Effect.forkChild(rest.respond(interaction, pong))
      yield* Deferred.await(received)
      yield* Fiber.interrupt(fiber)
      yield* Deferred.await(aborted)
      // Before there is a connection, too.
      yield* Fiber.interrupt(yield* Effect.forkChild(rest.respond(interaction, pong), { startImmediately: true }))
    })
  )
})
