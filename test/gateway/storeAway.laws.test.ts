/**
 * Processes that share a session store, which fails, lies and loses records, while they start, are killed and stop. When it
 * works again, one of them runs the shard, the others have been told, and the next one goes on with what that one has stored.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as TestClock from "effect/testing/TestClock"
import * as KeyValueSessionStore from "../../src/gateway/KeyValueSessionStore.ts"
import * as SafeStore from "../../src/gateway/internal/safeStore.ts"
import * as SessionStore from "../../src/gateway/SessionStore.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"

const key: SessionStore.SessionKey = { application: "app", intents: 1, shard: ShardId.make(0), total: 1 }

/** `works`; `fails`; `lies`: a write takes effect and fails; `hangs`. */
type Mode = "works" | "fails" | "lies" | "hangs"

/** What several processes share. */
class Disk {
  readonly map = new Map<string, string>()
  mode: Mode = "works"

  /** As one process reaches it, until it is killed. */
  of(isKilled: () => boolean): KeyValueStore.KeyValueStore {
    const failed = Effect.fail(new KeyValueStore.KeyValueStoreError({ method: "any", key: "", message: "it is away" }))
    const use = <A>(isWrite: boolean, evaluate: () => A) =>
      Effect.suspend(() => {
        if (isKilled() || this.mode === "hangs") return Effect.never
        if (this.mode === "fails") return failed
        if (this.mode === "works") return Effect.sync(evaluate)
        if (isWrite) evaluate()
        return isWrite ? failed : Effect.sync(evaluate)
      })
    return KeyValueStore.makeStringOnly({
      get: (name) => use(false, () => this.map.get(name)),
      set: (name, value) => use(true, () => void this.map.set(name, value)),
      remove: (name) => use(true, () => void this.map.delete(name)),
      clear: Effect.void,
      size: Effect.succeed(0),
      keys: Effect.succeed([])
    })
  }
}

/** A process with one shard, which leaves it when it is told that another process has it. */
class Process {
  runs = false
  isKilled = false
  live: SessionStore.Session | undefined
  readonly #store: SessionStore.SessionStore["Service"]
  readonly #scope: Scope.Closeable
  readonly #fork: (effect: Effect.Effect<unknown>) => unknown

  private constructor(
    store: SessionStore.SessionStore["Service"],
    scope: Scope.Closeable,
    fork: (effect: Effect.Effect<unknown>) => unknown
  ) {
    this.#store = SafeStore.make(store)
    this.#scope = scope
    this.#fork = fork
  }

  static readonly start = Effect.fnUntraced(function* (disk: Disk) {
    let made: Process | undefined
    const shared = Layer.succeed(
      KeyValueStore.KeyValueStore,
      disk.of(() => made?.isKilled === true)
    )
    const scope = yield* Scope.make()
    const layer = Layer.fresh(Layer.provide(KeyValueSessionStore.layer(), shared))
    const context = yield* Layer.buildWithScope(layer, scope)
    const store = yield* SessionStore.SessionStore.pipe(Effect.provide(context))
    made = new Process(store, scope, Effect.runForkWith(yield* Effect.context<never>()))
    return made
  })

  /** Starts the shard. It goes on with the session that there is, or begins one. */
  run(id: string, all: ReadonlyArray<Process>): void {
    this.#fork(
      Effect.gen({ self: this }, function* () {
        this.runs = true
        const found = yield* this.#store.claim(key, () => {
          this.runs = false
          this.#fork(this.#store.release(key))
        })
        if (!this.runs) return
        this.live = { ...(found ?? { id, resumeUrl: "wss://gateway.discord.gg", startedAt: 5, sequence: 0 }) }
        yield* this.#store.set(key, this.live)
        // Discord closes the connection that the session had, and whoever had it asks before it connects again.
        for (const other of all) if (other !== this && other.live?.id === this.live.id) other.askAgain()
      })
    )
  }

  askAgain(): void {
    this.#fork(this.#store.isOwner(key))
  }

  event(): void {
    if (this.live !== undefined) this.live.sequence++
  }

  kill(): void {
    this.isKilled = true
    this.runs = false
  }

  get stop(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.runs = false
      return Effect.andThen(this.#store.release(key), Scope.close(this.#scope, Exit.void))
    })
  }
}

const pass = (seconds: number) =>
  Effect.gen(function* () {
    for (let left = seconds; left > 0; left--) yield* TestClock.adjust(Math.min(left, 1) * 1000)
  })

const Act = Schema.Union([
  Schema.Struct({ _tag: Schema.Literal("start") }),
  Schema.Struct({ _tag: Schema.Literal("kill") }),
  Schema.Struct({ _tag: Schema.Literal("stop") }),
  Schema.Struct({ _tag: Schema.Literal("store"), mode: Schema.Literals(["works", "fails", "lies", "hangs"]) }),
  Schema.Struct({ _tag: Schema.Literal("lose"), what: Schema.Literals(["owner/", "released/", "process/", "bell/"]) }),
  Schema.Struct({
    _tag: Schema.Literal("cut"),
    what: Schema.Literals(["owner/", "released/", "process/", "session/"])
  }),
  Schema.Struct({ _tag: Schema.Literal("wait"), seconds: Schema.Literals([0, 1, 7, 20]) })
])

const play = Effect.fnUntraced(function* (acts: ReadonlyArray<typeof Act.Type>) {
  yield* TestClock.setTime(24 * 60 * 60_000)
  const disk = new Disk()
  const all: Array<Process> = []
  const begin = Effect.fnUntraced(function* () {
    const one = yield* Process.start(disk)
    all.push(one)
    one.run(`session ${all.length}`, all)
    yield* pass(0.5)
  })
  const living = () => all.filter(({ runs }) => runs)
  for (const act of acts) {
    for (const one of all) one.event()
    if (act._tag === "start") yield* begin()
    else if (act._tag === "kill") living().at(-1)?.kill()
    else if (act._tag === "stop") yield* Effect.forkChild(living()[0]?.stop ?? Effect.void)
    else if (act._tag === "store") disk.mode = act.mode
    else if (act._tag === "wait") yield* pass(act.seconds)
    else
      for (const [name, value] of disk.map) {
        if (!name.includes(act.what)) continue
        if (act._tag === "lose") disk.map.delete(name)
        else disk.map.set(name, value.slice(0, value.length / 2))
      }
  }
  disk.mode = "works"
  yield* pass(40)
  // Whoever starts now takes the shard over, whatever has happened.
  yield* begin()
  yield* pass(40)
  assert.deepStrictEqual(
    all.map(({ runs }) => runs),
    all.map((_, index) => index === all.length - 1)
  )
  const last = all.at(-1)
  last?.event()
  yield* pass(2)
  const id = last?.live?.id
  const sequence = last?.live?.sequence
  last?.kill()
  yield* begin()
  yield* pass(10)
  const next = all.at(-1)?.live
  assert.deepStrictEqual([next?.id, next?.sequence], [id, sequence])
}, Effect.scoped)

const quiet = Logger.layer([])

const start = { _tag: "start" } as const
const kill = { _tag: "kill" } as const
const wait = { _tag: "wait", seconds: 20 } as const
const store = (mode: Mode) => ({ _tag: "store", mode }) as const

describe("whatever a session store does", () => {
  it.effect.each<readonly [string, ReadonlyArray<typeof Act.Type>]>([
    ["fails when a process starts", [store("fails"), start, wait]],
    ["lies when a process starts", [store("lies"), start, wait]],
    ["hangs when a process starts", [store("hangs"), start, wait]],
    ["fails when a process starts beside another one", [start, wait, store("fails"), start, wait]],
    ["lost who the owner is", [start, wait, start, wait, kill, { _tag: "lose", what: "owner/" }, start]],
    ["cannot say who the owner is", [start, wait, start, wait, { _tag: "cut", what: "owner/" }, start, wait]]
  ])("one process runs the shard in the end, where it %s", ([, acts]) => Effect.provide(play(acts), quiet))

  it.effect.prop(
    "one process runs the shard in the end, and the next one goes on with its session",
    [Arbitrary.array(Arbitrary.schema(Act), { minLength: 0, maxLength: 12 })],
    ([acts]) => Effect.provide(play(acts), quiet),
    { arbitrary: { runs: Number(process.env["LAW_RUNS"] ?? 120) }, timeout: 120_000 }
  )
})
