/** The fake used wrongly: whoever does it is told what is wrong, where it was done, and the test's process goes on. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { connect } from "node:net"
import { FakeDiscord } from "../../src/testing/index.ts"
import { makeRandom } from "../mutate.ts"

const live = <A, E, R>(test: Effect.Effect<A, E, R>) => test.pipe(Effect.scoped, Effect.provide(FakeDiscord.layer()))

/** What comes back for these bytes, one a character; ends with the connection. */
const told = (apiUrl: string, text: string) =>
  Effect.callback<string>((resume) => {
    const socket = connect(Number(new URL(apiUrl).port), "127.0.0.1")
    let all = ""
    socket.on("data", (chunk) => {
      all += chunk.toString("latin1")
      // A connection that was upgraded stays open.
      if (all.startsWith("HTTP/1.1 101")) socket.destroy()
    })
    socket.on("error", () => undefined)
    socket.on("close", () => resume(Effect.succeed(all)))
    socket.write(Buffer.from(text, "latin1"))
    return Effect.sync(() => socket.destroy())
  })

const request = (target: string, more: ReadonlyArray<string>) =>
  [`GET ${target} HTTP/1.1`, "Host: localhost", ...more, "", ""].join("\r\n")

const plain = ["Authorization: Bot fake-token", "Connection: close"]
const upgrade = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
]

const messageOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.exit(effect), (exit) => (exit._tag === "Failure" ? Cause.pretty(exit.cause) : "it worked"))

describe("a fake Discord", () => {
  it.live("answers whatever a request asks for, and goes on", () =>
    Effect.gen(function* () {
      const { apiUrl } = yield* FakeDiscord.FakeDiscord
      const known = [
        "//",
        "///",
        "http://",
        "http:///",
        "*",
        "/%",
        "/api/v10//",
        "/api//v10/users/@me",
        "//v10",
        "/\\",
        "/cdn//"
      ]
      const random = makeRandom(7)
      const parts = [
        "/",
        "//",
        "api",
        "v10",
        "v",
        "%",
        "%2F",
        "..",
        "?",
        "#",
        "\\",
        ":",
        "@",
        "[",
        "]",
        "channels",
        "1",
        "cdn",
        "~"
      ]
      const made = Array.from({ length: 150 }, () =>
        Array.from({ length: 1 + random(7) }, () => parts[random(parts.length)]).join("")
      )
      for (const target of [...known, ...made]) {
        for (const more of [plain, upgrade]) {
          const text = yield* Effect.timeout(told(apiUrl, request(target, more)), "15 seconds")
          assert.match(text, /^HTTP\/1\.1 (?:101|[2-5]\d\d) /, target)
        }
      }
    }).pipe(live)
  )

  it.live("is no server for pages of strangers, by whatever name they come", () =>
    Effect.gen(function* () {
      const { apiUrl } = yield* FakeDiscord.FakeDiscord
      for (const [host, status] of [
        ["evil.example", 403],
        ["127.0.0.1.evil.example:80", 403],
        ["localhost:1", 200],
        ["host.docker.internal:8080", 200]
      ] as const) {
        const text = request("/api/v10/users/@me", plain).replace("Host: localhost", `Host: ${host}`)
        assert.include(yield* told(apiUrl, text), `HTTP/1.1 ${status} `, host)
      }
    }).pipe(live)
  )

  it.live("says which answer of a test it cannot send", () =>
    Effect.gen(function* () {
      const circle: Record<string, unknown> = {}
      circle["self"] = circle
      const answers: ReadonlyArray<object> = [
        { status: 99, body: {} },
        { status: 1000 },
        { body: { n: 1n } },
        { body: circle },
        { headers: { "x-a": "\u1234" }, body: {} },
        { headers: { "x a": "1" }, body: {} }
      ]
      const routes = answers.map((answer, n) => ({ method: "GET" as const, path: `/odd/${n}`, handle: () => answer }))
      const discord = yield* FakeDiscord.make({ routes })
      for (const n of answers.keys()) {
        const text = yield* Effect.timeout(told(discord.apiUrl, request(`/api/v10/odd/${n}`, plain)), "15 seconds")
        assert.include(text, "HTTP/1.1 500 ")
        assert.include(text, `the answer of this test to GET /odd/${n} cannot be sent`)
      }
      const violations = yield* discord.violations
      assert.deepStrictEqual(
        violations.map(({ rule }) => rule),
        answers.map(() => "failed-route")
      )
    }).pipe(Effect.scoped)
  )

  it.live("says what is wrong with what a test asks of it, at once", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      for (const status of [99, 101, 1000, 200.5, NaN]) {
        assert.include(yield* messageOf(discord.faults.restStatus(/./, status)), `fault is ${status}, expected`)
      }
      assert.include(yield* messageOf(discord.faults.restDelay(/./, "soon" as never)), "soon")
      const wrong = [{ name: "BAD NAME", description: "" }]
      assert.include(yield* messageOf(discord.registerCommands(wrong)), "APPLICATION_COMMAND_INVALID_NAME")
      const alice = yield* discord.user("alice")
      assert.include((yield* Effect.flip(alice.authorize("no URL"))).message, "no page of Discord")
      for (const option of ["shards", "minShards", "maxConcurrency"] as const) {
        for (const value of [0, -1, 1.5, NaN]) {
          const made = Effect.scoped(FakeDiscord.make({ [option]: value }))
          assert.include(yield* messageOf(made), `The option ${option} of the fake Discord is ${value}, expected`)
        }
      }
    }).pipe(live)
  )
})
