/**
 * The times of a run, in milliseconds. They are those of Discord and of the library, shortened so that much happens in
 * a minute. The limits of the ledger follow from them.
 */

/** The options of the fake Discord. */
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

/** The options of the bot, and what follows from them. */
export const bot = {
  writeInterval: 500,
  lifetime: 3_000,
  quiet: 2_000,
  resolution: 250,
  drain: 3_000,
  shutdownTimeout: 3_000,
  restTimeout: 3_000,
  /** On a busy machine, two IDENTIFYs may arrive closer together than they were sent. */
  identifyMargin: 350,
  /** The longest time that the library takes to answer on behalf of a handler. */
  answerLimit: 5_000,
  /** The longest time that the library waits for a call of the session store. */
  storePatience: 5_000,
  /** The timeout for the next chunk of members. */
  membersTimeout: 2_000,
  /** The share of the IDENTIFYs that is never used. */
  reserve: 0.05,
  /** How long a handler hangs that should hang. */
  hang: 4_000
} as const

/** The limits of the ledger. */
export const bounds = {
  /** How long an event may be missing before it counts as lost. */
  late: 1_500,
  /** An interaction that is delivered later than this has no fair chance of a response in time. */
  prompt: 500,
  /** Deadlines do not count around an event loop that was blocked for this long. */
  lag: 250,
  /**
   * From the request to stop to the end of the process: shards stop, sessions and the budget are written, Runtimes
   * drain, and the library answers for what is left in them. In the worst case the store and the API hang in every
   * step.
   */
  exit: bot.shutdownTimeout + 2 * bot.storePatience + 2 * bot.drain + bot.answerLimit,
  /** From a fault to READY or RESUMED. More faults may follow, and the IDENTIFYs may be used up for 10 seconds. */
  recovery: 45_000,
  /** From the order to request members to the end of the request. */
  members: 60_000,
  /** How long a process may refuse to start after the IDENTIFYs were used up: its clock may have jumped. */
  budget: 30_000,
  /** How much the heap may grow in the steady phase, as a fraction. */
  heapFraction: 0.05,
  /** How much it may grow in bytes if the steady phase is shorter than `heapSteady`, because caches still fill up. */
  heapSlack: 4_000_000,
  heapSteady: 300_000
} as const
