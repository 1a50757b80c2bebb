/** Reads that are passed on to the bot's inspector, whose end the page must hear of, and ports that are none. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createServer, get, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { Playground } from "../../src/playground/index.ts"
import { pass } from "../../src/playground/internal/proxy.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { emptyPage } from "./client.ts"

const serve = (listener: RequestListener) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<ReturnType<typeof createServer>>((resume) => {
        const server = createServer(listener)
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.sync(() => {
          server.closeAllConnections()
          server.close()
        })
    ),
    (server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  )

/** What a page has got when the stream is over. */
const readAll = (url: string) =>
  Effect.callback<string>((resume) => {
    let text = ""
    const request = get(url, (response) => {
      response.setEncoding("utf8")
      response.on("data", (chunk: string) => (text += chunk))
      response.on("error", () => undefined)
      response.on("close", () => resume(Effect.succeed(text)))
    })
    request.on("error", () => resume(Effect.succeed(text)))
    return Effect.sync(() => request.destroy())
  })

describe("a stream of the bot's inspector", () => {
  it.live("ends for the page when the bot is gone, however it went", () =>
    Effect.gen(function* () {
      for (const isKilled of [true, false]) {
        const bot = yield* serve((_, response) => {
          response.writeHead(200, { "content-type": "text/event-stream" }).write("event: state\n\n")
          setImmediate(() => (isKilled ? response.socket?.destroy() : response.end()))
        })
        const page = yield* serve((request, response) => pass(request, response, new URL(bot)))
        const text = yield* Effect.timeout(readAll(page), "15 seconds")
        assert.strictEqual(text, "event: state\n\n", `killed: ${isKilled}`)
      }
    }).pipe(Effect.scoped)
  )
})

describe("a port that is none", () => {
  it.live.each([-1, 65_536, 1.5, NaN, Infinity])("such as %s is an error that says so", (port) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Playground.make({ port, page: emptyPage() }))
      assert.strictEqual(error.reason, "NotListening")
      assert.include(error.message, `${port}, expected a number from 0 to 65535`)
    }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer()))
  )
})
