/**
 * Every interaction that was delivered to a running process gets exactly one accepted initial response, before its
 * deadline unless the process ended earlier.
 */
import type { FakeDiscord } from "fibercord/testing"
import { bounds, discord } from "../settings.ts"
import type { Book } from "./Book.ts"

interface Interaction {
  readonly id: string
  readonly life: number
  readonly deliveredAt: number
  readonly createdAt: () => number | undefined
  lives: number
}

interface Call {
  readonly at: number
  readonly status: number | undefined
  readonly code: number | undefined
}

const callback = /^\/interactions\/(\d+)\//
const alreadyAcknowledged = 40_060
const unknownInteraction = 10_062
// Interactions are judged a little after their deadline, so that answers under way are seen.
const patience = 2_500
// A process that was blocked may not have read in time what Discord answered, and responds once more.
const lagMatters = 2_000

/** The page of the ledger on interactions. */
export class Answers {
  readonly #book: Book
  readonly #calls = new Map<string, Array<Call>>()
  readonly #ends = new Map<number, { readonly at: number; readonly killed: boolean }>()
  #open: Array<Interaction> = []
  readonly #known = new Map<string, Interaction>()

  constructor(book: Book) {
    this.#book = book
  }

  /** Takes an entry of the fake Discord's log. */
  fact(entry: FakeDiscord.Entry): void {
    if (entry._tag !== "Request" || entry.route !== "/interactions/:id/:token/callback") return
    const id = callback.exec(entry.path)?.[1]
    if (id === undefined) return
    const calls = this.#calls.get(id) ?? []
    calls.push({ at: entry.at, status: entry.status, code: entry.code })
    this.#calls.set(id, calls)
  }

  /** An interaction was delivered to a process. `createdAt` may be known later. */
  delivered(life: number, id: string, deliveredAt: number, createdAt: () => number | undefined): void {
    this.#book.count("interactions")
    const known = this.#known.get(id)
    if (known !== undefined) {
      known.lives++
      return
    }
    const interaction: Interaction = { id, life, deliveredAt, createdAt, lives: 1 }
    this.#known.set(id, interaction)
    this.#open.push(interaction)
  }

  /** A process has ended, or was told to. */
  death(life: number, at: number, killed: boolean): void {
    this.#ends.set(life, { at, killed })
  }

  /** Judges what is due. */
  sweep(now: number): void {
    const isDue = ({ deliveredAt }: Interaction) => now - deliveredAt >= discord.interactionDeadline + patience
    for (const interaction of this.#open) if (isDue(interaction)) this.#judge(interaction)
    this.#open = this.#open.filter((interaction) => !isDue(interaction))
  }

  /** Judges the rest, at the end of a run. */
  finish(): void {
    this.sweep(Infinity)
  }

  #judge({ createdAt, deliveredAt, id, life, lives }: Interaction): void {
    const calls = this.#calls.get(id) ?? []
    this.#calls.delete(id)
    this.#known.delete(id)
    const accepted = calls.filter(({ status }) => status !== undefined && status < 300).length
    const created = createdAt() ?? deliveredAt
    const deadline = created + discord.interactionDeadline
    const history = calls.map(({ at, code, status }) => `${at - created} ms: ${status ?? "no answer"} ${code ?? ""}`)
    const violate = (kind: string) =>
      this.#book.violate(
        deliveredAt,
        kind,
        `interaction ${id}, delivered after ${deliveredAt - created} ms; calls: ${history.join(", ") || "none"}`
      )
    const end = this.#ends.get(life)
    const hasEnded = end !== undefined && end.at < deadline + patience
    const excused =
      lives > 1 ||
      deliveredAt - created > bounds.prompt ||
      (hasEnded && end.killed) ||
      this.#book.excused("rest", created, deadline + patience) ||
      this.#book.excused("lag", created - lagMatters, deadline)
    if (excused) return this.#book.count(accepted === 1 ? "answered" : "unanswered, excused")
    const again = calls.filter(({ code }) => code === alreadyAcknowledged)
    // A process that ends interrupts a response that is under way, and makes sure that there is one.
    if (accepted > 1 || (again.length > 0 && !hasEnded)) return violate("answered twice")
    if (calls.some(({ code }) => code === unknownInteraction)) return violate("answered late")
    const refused = calls.find((call) => call.status !== undefined && call.status >= 400 && !again.includes(call))
    if (refused !== undefined) return violate("answer refused")
    if (accepted === 0) return violate("unanswered")
    this.#book.count("answered")
  }
}
