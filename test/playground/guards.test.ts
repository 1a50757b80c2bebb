import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Playground } from "../../src/playground/index.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { emptyPage, get, open, talk } from "./client.ts"

const TestLive = Playground.layer({ port: 0, page: emptyPage() }).pipe(Layer.provideMerge(FakeDiscord.layerServer()))

const upgrade = (port: number, headers: Readonly<Record<string, string>>, path = "/playground") =>
  talk(
    port,
    [
      `GET ${path} HTTP/1.1`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      "",
      ""
    ].join("\r\n")
  )

describe("who may talk to a playground", () => {
  layer(TestLive, { excludeTestServices: true })((it) => {
    it.effect("serves its page with a policy that allows no script of others", () =>
      Effect.gen(function* () {
        const { port } = yield* Playground.Playground
        const { body, headers, status } = yield* get(port, "/")
        assert.strictEqual(status, 200)
        assert.include(body, "<title>page</title>")
        const policy = String(headers["content-security-policy"])
        assert.include(policy, "default-src 'none'")
        assert.include(policy, "script-src 'self';")
        assert.include(policy, "frame-ancestors 'none'")
        assert.strictEqual(headers["x-content-type-options"], "nosniff")
        assert.strictEqual((yield* get(port, "/page.js?v=1")).headers["content-type"], "text/javascript; charset=utf-8")
      })
    )

    it.effect("refuses every host but its own names on loopback", () =>
      Effect.gen(function* () {
        const { port } = yield* Playground.Playground
        const own = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]
        const foreign = [
          "evil.example",
          `evil.example:${port}`,
          `127.0.0.1.evil.example:${port}`,
          `localhost:${port + 1}`,
          `localhost.:${port}`,
          "127.0.0.1",
          `user@localhost:${port}`
        ]
        for (const host of own) assert.strictEqual((yield* get(port, "/", { headers: { host } })).status, 200, host)
        for (const host of foreign) {
          assert.strictEqual((yield* get(port, "/", { headers: { host } })).status, 403, host)
          const said = yield* upgrade(port, { host, origin: `http://${host}` })
          assert.include(said, "HTTP/1.1 403", host)
        }
      })
    )

    it.effect("refuses pages of other origins, and WebSockets without an origin", () =>
      Effect.gen(function* () {
        const { port } = yield* Playground.Playground
        const host = `127.0.0.1:${port}`
        const foreign = [
          "http://evil.example",
          "null",
          `http://localhost:${port}`,
          `https://${host}`,
          `http://${host}/`
        ]
        for (const origin of foreign) {
          assert.strictEqual((yield* get(port, "/", { headers: { origin } })).status, 403, origin)
          assert.include(yield* upgrade(port, { host, origin }), "HTTP/1.1 403", origin)
        }
        assert.include(yield* upgrade(port, { host }), "HTTP/1.1 403")
        assert.include(yield* upgrade(port, { host, origin: `http://${host}` }, "/other"), "HTTP/1.1 404")
        assert.strictEqual((yield* get(port, "/", { headers: { origin: `http://${host}` } })).status, 200)
      })
    )

    it.effect("refuses what pages of other sites load without an origin, but not a link to it", () =>
      Effect.gen(function* () {
        const { port } = yield* Playground.Playground
        for (const site of ["cross-site", "same-site"]) {
          for (const [target, status] of [
            ["image", 403],
            ["script", 403],
            ["iframe", 403],
            ["empty", 403],
            ["document", 200]
          ] as const) {
            const headers = { "sec-fetch-site": site, "sec-fetch-dest": target }
            assert.strictEqual((yield* get(port, "/", { headers })).status, status, `${site} ${target}`)
          }
        }
        for (const site of ["same-origin", "none"]) {
          assert.strictEqual((yield* get(port, "/", { headers: { "sec-fetch-site": site } })).status, 200, site)
        }
      })
    )

    it.effect("has no path beside the files of its page", () =>
      Effect.gen(function* () {
        const { port } = yield* Playground.Playground
        const paths = [
          "/../package.json",
          "/..%2fpackage.json",
          "/%2e%2e/%2e%2e/etc/passwd",
          "//etc/passwd",
          "/page.js/..",
          "/./index.html",
          "/cdn/../index.html",
          "/constructor",
          "/__proto__",
          "/%00",
          "/inspector/../index.html"
        ]
        for (const path of paths) assert.strictEqual((yield* get(port, path)).status, 404, path)
        const absolute = yield* talk(
          port,
          `GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`
        )
        assert.include(absolute, "HTTP/1.1 400")
      })
    )

    it.effect("changes nothing over HTTP", () =>
      Effect.gen(function* () {
        const { port } = yield* Playground.Playground
        const origin = `http://127.0.0.1:${port}`
        for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
          const body = method === "POST" ? "x".repeat(2_000_000) : "{}"
          const sent = { method, body, headers: { "content-length": `${body.length}` } }
          assert.strictEqual((yield* get(port, "/", sent)).status, 403, method)
          const own = yield* get(port, "/", { ...sent, headers: { ...sent.headers, origin } })
          assert.strictEqual(own.status, 405, method)
        }
        assert.strictEqual((yield* get(port, "/", { method: "HEAD" })).body, "")
      })
    )

    it.effect("names what is wrong with a frame, and goes on", () =>
      Effect.gen(function* () {
        const { url } = yield* Playground.Playground
        const page = yield* open(url)
        const wrong: ReadonlyArray<readonly [text: string | Buffer, message: RegExp]> = [
          ["", /Expected an object as JSON/],
          ["{", /Expected an object as JSON/],
          ["null", /Expected an object as JSON/],
          ["[]", /Expected an object as JSON/],
          [Buffer.from([0, 1, 2]), /Expected an object as JSON/],
          ['{"request":{}}', /Expected a number as seq/],
          ['{"seq":"1","request":{}}', /Expected a number as seq/],
          ['{"seq":7}', /type is undefined, expected one of: slash/],
          ['{"seq":7,"request":{"type":"toString"}}', /type is "toString", expected one of/],
          ['{"seq":7,"request":{"type":"__proto__"}}', /expected one of/],
          ['{"seq":7,"request":{"type":"say","user":1}}', /The request say: Expected string[^]*\["user"\]/],
          ['{"seq":7,"request":{"type":"view","user":"../x"}}', /The request view: /],
          ['{"seq":7,"request":{"type":"fault","fault":{"kind":"failRest","status":99,"times":1}}}', /request fault/],
          ['{"seq":7,"request":{"type":"fault","fault":{"kind":"muteAcks","times":0}}}', /request fault/],
          ['{"seq":7,"request":{"type":"advance","millis":-1}}', /The request advance/],
          ['{"seq":7,"request":{"type":"advance","millis":1e308}}', /The request advance/],
          ['{"seq":7,"request":{"type":"advance","millis":1e999}}', /The request advance/],
          ['{"seq":7,"request":{"type":"advance","millis":null}}', /The request advance/],
          ['{"seq":7,"request":{"type":"addUser","name":"a","permissions":"all"}}', /The request addUser/]
        ]
        for (const [text, message] of wrong) {
          const before = page.updates.length
          yield* page.raw(text)
          const reply = yield* page.update((one) => page.updates.indexOf(one) >= before && one.type === "reply")
          assert.strictEqual(reply.ok, false, String(text))
          assert.match(reply.error.message, message, String(text))
        }
        assert.strictEqual((yield* page.ask({ type: "addUser", name: "still here" })).username, "still here")
      })
    )

    it.effect("closes the connection of a frame that is too large", () =>
      Effect.gen(function* () {
        const { url } = yield* Playground.Playground
        const page = yield* open(url)
        // Only its length is sent.
        const header = Buffer.from([0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4])
        ;(page.socket as unknown as { readonly _socket: { readonly write: (data: Buffer) => void } })._socket.write(
          header
        )
        assert.strictEqual(yield* page.closed, 1009)
        yield* open(url)
      })
    )
  })
})
