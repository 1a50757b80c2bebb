/** What is known of all Runtimes of a registry, for metrics. Counted as plain numbers, because there are so many. */
import type { Series } from "../../internal/Observed.ts"
import type { CloseReason } from "../Runtime.ts"

/** How many Runtimes have closed, by reason. */
export type Ended = Record<CloseReason, number>

/** None yet. */
export const noneEnded = (): Ended => ({ Closed: 0, Expired: 0, Shutdown: 0 })

/** The series of a registry. */
export const seriesOf = (
  ended: Ended,
  get: { readonly open: () => number; readonly opened: () => number; readonly waiting: () => number }
): ReadonlyArray<Series> => [
  { id: "fibercord_runtimes_open", type: "Gauge", description: "Runtimes that are open", get: get.open },
  { id: "fibercord_runtimes_opened", type: "Counter", description: "Runtimes that were opened", get: get.opened },
  {
    id: "fibercord_runtimes_events_waiting",
    type: "Gauge",
    description: "Events in the mailboxes of all Runtimes",
    get: get.waiting
  },
  ...(Object.keys(ended) as Array<CloseReason>).map((reason): Series => ({
    id: "fibercord_runtimes_ended",
    type: "Counter",
    description: "Runtimes that have closed, by reason",
    attributes: { reason },
    get: () => ended[reason]
  }))
]
