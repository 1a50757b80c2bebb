/**
 * The times of a run, in milliseconds. They are Discord's and the library's, shortened so that much happens in a
 * minute; what the ledger allows for follows from them.
 */

/** How the fake Discord is set. */
export const discord = {
  token: "chaos-token-that-nobody-may-print",
  maxConcurrency: 4,
  identifyInterval: 150,
  sessionStartLimit: { total: 1_000, resetAfter: "10 seconds" },
  sendLimit: 60,
  sendWindow: 10_000,
  heartbeatInterval: 1_000,
  interactionDeadline: 3_000,
  replayLimit: 20_000,
  patience: 4_000
} as const

/** How the bot is set. */
export const bot = {
  writeInterval: 500,
  lifetime: 3_000,
  quiet: 2_000,
  resolution: 250,
  drain: 3_000,
  shutdownTimeout: 3_000,
  restTimeout: 3_000,
  /** A busy machine may bring two IDENTIFYs closer together than they were sent. */
  identifyMargin: 350,
  /** What the library takes at most for an answer on behalf of a handler. */
  answerLimit: 5_000,
  /** What the library takes at most for a call of the session store. */
  storePatience: 5_000,
  /** For the next chunk of members. */
  membersTimeout: 2_000,
  /** The part of the IDENTIFYs that is never used. */
  reserve: 0.05,
  /** A handler that hangs does so for this long. */
  hang: 4_000
} as const

/** What the ledger allows for. */
export const bounds = {
  /** An event may be missing for this long before it counts as lost. */
  late: 1_500,
  /** An interaction that came later than this after it was made has no fair chance of an answer in time. */
  prompt: 500,
  /** An event loop that was blocked for this long makes deadlines meaningless around it. */
  lag: 250,
  /**
   * From the request to stop to the end of the process: the shards stop, sessions and budget are written, Runtimes
   * drain, and what is left in them is answered, one after the other, in the worst case against a store and an API that
   * hang.
   */
  exit: bot.shutdownTimeout + 2 * bot.storePatience + 2 * bot.drain + bot.answerLimit,
  /**
   * From a fault to READY or RESUMED. Others may follow it at once, and the IDENTIFYs may be used up for 10 seconds.
   */
  recovery: 45_000,
  /** From the wish for members to the end of the request. */
  members: 60_000,
  /** After the IDENTIFYs were used up, a process may refuse to start for this long: its clock may have jumped. */
  budget: 30_000,
  /** How much the heap may grow in the steady phase, as a fraction of it. */
  heapFraction: 0.05,
  /** In bytes, and for a steady phase that is shorter than `heapSteady`: caches are still filling. */
  heapSlack: 4_000_000,
  heapSteady: 300_000
} as const
