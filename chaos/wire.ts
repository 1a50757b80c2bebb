/** What the supervisor and the bot process tell each other, one JSON object at a time. */

/** From the bot: one line each on file descriptor 3, written in the call that it tells of. `at` is the real time. */
export type Report =
  /** The bot was built, and all its shards were connected. */
  | { readonly _tag: "Booted"; readonly at: number }
  /** It could not be built. */
  | { readonly _tag: "BootFailed"; readonly at: number; readonly reason: string; readonly detail: string }
  /** Its shards could not go on. `reason` is that of the `GatewayError`. */
  | { readonly _tag: "Fatal"; readonly at: number; readonly reason: string; readonly detail: string }
  /** It has used up its IDENTIFYs, and will have new ones after so many milliseconds. */
  | { readonly _tag: "Spent"; readonly at: number; readonly millis: number }
  /** How a request for members ended: `complete`, or the reason of the `GatewayError`. */
  | { readonly _tag: "Members"; readonly at: number; readonly id: number; readonly outcome: string }
  /** Its scope has closed. */
  | { readonly _tag: "Closed"; readonly at: number }
  /** It has closed, and these still keep the process alive. */
  | { readonly _tag: "Left"; readonly at: number; readonly resources: ReadonlyArray<string> }
  /** A handler of the bot saw a dispatch. */
  | {
      readonly _tag: "Event"
      readonly at: number
      readonly shard: number
      readonly session: string
      readonly seq: number
      readonly t: string
      /** The number in a numbered event. */
      readonly n?: number | undefined
      /** The id of an INTERACTION_CREATE. */
      readonly interaction?: string | undefined
    }
  /** A handler began while another of its Runtime ran. */
  | { readonly _tag: "Overlap"; readonly at: number; readonly runtime: string }
  /** A Runtime was still open so many milliseconds after all that its expiration allows. */
  | { readonly _tag: "Outlived"; readonly at: number; readonly runtime: string; readonly by: number }
  /** The event loop was blocked for so many milliseconds. */
  | { readonly _tag: "Lag"; readonly at: number; readonly millis: number }
  /** An unhandled rejection or an uncaught exception. */
  | { readonly _tag: "Unhandled"; readonly at: number; readonly detail: string }
  /** Bytes after a collection, and the Runtimes that are open. */
  | { readonly _tag: "Sample"; readonly at: number; readonly heap: number; readonly runtimes: number }

/** How the session store behaves. */
export type StoreMode = "works" | "fails" | "dies" | "hangs"

/** What handlers of gateway events do, beside those of the ledger. */
export type HandlerMode = "works" | "fails" | "dies" | "throws" | "hangs" | "blocks"

/** To the bot, over the channel of `child_process`. */
export type Order =
  | { readonly _tag: "Stop" }
  | { readonly _tag: "Sample" }
  | { readonly _tag: "Store"; readonly mode: StoreMode }
  | { readonly _tag: "Handlers"; readonly mode: HandlerMode; readonly count: number }
  /** The wall clock jumps. */
  | { readonly _tag: "Jump"; readonly millis: number }
  /** Sends so many payloads through a shard at once. */
  | { readonly _tag: "Flood"; readonly shard: number; readonly count: number; readonly guild: string }
  /** Takes all IDENTIFYs that are left. */
  | { readonly _tag: "Spend" }
  /** Asks for members. */
  | { readonly _tag: "Members"; readonly id: number; readonly shard: number; readonly guild: string }
  | { readonly _tag: "Restart"; readonly shard: number; readonly session: "resume" | "new" }
