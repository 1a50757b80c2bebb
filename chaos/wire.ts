/** The messages between the supervisor and the bot process, one JSON object each. */

/** From the bot: one line each on file descriptor 3, written synchronously. `at` is the real time. */
export type Report =
  /** The bot was built, and all its shards were connected. */
  | { readonly _tag: "Booted"; readonly at: number }
  /** It could not be built. */
  | { readonly _tag: "BootFailed"; readonly at: number; readonly reason: string; readonly detail: string }
  /** Its shards ended with an error. `reason` is that of the `GatewayError`. */
  | { readonly _tag: "Fatal"; readonly at: number; readonly reason: string; readonly detail: string }
  /** It has used up its IDENTIFYs, and gets new ones after this many milliseconds. */
  | { readonly _tag: "Spent"; readonly at: number; readonly millis: number }
  /** How a request for members ended: `complete`, or the reason of the `GatewayError`. */
  | { readonly _tag: "Members"; readonly at: number; readonly id: number; readonly outcome: string }
  /** Its scope has closed. */
  | { readonly _tag: "Closed"; readonly at: number }
  /** Its scope has closed, but these resources keep the process alive. */
  | { readonly _tag: "Left"; readonly at: number; readonly resources: ReadonlyArray<string> }
  /** A handler of the bot saw a dispatch. */
  | {
      readonly _tag: "Event"
      readonly at: number
      readonly shard: number
      readonly session: string
      readonly seq: number
      readonly t: string
      /** The number of a numbered event. */
      readonly n?: number | undefined
      /** The id of an INTERACTION_CREATE. */
      readonly interaction?: string | undefined
    }
  /** A handler began while another of its Runtime ran. */
  | { readonly _tag: "Overlap"; readonly at: number; readonly runtime: string }
  /** A Runtime was still open this many milliseconds after its expiration. */
  | { readonly _tag: "Outlived"; readonly at: number; readonly runtime: string; readonly by: number }
  /** The event loop was blocked for this many milliseconds. */
  | { readonly _tag: "Lag"; readonly at: number; readonly millis: number }
  /** An unhandled rejection or an uncaught exception. */
  | { readonly _tag: "Unhandled"; readonly at: number; readonly detail: string }
  /** The heap after a garbage collection, in bytes, and the number of open Runtimes. */
  | { readonly _tag: "Sample"; readonly at: number; readonly heap: number; readonly runtimes: number }

/** The behaviour of the session store. */
export type StoreMode = "works" | "fails" | "dies" | "hangs"

/** The behaviour of handlers of gateway events, except those of the ledger. */
export type HandlerMode = "works" | "fails" | "dies" | "throws" | "hangs" | "blocks"

/** To the bot, over the channel of `child_process`. */
export type Order =
  | { readonly _tag: "Stop" }
  | { readonly _tag: "Sample" }
  | { readonly _tag: "Store"; readonly mode: StoreMode }
  | { readonly _tag: "Handlers"; readonly mode: HandlerMode; readonly count: number }
  /** The wall clock jumps. */
  | { readonly _tag: "Jump"; readonly millis: number }
  /** Sends this many payloads through a shard at once. */
  | { readonly _tag: "Flood"; readonly shard: number; readonly count: number; readonly guild: string }
  /** Takes all IDENTIFYs that are left. */
  | { readonly _tag: "Spend" }
  /** Asks for members. */
  | { readonly _tag: "Members"; readonly id: number; readonly shard: number; readonly guild: string }
  | { readonly _tag: "Restart"; readonly shard: number; readonly session: "resume" | "new" }
  /** Restarts a shard three times at once, one of which is interrupted. */
  | { readonly _tag: "Overlap"; readonly shard: number }
  /** Sets the presence of a shard. */
  | { readonly _tag: "Presence"; readonly shard: number; readonly text: string }
