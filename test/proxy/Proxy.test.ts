import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Schema from "effect/Schema"
import { connect } from "node:net"
import * as Bot from "../../src/Bot.ts"
import * as DiscordConfig from "../../src/DiscordConfig.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import { Proxy } from "../../src/proxy/index.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { proxyBefore, restOn, token, upstream } from "./servers.ts"

const fetching = (url: string, init?: RequestInit) =>
  Effect.tryPromise((signal) => fetch(url, { ...init, signal })).pipe(Effect.orDie)

const jsonOf = (response: Response) => Effect.promise((): Promise<unknown> => response.json())

const refusalOf = (response: Response) =>
  Effect.flatMap(jsonOf(response), Schema.decodeUnknownEffect(Proxy.ProxyError)).pipe(Effect.orDie)

const longToken = `aW50ZXJhY3Rpb246${"x".repeat(200)}`

describe("what is passed on", () => {
  it.live("is the method, the path, the query and the body, byte for byte, and the answer", () =>
    Effect.gen(function* () {
      const answer = Buffer.from([0, 1, 2, 0xff])
      const discord = yield* upstream((response) => {
        response.writeHead(207, { "x-ratelimit-limit": "5", "x-odd": "1", "content-type": "application/x-odd" })
        response.end(answer)
      })
      const api = yield* proxyBefore(discord)
      const body = Buffer.from('{ "content" :  "hé" , "n": 1.0 }')
      const response = yield* fetching(`${api}/v10/channels/123456789012345678/messages/%F0%9F%91%8D?a=1%2C2&b=+x`, {
        method: "PATCH",
        body,
        headers: { "content-type": "application/json", "x-audit-log-reason": "caf%C3%A9", "x-secret": "no" }
      })
      assert.strictEqual(response.status, 207)
      assert.strictEqual(response.headers.get("x-ratelimit-limit"), "5")
      assert.strictEqual(response.headers.get("x-odd"), "1")
      assert.strictEqual(response.headers.get("content-type"), "application/x-odd")
      assert.deepStrictEqual(Buffer.from(yield* Effect.promise(() => response.arrayBuffer())), answer)
      const [seen] = discord.seen
      assert.strictEqual(seen?.method, "PATCH")
      assert.strictEqual(seen?.url, "/api/v10/channels/123456789012345678/messages/%F0%9F%91%8D?a=1%2C2&b=+x")
      assert.deepStrictEqual(seen?.body, body)
      assert.strictEqual(seen?.headers["x-audit-log-reason"], "caf%C3%A9")
      assert.strictEqual(seen?.headers["content-type"], "application/json")
      assert.strictEqual(seen?.headers.authorization, `Bot ${token}`)
      assert.notProperty(seen?.headers, "x-secret")
    })
  )

  it.live("is a form as it is", () =>
    Effect.gen(function* () {
      const discord = yield* upstream((response) => response.writeHead(200).end("{}"))
      const api = yield* proxyBefore(discord)
      const body = Buffer.concat([
        Buffer.from('--b\r\nContent-Disposition: form-data; name="files[0]"; filename="a.bin"\r\n\r\n'),
        Buffer.from([0, 0xff, 13, 10, 0x80]),
        Buffer.from("\r\n--b--\r\n")
      ])
      const headers = { "content-type": "multipart/form-data; boundary=b" }
      yield* fetching(`${api}/v10/channels/1/messages`, { method: "POST", body, headers })
      assert.deepStrictEqual(discord.seen[0]?.body, body)
      assert.strictEqual(discord.seen[0]?.headers["content-type"], headers["content-type"])
    })
  )

  it.live.each([400, 401, 403, 404, 500, 502, 503])("is an error as it is, and only once (%s)", (status) =>
    Effect.gen(function* () {
      const problem = `{"message":"no","code":${status},  "errors":{}}`
      const discord = yield* upstream((response) =>
        response.writeHead(status, { "content-type": "application/json" }).end(problem)
      )
      const api = yield* proxyBefore(discord)
      const response = yield* fetching(`${api}/v10/users/@me`)
      assert.strictEqual(response.status, status)
      assert.strictEqual(yield* Effect.promise(() => response.text()), problem)
      assert.strictEqual((yield* fetching(`${api}/v10/users/@me`)).status, status)
      assert.strictEqual(discord.seen.length, 2)
      assert.strictEqual(discord.seen[1]?.headers.authorization, `Bot ${token}`)
    })
  )

  it.live("is an answer without a body, and a redirect", () =>
    Effect.gen(function* () {
      const discord = yield* upstream((response, { method }) =>
        method === "DELETE"
          ? response.writeHead(204).end()
          : response.writeHead(302, { location: "https://example.org" }).end()
      )
      const api = yield* proxyBefore(discord)
      assert.strictEqual((yield* fetching(`${api}/v10/channels/1`, { method: "DELETE" })).status, 204)
      const redirect = yield* fetching(`${api}/v10/users/@me`, { redirect: "manual" })
      assert.strictEqual(redirect.status, 302)
      assert.strictEqual(redirect.headers.get("location"), "https://example.org")
    })
  )
})

describe("the token", () => {
  const cases = [
    ["GET", "/users/@me", undefined, `Bot ${token}`],
    ["GET", "/users/@me", `Bot ${token}`, `Bot ${token}`],
    ["GET", "/users/@me", "Bearer of-a-user", "Bearer of-a-user"],
    ["POST", "/oauth2/token", undefined, undefined],
    ["POST", "/oauth2/token", "Basic abc", "Basic abc"],
    ["POST", `/interactions/1/${longToken}/callback`, undefined, undefined],
    ["PATCH", `/webhooks/1/${longToken}/messages/@original`, undefined, undefined],
    ["GET", "/webhooks/1", undefined, `Bot ${token}`]
  ] as const

  it.live.each(cases)("%s %s with %s is sent with %s", ([method, path, given, sent]) =>
    Effect.gen(function* () {
      const discord = yield* upstream((response) => response.writeHead(200).end("{}"))
      const api = yield* proxyBefore(discord)
      const headers: Record<string, string> = given === undefined ? {} : { authorization: given }
      const body = method === "GET" ? null : "{}"
      const response = yield* fetching(`${api}/v10${path}`, { method, headers, body })
      assert.strictEqual(response.status, 200)
      assert.strictEqual(discord.seen[0]?.url, `/api/v10${path}`)
      assert.strictEqual(discord.seen[0]?.headers.authorization, sent)
    })
  )

  it.live("of another bot is refused, and not sent anywhere", () =>
    Effect.gen(function* () {
      const discord = yield* upstream((response) => response.writeHead(200).end("{}"))
      const api = yield* proxyBefore(discord)
      for (const authorization of ["Bot other", "bot", token, "Bot "]) {
        const response = yield* fetching(`${api}/v10/users/@me`, { headers: { authorization } })
        assert.strictEqual(response.status, 403, authorization)
        const refusal = yield* refusalOf(response)
        assert.strictEqual(refusal.proxy, "token")
        assert.notInclude(JSON.stringify(refusal), token)
      }
      assert.strictEqual(discord.seen.length, 0)
    })
  )
})

/** Sends bytes as they are, because `fetch` resolves paths. */
const statusOf = (api: string, line: string, header = "X-A: b") =>
  Effect.callback<number>((resume) => {
    const socket = connect(Number(new URL(api).port), "127.0.0.1", () =>
      socket.write(`${line} HTTP/1.1\r\nHost: x\r\n${header}\r\nConnection: close\r\n\r\n`)
    )
    socket.once("data", (chunk) => resume(Effect.succeed(Number(chunk.toString().split(" ")[1]))))
    return Effect.sync(() => socket.destroy())
  })

describe("what is refused", () => {
  it.live("is another version, a path that leads elsewhere, and a method that Discord does not have", () =>
    Effect.gen(function* () {
      const discord = yield* upstream((response) => response.writeHead(200).end("{}"))
      const api = yield* proxyBefore(discord)
      for (const path of ["/api", "/api/", "/api/v9/users/@me", "/api/users/@me", "/api/v10", "/api/v100/users/@me"]) {
        assert.strictEqual(yield* statusOf(api, `GET ${path}`), 404, path)
      }
      for (const path of ["/../x", "/channels/../x", "/channels/%2e%2E/x", "/.", "//example.org/x", "/a\\..\\b"]) {
        assert.strictEqual(yield* statusOf(api, `GET /api/v10${path}`), 404, path)
      }
      assert.strictEqual(yield* statusOf(api, "OPTIONS /api/v10/users/@me"), 405)
      assert.strictEqual(yield* statusOf(api, "GET /other"), 404)
      assert.strictEqual(discord.seen.length, 0)
    })
  )

  it.live("is what a page in a browser sends", () =>
    Effect.gen(function* () {
      const discord = yield* upstream((response) => response.writeHead(200).end("{}"))
      const api = yield* proxyBefore(discord)
      for (const header of ["Origin: http://example.org", "Origin: null", "Sec-Fetch-Site: cross-site"]) {
        assert.strictEqual(yield* statusOf(api, "GET /api/v10/users/@me", header), 403, header)
      }
      assert.strictEqual(yield* statusOf(api, "GET /api/v10/users/@me"), 200)
      assert.strictEqual(discord.seen.length, 1)
    })
  )

  it.live("is a body that is too large, whether or not it says so", () =>
    Effect.gen(function* () {
      const discord = yield* upstream((response) => response.writeHead(200).end("{}"))
      const api = yield* proxyBefore(discord, { maxBodySize: 10 })
      const post = (body: BodyInit) =>
        fetching(`${api}/v10/channels/1/messages`, { method: "POST", body, duplex: "half" } as RequestInit)
      assert.strictEqual((yield* refusalOf(yield* post("x".repeat(11)))).proxy, "tooLarge")
      const stream = new ReadableStream({
        pull: (controller) => {
          controller.enqueue(new TextEncoder().encode("xxxxxx"))
          controller.enqueue(new TextEncoder().encode("xxxxxx"))
          controller.close()
        }
      })
      assert.strictEqual((yield* post(stream)).status, 413)
      assert.strictEqual((yield* post("x".repeat(10))).status, 200)
      assert.strictEqual(discord.seen.length, 1)
    })
  )

  it.live("is what exceeds the requests and the bytes that may be under way; places are given back", () =>
    Effect.gen(function* () {
      const held: Array<() => void> = []
      const discord = yield* upstream((response) => held.push(() => void response.writeHead(200).end("{}")))
      const api = yield* proxyBefore(discord, { maxRequests: 2, maxBytes: 10 })
      const post = (channel: number, body: string) =>
        fetching(`${api}/v10/channels/${channel}23456789012345678/typing`, { method: "POST", body })
      const until = (count: number) =>
        Effect.suspend(() => (held.length >= count ? Effect.void : Effect.fail("not yet"))).pipe(
          Effect.eventually,
          Effect.timeout("1 minute")
        )
      const first = yield* Effect.forkChild(post(1, "123456"))
      yield* until(1)
      const large = yield* post(2, "12345")
      assert.strictEqual(large.status, 503)
      assert.strictEqual(large.headers.get("retry-after"), "1")
      assert.strictEqual((yield* refusalOf(large)).proxy, "overloaded")
      const second = yield* Effect.forkChild(post(3, "1234"))
      yield* until(2)
      assert.strictEqual((yield* post(4, "")).status, 503)
      // Who hangs up gives its place back, too.
      yield* Fiber.interrupt(second)
      const third = yield* post(5, "").pipe(
        Effect.tap(({ status }) => (status === 503 ? Effect.fail("not yet") : Effect.void)),
        Effect.eventually,
        Effect.forkChild
      )
      yield* until(3)
      for (const answer of held) answer()
      assert.strictEqual((yield* Fiber.join(first)).status, 200)
      assert.strictEqual((yield* Fiber.join(third)).status, 200)
    })
  )
})

describe("failures", () => {
  it.live("are a 502 when Discord cannot be reached, and a 504 when it is silent", () =>
    Effect.gen(function* () {
      const gone = yield* Effect.scoped(upstream(() => {}))
      const unreachable = yield* fetching(`${yield* proxyBefore(gone)}/v10/users/@me`)
      assert.strictEqual(unreachable.status, 502)
      assert.strictEqual((yield* refusalOf(unreachable)).proxy, "unreachable")
      const silent = yield* upstream(() => {})
      const late = yield* fetching(`${yield* proxyBefore(silent, { timeout: "200 millis" })}/v10/users/@me`)
      assert.strictEqual(late.status, 504)
      assert.strictEqual((yield* refusalOf(late)).proxy, "timeout")
    })
  )

  it.live("of a program that hangs up end its request to Discord", () =>
    Effect.gen(function* () {
      const closed = yield* Deferred.make<void>()
      const opened = yield* Deferred.make<void>()
      const discord = yield* upstream((response) => {
        Deferred.doneUnsafe(opened, Exit.void)
        response.on("close", () => Deferred.doneUnsafe(closed, Exit.void))
      })
      const api = yield* proxyBefore(discord)
      const program = yield* Effect.forkChild(fetching(`${api}/v10/users/@me`))
      yield* Deferred.await(opened)
      yield* Fiber.interrupt(program)
      yield* Deferred.await(closed).pipe(Effect.timeout("1 minute"))
    })
  )
})

const channel = "123456789012345678"
const sendRule = { requests: /^POST \/channels\/\d+\/messages$/, limit: 5, per: "1 second" } as const

const statuses = (entries: ReadonlyArray<FakeDiscord.Entry>) =>
  entries.flatMap((entry) => (entry._tag === "Request" ? [entry.status] : []))

describe("rate limits", () => {
  it.live("two programs together keep within one bucket, and neither of them gets a 429", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const api = yield* proxyBefore(discord)
      const { channelId } = discord.guild
      const rest = yield* restOn({ apiUrl: api, token: discord.token }, { limits: "elsewhere" })
      const plain = (content: string) =>
        fetching(`${api}/v10/channels/${channelId}/messages`, {
          method: "POST",
          body: JSON.stringify({ content }),
          headers: { "content-type": "application/json" }
        })
      const [ofFetch, ofRest] = yield* Effect.all(
        [
          Effect.forEach(Array.from({ length: 6 }), (_, n) => plain(`fetch ${n}`), { concurrency: "unbounded" }),
          Effect.forEach(
            Array.from({ length: 6 }),
            (_, n) => rest.use((api) => api.channels.createMessage(channelId, { content: `rest ${n}` })),
            { concurrency: "unbounded" }
          )
        ],
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual([...new Set(ofFetch.map(({ status }) => status))], [200])
      assert.strictEqual(ofRest.length, 6)
      assert.deepStrictEqual(yield* discord.violations, [])
      assert.deepStrictEqual([...new Set(statuses(yield* discord.log))], [200])
      const last = ofFetch.at(-1)
      assert.strictEqual(last?.headers.get("x-ratelimit-limit"), "5")
    }).pipe(Effect.provide(FakeDiscord.layerServer({ rateLimits: [sendRule] })))
  )

  it.live("a 429 of Discord's is waited for", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const api = yield* proxyBefore(discord)
      yield* discord.faults.restRateLimit(/gateway/, 0.1, { times: 2 })
      const response = yield* fetching(`${api}/v10/gateway/bot`)
      assert.strictEqual(response.status, 200)
      assert.property(yield* jsonOf(response), "session_start_limit")
      assert.deepStrictEqual(statuses(yield* discord.log), [429, 429, 200])
    }).pipe(Effect.provide(FakeDiscord.layerServer()))
  )

  it.live("a wait that is too long is a 503 that says how long, at once", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const api = yield* proxyBefore(discord, { timeout: "5 seconds" })
      yield* discord.faults.restRateLimit(/gateway/, 600)
      const response = yield* fetching(`${api}/v10/gateway/bot`)
      assert.strictEqual(response.status, 503)
      assert.isAtLeast(Number(response.headers.get("retry-after")), 590)
      const refusal = yield* refusalOf(response)
      assert.strictEqual(refusal.proxy, "rateLimited")
      assert.isAtLeast(refusal.retry_after ?? 0, 590)
    }).pipe(Effect.provide(FakeDiscord.layerServer()))
  )

  it.live("are told as a 429 if that is wanted, and Discord is not asked again before", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const api = yield* proxyBefore(discord, { rateLimits: "tell" })
      yield* discord.faults.restRateLimit(/gateway/, 60, { scope: "global" })
      for (const _ of [1, 2]) {
        const response = yield* fetching(`${api}/v10/gateway/bot`)
        assert.strictEqual(response.status, 429)
        assert.strictEqual(response.headers.get("x-ratelimit-scope"), "global")
        assert.strictEqual(response.headers.get("x-ratelimit-global"), "true")
        assert.isTrue((yield* refusalOf(response)).global)
      }
      assert.deepStrictEqual(statuses(yield* discord.log), [429])
    }).pipe(Effect.provide(FakeDiscord.layerServer()))
  )
})

it.live("a fibercord behind the proxy works as before it, files and errors included", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const api = yield* proxyBefore(discord)
    const rest = yield* restOn({ apiUrl: api, token: discord.token }, { limits: "elsewhere" })
    const { channelId } = discord.guild
    const message = yield* rest.use((api) =>
      api.channels.createMessage(channelId, {
        content: "hi",
        files: [{ name: "a.bin", data: Buffer.from([0, 255, 13, 10]) }]
      })
    )
    assert.strictEqual(message.attachments[0]?.size, 4)
    const error = yield* Effect.flip(rest.use((api) => api.channels.get(channel)))
    assert.strictEqual(error.code, 10_003)
  }).pipe(Effect.provide(FakeDiscord.layerServer()))
)

it.live("a whole bot runs behind the proxy: its start, responses, follow-ups with files, and edits", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const apiUrl = yield* proxyBefore(discord)
    const command = Command.slash("export", { description: "Export" }, () =>
      Effect.gen(function* () {
        yield* Reply.send({ content: "wait" })
        yield* Reply.followUp({ content: "here", files: [{ name: "a.txt", data: Buffer.from("a") }] })
        yield* Reply.edit({ content: "done" })
      })
    )
    yield* Layer.build(
      Bot.layer({ interactions: [command] }).pipe(
        Layer.provide(Bot.layerServices),
        Layer.provide(DiscordConfig.layer({ token: discord.token, apiUrl }))
      )
    )
    const response = yield* (yield* discord.user("alice")).slash("export")
    yield* response.awaitContent("done")
    assert.strictEqual((yield* response.followUps).length, 1)
    assert.deepStrictEqual(yield* discord.violations, [])
    const requests = (yield* discord.log).filter(FakeDiscord.is("Request"))
    assert.deepStrictEqual(
      requests.filter(({ status }) => status === undefined || status >= 300),
      []
    )
  }).pipe(Effect.provide(FakeDiscord.layerServer()))
)

it.live("a server that closes in the middle of a request answers it first", () =>
  Effect.gen(function* () {
    const opened = yield* Deferred.make<() => void>()
    const discord = yield* upstream((response) =>
      Deferred.doneUnsafe(
        opened,
        Exit.succeed(() => void response.writeHead(200).end("{}"))
      )
    )
    const scope = yield* Scope.make()
    const api = yield* Scope.provide(proxyBefore(discord), scope)
    const program = yield* Effect.forkChild(fetching(`${api}/v10/users/@me`))
    const answer = yield* Deferred.await(opened)
    const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
    yield* Effect.sleep("100 millis")
    assert.isUndefined(closing.pollUnsafe())
    answer()
    assert.strictEqual((yield* Fiber.join(program)).status, 200)
    yield* Fiber.join(closing)
  })
)
