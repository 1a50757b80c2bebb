import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { FakeDiscord } from "../../src/testing/index.ts"
import { WebSocket } from "ws"

/** How an upgrade of the gateway ends for a page of an origin. */
const upgraded = (url: string, origin: string | undefined) =>
  Effect.callback<string>((resume) => {
    const socket = new WebSocket(`${url}/?v=10&encoding=json`, origin === undefined ? {} : { origin })
    socket.on("error", (error) => resume(Effect.succeed(error.message)))
    socket.on("open", () => {
      socket.terminate()
      resume(Effect.succeed("open"))
    })
  })

it.live("the fake is not for pages of the web, which know its token, but for everything else of this machine", () =>
  Effect.gen(function* () {
    const { apiUrl, gatewayUrl, token } = yield* FakeDiscord.make()
    const status = (origin: string | undefined) =>
      Effect.promise(async () => {
        const authorization = `Bot ${Redacted.value(token)}`
        const headers = origin === undefined ? { authorization } : { authorization, origin }
        return (await fetch(`${apiUrl}/v10/gateway/bot`, { headers })).status
      })
    for (const origin of [
      "https://evil.example",
      "http://localhost.evil.example",
      "http://127.0.0.1.nip.io:80",
      "null"
    ]) {
      assert.strictEqual(yield* status(origin), 403, origin)
      assert.include(yield* upgraded(gatewayUrl, origin), "403", origin)
    }
    for (const origin of [undefined, "http://localhost:5173", "https://127.0.0.1", "http://[::1]:80"]) {
      assert.strictEqual(yield* status(origin), 200, origin)
      assert.strictEqual(yield* upgraded(gatewayUrl, origin), "open", origin)
    }
  }).pipe(Effect.scoped)
)
