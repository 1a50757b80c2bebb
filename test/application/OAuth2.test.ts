/** Tokens under trouble: answers that are none, users who come twice, and callers who do not wait. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import * as LinkedRoles from "../../src/application/LinkedRoles.ts"
import * as OAuth2 from "../../src/application/OAuth2.ts"
import * as DiscordConfig from "../../src/DiscordConfig.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"

const client = OAuth2.make({
  clientId: "1",
  clientSecret: Redacted.make("secret"),
  redirectUri: "https://example.org/linked",
  scopes: ["identify"]
})

const good = {
  access_token: "a",
  token_type: "Bearer",
  expires_in: 604_800,
  refresh_token: "r",
  scope: "identify email"
}

/** Provides a REST client whose API answers like this. Answers are counted. */
const answering = <A, E>(
  answer: (response: ServerResponse, count: number, body: string) => void,
  test: Effect.Effect<A, E, DiscordRest.DiscordRest>
) =>
  Effect.scoped(
    Effect.gen(function* () {
      let count = 0
      const server = createServer((request, response) => {
        let body = ""
        request.on("data", (chunk) => (body += String(chunk)))
        request.on("end", () => answer(response, ++count, body))
      })
      yield* Effect.acquireRelease(
        Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
        () => Effect.sync(() => (server.closeAllConnections(), server.close()))
      )
      const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`
      const config = DiscordConfig.layer({ token: Redacted.make("t"), apiUrl })
      return yield* Effect.provide(test, Layer.provide(DiscordRest.layer(), config))
    })
  )

const json = (response: ServerResponse, value: unknown, status = 200) =>
  void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value))

const refreshToken = Redacted.make("old")

describe("an answer to the question for tokens", () => {
  const { access_token: _, ...noAccess } = good
  const { refresh_token: __, ...noRefresh } = good
  const { expires_in: ___, ...noExpiry } = good
  const { scope: ____, ...noScope } = good
  const others = [
    ["another word", "hello"],
    ["a number", 5],
    ["a list", [good]],
    ["nothing", {}],
    ["no access token", noAccess],
    ["an access token that is none", { ...good, access_token: 7 }],
    ["an empty access token", { ...good, access_token: "" }],
    ["no refresh token", noRefresh],
    ["no expiry", noExpiry],
    ["an expiry in words", { ...good, expires_in: "soon" }],
    ["an expiry beyond all time", { ...good, expires_in: 1e308 }],
    ["no scope", noScope],
    ["scopes as a list", { ...good, scope: ["identify"] }]
  ] as const

  it.live.each(others)("that is %s is an error that says so, and no defect", ([, body]) =>
    answering(
      (response) => json(response, body),
      Effect.gen(function* () {
        for (const call of [client.exchange("code"), client.refresh({ refreshToken })]) {
          const error = yield* Effect.flip(call)
          assert.strictEqual(error._tag, "DiscordRestError")
          assert.include(error.message, "the answer is not ")
        }
      })
    )
  )

  it.live("without a scope has none", () =>
    answering(
      (response) => json(response, { ...good, scope: "" }),
      Effect.map(client.exchange("code"), ({ scopes }) => assert.deepStrictEqual(scopes, []))
    )
  )
})

describe("tokens that are refreshed by several at a time", () => {
  // As Discord does it: a refresh token works once.
  const once = (held: Array<() => void>) => (response: ServerResponse, count: number) =>
    void held.push(() => (count === 1 ? json(response, good) : json(response, { error: "invalid_grant" }, 400)))

  const until = (isSo: () => boolean) =>
    Effect.suspend(() => (isSo() ? Effect.void : Effect.fail("not yet"))).pipe(
      Effect.eventually,
      Effect.timeout("15 seconds")
    )

  it.live("are refreshed once, and each of them has the new ones", () => {
    const held: Array<() => void> = []
    return answering(
      once(held),
      Effect.gen(function* () {
        const token: OAuth2.Token = { accessToken: refreshToken, refreshToken, expiresAt: 0, scopes: [] }
        const all = yield* Effect.forEach([1, 2, 3], () =>
          Effect.forkChild(client.renew(token), { startImmediately: true })
        )
        yield* until(() => held.length > 0)
        for (const answer of held) answer()
        for (const fiber of all) {
          assert.strictEqual(Redacted.value((yield* Fiber.join(fiber)).refreshToken), "r")
        }
        assert.strictEqual(held.length, 1)
        // Afterwards it is another question.
        const later = yield* Effect.forkChild(Effect.flip(client.renew(token)))
        yield* until(() => held.length > 1)
        held[1]?.()
        assert.strictEqual((yield* Fiber.join(later))._tag, "OAuth2Error")
      })
    )
  })

  it.live("reach those who wait although the one who asked first has gone", () => {
    const held: Array<() => void> = []
    return answering(
      once(held),
      Effect.gen(function* () {
        const first = yield* Effect.forkChild(client.refresh({ refreshToken }))
        yield* until(() => held.length > 0)
        const second = yield* Effect.forkChild(client.refresh({ refreshToken }), { startImmediately: true })
        yield* Fiber.interrupt(first)
        held[0]?.()
        assert.strictEqual(Redacted.value((yield* Fiber.join(second)).accessToken), "a")
        assert.strictEqual(held.length, 1)
      })
    )
  })
})

describe("the URL to which a user comes back", () => {
  it.effect("may have a fragment, and has no code if that is empty", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* OAuth2.readCallback("https://example.org/l?code=c&state=s#top", "s"), "c")
      assert.strictEqual((yield* Effect.flip(OAuth2.readCallback("/l?code=&state=s", "s"))).reason, "NoCode")
      assert.strictEqual((yield* Effect.flip(OAuth2.readCallback("/l#?code=c&state=s", "s"))).reason, "StateMismatch")
    })
  )
})

describe("fields of linked roles", () => {
  it.live("may have the names of what every object has", () => {
    const linked = LinkedRoles.define({
      constructor: LinkedRoles.boolean({ name: "a", description: "b" }),
      valueof: LinkedRoles.integer({ name: "a", description: "b", compare: "equal" }),
      ["__proto__"]: LinkedRoles.integer({ name: "a", description: "b", compare: "equal" })
    })
    const bodies: Array<unknown> = []
    return answering(
      (response, _, body) => {
        if (body !== "") bodies.push(JSON.parse(body))
        json(response, { id: "1" })
      },
      Effect.gen(function* () {
        yield* linked.update({ accessToken: refreshToken }, { values: {} })
        yield* linked.update({ accessToken: refreshToken }, { values: { ["__proto__"]: 5, constructor: true } })
        assert.deepStrictEqual(
          bodies.map((body) => JSON.stringify(body)),
          ['{"metadata":{}}', '{"metadata":{"constructor":"1","__proto__":"5"}}']
        )
      })
    )
  })
})
