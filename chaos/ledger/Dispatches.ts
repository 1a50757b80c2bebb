/**
 * Every dispatch that Discord would still replay reaches the handlers exactly once per life of a process, in order for
 * each shard. After a kill few events are repeated, and no session is given up without a reason.
 */
import type { FakeDiscord } from "fibercord/testing"
import { bot, bounds } from "../settings.ts"
import type { Report } from "../wire.ts"
import type { Book } from "./Book.ts"

type Event = Extract<Report, { readonly _tag: "Event" }>

interface Dispatch {
  readonly t: string
  readonly at: number
  handledAt: number | undefined
}

interface SessionRecord {
  readonly id: string
  readonly shard: number
  readonly events: Map<number, Dispatch>
  ended: boolean
  /** The last event that a handler has seen in any life. */
  handled: number
  /** When a handler first saw one of its events. */
  since: number | undefined
  /** When another session replaced it. Events after that are dispatched to both. */
  replacedAt: number
}

interface ShardRecord {
  /** The session of the last event that its handlers saw. */
  session: string | undefined
  /** The session that Discord last started or resumed. */
  started: string | undefined
  /** When and in which life its handlers saw READY or RESUMED, newest last. */
  connected: Array<{ readonly at: number; readonly life: number }>
  /** Why and since when the bot may start a new session. */
  reason: { readonly at: number; readonly why: string } | undefined
  resumes: Array<number>
  /** How many faults that make a replay leave events out are armed. */
  gaps: number
  /** The position of the current life. */
  cursor: { readonly life: number; readonly session: string; readonly seq: number } | undefined
  n: number
}

interface Missing {
  readonly session: SessionRecord
  readonly seq: number
  readonly seenAt: number
}

// Discord ends the session with these codes, or uses them to say that it has.
const startsAnew: ReadonlySet<number> = new Set([1000, 4003, 4005, 4006, 4007, 4009])
// The library gives a session up after this many unanswered RESUMEs in a row.
const maxRefusals = 3
// These belong to a connection and are not replayed.
const ofConnections: ReadonlySet<string> = new Set(["READY", "RESUMED"])
// Entries of the log and reports of the bot arrive by different ways, in milliseconds.
const skew = 20

/** The page of the ledger on dispatches. */
export class Dispatches {
  readonly #book: Book
  readonly #sessions = new Map<string, SessionRecord>()
  readonly #shards = new Map<number, ShardRecord>()
  readonly #deaths = new Map<number, { readonly at: number; readonly killed: boolean }>()
  /** The connections whose IDENTIFY or RESUME is in the log, or is counted. */
  readonly #answered = new Set<number>()
  #missing: Array<Missing> = []

  constructor(book: Book) {
    this.#book = book
  }

  /** Takes an entry of the fake Discord's log. */
  fact(entry: FakeDiscord.Entry): void {
    switch (entry._tag) {
      case "Dispatched": {
        this.#book.count("events")
        this.#session(entry.session, entry.shardId).events.set(entry.seq, {
          t: entry.t,
          at: entry.at,
          handledAt: undefined
        })
        return
      }
      case "Ready":
      case "Resumed":
        return this.#onStarted(entry.session, entry.shardId, entry.at)
      case "SessionEnded": {
        this.#session(entry.session, entry.shardId).ended = true
        return
      }
      case "Closed": {
        const { by, code, shardId } = entry
        this.#onUnanswered(entry)
        if (by === "server" && startsAnew.has(code)) this.mayIdentify(shardId, entry.at, `closed with ${code}`)
        return
      }
      case "Sent": {
        if (entry.op === 7) this.#onUnanswered(entry)
        if (entry.op === 9 && entry.d === false) this.mayIdentify(entry.shardId, entry.at, "op 9 false")
        return
      }
      case "Resume": {
        this.#answered.add(entry.connection)
        if (entry.shardId === undefined) return
        const shard = this.#shard(entry.shardId)
        shard.resumes.push(entry.at)
        if (shard.gaps > 0 && entry.accepted) this.#excuseAfter(entry.session, entry.shardId, entry.seq)
        return
      }
      case "Identify":
        this.#answered.add(entry.connection)
        return this.#onIdentify(entry.shardId, entry.at)
      default:
        return
    }
  }

  // The log has a RESUME only if it was read. If a fault ends the connection before that, it still has a shard.
  #onUnanswered({ at, connection, shardId }: Extract<FakeDiscord.Entry, { readonly _tag: "Closed" | "Sent" }>): void {
    if (shardId === undefined || this.#answered.has(connection)) return
    this.#answered.add(connection)
    this.#shard(shardId).resumes.push(at)
  }

  /** A handler has seen an event. */
  event(life: number, event: Event): void {
    const { at, n, seq, shard: shardId, t } = event
    const session = this.#session(event.session, shardId)
    const shard = this.#shard(shardId)
    const { cursor } = shard
    this.#book.count("events handled")
    if (cursor?.life === life && cursor.session === session.id) {
      if (seq <= cursor.seq) this.#violate(at, "handled twice or out of order", session, seq, `after ${cursor.seq}`)
      else this.#expect(session, cursor.seq + 1, seq, at)
    } else if (seq > session.handled + 1) {
      this.#expect(session, session.handled + 1, seq, at)
    } else if (cursor !== undefined && cursor.life !== life && seq <= session.handled) {
      this.#onRepeated(cursor.life, session, seq, at)
    }
    const dispatch = session.events.get(seq)
    if (dispatch !== undefined && dispatch.t !== t) this.#violate(at, "another event", session, seq, `it was ${t}`)
    if (dispatch !== undefined && dispatch.handledAt === undefined) dispatch.handledAt = at
    if (cursor?.life !== life) shard.n = 0
    if (n !== undefined) {
      if (n <= shard.n) {
        this.#violate(at, "handled twice or out of order", session, seq, `number ${n} after ${shard.n}`)
      }
      shard.n = n
    }
    shard.cursor = { life, session: session.id, seq }
    shard.session = session.id
    session.since ??= at
    session.handled = Math.max(session.handled, seq)
    if (ofConnections.has(t)) shard.connected = [...shard.connected.slice(-9), { at, life }]
  }

  /** A process has ended, or was told to. */
  death(life: number, at: number, killed: boolean): void {
    this.#deaths.set(life, { at, killed })
  }

  /** Notes a reason for the bot to start a new session. */
  mayIdentify(shardId: number | undefined, at: number, why: string): void {
    if (shardId === undefined) return
    this.#shard(shardId).reason = { at, why }
    this.#book.remember(at, `may start a new session: ${why}`, shardId)
  }

  /** Notes that a fault that makes a replay of this shard leave events out was armed or withdrawn. They may overlap. */
  gaps(shardId: number, on: boolean): void {
    this.#shard(shardId).gaps += on ? 1 : -1
  }

  /** When an event was dispatched to a session. */
  sentAt(session: string, seq: number): number | undefined {
    return this.#sessions.get(session)?.events.get(seq)?.at
  }

  /** Judges events that have been missing for long enough. */
  sweep(now: number): void {
    const due = this.#missing.filter(({ seenAt }) => now - seenAt >= bounds.late)
    if (due.length === 0) return
    this.#missing = this.#missing.filter(({ seenAt }) => now - seenAt < bounds.late)
    for (const { seq, session } of due) {
      const dispatch = session.events.get(seq)
      if (dispatch === undefined || dispatch.handledAt !== undefined || ofConnections.has(dispatch.t)) continue
      this.#violate(now, "lost", session, seq, "later ones were handled")
    }
  }

  /** The number of events of live sessions that have not been handled yet. */
  get waiting(): number {
    return this.#open().length
  }

  /** Judges the rest at the end of a run, when nothing may be waiting, and counts what ended with its session. */
  finish(now: number): void {
    this.sweep(now + bounds.late)
    for (const [session, seq] of this.#open()) this.#violate(now, "lost", session, seq, "still missing at the end")
    for (const session of this.#sessions.values()) {
      if (!session.ended && this.#shard(session.shard).session === session.id) continue
      for (const [seq, { at, handledAt, t }] of session.events) {
        if (at >= session.replacedAt) break
        if (seq > session.handled && handledAt === undefined && !ofConnections.has(t)) {
          this.#book.count("events that ended with their session")
        }
      }
    }
  }

  #onStarted(id: string, shardId: number, at: number): void {
    const shard = this.#shard(shardId)
    const former = shard.started === undefined ? undefined : this.#sessions.get(shard.started)
    if (former !== undefined && former.id !== id) former.replacedAt = at
    shard.started = id
  }

  #open(): ReadonlyArray<readonly [SessionRecord, number]> {
    return [...this.#shards.values()].flatMap((shard) => {
      const session = shard.session === undefined ? undefined : this.#sessions.get(shard.session)
      if (session === undefined || session.ended) return []
      // Events after the process was told to stop wait for the next process.
      const stopped = this.#deaths.get(shard.cursor?.life ?? 0)?.at ?? Infinity
      return [...session.events]
        .filter(
          ([seq, { at, handledAt, t }]) =>
            seq > session.handled && at < stopped && handledAt === undefined && !ofConnections.has(t)
        )
        .map(([seq]) => [session, seq] as const)
    })
  }

  #expect(session: SessionRecord, from: number, to: number, at: number): void {
    for (let seq = from; seq < to; seq++) {
      if (session.events.get(seq)?.handledAt === undefined) this.#missing.push({ session, seq, seenAt: at })
    }
  }

  #onRepeated(before: number, session: SessionRecord, seq: number, at: number): void {
    this.#book.count("events handled again after a restart")
    const death = this.#deaths.get(before)
    const handledAt = session.events.get(seq)?.handledAt
    if (death === undefined || handledAt === undefined) return
    const allowed = death.killed ? bot.writeInterval + bounds.late : 0
    if (handledAt >= death.at - allowed || this.#book.excused("store", handledAt, at)) return
    const age = death.at - handledAt
    this.#violate(
      at,
      "repeated",
      session,
      seq,
      `handled ${age} ms before its process ${death.killed ? "died" : "stopped"}`
    )
  }

  #onIdentify(shardId: number, at: number): void {
    const shard = this.#shard(shardId)
    const session = shard.started === undefined ? undefined : this.#sessions.get(shard.started)
    // The report of what followed may arrive before this entry of the log.
    const connected = shard.connected.findLast((each) => each.at < at)
    const since = (connected?.at ?? 0) - skew
    const resumes = shard.resumes.filter((sent) => sent >= since).length
    const reason = shard.reason !== undefined && shard.reason.at >= since
    shard.resumes = []
    this.#book.count("IDENTIFY")
    // Without a READY there is nothing to resume.
    if (session?.since === undefined || session.ended || reason || resumes >= maxRefusals) return
    const death = this.#deaths.get(connected?.life ?? 0)
    // A new process knows only what the former one has written.
    if (death !== undefined) {
      const written = session.since + bot.writeInterval + bounds.late < death.at
      if (!written || this.#book.excused("store", session.since, at)) return
    }
    const detail = `${session.id} could have been resumed (${resumes} RESUMEs were tried)`
    this.#book.violate(at, "session given up", `shard ${shardId} sent IDENTIFY, and ${detail}`, shardId)
  }

  // After a replay with gaps, events that were not handled yet may never be.
  #excuseAfter(id: string, shardId: number, seq: number): void {
    const session = this.#session(id, shardId)
    for (const [number, dispatch] of session.events) {
      if (number <= seq || dispatch.handledAt !== undefined) continue
      dispatch.handledAt = dispatch.at
      this.#book.count("events that a replay could leave out")
    }
  }

  #violate(at: number, kind: string, session: SessionRecord, seq: number, detail: string): void {
    const dispatch = session.events.get(seq)
    const what = `shard ${session.shard}, ${session.id}, event ${seq} (${dispatch?.t ?? "unknown"})`
    this.#book.violate(at, kind, `${what}: ${detail}`, session.shard)
  }

  #session(id: string, shard: number): SessionRecord {
    const known = this.#sessions.get(id)
    if (known !== undefined) return known
    const made: SessionRecord = {
      id,
      shard,
      events: new Map(),
      ended: false,
      handled: 0,
      since: undefined,
      replacedAt: Infinity
    }
    this.#sessions.set(id, made)
    return made
  }

  #shard(id: number): ShardRecord {
    const known = this.#shards.get(id)
    if (known !== undefined) return known
    const made: ShardRecord = {
      session: undefined,
      started: undefined,
      connected: [],
      reason: undefined,
      resumes: [],
      gaps: 0,
      cursor: undefined,
      n: 0
    }
    this.#shards.set(id, made)
    return made
  }
}
