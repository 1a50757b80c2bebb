/** What is known of all Runtimes of a registry, for metrics. Counted as plain numbers, because there are so many. */
import { Distribution, type Series } from "../../internal/Observed.ts"
import type { CloseReason } from "../Runtime.ts"

// In seconds: to a day and beyond.
const lifetimes = [1, 5, 15, 60, 300, 870, 3_600, 21_600, 86_400]

/** How long Runtimes have lived that have closed, by reason, in seconds. */
export type Ended = Readonly<Record<CloseReason, Distribution>>

/** None yet. */
export const noneEnded = (): Ended => ({
  Closed: new Distribution(lifetimes),
  Expired: new Distribution(lifetimes),
  Shutdown: new Distribution(lifetimes)
})

/** The series of a registry. */
export const seriesOf = (
  ended: Ended,
  get: {
    readonly open: () => number
    readonly opened: () => number
    readonly waiting: () => number
    readonly oldest: () => number
  }
): ReadonlyArray<Series> => [
  { id: "fibercord_runtimes_open", type: "Gauge", description: "Runtimes that are open", get: get.open },
  { id: "fibercord_runtimes_opened", type: "Counter", description: "Runtimes that were opened", get: get.opened },
  {
    id: "fibercord_runtimes_events_waiting",
    type: "Gauge",
    description: "Events in the mailboxes of all Runtimes",
    get: get.waiting
  },
  {
    id: "fibercord_runtimes_oldest_age",
    type: "Gauge",
    description: "Seconds since the oldest Runtime that is open was opened",
    get: get.oldest
  },
  ...(Object.keys(ended) as Array<CloseReason>).flatMap((reason): ReadonlyArray<Series> => [
    {
      id: "fibercord_runtimes_ended",
      type: "Counter",
      description: "Runtimes that have closed, by reason",
      attributes: { reason },
      get: () => ended[reason].state.count
    },
    {
      id: "fibercord_runtimes_lifetime",
      type: "Histogram",
      description: "Seconds from the opening of Runtimes to their end, by reason",
      attributes: { reason },
      get: () => ended[reason].state
    }
  ])
]
