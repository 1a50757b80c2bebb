import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import { FakeDiscord } from "../../src/testing/index.ts"
import { ApiError } from "../../src/testing/internal/apiError.ts"
import { isDocumented } from "../../src/testing/internal/documentedRoutes.ts"
import { RouteTable } from "../../src/testing/internal/routeTable.ts"
import { routes as own } from "../../src/testing/internal/routes.ts"
import { call } from "./client.ts"

const made = (...routes: ReadonlyArray<FakeDiscord.Route>) => FakeDiscord.make({ routes })

describe("a route that the fake does not have", () => {
  it.live("is answered with 501, which says how to add it, and is a violation", () =>
    Effect.gen(function* () {
      const discord = yield* made()
      const { id } = discord.guild
      const table = [
        ["GET", `/guilds/${id}/nothing`, "/guilds/:guild/nothing"],
        ["PATCH", `/nothing/${id}/parts/${id}`, "/nothing/:nothing/parts/:part"],
        ["POST", `/nothing/${id}/${"t".repeat(60)}`, "/nothing/:nothing/:token"]
      ] as const
      for (const [method, path, suggested] of table) {
        const { body, status } = yield* call(discord, method, path, method === "GET" ? undefined : {})
        assert.strictEqual(status, 501)
        assert.include(body.message, `the fake has no such route: ${method} ${path}`)
        assert.include(body.message, `FakeDiscord.layer({ routes: [{ method: "${method}", path: "${suggested}"`)
      }
      const violations = yield* discord.violations
      assert.deepStrictEqual(
        violations.map(({ detail, rule }) => [rule, detail]),
        table.map(([method, path]) => ["missing-route", `${method} ${path}`])
      )
      const seen = yield* discord.awaitLog(FakeDiscord.is("Request", ({ status }) => status === 501))
      assert.strictEqual(seen.path, `/guilds/${id}/nothing`)
    })
  )

  it.live("is told from a method that Discord refuses, and from what Discord does not find", () =>
    Effect.gen(function* () {
      const discord = yield* made()
      const status = (method: string, path: string) => Effect.map(call(discord, method, path), (reply) => reply.status)
      assert.strictEqual(yield* status("DELETE", "/gateway"), 405)
      assert.strictEqual(yield* status("PUT", `/channels/${discord.guild.channelId}/messages`), 405)
      assert.strictEqual(yield* status("GET", "/channels/1"), 404)
      assert.strictEqual(yield* status("GET", "/applications/1/commands"), 404)
      assert.strictEqual(yield* status("GET", "/users/%E0%A4%A"), 404)
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it("is 501 although the path has other methods, if Discord documents the method, and else 405", () => {
    const table = new RouteTable([])
    const wrong: Array<string> = []
    const counts = new Map<number, number>()
    for (const { pattern } of own) {
      // An id that is no word of another route.
      const path = pattern.replaceAll(/:\w+/g, "12345678901234567")
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
        const found = table.find(method, path)
        if (!(found instanceof ApiError)) continue
        counts.set(found.status, (counts.get(found.status) ?? 0) + 1)
        if (found.status !== (isDocumented(method, path) ? 501 : 405)) wrong.push(`${method} ${path}`)
      }
    }
    assert.deepStrictEqual(wrong, [])
    assert.isAbove(counts.get(405) ?? 0, 50)
    // Discord's own, whatever the fake has by now.
    for (const [method, path] of [
      ["GET", "/guilds/1/templates"],
      ["PATCH", "/applications/@me"],
      ["DELETE", "/guilds/1/integrations/2"]
    ] as const) {
      assert.isTrue(isDocumented(method, path))
    }
    assert.isFalse(isDocumented("DELETE", "/gateway"))
  })

  it("is one of Discord's: each of the fake's own is documented", () => {
    const undocumented = own
      .filter(({ method, pattern }) => !isDocumented(method, pattern.replaceAll(/:\w+/g, "*")))
      .map(({ method, pattern }) => `${method} ${pattern}`)
    // Those of OAuth2 have no place in the lists of routes.
    assert.deepStrictEqual(
      undocumented.filter((each) => !each.includes("/oauth2/token")),
      []
    )
  })
})

describe("a route of the test", () => {
  it.live("gets the parts of the request, and its response is sent", () =>
    Effect.gen(function* () {
      const requests: Array<FakeDiscord.RouteRequest> = []
      const discord = yield* made({
        method: "POST",
        path: "/guilds/:guild/templates/:code",
        handle: (request, { guild }) => {
          requests.push(request)
          return { status: 201, body: { name: guild.name }, headers: { "x-made": "yes" } }
        }
      })
      const form = new FormData()
      form.append("payload_json", JSON.stringify({ name: "a" }))
      form.append("files[0]", new File(["hello"], "a.txt", { type: "text/plain" }))
      const headers = {
        authorization: `Bot ${Redacted.value(discord.token)}`,
        "x-audit-log-reason": "be%20kind",
        "X-Other": "1"
      }
      const {
        body,
        headers: given,
        status
      } = yield* call(discord, "POST", "/guilds/1/templates/a%20b?limit=5", form, headers)
      assert.deepStrictEqual([status, body, given.get("x-made")], [201, { name: discord.guild.name }, "yes"])
      const [request] = requests
      assert.deepInclude(request, {
        method: "POST",
        path: "/guilds/1/templates/a%20b",
        params: { guild: "1", code: "a b" },
        body: { name: "a" },
        reason: "be kind"
      })
      assert.deepStrictEqual([request?.query.get("limit"), request?.headers["x-other"]], ["5", "1"])
      const [file] = request?.files ?? []
      assert.deepStrictEqual([file?.filename, file?.size, file?.contentType], ["a.txt", 5, "text/plain"])
      assert.strictEqual(Buffer.from(file?.content ?? []).toString(), "hello")
      const entry = yield* discord.awaitLog(FakeDiscord.is("Request", (each) => each.status === 201))
      assert.strictEqual(entry.route, "/guilds/:guild/templates/:code")
    })
  )

  it.live("may be an Effect that uses the fake, without a body, with text, and without a token", () =>
    Effect.gen(function* () {
      const discord = yield* made(
        {
          method: "GET",
          path: "/a",
          handle: (_, discord) => Effect.map(discord.user("alice"), ({ id }) => ({ body: { id } }))
        },
        { method: "GET", path: "/b", handle: () => ({}) },
        {
          method: "GET",
          path: "/c",
          bot: false,
          handle: () => ({ body: '"text"', headers: { "content-type": "x/y" } })
        }
      )
      assert.strictEqual((yield* call(discord, "GET", "/a")).body.id, (yield* discord.user("alice")).id)
      assert.strictEqual((yield* call(discord, "GET", "/b")).status, 204)
      assert.strictEqual((yield* call(discord, "GET", "/a", undefined, {})).status, 401)
      const open = yield* call(discord, "GET", "/c", undefined, {})
      assert.deepStrictEqual([open.body, open.headers.get("content-type")], ["text", "x/y"])
    })
  )

  it.live("comes before the fake's own, and faults and rate limits apply to it", () =>
    Effect.gen(function* () {
      const requests = "GET /users/:user"
      const discord = yield* FakeDiscord.make({
        routes: [{ method: "GET", path: "/users/:user", handle: ({ params }) => ({ body: { id: params["user"] } }) }],
        rateLimits: [{ requests, limit: 2, per: "1 minute" }]
      })
      const get = call(discord, "GET", "/users/@me")
      assert.deepStrictEqual((yield* get).body, { id: "@me" })
      yield* discord.faults.restStatus(requests, 503)
      assert.strictEqual((yield* get).status, 503)
      const last = yield* get
      assert.deepStrictEqual([last.status, last.headers.get("x-ratelimit-remaining")], [200, "0"])
      assert.strictEqual((yield* get).status, 429)
    })
  )

  it.live("that fails, throws or returns nothing is answered with 500, and says why", () =>
    Effect.gen(function* () {
      const discord = yield* made(
        { method: "GET", path: "/fails", handle: () => Effect.fail("no cake") },
        {
          method: "GET",
          path: "/throws",
          handle: () => {
            throw new Error("no tea")
          }
        },
        { method: "GET", path: "/nothing", handle: () => undefined as never },
        { method: "GET", path: "/interrupted", handle: () => Effect.interrupt }
      )
      const reasons = [
        ["/fails", "no cake"],
        ["/throws", "no tea"],
        ["/nothing", "it returned no response"],
        ["/interrupted", "All fibers interrupted"]
      ] as const
      for (const [path, why] of reasons) {
        const { body, status } = yield* call(discord, "GET", path)
        assert.strictEqual(status, 500)
        assert.include(body.message, `the route GET ${path} of this test failed: ${why}`)
      }
      const violations = yield* discord.violations
      assert.deepStrictEqual(
        violations.map(({ rule }) => rule),
        reasons.map(() => "failed-route")
      )
      assert.include(violations[0]?.detail, "no cake")
    })
  )

  it.live("has the path below /api/v10", () =>
    Effect.gen(function* () {
      for (const path of ["guilds/:guild", "/api/v10/guilds", "/guilds?limit=1"]) {
        const exit = yield* Effect.exit(Effect.scoped(made({ method: "GET", path, handle: () => ({}) })))
        assert.include(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "", "must be that below /api/v10")
      }
    })
  )
})
