/** What the log says of a session store that fails: enough to act on, and no more. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as TestClock from "effect/testing/TestClock"
import * as KeyValueSessionStore from "../../src/gateway/KeyValueSessionStore.ts"
import * as SessionStore from "../../src/gateway/SessionStore.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"

const shards = 20

/** A store that is away while `trouble` names a reason, and sessions in it that change with every second. */
const setting = () => {
  const disk: { trouble: string | undefined } = { trouble: undefined }
  const map = new Map<string, string>()
  const use = <A>(method: string, f: () => A) =>
    Effect.suspend(() => {
      if (disk.trouble === undefined) return Effect.sync(f)
      return Effect.fail(new KeyValueStore.KeyValueStoreError({ method, message: disk.trouble }))
    })
  const kv = KeyValueStore.makeStringOnly({
    get: (key) => use("get", () => map.get(key)),
    set: (key, value) => use("set", () => map.set(key, value)),
    remove: (key) => use("remove", () => map.delete(key)),
    clear: use("clear", () => map.clear()),
    size: use("size", () => map.size),
    keys: use("keys", () => [...map.keys()])
  })
  const lines: Array<string> = []
  const logger = Logger.make(
    ({ cause, logLevel, message }) =>
      void lines.push([logLevel, message, Cause.pretty(cause).split("\n")[0]].flat().join(" ").trim())
  )
  const sessions = Array.from({ length: shards }, (_, shard) => ({
    key: { application: "app", intents: 1, shard: ShardId.make(shard), total: shards },
    live: { id: `session ${shard}`, resumeUrl: "wss://gateway.discord.gg", startedAt: 5, sequence: 0 }
  }))
  const pass = Effect.fnUntraced(function* (seconds: number) {
    for (let second = 0; second < seconds; second++) {
      for (const { live } of sessions) live.sequence++
      yield* TestClock.adjust("1 second")
    }
  })
  const layer = KeyValueSessionStore.layer().pipe(
    Layer.provide(Layer.succeed(KeyValueStore.KeyValueStore, kv)),
    Layer.provideMerge(Logger.layer([logger]))
  )
  const begin = Effect.gen(function* () {
    const store = yield* SessionStore.SessionStore
    for (const { key, live } of sessions) {
      yield* store.claim(key, () => undefined)
      yield* store.set(key, live)
    }
    yield* pass(3)
  })
  return { begin, disk, layer, lines, pass }
}

describe("a session store that is away", () => {
  it.effect("is logged with its first cause, then once a minute with a count, and when it is back", () => {
    const { begin, disk, layer, lines, pass } = setting()
    return Effect.gen(function* () {
      yield* begin
      assert.deepStrictEqual(lines, [])
      disk.trouble = "the first reason"
      yield* pass(1)
      disk.trouble = "another reason"
      yield* pass(149)
      assert.strictEqual(lines.length, 3, lines.join("\n"))
      assert.match(lines[0] ?? "", /^Warn The session store could not .*the first reason/)
      for (const line of lines.slice(1)) {
        assert.match(line, /^Warn The session store still does not work: 1[23]\d\d uses failed in the last 60 seconds/)
        assert.match(line, /another reason/)
      }
      disk.trouble = undefined
      yield* pass(20)
      assert.lengthOf(lines, 4)
      assert.match(lines[3] ?? "", /^Info The session store works again: 3[01]\d\d uses failed in 1[45]\d seconds/)
      disk.trouble = "the next time"
      yield* pass(2)
      assert.lengthOf(lines, 5)
      assert.match(lines[4] ?? "", /^Warn The session store could not .*the next time/)
      disk.trouble = undefined
    }).pipe(Effect.provide(layer))
  })

  it.effect("is one trouble while it fails now and then", () => {
    const { begin, disk, layer, lines, pass } = setting()
    return Effect.gen(function* () {
      yield* begin
      for (let times = 0; times < 25; times++) {
        disk.trouble = "now and then"
        yield* pass(1)
        disk.trouble = undefined
        yield* pass(1)
      }
      assert.lengthOf(lines, 1)
    }).pipe(Effect.provide(layer))
  })
})
