/**
 * Every fault at every stage: the shard ends up Connected, or Fatal if the table of close codes says so. No event that
 * the server still had is lost, and none is handled twice.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as CloseCode from "../../../src/gateway/CloseCode.ts"
import * as IdentifyQueue from "../../../src/gateway/IdentifyQueue.ts"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import type { Action, Point } from "../../../src/testing/Faults.ts"
import * as Gateway from "../harness.ts"

const { is } = FakeDiscord

const codes = [
  1000, 1001, 1011, 4000, 4001, 4002, 4003, 4004, 4005, 4006, 4007, 4008, 4009, 4010, 4011, 4012, 4013, 4014, 4200, 4999
]

const closes: ReadonlyArray<Action> = [{ _tag: "Close" }, ...codes.map((code): Action => ({ _tag: "Close", code }))]
const others: ReadonlyArray<Action> = [
  { _tag: "Drop" },
  { _tag: "Drop", reset: true },
  { _tag: "Freeze" },
  { _tag: "Never" },
  { _tag: "Delay", duration: "60 millis" },
  { _tag: "Reconnect" },
  { _tag: "Reconnect", proceed: true },
  { _tag: "InvalidSession", resumable: true },
  { _tag: "InvalidSession", resumable: false }
]
const actions = [...closes, ...others]

const describeAction = (action: Action): string => {
  const { _tag, ...rest } = action
  const details = Object.entries(rest).map(([key, value]) => `${key} ${value}`)
  return [_tag, ...details].join(", ")
}

const decisionOf = (action: Action): CloseCode.Decision["_tag"] => {
  if (action._tag === "Close") return CloseCode.decide(action.code)._tag
  return action._tag === "InvalidSession" && !action.resumable ? "Identify" : "Resume"
}

const fake = FakeDiscord.layerServer({ identifyInterval: 0, heartbeatInterval: "600 millis" })

const options: Gateway.BotOptions = {
  closeTimeout: "50 millis",
  handshakeTimeout: "150 millis",
  helloTimeout: "50 millis",
  readyTimeout: "150 millis",
  resumedTimeout: "150 millis",
  // 4008 waits for a window.
  sendLimit: { limit: 120, window: "100 millis" }
}

const sessionId = FakeDiscord.FakeDiscord.use((discord) =>
  Effect.map(discord.sessions, (sessions) => sessions.find(({ connected }) => connected)?.id)
)

/** Asserts that the shard works: what is sent now arrives once, and nothing has arrived twice. */
const assertWorks = Effect.fnUntraced(function* (bot: Gateway.Bot, expected: ReadonlyArray<number>) {
  const discord = yield* FakeDiscord.FakeDiscord
  const last = 1000
  yield* bot.manager.awaitReady
  yield* Gateway.number(discord, last)
  yield* Gateway.until("the last event", () => Gateway.numbers(bot).includes(last))
  assert.deepStrictEqual(Gateway.numbers(bot), [...expected, last])
  const sessions = (yield* discord.sessions).filter(({ connected }) => connected)
  assert.strictEqual(sessions.length, 1)
})

const assertFatal = Effect.fnUntraced(function* (bot: Gateway.Bot, action: Action) {
  const decision = CloseCode.decide(action._tag === "Close" ? action.code : undefined)
  const error = yield* Effect.flip(bot.manager.awaitShutdown)
  assert.strictEqual(error.reason._tag, decision._tag === "Fatal" ? decision.reason : "")
  assert.strictEqual((yield* Gateway.info(bot, 0)).stage._tag, "Fatal")
  assert.deepStrictEqual(yield* bot.manager.shardsInstantiated, [])
})

describe.each(["hello", "identify", "ready"] as const satisfies ReadonlyArray<Point>)(
  "on the way to READY: %s",
  (point) => {
    for (const action of actions) {
      it.live(describeAction(action), () =>
        Effect.gen(function* () {
          const discord = yield* FakeDiscord.FakeDiscord
          const fault = yield* discord.faults.at(point, action)
          const bot = yield* Gateway.make(options)
          yield* bot.manager.initialize
          if (decisionOf(action) === "Fatal") yield* assertFatal(bot, action)
          else yield* assertWorks(bot, [])
          assert.strictEqual(yield* fault.hits, 1)
        }).pipe(Effect.provide(fake))
      )
    }
  }
)

describe.each(["resume", "resumed"] as const satisfies ReadonlyArray<Point>)("on the way to RESUMED: %s", (point) => {
  for (const action of actions) {
    it.live(describeAction(action), () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const bot = yield* Gateway.start(options)
        const before = yield* sessionId
        yield* Gateway.number(discord, 1)
        const fault = yield* discord.faults.at(point, action)
        yield* discord.faults.dropConnection(0)
        yield* Gateway.number(discord, 2)
        yield* Gateway.number(discord, 3)
        if (decisionOf(action) === "Fatal") return yield* assertFatal(bot, action)
        yield* Gateway.untilRecovered(bot, 0)
        yield* bot.manager.awaitReady
        // The two events were replayed, unless the session ended before.
        const session = yield* sessionId
        const kept = point === "resumed" || session === before
        yield* assertWorks(bot, kept ? [1, 2, 3] : [1])
        assert.strictEqual(yield* fault.hits, 1)
        // After 1000, only one RESUME is tried.
        const isRefused = action._tag === "Close" && action.code === 1000
        if (decisionOf(action) === "Resume" && !isRefused) assert.strictEqual(session, before)
      }).pipe(Effect.provide(fake))
    )
  }
})

describe("Connected", () => {
  for (const action of actions.filter(({ _tag }) => _tag !== "Never" && _tag !== "Delay")) {
    it.live(describeAction(action), () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const bot = yield* Gateway.start(options)
        const before = yield* sessionId
        yield* Gateway.number(discord, 1)
        yield* discord.faults.at("ack", action)
        yield* discord.faults.requestHeartbeat(0)
        // Sent after the fault, and lost with the connection if it has ended.
        yield* Gateway.number(discord, 2)
        if (decisionOf(action) === "Fatal") return yield* assertFatal(bot, action)
        yield* Gateway.untilRecovered(bot, 0)
        yield* bot.manager.awaitReady
        const session = yield* sessionId
        if (decisionOf(action) === "Resume") assert.strictEqual(session, before)
        const got = Gateway.numbers(bot)
        yield* assertWorks(bot, session === before ? [1, 2] : got)
        assert.strictEqual(new Set(Gateway.numbers(bot)).size, Gateway.numbers(bot).length)
      }).pipe(Effect.provide(fake))
    )
  }

  it.live("a shard resumes after a frame that is not JSON", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start(options)
      yield* discord.faults.invalidJson(0)
      yield* Gateway.number(discord, 1)
      yield* Gateway.untilRecovered(bot, 0)
      yield* assertWorks(bot, [1])
    }).pipe(Effect.provide(fake))
  )

  it.live("a shard identifies when its session has ended unnoticed", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start(options)
      yield* discord.faults.expireSession(0)
      yield* discord.stop()
      yield* discord.start()
      yield* Gateway.untilStages(bot, 0, ["Disconnected", "Identifying", "Connected"])
      yield* assertWorks(bot, [])
    }).pipe(Effect.provide(fake))
  )

  it.live("a shard identifies when Discord no longer has the missed events", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start(options)
      yield* discord.stop()
      yield* Gateway.number(discord, 1)
      yield* discord.faults.loseEvents(0)
      yield* discord.start()
      yield* Gateway.untilStages(bot, 0, ["Disconnected", "Identifying", "Connected"])
      yield* assertWorks(bot, [])
    }).pipe(Effect.provide(fake))
  )

  const replays = [
    ["that repeats every event is handled once", "duplicateReplay", [1, 2, 3]],
    ["with gaps is handled as it is", "gapInReplay", [1, 3]]
  ] as const
  for (const [what, fault, handled] of replays) {
    it.live(`a replay ${what}`, () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const bot = yield* Gateway.start(options)
        yield* discord.faults[fault]()
        yield* discord.stop()
        for (const n of [1, 2, 3]) yield* Gateway.number(discord, n)
        yield* discord.start()
        yield* Gateway.untilRecovered(bot, 0)
        yield* assertWorks(bot, handled)
      }).pipe(Effect.provide(fake))
    )
  }
})

describe("Connecting", () => {
  for (const status of [401, 429, 500, 503, 520]) {
    it.live(`HTTP ${status} instead of an upgrade`, () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        yield* discord.faults.upgradeStatus(status, { times: 2 })
        const bot = yield* Gateway.make(options)
        yield* bot.manager.initialize
        yield* assertWorks(bot, [])
      }).pipe(Effect.provide(fake))
    )
  }

  for (const fault of ["stallUpgrade", "dropUpgrade"] as const) {
    it.live(fault, () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        yield* discord.faults[fault]()
        const bot = yield* Gateway.make(options)
        yield* bot.manager.initialize
        yield* assertWorks(bot, [])
      }).pipe(Effect.provide(fake))
    )
  }

  it.live("a session is resumed at the main URL while the resume URL is down or answers 503", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start(options)
      for (const [i, fault] of [
        discord.faults.upgradeStatus(503, { times: Infinity, host: "resume" }),
        discord.faults.refuseConnections("resume")
      ].entries()) {
        const since = bot.changes.length
        yield* fault
        yield* discord.faults.dropConnection(0)
        yield* Gateway.number(discord, i)
        yield* Gateway.untilRecovered(bot, 0, since)
      }
      yield* assertWorks(bot, [0, 1])
      const opened = (yield* discord.log).filter(is("Opened"))
      assert.deepStrictEqual(
        opened.map(({ host }) => host),
        ["main", "main", "main"]
      )
      assert.strictEqual((yield* discord.log).filter(is("Identify")).length, 1)
    }).pipe(Effect.provide(fake))
  )
})

describe("Queued", () => {
  const quick = FakeDiscord.layerServer({ identifyInterval: 0, heartbeatInterval: "100 millis" })

  /** A queue in which every shard waits until it is given its turn. */
  const makeQueue = Effect.map(Deferred.make<IdentifyQueue.Turn>(), (turn) => {
    const queue = { turn, waiting: 0 }
    const take = () =>
      Effect.suspend(() => {
        queue.waiting++
        return Deferred.await(turn)
      }).pipe(Effect.onInterrupt(() => Effect.sync(() => queue.waiting--)))
    return { queue, identifyQueue: Layer.succeed(IdentifyQueue.IdentifyQueue, { take }) }
  })

  const leaves = Effect.fnUntraced(function* (
    fault: (discord: FakeDiscord.FakeDiscord["Service"]) => Effect.Effect<unknown>,
    action?: Action
  ) {
    const discord = yield* FakeDiscord.FakeDiscord
    const { identifyQueue, queue } = yield* makeQueue
    const bot = yield* Gateway.make({ ...options, identifyQueue })
    yield* bot.manager.initialize
    yield* Gateway.untilStages(bot, 0, ["Queued"])
    yield* fault(discord)
    if (action !== undefined && decisionOf(action) === "Fatal") return yield* assertFatal(bot, action)
    yield* Gateway.untilStages(bot, 0, ["Queued", "Disconnected", "Queued"])
    assert.strictEqual(queue.waiting, 1)
    yield* Deferred.succeed(queue.turn, { use: () => true })
    yield* assertWorks(bot, [])
    assert.strictEqual((yield* discord.log).filter(is("Identify")).length, 1)
  })

  it.live("a shard leaves the queue when its connection is lost, and queues again", () =>
    leaves((discord) => Effect.andThen(discord.stop("main"), discord.start("main"))).pipe(Effect.provide(fake))
  )

  // A shard that waits for its turn sends heartbeats, so faults can be triggered by them.
  for (const action of actions.filter(({ _tag }) => _tag !== "Delay")) {
    it.live(describeAction(action), () =>
      leaves((discord) => discord.faults.at("ack", action), action).pipe(Effect.provide(quick))
    )
  }
})
