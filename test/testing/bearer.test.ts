/** What applications ask of the fake with the tokens of users. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { FakeDiscord } from "../../src/testing/index.ts"
import { call } from "./client.ts"

const uri = "https://bot.example/back"

it.live("tokens of users read what their scopes allow, and nothing else", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make()
    const alice = yield* discord.user("alice")
    const other = yield* discord.addGuild("other")
    yield* other.removeMember(alice.id)
    const id = discord.applicationId
    const tokenOf = (scope: string) =>
      Effect.gen(function* () {
        const query = new URLSearchParams({ client_id: id, response_type: "code", scope, redirect_uri: uri })
        const back = yield* alice.authorize(`https://discord.com/oauth2/authorize?${query}`)
        const code = new URL(back).searchParams.get("code") ?? ""
        const secret = { client_id: id, client_secret: "fake-client-secret", redirect_uri: uri }
        const body = new URLSearchParams({ grant_type: "authorization_code", code, ...secret })
        const sent = () => fetch(`${discord.apiUrl}/v10/oauth2/token`, { method: "POST", body })
        const { access_token: token } = yield* Effect.promise(() => sent().then((response) => response.json()))
        return { authorization: `Bearer ${token}` }
      })
    const get = (path: string, headers?: Record<string, string>) => call(discord, "GET", path, undefined, headers)
    const identify = yield* tokenOf("identify")
    const whole = yield* tokenOf("identify guilds guilds.members.read connections")
    assert.strictEqual((yield* get("/users/@me")).body.id, discord.botId)
    assert.strictEqual((yield* get("/users/@me", identify)).body.id, alice.id)
    const guilds = (yield* get("/users/@me/guilds", whole)).body
    assert.deepStrictEqual(
      guilds.map((guild: { id: string }) => guild.id),
      [discord.guild.id]
    )
    assert.lengthOf((yield* get("/users/@me/guilds")).body, 2)
    const member = `/users/@me/guilds/${discord.guild.id}/member`
    assert.strictEqual((yield* get(member, whole)).body.user.id, alice.id)
    assert.deepStrictEqual((yield* get("/users/@me/connections", whole)).body, [])
    const about = (yield* get("/oauth2/@me", identify)).body
    assert.deepInclude(about, { scopes: ["identify"] })
    assert.deepStrictEqual([about.user.id, about.application.id], [alice.id, id])
    const refused: ReadonlyArray<readonly [string, Record<string, string> | undefined, number, number]> = [
      ["/users/@me", { authorization: "Bearer none" }, 401, 0],
      ["/users/@me/guilds", identify, 403, 50_001],
      ["/users/@me/connections", identify, 403, 50_001],
      [member, identify, 403, 50_001],
      [`/users/@me/guilds/${other.id}/member`, whole, 404, 10_007],
      [member, undefined, 403, 20_001],
      [`/users/${alice.id}`, whole, 401, 0],
      [`/guilds/${discord.guild.id}`, whole, 401, 0]
    ]
    for (const [path, headers, status, code] of refused) {
      const reply = yield* get(path, headers)
      assert.deepStrictEqual([path, reply.status, reply.body.code], [path, status, code])
    }
    yield* alice.deauthorize
    assert.strictEqual((yield* get("/users/@me", identify)).status, 401)
  })
)
