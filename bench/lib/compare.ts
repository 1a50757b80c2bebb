/** Compares measured ratios with those of the committed table. */

/** A row that is compared, and how it is measured. */
export interface Wanted {
  readonly id: string
  readonly part: string
  /** As the log prints it. */
  readonly title: string
}

/** CPU and heap, which say the same on a busy machine. Times and latencies would not. */
export const wanted: ReadonlyArray<Wanted> = [
  { id: "events.plain", part: "events", title: "events, plain" },
  { id: "events.interactions-only", part: "events", title: "events, interactions only" },
  { id: "events.some", part: "events", title: "events, three kinds" },
  { id: "interactions.64.cpu", part: "interactions", title: "interactions, in flight" },
  { id: "heap.shard", part: "shards", title: "heap per shard" },
  { id: "start.identify.cpu", part: "start", title: "start" }
]

/** What is compared of a row. */
export interface Figure {
  readonly id: string
  readonly unit: string
  /** To the floor of the same rounds; the median of the rounds. */
  readonly ratio: number | null
}

/** What came of one row. */
export interface Verdict {
  readonly id: string
  /** The ratio of the committed table. `undefined` if it has no such row, which is no fault: the row is new. */
  readonly was: number | undefined
  /** The measured ratio. `undefined` if there is none, which is a fault. */
  readonly is: number | undefined
  readonly passes: boolean
}

/** By how much a ratio may be worse: 15 %, which is more than a median of a few rounds varies on a busy machine. */
export const tolerance = 0.15

// Of a rate more is better, of everything else less.
const isWorse = (was: number, is: number, unit: string): boolean =>
  unit === "/s" ? is < was * (1 - tolerance) : is > was * (1 + tolerance)

const ratioOf = (figures: ReadonlyArray<Figure>, wanted: string): number | undefined => {
  const ratio = figures.find(({ id }) => id === wanted)?.ratio
  // JSON has no NaN: a figure without a value is `null` there.
  return ratio === undefined || ratio === null || Number.isNaN(ratio) ? undefined : ratio
}

/** Judges the rows with these ids. Ratios are compared and nothing else, because a time depends on the machine. */
export const compare = (
  ids: ReadonlyArray<string>,
  committed: ReadonlyArray<Figure>,
  measured: ReadonlyArray<Figure>
): ReadonlyArray<Verdict> =>
  ids.map((id) => {
    const was = ratioOf(committed, id)
    const is = ratioOf(measured, id)
    const unit = measured.find((figure) => figure.id === id)?.unit ?? ""
    return { id, was, is, passes: is !== undefined && (was === undefined || !isWorse(was, is, unit)) }
  })
