/** The metrics of interactions. */
import * as Metric from "effect/Metric"
import { callbackType, interactionType } from "../../../discord/numbers.ts"
import { Distribution, type Series } from "../../../internal/Observed.ts"

/** Interactions received, by kind: command, component, autocomplete, modal. */
export const received = { id: "fibercord_interactions_received", description: "Interactions received" }

/** Malformed interactions, by problem. */
export const malformed = Metric.counter("fibercord_interactions_malformed", {
  description: "Interactions that are not what Discord documents",
  incremental: true
})

/** Interactions that got a reply on behalf of a handler, by reason. */
export const answered = Metric.counter("fibercord_interactions_answered_for_handler", {
  description: "Interactions answered on behalf of a handler",
  incremental: true
})

/** Interactions that were forwarded to the process that has their Runtime, by what became of them. */
export const forwarded = Metric.counter("fibercord_interactions_forwarded", {
  description: "Interactions that were forwarded to the process that has their Runtime",
  incremental: true
})

/** How a handler ended. */
export type Outcome = "success" | "denied" | "failure" | "interrupted"

const outcomes: ReadonlyArray<Outcome> = ["success", "denied", "failure", "interrupted"]

// In milliseconds. Discord waits three seconds for the initial response.
const boundaries = [1, 5, 10, 25, 50, 100, 250, 500, 1000, 2000, 2500, 3000, 5000, 10_000, 60_000, 900_000]

/** Distributions by a number and a word that are known beforehand, so that a measurement costs no metric. */
class Table<B extends string> {
  readonly #rows: ReadonlyArray<readonly [name: string, row: Readonly<Record<B, Distribution>>]>
  readonly #byNumber: ReadonlyMap<number, Readonly<Record<B, Distribution>>>

  constructor(numbers: Readonly<Record<string, number>>, columns: ReadonlyArray<B>) {
    const rows = Object.entries(numbers).map(([name, number]) => {
      const row = Object.fromEntries(columns.map((column) => [column, new Distribution(boundaries)]))
      return { name, number, row: row as Record<B, Distribution> }
    })
    this.#rows = rows.map(({ name, row }) => [name, row])
    this.#byNumber = new Map(rows.map(({ number, row }) => [number, row]))
  }

  add(number: number, column: B, millis: number): void {
    this.#byNumber.get(number)?.[column].add(millis)
  }

  series(id: string, description: string, names: readonly [row: string, column?: string]): ReadonlyArray<Series> {
    const [rowName, columnName] = names
    return this.#rows.flatMap(([name, row]) =>
      Object.entries<Distribution>(row).map(([column, distribution]): Series => ({
        id,
        type: "Histogram",
        description,
        attributes: { [rowName]: name, ...(columnName === undefined ? {} : { [columnName]: column }) },
        get: () => distribution.state
      }))
    )
  }
}

/** What the router measures, in milliseconds. */
export class Measures {
  readonly #handlers = new Table(interactionType, outcomes)
  readonly #mailboxes = new Table(interactionType, ["all"])
  readonly #responses = new Table(callbackType, ["all"])

  /** A handler starts, this long after its interaction has arrived. */
  started(type: number, waited: number): void {
    this.#mailboxes.add(type, "all", waited)
  }

  /** A handler has ended. */
  ended(type: number, outcome: Outcome, took: number): void {
    this.#handlers.add(type, outcome, took)
  }

  /** Discord has an initial response, this long after its interaction has arrived. */
  responded(callback: number, took: number): void {
    this.#responses.add(callback, "all", took)
  }

  get series(): ReadonlyArray<Series> {
    return [
      ...this.#handlers.series(
        "fibercord_interactions_handler_duration",
        "Milliseconds that handlers take, by kind of interaction and outcome",
        ["kind", "outcome"]
      ),
      ...this.#mailboxes.series(
        "fibercord_interactions_mailbox_wait",
        "Milliseconds from the arrival of an interaction to the start of its handler, by kind of interaction",
        ["kind"]
      ),
      ...this.#responses.series(
        "fibercord_interactions_response_time",
        "Milliseconds from the arrival of an interaction until Discord has its initial response, by kind of response",
        ["response"]
      )
    ]
  }
}
