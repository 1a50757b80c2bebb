/**
 * Whatever JSON is answered in Discord's place: what asks fails as REST does, and nobody waits for ever or finds a defect.
 *
 * `FIBERCORD_LAW_RUNS` and `FIBERCORD_LAW_SEED` choose how many answers there are, and which.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as ApplicationEmojis from "../../src/application/ApplicationEmojis.ts"
import * as LinkedRoles from "../../src/application/LinkedRoles.ts"
import * as OAuth2 from "../../src/application/OAuth2.ts"
import * as MemberPermissions from "../../src/cache/MemberPermissions.ts"
import * as DiscordConfig from "../../src/DiscordConfig.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"
import { makeRandom } from "../mutate.ts"

const runs = Number(process.env["FIBERCORD_LAW_RUNS"] ?? 60)
const seed = Number(process.env["FIBERCORD_LAW_SEED"] ?? 5)

/** A client whose API answers each request with this. */
const restOf = Effect.fnUntraced(function* (answer: () => unknown) {
  const server = createServer((request, response) => {
    request.resume()
    request.on("end", () => {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer()))
    })
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    () =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  )
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`
  const config = DiscordConfig.layer({ token: Redacted.make("t"), apiUrl })
  return yield* Layer.build(Layer.provide(DiscordRest.layer(), config))
})

const keys = [
  ["id", "user", "owner_id", "roles", "type", "guild_id", "parent_id", "permission_overwrites", "permissions"],
  ["position", "allow", "deny", "key", "name", "items", "scope", "access_token", "refresh_token", "expires_in"]
].flat()

const makeJson = (random: (below: number) => number) => {
  const json = (depth: number): unknown => {
    switch (random(depth > 3 ? 5 : 9)) {
      case 0:
        return "1"
      case 1:
        return random(3) === 0 ? 11 : 0
      case 2:
        return ["", "x", "-1", "1.5", "9".repeat(40)][random(5)]
      case 3:
        return [true, null, 1e308, -1][random(4)]
      case 4:
        return "1"
      case 5:
        return Array.from({ length: random(3) }, () => json(depth + 1))
      default:
        return Object.fromEntries(keys.filter(() => random(2) === 0).map((key) => [key, json(depth + 1)]))
    }
  }
  return json(0)
}

const token = { accessToken: Redacted.make("a"), refreshToken: Redacted.make("r") }
const linked = LinkedRoles.define({ wins: LinkedRoles.integer({ name: "W", description: "Won", compare: "equal" }) })
const oauth2 = OAuth2.make({ clientId: "1", clientSecret: Redacted.make("s"), redirectUri: "https://a.b", scopes: [] })
const ids = { guildId: "1", userId: "1" }

const calls: ReadonlyArray<readonly [string, Effect.Effect<unknown, unknown, DiscordRest.DiscordRest>]> = [
  ["permissions in a guild", MemberPermissions.fromRest(ids)],
  ["permissions in a channel", MemberPermissions.fromRest({ ...ids, channelId: "1" })],
  ["the hierarchy", MemberPermissions.canActOn({ guildId: "1", actorId: "1", targetId: "1" })],
  ["fields of linked roles", linked.sync],
  ["values of linked roles", linked.update(token, { values: { wins: 1 } })],
  ["a code", oauth2.exchange("code")],
  ["a refresh token", oauth2.refresh(token)]
]

describe("an answer of any shape", () => {
  it.live.each(calls)("to %s is no defect", ([, call]) =>
    Effect.gen(function* () {
      let answer: unknown
      const rest = yield* restOf(() => answer)
      let failures = 0
      for (let run = 0; run < runs; run++) {
        const random = makeRandom(seed * 1000 + run)
        answer = makeJson(random)
        const exit = yield* Effect.exit(Effect.provideContext(call, rest))
        if (Exit.isSuccess(exit)) continue
        failures++
        const why = `${JSON.stringify(answer)}: ${Cause.pretty(exit.cause)}`
        assert.isTrue(exit.cause.reasons.every(Cause.isFailReason), why)
      }
      assert.isAbove(failures, 0)
    }).pipe(Effect.scoped)
  )

  it.live("to the question for emojis is asked again, and who waits has them in the end", () =>
    Effect.gen(function* () {
      const emoji = { id: "7", name: "yes", animated: false }
      const answers: Array<unknown> = [{}, { id: "1" }, { items: 5 }, { id: "1" }, { items: [emoji] }]
      const rest = yield* restOf(() => (answers.length > 1 ? answers.shift() : answers[0]))
      const emojis = ApplicationEmojis.define({ yes: Buffer.from("GIF89a") })
      const yes = yield* emojis
        .get("yes")
        .pipe(Effect.provide(emojis.layer), Effect.provideContext(rest), Effect.timeout("15 seconds"))
      assert.strictEqual(yes.id, "7")
    }).pipe(Effect.scoped)
  )
})
