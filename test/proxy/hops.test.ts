/** What of an answer is about its connection, or cannot be written again, and who may ask at all. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { connect, createServer, type AddressInfo } from "node:net"
import { Proxy } from "../../src/proxy/index.ts"
import { makeRandom } from "../mutate.ts"
import { proxyBefore } from "./servers.ts"

const crlf = "\r\n"

/** An API that answers each request with these bytes, one a character, and hangs up. */
const speaking = (answer: () => string) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly apiUrl: string; readonly close: () => void }>((resume) => {
      const server = createServer((socket) => {
        let head = ""
        socket.on("error", () => undefined)
        socket.on("data", (chunk) => {
          head += chunk.toString("latin1")
          if (head.includes(crlf + crlf)) socket.end(Buffer.from(answer(), "latin1"))
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`
        resume(Effect.succeed({ apiUrl, close: () => server.close() }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

/** What comes back for these bytes, one a character, until the server hangs up. */
const told = (api: string, text: string) =>
  Effect.callback<string>((resume) => {
    const socket = connect(Number(new URL(api).port), "127.0.0.1")
    let all = ""
    socket.on("data", (chunk) => (all += chunk.toString("latin1")))
    socket.on("close", () => resume(Effect.succeed(all)))
    socket.on("error", () => resume(Effect.succeed(all)))
    socket.write(Buffer.from(text, "latin1"))
    return Effect.sync(() => socket.destroy())
  })

const get = (api: string, host = "127.0.0.1") =>
  told(api, `GET /api/v10/users/@me HTTP/1.1${crlf}Host: ${host}${crlf}Connection: close${crlf}${crlf}`)

const read = (text: string) => {
  const end = text.indexOf(crlf + crlf)
  const [line = "", ...lines] = text.slice(0, end).split(crlf)
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()])
  )
  return { status: Number(line.split(" ")[1]), headers, body: text.slice(end + 4) }
}

const names = ["x-a", "X-B", "x-hop", "X-Other-Hop", "alt-svc", "Proxy-Connection", "Keep-Alive", "TE", "trailer"]
const ofHops = new Set(["alt-svc", "proxy-connection", "keep-alive", "te", "trailer"])
const values = ["1", "caf\xe9", "\xf0\x9f\x91\x8d", "a, b", "\x80\xff", "  spaced  ", "tab\tin", '"quoted"', ""]

describe("an answer", () => {
  it.live("has its headers byte for byte, without those of its connection, whatever they are called", () =>
    Effect.gen(function* () {
      let answer = ""
      const api = yield* proxyBefore(yield* speaking(() => answer))
      for (let run = 0; run < 60; run++) {
        const random = makeRandom(run + 1)
        const pick = <A>(all: ReadonlyArray<A>): A => all[random(all.length)] as A
        const headers = names.filter(() => random(2) === 0).map((name) => [name, pick(values)] as const)
        const nominated = names.filter(() => random(4) === 0)
        const connection = ["close", ...nominated].join(random(2) === 0 ? ", " : ",")
        answer =
          [
            "HTTP/1.1 200 OK",
            `Connection: ${connection}`,
            "Content-Length: 2",
            ...headers.map(([name, value]) => `${name}: ${value}`)
          ].join(crlf) + `${crlf}${crlf}{}`
        const got = read(yield* get(api))
        const why = `run ${run}: ${JSON.stringify(answer)}`
        assert.strictEqual(got.status, 200, why)
        assert.strictEqual(got.body, "{}", why)
        for (const [name, value] of headers) {
          const lower = name.toLowerCase()
          const passes = !ofHops.has(lower) && !nominated.some((one) => one.toLowerCase() === lower)
          assert.strictEqual(got.headers.get(lower), passes ? value.trim() : undefined, `${name} in ${why}`)
        }
      }
    })
  )

  it.live("that HTTP does not know is a 502 that says so", () =>
    Effect.gen(function* () {
      let answer = ""
      const api = yield* proxyBefore(yield* speaking(() => answer))
      for (const status of [600, 700, 999]) {
        answer = `HTTP/1.1 ${status} Odd${crlf}Content-Length: 2${crlf}${crlf}{}`
        const got = read(yield* get(api))
        assert.strictEqual(got.status, 502, `${status}`)
        const { proxy } = yield* Schema.decodeUnknownEffect(Schema.fromJsonString(Proxy.ProxyError))(got.body)
        assert.strictEqual(proxy, "unreachable")
      }
    })
  )
})

describe("who calls it", () => {
  const own = ["127.0.0.1", "10.0.0.7:8080", "[::1]:8080", "localhost:80", "LOCALHOST.", "proxy", "proxy:8080"]
  const within = ["proxy.bots.svc.cluster.local", "proxy.bots.svc:8080", "proxy.internal", "nas.home.arpa", "a.test"]
  const listed = ["proxy.example.org", "PROXY.Example.org:8080", "proxy.example.org."]
  const strange = ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example."]
  const other = ["1.2.3.4.nip.io", "x.proxy.example.org", "evil.locals", "internal.example", "1.2.3.4.5"]

  it.live("may do so by an address, by a name that nobody else can have, or by one of its hosts", () =>
    Effect.gen(function* () {
      const discord = yield* speaking(() => `HTTP/1.1 200 OK${crlf}Content-Length: 2${crlf}${crlf}{}`)
      const api = yield* proxyBefore(discord, { hosts: ["Proxy.example.org"] })
      for (const host of [...own, ...within, ...listed])
        assert.strictEqual(read(yield* get(api, host)).status, 200, host)
      for (const host of [...strange, ...other]) {
        const got = read(yield* get(api, host))
        assert.strictEqual(got.status, 403, host)
        const { proxy } = yield* Schema.decodeUnknownEffect(Schema.fromJsonString(Proxy.ProxyError))(got.body)
        assert.strictEqual(proxy, "host")
      }
    })
  )

  it.live("and announces a body has its room before it has sent it, until it hangs up", () =>
    Effect.gen(function* () {
      const discord = yield* speaking(() => `HTTP/1.1 200 OK${crlf}Content-Length: 2${crlf}${crlf}{}`)
      const api = yield* proxyBefore(discord, { maxBytes: 10 })
      const post = (length: number, body: string) =>
        [
          "POST /api/v10/channels/1/messages HTTP/1.1",
          "Host: x",
          "Connection: close",
          `Content-Length: ${length}`,
          "",
          body
        ].join(crlf)
      const status = Effect.map(told(api, post(5, "12345")), (text) => read(text).status)
      const slow = connect(Number(new URL(api).port), "127.0.0.1")
      slow.write(post(8, "1"))
      const until = (wanted: number) =>
        status.pipe(
          Effect.tap((got) => (got === wanted ? Effect.void : Effect.fail(`${got} and not ${wanted} yet`))),
          Effect.eventually,
          Effect.timeout("15 seconds")
        )
      yield* until(503)
      slow.destroy()
      yield* until(200)
    })
  )
})
