/** The effect of each planned fault on the fake Discord and on the bot. */
import { Effect } from "effect"
import { FakeDiscord } from "fibercord/testing"
import type { Compression, Kind } from "./kinds.ts"
import type { Ledger } from "./ledger/Ledger.ts"
import type { Trouble } from "./ledger/Requests.ts"
import type { Step } from "./Plan.ts"
import { bot, bounds, discord as limits } from "./settings.ts"
import type { HandlerMode, Order, StoreMode } from "./wire.ts"

/** The target of faults. */
export interface Target {
  readonly discord: FakeDiscord.FakeDiscord["Service"]
  readonly ledger: Ledger
  /** Sends an order to the running process, if there is one. */
  readonly order: (order: Order) => void
  /** Orders it to request members. */
  readonly members: (shard: number, trouble: Trouble) => void
  readonly compression: Compression
  /** The guild of each shard. */
  readonly guilds: ReadonlyArray<FakeDiscord.Guild>
  /** Dispatches numbered events to a shard. */
  readonly burst: (shard: number, count: number) => Effect.Effect<void>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

type Act = (target: Target, step: Step) => Effect.Effect<unknown, unknown>

const pick = <A>(from: readonly [A, ...ReadonlyArray<A>], roll: number): A =>
  from[Math.floor(roll * from.length)] ?? from[0]

// An armed fault that has found no occasion is withdrawn after this time.
const patience = "6 seconds"

const immediately =
  (act: (faults: FakeDiscord.Faults, shard: number, roll: number) => Effect.Effect<unknown, unknown>): Act =>
  ({ discord }, { roll, shard }) =>
    act(discord.faults, shard, roll)

/** Arms a fault, and makes the shard connect again so that it strikes. */
const ambush =
  (arm: (faults: FakeDiscord.Faults, step: Step) => Effect.Effect<FakeDiscord.Fault>, trigger: Act): Act =>
  (target, step) =>
    Effect.gen(function* () {
      const fault = yield* arm(target.discord.faults, step)
      // A shard that is away needs no trigger.
      yield* Effect.ignore(trigger(target, step))
      yield* Effect.sleep(patience)
      yield* fault.clear
    })

/** Drops the connection while there are events to replay. */
const cut: Act = ({ burst, discord }, { shard }) =>
  Effect.andThen(discord.faults.dropConnection(shard), burst(shard, 5))
const anew: Act = ({ discord }, { shard }) => discord.faults.invalidSession(shard, false)

/** Disturbs REST for a while, and excuses the interactions of that time. */
const rest =
  (arm: (faults: FakeDiscord.Faults, roll: number) => Effect.Effect<FakeDiscord.Fault>, seconds = 2): Act =>
  ({ discord, ledger, now }, { roll }) =>
    Effect.gen(function* () {
      const end = ledger.book.excuse("rest", now())
      const fault = yield* arm(discord.faults, roll)
      yield* Effect.sleep(seconds * 1_000)
      yield* fault.clear
      // Calls that were affected may go on for a while.
      end(now() + 5_000)
    })

const host =
  (which: FakeDiscord.Host): Act =>
  ({ discord, ledger, now }, { roll }) =>
    Effect.gen(function* () {
      const end = which === "main" ? ledger.book.excuse("rest", now()) : () => undefined
      ledger.hostDown(which, now())
      const fault = yield* discord.faults.refuseConnections(which)
      yield* Effect.sleep(300 + roll * 1_200)
      yield* fault.clear
      end(now() + 2_000)
    })

const handlers =
  (mode: HandlerMode): Act =>
  ({ order }, { roll }) =>
    Effect.sync(() => order({ _tag: "Handlers", mode, count: 5 + Math.floor(roll * 20) }))

const store =
  (mode: StoreMode): Act =>
  ({ ledger, now, order }, { roll }) =>
    Effect.gen(function* () {
      const end = ledger.book.excuse("store", now())
      order({ _tag: "Store", mode })
      yield* Effect.sleep(1_000 + roll * 3_000)
      order({ _tag: "Store", mode: "works" })
      // A write that hangs is given up after some time, and the next one follows an interval later.
      end(now() + 8_000)
    })

const members =
  (trouble: Trouble, arm?: (faults: FakeDiscord.Faults, step: Step) => Effect.Effect<FakeDiscord.Fault>): Act =>
  (target, step) =>
    Effect.gen(function* () {
      const fault = arm === undefined ? undefined : yield* arm(target.discord.faults, step)
      target.members(step.shard, trouble)
      yield* Effect.sleep(patience)
      if (fault !== undefined) yield* fault.clear
    })

const everything = /./
const anyStatus = { times: Infinity }

const malformed: ReadonlyArray<unknown> = [
  null,
  [],
  "text",
  42,
  {},
  { op: 99, d: null },
  { op: "0" },
  { op: 0, t: null, s: null, d: null },
  { op: 0, t: "__proto__", s: "7", d: {} },
  { op: 0, t: "MESSAGE_CREATE", d: {} }
]

/** The effect of each fault, which completes when the fault is over. */
export const acts: { readonly [K in Kind]: Act } = {
  drop: immediately((faults, shard) => faults.dropConnection(shard)),
  reset: immediately((faults, shard) => faults.reset(shard)),
  "half-open": ({ discord, ledger, now }, { shard }) =>
    Effect.andThen(
      Effect.sync(() => ledger.frozen(shard, now())),
      discord.faults.pauseSocket(shard)
    ),
  "close, resumable": immediately((faults, shard, roll) =>
    faults.close(shard, pick([1000, 1001, 1011, 4000, 4001, 4002], roll))
  ),
  "close, new session": immediately((faults, shard, roll) =>
    faults.close(shard, pick([4003, 4005, 4006, 4007, 4009], roll))
  ),
  "close without a code": immediately((faults, shard) => faults.close(shard)),
  "close, unknown code": immediately((faults, shard, roll) => faults.close(shard, pick([3000, 4020, 4999], roll))),
  "close, sent too much": immediately((faults, shard) => faults.close(shard, 4008)),
  "op 7": immediately((faults, shard) => faults.reconnect(shard)),
  "op 9 true": immediately((faults, shard) => faults.invalidSession(shard, true)),
  "op 9 false": immediately((faults, shard) => faults.invalidSession(shard, false)),
  "session expired": immediately((faults, shard) =>
    Effect.andThen(faults.dropConnection(shard), faults.expireSession(shard))
  ),
  "events no longer kept": ({ burst, discord: { faults } }, { shard }) =>
    faults.dropConnection(shard).pipe(Effect.andThen(burst(shard, 5)), Effect.andThen(faults.loseEvents(shard))),
  "corrupt frame": immediately((faults, shard) => faults.corruptFrame(shard)),
  "invalid JSON": immediately((faults, shard) => faults.invalidJson(shard)),

  "HELLO late": ambush((faults, { roll }) => faults.helloDelay(200 + roll * 800), cut),
  "HELLO never": ambush((faults) => faults.helloNever(), cut),
  "op 7 before HELLO": ambush((faults) => faults.op7BeforeHello(), cut),
  "op 7 instead of HELLO": ambush((faults) => faults.op7InsteadOfHello(), cut),
  "close before HELLO": ambush((faults, { roll }) => faults.closeBeforeHello(pick([undefined, 1001, 4000], roll)), cut),
  "op 9 before IDENTIFY": ambush(
    (faults, { roll, shard }) => faults.invalidSessionOnIdentify(roll < 0.5, { shard }),
    anew
  ),
  "close on IDENTIFY": ambush(
    (faults, { roll, shard }) => faults.closeOnIdentify(pick([undefined, 4000, 4003, 4009], roll), { shard }),
    anew
  ),
  "READY late": ambush((faults, { roll, shard }) => faults.readyDelay(200 + roll * 1_000, { shard }), anew),
  "READY never": ambush((faults, { shard }) => faults.readyNever({ shard }), anew),
  "op 9 on RESUME": ambush((faults, { roll, shard }) => faults.invalidSessionOnResume(roll < 0.5, { shard }), cut),
  "close on RESUME": ambush(
    (faults, { roll, shard }) => faults.closeOnResume(pick([undefined, 4000, 4006, 4007, 4009], roll), { shard }),
    cut
  ),
  "RESUMED late": ambush((faults, { roll, shard }) => faults.resumedDelay(200 + roll * 800, { shard }), cut),
  "RESUMED never": ambush((faults, { shard }) => faults.resumedNever({ shard }), cut),
  "op 7 on RESUME": ambush((faults, { shard }) => faults.at("resume", { _tag: "Reconnect" }, { shard }), cut),
  "drop during replay": ambush(
    (faults, { roll, shard }) => faults.at("resumed", { _tag: "Drop", reset: roll < 0.5 }, { shard }),
    cut
  ),
  "duplicated replay": ambush((faults, { shard }) => faults.duplicateReplay({ shard }), cut),
  "gaps in replay": (target, step) =>
    Effect.gen(function* () {
      const { discord, ledger } = target
      const { shard } = step
      ledger.dispatches.gaps(shard, true)
      const fault = yield* discord.faults.gapInReplay({ shard })
      yield* Effect.ignore(cut(target, step))
      yield* Effect.sleep(patience)
      yield* fault.clear
      // The log of what it has done is still on its way.
      yield* Effect.sleep("100 millis")
      ledger.dispatches.gaps(shard, false)
    }),
  "acks missing": ambush(
    (faults, { shard }) => faults.muteAcks({ shard, times: 2 }),
    () => Effect.void
  ),
  "upgrade refused": ambush(
    (faults, { roll }) => faults.upgradeStatus(pick([429, 500, 503, 520], roll), { times: 2 }),
    cut
  ),
  "upgrade stalled": ambush((faults) => faults.stallUpgrade(), cut),
  "upgrade dropped": ambush((faults) => faults.dropUpgrade({ times: 2 }), cut),
  "resume host down": host("resume"),
  "main host down": host("main"),
  "manager restart": ({ ledger, now, order }, { roll, shard }) =>
    Effect.sync(() => {
      const session = roll < 0.5 ? "resume" : "new"
      if (session === "new") ledger.dispatches.mayIdentify(shard, now(), "restarted with a new session")
      order({ _tag: "Restart", shard, session })
    }),
  "manager restarts overlap": ({ order }, { shard }) => Effect.sync(() => order({ _tag: "Overlap", shard })),
  // An outage, and no reason to give the session up.
  "drops after each RESUMED": ({ discord }, { shard }) =>
    Effect.gen(function* () {
      for (let drops = 0; drops < 4; drops++) {
        const since = yield* discord.mark
        yield* discord.faults.dropConnection(shard)
        const isBack = FakeDiscord.is("Resumed", ({ shardId }) => shardId === shard)
        yield* Effect.timeout(discord.awaitLog(isBack, { since }), patience)
      }
    }),
  // Discord closes with 4001 or 4002 after a presence that it does not take. The next connection must go without it.
  "presence refused": ({ discord, order }, { roll, shard }) =>
    Effect.gen(function* () {
      const since = yield* discord.mark
      order({ _tag: "Presence", shard, text: `refused ${roll}` })
      const isSent = FakeDiscord.is("Received", ({ op, shardId }) => op === 3 && shardId === shard)
      yield* Effect.timeout(discord.awaitLog(isSent, { since }), patience)
      yield* discord.faults.close(shard, pick([4001, 4002], roll))
    }),
  "IDENTIFYs used up": (target, step) =>
    Effect.gen(function* () {
      const { discord, ledger, now, order } = target
      ledger.book.excuse("budget", now(), now() + bounds.budget)
      yield* discord.faults.setIdentifiesLeft(Math.floor(limits.sessionStartLimit.total * bot.reserve))
      order({ _tag: "Spend" })
      yield* Effect.sleep("500 millis")
      yield* anew(target, step)
    }),

  "op 1": immediately((faults, shard) => faults.requestHeartbeat(shard)),
  "malformed payloads": immediately((faults, shard) =>
    Effect.forEach(malformed, (payload) => faults.send(shard, payload), { discard: true })
  ),
  "acks late": ambush(
    (faults, { roll, shard }) => faults.lateAcks(100 + roll * 400, { shard, times: 5 }),
    () => Effect.void
  ),
  // With zstd-stream every payload is one message.
  "split frames": (target, step) =>
    target.compression === "zstd-stream"
      ? Effect.void
      : ambush(
          (faults, { roll }) => faults.splitFrames(1 + Math.floor(roll * 40)),
          () => Effect.void
        )(target, step),
  "burst of events": ({ burst }, { roll, shard }) => burst(shard, 100 + Math.floor(roll * 400)),
  "REST slow": rest((faults, roll) => faults.restDelay(everything, 200 + roll * 1_500, anyStatus)),
  "REST fails": rest((faults, roll) => faults.restStatus(everything, pick([500, 502, 503, 403, 404], roll), anyStatus)),
  "REST rate-limits": rest((faults, roll) =>
    faults.restRateLimit(everything, 0.2 + roll, { times: 10, scope: pick(["user", "shared", "global"], roll) })
  ),
  "REST blocked by the edge": rest((faults, roll) =>
    faults.restEdge(everything, pick([429, 429, 429, 403], roll), {
      form: pick(["html", "json", "date", "empty"], roll * 4 - Math.floor(roll * 4)),
      retryAfter: 0.2 + roll,
      times: 4
    })
  ),
  "REST hangs": rest((faults) => faults.restHang(everything, { times: 4 })),
  "REST resets": rest((faults) => faults.restReset(everything, { times: 8 })),
  "REST nonsense": rest((faults, roll) =>
    faults.restStatus(everything, pick([200, 200, 404, 405, 413, 502], roll), {
      times: 8,
      body: pick<unknown>(["<html>", "", [], null, 42], roll * 6 - Math.floor(roll * 6))
    })
  ),
  "GET /gateway/bot fails": ambush(
    (faults, { roll }) => faults.gatewayBotStatus(pick([429, 500, 503], roll), { times: 5 }),
    anew
  ),
  "handlers fail": handlers("fails"),
  "handlers die": handlers("dies"),
  "handlers throw": handlers("throws"),
  "handlers hang": handlers("hangs"),
  "handlers block": handlers("blocks"),
  "bot floods the gateway": ({ guilds, order }, { shard }) =>
    Effect.sync(() => order({ _tag: "Flood", shard, count: 60, guild: guilds[shard]?.id ?? "0" })),
  "members asked for": members("none"),
  "members rate-limited": members("limited", (faults, { roll, shard }) =>
    faults.rateLimitMembers(0.2 + roll, { shard, times: roll < 0.5 ? 1 : 2 })
  ),
  "members never answered": members("never", (faults, { shard }) => faults.membersNever({ shard })),
  "store fails": store("fails"),
  "store dies": store("dies"),
  "store hangs": store("hangs"),
  "clock jumps": ({ ledger, now, order }, { roll }) =>
    Effect.sync(() => {
      const millis = Math.round((roll - 0.5) * 20_000)
      ledger.book.excuse("clock", now(), now() + Math.abs(millis))
      order({ _tag: "Jump", millis })
    })
}

/** Runs a step of the plan. Does nothing if the shard has no connection at the moment. */
export const strike = (target: Target, step: Step): Effect.Effect<void> =>
  Effect.ignore(Effect.suspend(() => acts[step.kind](target, step)))
