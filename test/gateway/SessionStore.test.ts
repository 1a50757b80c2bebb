import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as SessionStore from "../../src/gateway/SessionStore.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"

const key = { application: "app", intents: 1, shard: ShardId.make(0), total: 2 }

describe("SessionStore.layerMemory", () => {
  it.effect("keeps the live object, whose sequence advances in place", () =>
    Effect.gen(function* () {
      const store = yield* SessionStore.SessionStore
      const session: SessionStore.Session = { id: "a", resumeUrl: "wss://x", startedAt: 0, sequence: 1 }
      assert.isUndefined(yield* store.load(key))
      yield* store.set(key, session)
      session.sequence = 99
      assert.strictEqual((yield* store.load(key))?.sequence, 99)
      assert.isUndefined(yield* store.load({ ...key, total: 3 }))
      yield* store.remove(key)
      assert.isUndefined(yield* store.load(key))
      yield* store.flush
    }).pipe(Effect.provide(SessionStore.layerMemory))
  )

  it.effect("keeps budgets by application", () =>
    Effect.gen(function* () {
      const store = yield* SessionStore.SessionStore
      const budget = { total: 1, remaining: 1, resetAt: 1 }
      yield* store.setBudget("app", budget)
      assert.deepStrictEqual(yield* store.loadBudget("app"), budget)
      assert.isUndefined(yield* store.loadBudget("other"))
    }).pipe(Effect.provide(SessionStore.layerMemory))
  )
})

describe("fingerprint", () => {
  it("tells tokens apart without containing them", () => {
    const one = SessionStore.fingerprint(Redacted.make("MTIz.abc.def"))
    assert.match(one, /^[0-9a-f]{1,8}$/)
    assert.strictEqual(SessionStore.fingerprint(Redacted.make("MTIz.abc.def")), one)
    assert.notStrictEqual(SessionStore.fingerprint(Redacted.make("MTIz.abc.deg")), one)
  })
})
