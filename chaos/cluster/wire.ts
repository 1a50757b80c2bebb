/** The messages between the run and its members, one JSON object each. */

/** From a member. */
export type Report =
  | { readonly _tag: "Joined" }
  /** A handler saw a numbered event. */
  | { readonly _tag: "Event"; readonly guild: string; readonly n: number; readonly shard: number }
  /** How a reshard ended: `complete`, or why not. */
  | { readonly _tag: "Resharded"; readonly outcome: string }

/** To a member: have another number of shards. */
export interface Order {
  readonly total: number
}
