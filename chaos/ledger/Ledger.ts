/**
 * The ledger: everything that the fake Discord logs and that the bot process reports, checked against what the library
 * promises. It knows nothing of processes and sockets, so a test can feed it anything.
 */
import { FakeDiscord } from "fibercord/testing"
import { bot, bounds, discord } from "../settings.ts"
import type { Report } from "../wire.ts"
import { Answers } from "./Answers.ts"
import { Book } from "./Book.ts"
import { Dispatches } from "./Dispatches.ts"
import { Identifies } from "./Identifies.ts"
import { Recoveries } from "./Recoveries.ts"
import { Requests } from "./Requests.ts"

/** How a process ended: it was told to stop, it could not go on, or it was killed. */
export type End = "stopped" | "fatal" | "killed"

// These would drown the rest of a history.
const quiet: ReadonlySet<FakeDiscord.Tag> = new Set(["Heartbeat", "Dispatched", "Request"])
const acknowledgement = 11
// Excuses matter for at most this long, in milliseconds.
const memory = 120_000

// Rules about time: a process whose event loop was blocked breaks them, and reports the lag afterwards.
const timed: ReadonlySet<string> = new Set(["no-heartbeat", "identify-spacing"])
// A blocked event loop excuses them for this long before and after, in milliseconds.
const lagMatters = 2_000

// Exit codes of the bot process.
const couldNotGoOn = 1
const refusedToStart = 2
// The reasons for which a process may refuse to start, with the excuse that each needs.
const mayRefuseToStart: ReadonlyMap<string, string> = new Map([
  ["SessionLimitExhausted", "budget"],
  ["GatewayUnavailable", "rest"]
])
const startTakes = 2_000

/** One ledger per run. Times are milliseconds since 1970. */
export class Ledger {
  readonly book = new Book()
  readonly dispatches = new Dispatches(this.book)
  readonly answers = new Answers(this.book)
  readonly recoveries = new Recoveries(this.book)
  readonly requests = new Requests(this.book)
  readonly identifies = new Identifies(this.book)
  /** The reasons that processes reported for their end. */
  readonly #reasons = new Map<number, string>()
  readonly #open = new Map<number, FakeDiscord.Host>()
  readonly #frozen = new Set<number>()
  #suspects: Array<FakeDiscord.EntryOf<"Violation">> = []
  readonly #current = new Map<number, number>()
  #steady: { readonly at: number; readonly bytes: number } | undefined
  #next: number | undefined

  /** Takes an entry of the fake Discord's log. There must be no gaps. */
  fact(entry: FakeDiscord.Entry): void {
    if (this.#next !== undefined && entry.index !== this.#next) {
      this.book.violate(entry.at, "ledger", `the log jumped from ${this.#next} to ${entry.index}`)
    }
    this.#next = entry.index + 1
    const shard = "shardId" in entry ? entry.shardId : undefined
    if (!quiet.has(entry._tag) && !(entry._tag === "Sent" && entry.op === acknowledgement)) {
      this.book.remember(entry.at, FakeDiscord.format(entry).replace(/^#\d+ \S+ /, ""), shard)
    }
    if (entry._tag === "Violation") {
      if (timed.has(entry.rule)) this.#suspects.push(entry)
      else this.#broken(entry)
    }
    if (entry._tag === "Opened") this.#open.set(entry.connection, entry.host)
    if (entry._tag === "Closed") this.#open.delete(entry.connection)
    if (entry._tag === "Ready" || entry._tag === "Resumed") this.#current.set(entry.shardId, entry.connection)
    this.dispatches.fact(entry)
    this.answers.fact(entry)
    this.recoveries.fact(entry)
    this.requests.fact(entry)
    this.identifies.fact(entry)
  }

  /** Takes a report of a process. Lives are counted from 1. */
  report(life: number, report: Report): void {
    const { at } = report
    switch (report._tag) {
      case "Event": {
        this.dispatches.event(life, report)
        const { interaction, seq, session } = report
        if (interaction === undefined) return
        return this.answers.delivered(life, interaction, at, () => this.dispatches.sentAt(session, seq))
      }
      case "Overlap":
        return this.book.violate(at, "overlapping handlers", `of Runtime ${report.runtime}`)
      case "Outlived": {
        if (
          this.book.excused("lag", at - report.by, at) ||
          this.book.excused("clock", at - report.by - bot.lifetime, at)
        )
          return
        return this.book.violate(at, "outlived", `Runtime ${report.runtime} was open ${report.by} ms after its end`)
      }
      case "Unhandled":
        return this.book.violate(at, "unhandled", report.detail)
      case "Lag":
        return this.lag(at, report.millis)
      case "Members":
        return this.requests.answered(report)
      case "Spent":
        this.book.remember(at, `life ${life} has no IDENTIFY left for ${report.millis} ms`)
        return this.identifies.spent(life, at, report.millis)
      case "Fatal":
      case "BootFailed":
        this.#reasons.set(life, report.reason)
        return this.book.remember(at, `life ${life}: ${JSON.stringify(report)}`)
      default:
        return this.book.remember(at, `life ${life}: ${JSON.stringify(report)}`)
    }
  }

  /** An event loop was blocked until `at`. */
  lag(at: number, millis: number): void {
    if (millis < bounds.lag) return
    this.book.count("blocked event loops")
    this.book.remember(at, `an event loop was blocked for ${Math.round(millis)} ms`)
    this.book.excuse("lag", at - millis, at)
  }

  #broken({ at, detail, rule, shardId }: FakeDiscord.EntryOf<"Violation">): void {
    this.book.violate(at, `rule of Discord's: ${rule}`, detail, shardId)
  }

  #judge(due: (at: number) => boolean): void {
    for (const entry of this.#suspects) {
      if (due(entry.at) && !this.book.excused("lag", entry.at - lagMatters, entry.at + lagMatters)) this.#broken(entry)
    }
    this.#suspects = this.#suspects.filter(({ at }) => !due(at))
  }

  /** A process was killed or told to stop. Must be called before its consequences are reported. */
  death(life: number, at: number, end: End): void {
    this.book.remember(at, `life ${life} ${end}`)
    this.dispatches.death(life, at, end === "killed")
    this.answers.death(life, at, end === "killed")
    this.requests.death(life)
    this.identifies.death(life)
  }

  /**
   * A process has ended (`code`), or has not ended in time (`undefined`). After a fatal close it must have reported the
   * reason `why`. A process that was not told to end (`wanted` is `undefined`) may only refuse to start, when there are
   * no IDENTIFYs left or when it cannot find out.
   */
  exited(life: number, at: number, wanted: End | undefined, code: number | null | undefined, why?: string): void {
    if (wanted === "killed") return
    if (code === undefined) {
      return this.book.violate(
        at,
        "did not exit",
        `life ${life} still runs ${bounds.exit} ms after it should have ended`
      )
    }
    const reason = this.#reasons.get(life)
    if (wanted === undefined) {
      const excuse = mayRefuseToStart.get(reason ?? "")
      if (excuse !== undefined && code === refusedToStart && this.book.excused(excuse, at - startTakes, at)) {
        return this.book.count(`processes that refused to start: ${reason}`)
      }
      return this.book.violate(at, "exited", `life ${life} ended by itself with ${code} (${reason})`)
    }
    if (wanted === "fatal" && (reason !== why || (code !== couldNotGoOn && code !== refusedToStart))) {
      this.book.violate(
        at,
        "another end",
        `life ${life} should have ended with ${why}, but ended with ${code} (${reason})`
      )
    }
    if (wanted === "stopped" && code !== 0) this.book.violate(at, "exit code", `life ${life} stopped with ${code}`)
  }

  /** A connection became half-open, so that its end cannot be seen. */
  frozen(shardId: number, at: number): void {
    this.book.remember(at, "half-open from here on", shardId)
    const connection = this.#current.get(shardId)
    if (connection !== undefined) this.#frozen.add(connection)
  }

  /** A host is about to go down. The shards that are connected to it must come back. */
  hostDown(host: FakeDiscord.Host, at: number): void {
    for (const [shard, connection] of this.#current) {
      if (this.#open.get(connection) !== host) continue
      this.recoveries.wounded(`${host} host down`, shard, at, bounds.recovery)
    }
  }

  /** Takes the heap after a garbage collection, at the start and at the end of the steady phase. */
  heap(at: number, bytes: number): void {
    const steady = this.#steady
    if (steady === undefined) {
      this.#steady = { at, bytes }
      return
    }
    const slack = at - steady.at < bounds.heapSteady ? bounds.heapSlack : 0
    if (bytes - steady.bytes <= Math.max(steady.bytes * bounds.heapFraction, slack)) return
    const mib = (count: number) => (count / 1024 / 1024).toFixed(2)
    this.book.violate(at, "heap", `grew from ${mib(steady.bytes)} to ${mib(bytes)} MiB in the steady phase`)
  }

  /** Takes what the bot printed. */
  printed(at: number, text: string): void {
    if (text.includes(discord.token)) this.book.violate(at, "token printed", "the bot's token is in its output")
  }

  /** Judges what is due. */
  sweep(now: number): void {
    this.dispatches.sweep(now)
    this.answers.sweep(now)
    this.recoveries.sweep(now)
    this.requests.sweep(now)
    this.#judge((at) => now - at > lagMatters * 2)
    this.book.forget(now - memory)
  }

  /** Judges the rest at the end of a run, when all faults are over and the bot has stopped. */
  finish(now: number): void {
    this.dispatches.finish(now)
    this.answers.finish()
    this.recoveries.sweep(Infinity)
    this.requests.sweep(Infinity)
    this.#judge(() => true)
    const open = [...this.#open.keys()].filter((connection) => !this.#frozen.has(connection))
    if (open.length > 0) this.book.violate(now, "sockets left", `connections ${open.join(", ")}`)
  }
}
