/** A Discord with a guild, a bot in one or several processes that are started again when they die, and a ledger. */
import { Deferred, Effect, Redacted, type Scope } from "effect"
import { FakeDiscord } from "fibercord/testing"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import * as Process from "../process.ts"
import { Ledger } from "./Ledger.ts"
import type { Order, Report, Setup, Times } from "./wire.ts"

/** A place of a process: whoever has it runs the same shard. */
export interface Seat {
  readonly shard: number
  /** Kills who sits there. */
  readonly kill: Effect.Effect<void>
  /** Ends who sits there as a deploy does. */
  readonly stop: Effect.Effect<void>
  /** Since when its process runs, in milliseconds; `undefined` while it does not. */
  readonly upSince: () => number | undefined
  /** Whether a process that has ended is followed by another one. */
  isTaken: boolean
}

/** Everything of one run. */
export interface World {
  readonly discord: FakeDiscord.FakeDiscord["Service"]
  readonly guilds: ReadonlyArray<FakeDiscord.Guild>
  readonly moderators: string
  readonly role: string
  readonly ledger: Ledger
  readonly seats: ReadonlyArray<Seat>
  /** Where the first process died, if it was told to. */
  readonly died: () => string | undefined
  /** From now on the moments of the first process count. */
  readonly arm: () => void
}

/** How a world is made. */
export interface Options {
  readonly program: string
  readonly folder: string
  readonly processes: number
  readonly times: Times
  /** Where the process of a seat keeps its dialogues. */
  readonly store: (seat: number) => Setup["store"]
  readonly dieAt?: number | undefined
  readonly dieOf?: string | undefined
  readonly isVerbose?: boolean | undefined
}

interface Making extends Options {
  readonly setup: Omit<Setup, "store" | "shard" | "dieAt" | "dieOf">
  readonly ledger: Ledger
}

/** Keeps a seat taken until the scope closes. Completes when its first process has joined. */
const makeSeat = Effect.fnUntraced(function* (making: Making, shard: number, dieAt: number | undefined) {
  const { ledger } = making
  const first = Deferred.makeUnsafe<void>()
  let current: Process.Process<Order> | undefined
  let died: string | undefined
  let life = 0
  let upSince: number | undefined
  const seat: Seat = {
    shard,
    isTaken: true,
    upSince: () => upSince,
    kill: Effect.suspend(() => {
      upSince = undefined
      return current?.signal("SIGKILL") ?? Effect.void
    }),
    stop: Effect.suspend(() => {
      const child = current
      upSince = undefined
      return child === undefined ? Effect.void : Effect.andThen(child.signal("SIGTERM"), child.ended)
    })
  }
  const live = Effect.gen(function* () {
    life++
    const setup: Setup = {
      ...making.setup,
      store: making.store(shard),
      shard: [shard, making.processes],
      sessions: join(making.setup.sessions, `${shard}`),
      dieAt: life === 1 ? dieAt : undefined,
      dieOf: making.dieOf
    }
    current = yield* Process.start<Report, Order>({
      program: making.program,
      args: [JSON.stringify(setup)],
      onReport: (report) => {
        if (report._tag === "Joined") {
          upSince = Date.now()
          Deferred.doneUnsafe(first, Effect.void)
        } else if (report._tag === "Ordered") ledger.ordered(report.what, report.key)
        else died = report.at
      },
      onPrinted: (text) => {
        if (making.isVerbose === true) process.stderr.write(`${shard}.${life} ${text}\n`)
        ledger.printed(text)
      }
    })
    const code = yield* current.ended
    upSince = undefined
    if (code === null) ledger.kills++
    else if (code !== 0 && code !== 130) {
      ledger.problem(`a process ended with ${code}`)
      yield* Effect.sleep("1 second")
    }
  }).pipe(Effect.scoped)
  const again = Effect.suspend(() => (seat.isTaken ? live : Effect.sleep("20 millis")))
  yield* Effect.forkScoped(Effect.forever(again))
  yield* Deferred.await(first)
  return { seat, died: () => died, arm: () => current?.order("arm") }
})

// Source: Discord, "Bitwise Permission Flags".
const manageRoles = `${1 << 28}`

/** Makes a world, which ends with the scope. */
export const make = (options: Options): Effect.Effect<World, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { processes } = options
    const discord = yield* FakeDiscord.make({
      shards: processes,
      maxConcurrency: 16,
      identifyInterval: "1 millis",
      sessionStartLimit: { total: 1_000_000 },
      logLimit: 1_000_000,
      replayLimit: 100_000,
      patience: "60 seconds"
    })
    const others = Array.from({ length: processes - 1 }, (_, index) =>
      discord.addGuild(`guild ${index + 1}`, { shard: index + 1, shardCount: processes })
    )
    const guilds = [discord.guild, ...(yield* Effect.all(others))]
    const [guild] = guilds
    const moderators = yield* discord.guild.channel("moderators")
    const role = yield* discord.guild.role("members")
    const own = yield* discord.guild.role("bot", { permissions: manageRoles, position: 5 })
    yield* discord.guild.updateMember(discord.botId, { roles: [own] })
    const sessions = join(options.folder, "sessions")
    const ledger = new Ledger()
    mkdirSync(sessions, { recursive: true })
    const setup = {
      apiUrl: discord.apiUrl,
      token: Redacted.value(discord.token),
      sessions,
      moderators,
      role,
      times: options.times
    }
    const making = { ...options, setup, ledger }
    const made = yield* Effect.forEach(
      guilds,
      (_, shard) => makeSeat(making, shard, shard === 0 ? options.dieAt : undefined),
      { concurrency: "unbounded" }
    )
    return {
      discord,
      guilds: guild === undefined ? [] : guilds,
      moderators,
      role,
      ledger,
      seats: made.map(({ seat }) => seat),
      died: () => made[0]?.died(),
      arm: () => made[0]?.arm()
    }
  })
