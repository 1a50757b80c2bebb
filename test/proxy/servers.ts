/** Servers for the tests of the proxy: one that says what it was sent, and the proxy itself. */
import { NodeHttpServer } from "@effect/platform-node"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { HttpRouter, HttpServer } from "effect/http"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import * as DiscordConfig from "../../src/DiscordConfig.ts"
import { Proxy } from "../../src/proxy/index.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"

/** The bot's token. */
export const token = "a-secret-token"

/** A request as it arrived. */
export interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingMessage["headers"]
  readonly body: Buffer
}

/** An API that notes what it is sent, and answers as the test says. */
export const upstream = (answer: (response: ServerResponse, seen: Seen) => void) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly apiUrl: string; readonly seen: Array<Seen>; readonly close: () => void }>((resume) => {
      const seen: Array<Seen> = []
      const server = createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          const { headers, method, url } = request
          const one = { method, url, headers, body: Buffer.concat(chunks) }
          seen.push(one)
          answer(response, one)
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`
        const close = () => {
          server.closeAllConnections()
          server.close()
        }
        resume(Effect.succeed({ apiUrl, seen, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

/** A proxy before this API. Returns its base URL, as programs use it. */
export const proxyBefore = Effect.fnUntraced(function* (
  discord: { readonly apiUrl: string; readonly token?: Redacted.Redacted },
  options?: Proxy.Options,
  restOptions?: DiscordRest.Options
) {
  const config = DiscordConfig.layer({ token: discord.token ?? Redacted.make(token), apiUrl: discord.apiUrl })
  const context = yield* Layer.build(
    HttpRouter.serve(Proxy.layer(options), { disableLogger: true, disableListenLog: true }).pipe(
      Layer.provideMerge(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 0 })),
      Layer.provide(DiscordRest.layer(restOptions)),
      Layer.provide(config)
    )
  )
  const { address } = Context.get(context, HttpServer.HttpServer)
  return address._tag === "InetAddressV4" ? `http://127.0.0.1:${address.port}/api` : yield* Effect.die("no port")
})

/** A fibercord that uses this base URL. */
export const restOn = (
  config: { readonly apiUrl: string; readonly token: Redacted.Redacted },
  options?: DiscordRest.Options
) =>
  Effect.map(
    Layer.build(Layer.provide(DiscordRest.layer(options), DiscordConfig.layer(config))),
    Context.get(DiscordRest.DiscordRest)
  )
