/**
 * Metrics that are read when somebody collects them, and cost nothing in between: for what is known anyway, and for what
 * is counted so often that updating a metric each time would show.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"

/** A metric that is read from what it is about, which may be one of many. */
export type Metered<A> = {
  /** The name of the metric. */
  readonly id: string
  readonly description: string
} & (
  | { readonly type: "Counter"; readonly get: (of: A) => number }
  | { readonly type: "Gauge"; readonly get: (of: A) => number }
  | { readonly type: "Histogram"; readonly get: (of: A) => Metric.HistogramState }
)

type Attributes = Readonly<Record<string, string>>

/** One series of a metric. */
export type Series = Metered<void> & { readonly attributes?: Attributes | undefined }

type State = Metric.CounterState<number> | Metric.GaugeState<number> | Metric.HistogramState

type Registry = Map<string, Metric.Metric.Metadata<unknown, unknown>>

// What Effect registers: the description of a series, and how to read it. One object, because there may be many.
class Registered<A> implements Metric.Metric.Metadata<unknown, State>, Metric.Metric.Hooks<unknown, State> {
  readonly id: string
  readonly type: Metered<A>["type"]
  readonly description: string
  readonly attributes: Attributes
  readonly hooks = this
  readonly of: A
  readonly #key: string
  readonly #metered: Metered<A>

  constructor(key: string, metered: Metered<A>, of: A, attributes: Attributes) {
    this.#key = key
    this.id = metered.id
    this.type = metered.type
    this.description = metered.description
    this.attributes = attributes
    this.#metered = metered
    this.of = of
  }

  /** Registers it, in place of another. */
  addTo(registry: Registry): this {
    registry.set(this.#key, this)
    return this
  }
  removeFrom(registry: Registry): void {
    if (registry.get(this.#key) === this) registry.delete(this.#key)
  }

  get(): State {
    const metered = this.#metered
    switch (metered.type) {
      case "Counter":
        return { count: metered.get(this.of), incremental: true } as Metric.CounterState<number>
      case "Gauge":
        return { value: metered.get(this.of) }
      case "Histogram":
        return metered.get(this.of)
    }
  }
  modify(): void {}
  update(): void {}
}

/** Metrics that are registered. A class and not a closure, because there may be many. */
export class Observed {
  readonly #registry: Registry
  readonly #series: ReadonlyArray<{ readonly removeFrom: (registry: Registry) => void }>

  constructor(registry: Registry, series: ReadonlyArray<{ readonly removeFrom: (registry: Registry) => void }>) {
    this.#registry = registry
    this.#series = series
  }

  /** Takes them out again, unless others have taken their places. */
  remove(): void {
    for (const each of this.#series) each.removeFrom(this.#registry)
  }
}

/** Registers the metrics of one thing, in place of others of the same names and attributes. */
export const addUnsafe = <A>(
  context: Context.Context<never>,
  metered: ReadonlyArray<Metered<A>>,
  of: A,
  attributes?: Attributes
): Observed => {
  const registry = Context.get(context, Metric.MetricRegistry)
  const all = allOf(context, attributes)
  const series = JSON.stringify(all)
  return new Observed(
    registry,
    metered.map((each) => new Registered(keyOf(each, series), each, of, all).addTo(registry))
  )
}

const allOf = (context: Context.Context<never>, attributes: Attributes | undefined): Attributes => ({
  ...attributes,
  ...Context.get(context, Metric.CurrentMetricAttributes)
})

// Joined and not concatenated: it stays, and a string of parts takes up twice as much.
const keyOf = ({ id }: { readonly id: string }, series: string): string => ["observed", id, series].join(" ")

/**
 * What is counted under a name with these attributes: by the first who asks it is made and registered, for good, and all
 * others add to the same.
 */
const shared = <A>(context: Context.Context<never>, metered: Metered<A>, make: () => A, attributes: Attributes): A => {
  const registry = Context.get(context, Metric.MetricRegistry)
  const all = allOf(context, attributes)
  const key = keyOf(metered, JSON.stringify(all))
  const known = registry.get(key)
  if (known instanceof Registered) return known.of as A
  return new Registered(key, metered, make(), all).addTo(registry).of
}

/** A counter as a plain number. */
export interface Count {
  value: number
}

/** A {@link Count} that all who ask for it share. */
export const count = (
  context: Context.Context<never>,
  { description, id }: { readonly id: string; readonly description: string },
  attributes: Attributes
): Count => shared(context, { id, description, type: "Counter", get: ({ value }) => value }, zero, attributes)

const zero = (): Count => ({ value: 0 })

/** A {@link Distribution} that all who ask for it share. */
export const distribution = (
  context: Context.Context<never>,
  {
    boundaries,
    description,
    id
  }: { readonly id: string; readonly description: string; readonly boundaries: ReadonlyArray<number> },
  attributes: Attributes
): Distribution =>
  shared(
    context,
    { id, description, type: "Histogram", get: ({ state }) => state },
    () => new Distribution(boundaries),
    attributes
  )

/** The same until the scope closes. */
export const add = (series: Series): Effect.Effect<void, never, Scope.Scope> =>
  Effect.contextWith((context: Context.Context<Scope.Scope>) =>
    Effect.asVoid(
      Effect.acquireRelease(
        Effect.sync(() => addUnsafe(context as Context.Context<never>, [series], undefined, series.attributes)),
        (observed) => Effect.sync(() => observed.remove())
      )
    )
  )

/**
 * What of a context updates of metrics read: looked up here once, and not down to the bottom of the context for each
 * update.
 */
export const contextFor = (context: Context.Context<never>): Context.Context<never> =>
  Context.add(
    Context.make(Metric.MetricRegistry, Context.get(context, Metric.MetricRegistry)),
    Metric.CurrentMetricAttributes,
    Context.get(context, Metric.CurrentMetricAttributes)
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
