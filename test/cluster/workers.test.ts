/** A bot in worker threads, on the fake Discord: what the server sees, and what is left afterwards. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { BroadcastChannel } from "node:worker_threads"
import { fileURLToPath } from "node:url"
import * as Bot from "../../src/Bot.ts"
import type * as ClusterBot from "../../src/cluster/ClusterBot.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as FakeDiscord from "../../src/testing/FakeDiscord.ts"
import * as Gateway from "../gateway/harness.ts"
import { temporaryFile } from "./support/temporaryFile.ts"
import * as Support from "./support/workers.ts"

const { is } = FakeDiscord
const total = 8
const programs = new URL("support/", import.meta.url)
const entry = new URL("workerProgram.ts", programs)
const deaf = new URL("deafProgram.ts", programs)
const broken = new URL("brokenProgram.ts", programs)

interface Threads {
  readonly setup: Support.Setup
  /** The shards that each thread said last to run. */
  readonly connected: Map<number, ReadonlyArray<number>>
  /** The numbers of the events of each shard that were handled. */
  readonly handled: Map<number, Array<number>>
  readonly say: (said: Support.Said) => void
}

/** Listens to the threads of a test, which get its setup by the environment. */
const listen = Effect.fnUntraced(function* (options: Partial<Support.Setup> = {}) {
  const { apiUrl, token } = yield* FakeDiscord.FakeDiscord
  const filename = yield* temporaryFile
  const setup: Support.Setup = {
    apiUrl,
    token: Redacted.value(token),
    filename,
    channel: filename,
    intents: ["Guilds", "GuildMessages"],
    ...options
  }
  process.env[Support.variable] = JSON.stringify(setup)
  const connected = new Map<number, ReadonlyArray<number>>()
  const handled = new Map<number, Array<number>>()
  const broadcast = yield* Effect.acquireRelease(
    Effect.sync(() => new BroadcastChannel(filename)),
    (broadcast) => Effect.sync(() => broadcast.close())
  )
  broadcast.addEventListener("message", (message) => {
    const said = (message as MessageEvent<Support.Said>).data
    if (said._tag === "Status") connected.set(said.thread, said.connected)
    if (said._tag === "Event") handled.set(said.shard, [...(handled.get(said.shard) ?? []), said.n])
  })
  const threads: Threads = { setup, connected, handled, say: (said) => broadcast.postMessage(said) }
  return threads
})

const launch = ({ setup }: Threads, workers: ClusterBot.ClusterOptions["workers"] = { count: 2, entry }) =>
  Support.bot(setup, { workers }).pipe(Bot.launch, Effect.provide(Support.services(setup)))

const untilBalanced = ({ connected }: Threads, what: string, isGone?: number) => {
  const has = () => [...connected].filter(([thread]) => thread !== isGone).map(([, shards]) => shards.length)
  return Effect.gen(function* () {
    while (JSON.stringify(has()) !== "[4,4]") yield* Effect.sleep("20 millis")
  }).pipe(
    Effect.timeoutOrElse({
      duration: "1 minute",
      orElse: () => Effect.die(new Error(`${what}: the threads run ${has().join(", ")} shards`))
    })
  )
}

/** Sends numbered events to every shard, and waits until all of them were handled. */
const send = Effect.fnUntraced(function* ({ handled }: Threads, numbers: ReadonlyArray<number>) {
  const discord = yield* FakeDiscord.FakeDiscord
  for (const n of numbers) for (let shard = 0; shard < total; shard++) yield* Gateway.number(discord, n, shard)
  for (let shard = 0; shard < total; shard++) {
    yield* Gateway.until(`events of shard ${shard}`, () => handled.get(shard)?.includes(numbers.at(-1) ?? 0) === true)
  }
})

const play = <A, E>(
  body: Effect.Effect<A, E, FakeDiscord.FakeDiscord | Scope.Scope>,
  options: FakeDiscord.Options = {}
) =>
  Effect.scoped(body).pipe(
    Effect.provide(
      FakeDiscord.layerServer({
        shards: total,
        maxConcurrency: 4,
        identifyInterval: "20 millis",
        ...options
      })
    )
  )

describe("ClusterBot in worker threads", () => {
  it.live(
    "runs all shards, starts a thread again that has crashed, and leaves nothing when it stops",
    () =>
      play(
        Effect.gen(function* () {
          const discord = yield* FakeDiscord.FakeDiscord
          const threads = yield* listen()
          const program = yield* Effect.forkScoped(launch(threads))
          yield* untilBalanced(threads, "at the start")
          yield* send(threads, [0, 1, 2])
          assert.deepStrictEqual([...threads.handled.keys()].sort(), [0, 1, 2, 3, 4, 5, 6, 7])
          for (const numbers of threads.handled.values()) assert.deepStrictEqual(numbers, [0, 1, 2])

          // Longer than the sessions take to be stored: one that is not costs an IDENTIFY.
          yield* Effect.sleep("1 second")
          const [crashed = 0] = threads.connected.keys()
          threads.say({ _tag: "Crash", thread: crashed })
          yield* Gateway.until("a third thread", () => threads.connected.size === 3)
          yield* untilBalanced(threads, "after the crash", crashed)
          yield* send(threads, [3, 4])
          for (const numbers of threads.handled.values()) assert.includeMembers(numbers, [0, 1, 2, 3, 4])
          assert.lengthOf((yield* discord.log).filter(is("Identify", ({ accepted }) => accepted)), total)

          const mark = yield* discord.mark
          yield* Fiber.interrupt(program)
          // Each shard said that it closes, which one that is cut off does not.
          const closed = (yield* discord.log).filter(is("Closed")).filter(({ index }) => index >= mark)
          assert.deepStrictEqual(
            closed.filter(({ code }) => code === 1006),
            []
          )
          assert.isFalse((yield* discord.sessions).some(({ connected }) => connected))
          const { length } = yield* discord.log
          threads.connected.clear()
          yield* Effect.sleep("200 millis")
          assert.strictEqual(threads.connected.size, 0)
          assert.lengthOf(yield* discord.log, length)
          assert.deepStrictEqual(yield* discord.violations, [])
        })
      ),
    240_000
  )

  it.live("ends a thread that does not stop in time", () =>
    play(
      Effect.gen(function* () {
        const threads = yield* listen()
        const workers = { count: 2, entry: deaf, stopWithin: "50 millis" } as const
        const program = yield* Effect.forkScoped(launch(threads, workers))
        yield* Gateway.until("two threads", () => threads.connected.size === 2)
        yield* Fiber.interrupt(program)
        threads.connected.clear()
        yield* Effect.sleep("200 millis")
        assert.strictEqual(threads.connected.size, 0)
      })
    )
  )

  it.live("fails with what each thread would fail with", () =>
    play(
      Effect.gen(function* () {
        const threads = yield* listen({ intents: ["Guilds", "GuildMembers"] })
        const error = yield* Effect.flip(launch(threads))
        assert.strictEqual(error._tag, "GatewayError")
        assert.include(error.message, "GuildMembers")
      }),
      { disallowedIntents: 1 << 1 }
    )
  )

  it.live("fails after some attempts if a thread cannot start", () =>
    play(
      Effect.gen(function* () {
        const threads = yield* listen()
        const error = yield* Effect.flip(launch(threads, { count: 1, entry: broken }))
        assert.strictEqual(error.message, "worker 1 cannot run the bot: it is broken")
      })
    )
  )

  it.live("starts no thread for options and definitions that cannot work", () =>
    play(
      Effect.gen(function* () {
        const threads = yield* listen()
        const messageOf = (workers: ClusterBot.ClusterOptions["workers"]) =>
          Effect.map(Effect.flip(launch(threads, workers)), ({ message }) => message)
        assert.strictEqual(
          yield* messageOf(0),
          "invalid option cluster.workers: has to be a whole number from 1, and is 0"
        )
        const missing = fileURLToPath(new URL("missing.ts", programs))
        assert.strictEqual(
          yield* messageOf({ count: 1, entry: missing }),
          `invalid option cluster.workers.entry: is no file: ${missing}`
        )
        const invalid = Command.slash("Not Valid", { description: "No" }, () => Effect.void)
        const error = yield* Support.bot(threads.setup, {
          workers: { count: 1, entry: broken },
          interactions: [invalid]
        }).pipe(Bot.launch, Effect.provide(Support.services(threads.setup)), Effect.flip)
        assert.strictEqual(error._tag, "InvalidDefinition")
      })
    )
  )
})
