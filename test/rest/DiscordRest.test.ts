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

/** A REST API that answers with what the test says, and the layer that calls it. */
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

const restOn = (url: string, options: DiscordRest.Options = {}) =>
  DiscordRest.layerWith(options).pipe(
    Layer.provide(DiscordConfig.layer({ token: Redacted.make(token), apiUrl: url })),
    Layer.build,
    Effect.map((context) => Context.get(context, DiscordRest.DiscordRest))
  )

const follow = (rest: DiscordRest.DiscordRest["Service"]) =>
  rest.use((api) => api.interactions.followUp("1", "interaction-token", { content: "x" }))

describe("DiscordRest", () => {
  it.live("gives what Discord answers, and sends the token", () =>
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

  it.live("Api: status, code, message, method and route, without tokens", () =>
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

  it.live("a 5xx is an Api error that may be retried, and is not retried here", () =>
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

  it.live("a 401 does not make later calls fail for want of a token", () =>
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

  it.live("waits for a rate limit and then goes on", () =>
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

  it.live("Timeout: a silent server, and one that stops in the middle of a body", () =>
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

  it.live("Transport: nobody listens", () =>
    Effect.gen(function* () {
      const { close, url } = yield* serve(() => {})
      close()
      const error = yield* Effect.flip(follow(yield* restOn(url)))
      assert.strictEqual(error.reason._tag, "Transport")
      assert.include(error.message, "ECONNREFUSED")
    })
  )

  it.live("Transport: a throw in user code", () =>
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

  it.live("interruption aborts the request", () =>
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
