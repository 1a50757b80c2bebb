/**
 * Every request for members ends in the life that made it, with the members or with a justified error. A request may be
 * lost with its connection, because Discord does not confirm what it has read.
 */
import type { FakeDiscord } from "fibercord/testing"
import { bounds } from "../settings.ts"
import type { Report } from "../wire.ts"
import type { Book } from "./Book.ts"

/** The planned fault of a request: none, RATE_LIMITED first, or no answer at all. */
export type Trouble = "none" | "limited" | "never"

type Answer = Extract<Report, { readonly _tag: "Members" }>

interface Request {
  readonly life: number
  readonly shard: number
  readonly at: number
  readonly trouble: Trouble
  answer: Answer | undefined
}

// The end of a connection may be logged after the answer was reported.
const patience = 5_000

/** The page of the ledger on requests for members. */
export class Requests {
  readonly #book: Book
  #requests = new Map<number, Request>()
  /** How many requests of each shard may still go unanswered: such a fault affects the next request that arrives. */
  readonly #unanswered = new Map<number, number>()
  /** When the connections of each shard ended. */
  readonly #cuts = new Map<number | undefined, Array<number>>()

  constructor(book: Book) {
    this.#book = book
  }

  /** The bot was ordered to make a request. */
  asked(id: number, life: number, shard: number, at: number, trouble: Trouble): void {
    this.#requests.set(id, { life, shard, at, trouble, answer: undefined })
    if (trouble === "never") this.#unanswered.set(shard, (this.#unanswered.get(shard) ?? 0) + 1)
  }

  /** The bot reports how a request ended. */
  answered(answer: Answer): void {
    const request = this.#requests.get(answer.id)
    if (request?.answer !== undefined)
      this.#book.violate(answer.at, "answered twice", `request ${answer.id} for members`)
    if (request !== undefined) request.answer = answer
  }

  /** Takes an entry of the fake Discord's log. */
  fact(entry: FakeDiscord.Entry): void {
    if (entry._tag !== "Closed" && entry._tag !== "SessionEnded") return
    this.#cuts.set(entry.shardId, [...(this.#cuts.get(entry.shardId) ?? []).slice(-50), entry.at])
  }

  /** A process ends, and its requests with it. */
  death(life: number): void {
    for (const [id, request] of this.#requests) if (request.life === life) this.#requests.delete(id)
  }

  /** Judges what is due. */
  sweep(now: number): void {
    for (const [id, request] of this.#requests) {
      const { answer, at } = request
      if (answer === undefined ? now - at < bounds.members : now - answer.at < patience) continue
      this.#requests.delete(id)
      this.#judge(id, request)
    }
  }

  // It is not known here which of the requests that waited for their shard arrives first.
  #wasUnanswered(shard: number): boolean {
    const left = this.#unanswered.get(shard) ?? 0
    if (left > 0) this.#unanswered.set(shard, left - 1)
    return left > 0
  }

  #judge(id: number, { answer, at, shard, trouble }: Request): void {
    this.#book.count("requests for members")
    const detail = `request ${id} of shard ${shard}, ${trouble === "none" ? "without trouble" : trouble}`
    if (answer === undefined) return this.#book.violate(at, "request never ended", detail, shard)
    if (answer.outcome === "complete") return this.#book.count("requests for members that were answered")
    const isCut = (this.#cuts.get(shard) ?? []).some((cut) => cut >= at && cut <= answer.at + patience)
    const allowed =
      answer.outcome === "RequestTimedOut"
        ? isCut || this.#book.excused("lag", at, answer.at) || this.#wasUnanswered(shard)
        : answer.outcome === "ShardNotRunning" && isCut
    if (!allowed) this.#book.violate(answer.at, "request failed", `${detail}: ${answer.outcome}`, shard)
  }
}
