/** What the fake does with SKUs, entitlements and subscriptions. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { start } from "./resources.ts"

describe("SKUs", () => {
  it.live("are listed, each subscription with its group", () =>
    Effect.gen(function* () {
      const { discord, done, refuses } = yield* start()
      const all = `/applications/${discord.applicationId}/skus`
      assert.deepStrictEqual(yield* done("GET", all), [])
      const gold = yield* discord.sku("Pure Gold")
      const potion = yield* discord.sku("Potion", { type: 3 })
      const found: ReadonlyArray<Record<string, unknown>> = yield* done("GET", all)
      assert.deepStrictEqual(
        found.map(({ flags, slug, type }) => [type, slug, flags]),
        [
          [6, "pure-gold", 260],
          [5, "pure-gold", 260],
          [3, "potion", 4]
        ]
      )
      assert.deepStrictEqual([found[1]?.["id"], found[2]?.["id"]], [gold, potion])
      yield* refuses(["another application", "GET", "/applications/1/skus", undefined, 0])
    })
  )

  it.live("have subscriptions, which are asked for by user", () =>
    Effect.gen(function* () {
      const { discord, done, event, refuses } = yield* start()
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const gold = yield* discord.sku("Gold")
      const made = yield* discord.subscribe(gold, alice)
      assert.strictEqual((yield* event("ENTITLEMENT_CREATE")).id, made.entitlementId)
      const sent = yield* event("SUBSCRIPTION_CREATE")
      assert.deepInclude(sent, { id: made.id, user_id: alice.id, sku_ids: [gold], status: 0, canceled_at: null })
      assert.deepStrictEqual(sent.entitlement_ids, [made.entitlementId])
      const all = `/skus/${gold}/subscriptions`
      assert.deepStrictEqual(yield* done("GET", `${all}?user_id=${alice.id}`), [sent])
      assert.deepStrictEqual(yield* done("GET", `${all}?user_id=${alice.id}&before=${made.id}`), [])
      assert.deepStrictEqual(yield* done("GET", `${all}?user_id=${bob.id}`), [])
      assert.deepStrictEqual(yield* done("GET", `${all}/${made.id}`), sent)
      yield* refuses(
        ["without a user", "GET", all, undefined, 50_035],
        ["101 in a page", "GET", `${all}?user_id=${alice.id}&limit=101`, undefined, 50_035],
        ["of no SKU", "GET", `/skus/1/subscriptions?user_id=${alice.id}`, undefined, 10_027],
        ["one that is not there", "GET", `${all}/1`, undefined, 0]
      )
      yield* made.change({ status: 2, canceled_at: "2100-01-01T00:00:00Z" })
      assert.deepInclude(yield* event("SUBSCRIPTION_UPDATE"), { id: made.id, status: 2 })
      yield* made.delete
      assert.strictEqual((yield* event("SUBSCRIPTION_DELETE")).id, made.id)
      assert.deepStrictEqual(yield* done("GET", `${all}?user_id=${alice.id}`), [])
    })
  )
})

describe("entitlements", () => {
  it.live("are consumed if their SKU is consumable, and deleted if they are for tests", () =>
    Effect.gen(function* () {
      const { discord, done, refuses } = yield* start()
      const alice = yield* discord.user("alice")
      const all = `/applications/${discord.applicationId}/entitlements`
      const [gold, potion] = [yield* discord.sku("Gold"), yield* discord.sku("Potion", { type: 3 })]
      const bought = yield* discord.entitle(potion, { user: alice }, { type: 1 })
      const subscribed = yield* discord.entitle(gold, { user: alice })
      const other = yield* discord.entitle("1", { user: alice })
      const test = yield* done("POST", all, { sku_id: gold, owner_id: alice.id, owner_type: 2 })
      assert.doesNotHaveAnyKeys(test, ["starts_at", "ends_at", "subscription_id"])
      yield* refuses(
        ["a subscription", "POST", `${all}/${subscribed.id}/consume`, undefined, 40_018],
        ["one of an unknown SKU", "POST", `${all}/${other.id}/consume`, undefined, 40_018],
        ["what was bought", "DELETE", `${all}/${bought.id}`, undefined, 40_019],
        ["an unknown SKU", "POST", all, { sku_id: "1", owner_id: alice.id, owner_type: 2 }, 10_027],
        ["another owner", "POST", all, { sku_id: gold, owner_id: alice.id, owner_type: 3 }, 50_035]
      )
      yield* done("POST", `${all}/${bought.id}/consume`)
      assert.isTrue((yield* done("GET", `${all}/${bought.id}`)).consumed)
      yield* done("DELETE", `${all}/${test.id}`)
      assert.lengthOf(yield* done("GET", all), 3)
    })
  )
})
