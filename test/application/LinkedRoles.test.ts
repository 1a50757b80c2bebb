import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import * as LinkedRoles from "../../src/application/LinkedRoles.ts"
import * as OAuth2 from "../../src/application/OAuth2.ts"
import { DiscordRest } from "../../src/rest/DiscordRest.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, bob, requests } from "../interactions/harness.ts"

const live = <A, E, R>(test: Effect.Effect<A, E, R>) => test.pipe(Effect.scoped, Effect.provide(FakeDiscord.layer()))

const linked = LinkedRoles.define({
  wins: LinkedRoles.integer({ name: "Wins", description: "Games won", compare: "atLeast" }),
  joined: LinkedRoles.datetime({
    name: "Member",
    description: "Days since joining",
    compare: "atLeast",
    nameLocalizations: { de: "Mitglied", fr: undefined }
  }),
  premium: LinkedRoles.boolean({ name: "Premium", description: "Has a subscription" })
})

const redirectUri = "https://example.org/linked"

const oauth2 = Effect.map(FakeDiscord.FakeDiscord, ({ applicationId, clientSecret }) =>
  OAuth2.make({
    clientId: applicationId,
    clientSecret,
    redirectUri,
    scopes: ["role_connections.write", "identify"]
  })
)

const linkOf = (user: typeof alice) =>
  Effect.gen(function* () {
    const client = yield* oauth2
    const state = OAuth2.makeState()
    const back = yield* (yield* user).authorize(client.authorizeUrl(state))
    return yield* client.exchange(yield* OAuth2.readCallback(back, state))
  })

const puts = requests("PUT", /metadata$/)

describe("linked roles", () => {
  it.live("the fields are written when Discord has others, and only then", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      assert.isTrue(yield* linked.sync)
      assert.isFalse(yield* linked.sync)
      assert.strictEqual((yield* puts).length, 1)
      assert.deepStrictEqual(
        (yield* discord.roleMetadata).map(({ key, type }) => [key, type]),
        [
          ["wins", 2],
          ["joined", 6],
          ["premium", 7]
        ]
      )
      const fewer = LinkedRoles.define({
        wins: LinkedRoles.integer({ name: "Wins", description: "!", compare: "equal" })
      })
      assert.isTrue(yield* fewer.sync)
      assert.strictEqual((yield* discord.roleMetadata).length, 1)
    }).pipe(live)
  )

  it.live("the layer writes in the background, and tries again after a temporary failure", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.restStatus(/^GET .*metadata$/, 500)
      yield* Layer.build(linked.layer)
      yield* discord.awaitLog(
        FakeDiscord.is("Request", ({ method, route }) => method === "PUT" && /metadata/.test(route))
      )
      assert.strictEqual((yield* discord.roleMetadata).length, 3)
    }).pipe(live)
  )

  it.live("a user agrees, and their values are written with their token and not with the bot's", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* linked.sync
      const token = yield* linkOf(alice)
      yield* linked.update(token, {
        platformName: "Chess",
        platformUsername: "alice64",
        values: { wins: 12, joined: new Date(0), premium: true }
      })
      const expected = {
        platform_name: "Chess",
        platform_username: "alice64",
        metadata: { wins: "12", joined: "1970-01-01T00:00:00.000Z", premium: "1" }
      }
      assert.deepStrictEqual(yield* discord.roleConnection((yield* alice).id), expected)
      assert.deepStrictEqual(yield* linked.read(token), expected)
      assert.isUndefined(yield* discord.roleConnection((yield* bob).id))
      yield* linked.update(token, { values: { wins: 13 } })
      assert.deepStrictEqual((yield* linked.read(token)).metadata, { wins: "13" })
    }).pipe(live)
  )

  it.live("what was written for a user can be removed", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* linked.sync
      const token = yield* linkOf(alice)
      yield* linked.update(token, { platformName: "Chess", values: { wins: 12 } })
      yield* linked.remove(token)
      assert.isUndefined(yield* discord.roleConnection((yield* alice).id))
      assert.deepStrictEqual((yield* linked.read(token)).metadata, {})
    }).pipe(live)
  )

  it.live("a token that was withdrawn, or that lacks the scope, is told apart from other failures", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const token = yield* linkOf(alice)
      yield* (yield* alice).deauthorize
      const error = yield* Effect.flip(linked.update(token, { values: {} }))
      assert.strictEqual(error._tag === "OAuth2Error" ? error.reason : error._tag, "InvalidToken")
      const client = yield* oauth2
      const late = yield* Effect.flip(client.refresh(token))
      assert.strictEqual(late._tag === "OAuth2Error" ? late.reason : late._tag, "InvalidGrant")
      // The bot's own token still works.
      yield* (yield* DiscordRest).use((api) => api.applications.getCurrent())

      const narrow = OAuth2.make({
        clientId: discord.applicationId,
        clientSecret: discord.clientSecret,
        redirectUri,
        scopes: ["identify"]
      })
      const back = yield* (yield* bob).authorize(narrow.authorizeUrl("s"))
      const weak = yield* narrow.exchange(yield* OAuth2.readCallback(back, "s"))
      const missing = yield* Effect.flip(linked.update(weak, { values: {} }))
      assert.strictEqual(missing._tag === "DiscordRestError" ? missing.code : missing._tag, 50001)
    }).pipe(live)
  )

  it.effect("what Discord would refuse is found before it is asked, all at once", () =>
    Effect.gen(function* () {
      const field = (name: string) => LinkedRoles.integer({ name, description: "…", compare: "equal" })
      const many = LinkedRoles.define({
        a: field(""),
        B: field("x".repeat(101)),
        c: field("…"),
        d: field("…"),
        e: field("…"),
        f: field("…")
      })
      const never = Layer.succeed(DiscordRest, {
        use: () => Effect.die("asked"),
        request: () => Effect.die("asked"),
        respond: () => Effect.die("asked")
      })
      const error = yield* Effect.flip(Effect.provide(many.sync, never))
      assert.deepStrictEqual(error._tag === "InvalidLinkedRoles" ? error.problems.map(({ field }) => field) : [], [
        "",
        "a",
        "B",
        "B"
      ])
      const token = { accessToken: Redacted.make("secret") }
      const values = yield* Effect.flip(
        Effect.provide(
          linked.update(token, { platformName: "x".repeat(51), values: { wins: 1.5, joined: new Date(Number.NaN) } }),
          never
        )
      )
      assert.deepStrictEqual(values._tag === "InvalidLinkedRoles" ? values.problems.map(({ field }) => field) : [], [
        "platformName",
        "wins",
        "joined"
      ])
    })
  )

  it("values have the types of their fields", () => {
    const token = { accessToken: Redacted.make("") }
    assert.isTrue(
      [
        // @ts-expect-error a number is wanted
        linked.update(token, { values: { wins: "12" } }),
        // @ts-expect-error there is no such field
        linked.update(token, { values: { losses: 1 } })
      ].every(Effect.isEffect)
    )
  })
})

const reasonOf = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), (error) => (error instanceof OAuth2.OAuth2Error ? error.reason : error._tag))

describe("OAuth2", () => {
  it.live("a code works once, and belongs to its redirect URI", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const client = yield* oauth2
      const user = yield* alice
      const code = yield* OAuth2.readCallback(yield* user.authorize(client.authorizeUrl("s")), "s")
      yield* client.exchange(code)
      assert.strictEqual(yield* reasonOf(client.exchange(code)), "InvalidGrant")
      const other = yield* OAuth2.readCallback(yield* user.authorize(client.authorizeUrl("s")), "s")
      const options = { clientId: discord.applicationId, clientSecret: discord.clientSecret, scopes: ["identify"] }
      const elsewhere = OAuth2.make({ ...options, redirectUri: "https://example.org/other" })
      assert.strictEqual(yield* reasonOf(elsewhere.exchange(other)), "InvalidGrant")
      const thief = OAuth2.make({ ...options, clientSecret: Redacted.make("guessed"), redirectUri })
      assert.strictEqual(yield* reasonOf(thief.exchange("code")), "DiscordRestError")
    }).pipe(live)
  )

  it.live("a callback with another state, without one, or of a user who said no, gives no code", () =>
    Effect.gen(function* () {
      const client = yield* oauth2
      const user = yield* alice
      const back = yield* user.authorize(client.authorizeUrl("mine"))
      assert.strictEqual(yield* reasonOf(OAuth2.readCallback(back, "other")), "StateMismatch")
      assert.strictEqual(yield* reasonOf(OAuth2.readCallback(back, "min")), "StateMismatch")
      assert.strictEqual(yield* reasonOf(OAuth2.readCallback(back, undefined)), "StateMismatch")
      assert.strictEqual(yield* reasonOf(OAuth2.readCallback("/linked?state=", "")), "StateMismatch")
      assert.strictEqual(yield* reasonOf(OAuth2.readCallback("/linked?state=a", "a")), "NoCode")
      const denied = yield* user.authorize(client.authorizeUrl("mine"), { deny: true })
      assert.strictEqual(yield* reasonOf(OAuth2.readCallback(denied, "mine")), "Denied")
      assert.notStrictEqual(OAuth2.makeState(), OAuth2.makeState())
    }).pipe(live)
  )

  it.effect("tokens are renewed when they are about to expire, and can be stored as JSON", () =>
    Effect.gen(function* () {
      const client = yield* oauth2
      const token = yield* linkOf(alice)
      assert.deepStrictEqual(yield* client.renew(token), token)
      yield* TestClock.adjust("167 hours")
      assert.deepStrictEqual(yield* client.renew(token), token)
      yield* TestClock.adjust("3541 seconds")
      const fresh = yield* client.renew(token)
      assert.notStrictEqual(Redacted.value(fresh.accessToken), Redacted.value(token.accessToken))
      const stored = JSON.stringify(yield* Schema.encodeEffect(OAuth2.Token)(fresh))
      assert.deepStrictEqual(yield* Schema.decodeUnknownEffect(OAuth2.Token)(JSON.parse(stored)), fresh)
      yield* linked.update(fresh, { values: {} })
      yield* TestClock.adjust("169 hours")
      assert.strictEqual(yield* reasonOf(linked.update(fresh, { values: {} })), "InvalidToken")
      assert.notInclude(JSON.stringify(fresh) + String(fresh.refreshToken), Redacted.value(fresh.accessToken))
    }).pipe(live)
  )

  it.live("a page that Discord would not show is not agreed to", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const client = OAuth2.make({ clientId: "1", clientSecret: Redacted.make("x"), redirectUri, scopes: ["identify"] })
      assert.include((yield* Effect.flip(user.authorize(client.authorizeUrl("s")))).message, "Unknown Application")
      assert.include((yield* Effect.flip(user.authorize("https://example.org"))).message, "no page of Discord")
    }).pipe(live)
  )
})
