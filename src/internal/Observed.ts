/**
 * Metrics that are read when somebody collects them, and cost nothing in between: for what is known anyway, and for what
 * is counted so often that updating a metric each time would show.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"

/** One series of a metric. */
export type Series = {
  /** The name of the metric. */
  readonly id: string
  readonly description: string
  readonly attributes?: Readonly<Record<string, string>> | undefined
} & (
  | { readonly type: "Counter"; readonly get: () => number }
  | { readonly type: "Gauge"; readonly get: () => number }
  | { readonly type: "Histogram"; readonly get: () => Metric.HistogramState }
)

type State = Metric.CounterState<number> | Metric.GaugeState<number> | Metric.HistogramState

const stateOf = (series: Series): State => {
  switch (series.type) {
    case "Counter":
      return { count: series.get(), incremental: true } as Metric.CounterState<number>
    case "Gauge":
      return { value: series.get() }
    case "Histogram":
      return series.get()
  }
}

const nothing = (): void => undefined

/** Registers a series, in place of another of the same name and attributes. Returns what takes it out again. */
export const addUnsafe = (context: Context.Context<never>, series: Series): (() => void) => {
  const registry = Context.get(context, Metric.MetricRegistry)
  const attributes = { ...series.attributes, ...Context.get(context, Metric.CurrentMetricAttributes) }
  const key = `observed ${series.id} ${JSON.stringify(attributes)}`
  const hooks = { get: () => stateOf(series), modify: nothing, update: nothing }
  const metadata = { id: series.id, type: series.type, description: series.description, attributes, hooks }
  registry.set(key, metadata)
  return () => {
    if (registry.get(key) === metadata) registry.delete(key)
  }
}

/** The same until the scope closes. */
export const add = (series: Series): Effect.Effect<void, never, Scope.Scope> =>
  Effect.contextWith((context: Context.Context<Scope.Scope>) =>
    Effect.asVoid(
      Effect.acquireRelease(
        Effect.sync(() => addUnsafe(context as Context.Context<never>, series)),
        (remove) => Effect.sync(remove)
      )
    )
  )

/** A histogram as plain numbers. Boundaries are upper bounds, in order. */
export class Distribution {
  readonly #boundaries: ReadonlyArray<number>
  readonly #counts: Array<number>
  #count = 0
  #sum = 0
  #min = Infinity
  #max = -Infinity

  constructor(boundaries: ReadonlyArray<number>) {
    this.#boundaries = boundaries
    this.#counts = boundaries.map(() => 0)
  }

  add(value: number): void {
    this.#count++
    this.#sum += value
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
    for (let n = 0; n < this.#boundaries.length; n++) {
      if (value > (this.#boundaries[n] ?? Infinity)) continue
      this.#counts[n] = (this.#counts[n] ?? 0) + 1
      return
    }
  }

  get state(): Metric.HistogramState {
    let below = 0
    const buckets = this.#boundaries.map((boundary, n): [number, number] => [boundary, (below += this.#counts[n] ?? 0)])
    const isEmpty = this.#count === 0
    return {
      buckets: [...buckets, [Infinity, this.#count]],
      count: this.#count,
      min: isEmpty ? 0 : this.#min,
      max: isEmpty ? 0 : this.#max,
      sum: this.#sum
    }
  }
}
