/** The names of the faults, by their effect on a shard. */

/** Faults that cut the connection of a shard or make a new one fail. The shard must come back. */
export const cutting = [
  "drop",
  "reset",
  "half-open",
  "close, resumable",
  "close, new session",
  "close without a code",
  "close, unknown code",
  "close, sent too much",
  "op 7",
  "op 9 true",
  "op 9 false",
  "session expired",
  "events no longer kept",
  "corrupt frame",
  "invalid JSON",
  "HELLO late",
  "HELLO never",
  "op 7 before HELLO",
  "op 7 instead of HELLO",
  "close before HELLO",
  "op 9 before IDENTIFY",
  "close on IDENTIFY",
  "READY late",
  "READY never",
  "op 9 on RESUME",
  "close on RESUME",
  "RESUMED late",
  "RESUMED never",
  "op 7 on RESUME",
  "drop during replay",
  "duplicated replay",
  "gaps in replay",
  "acks missing",
  "upgrade refused",
  "upgrade stalled",
  "upgrade dropped",
  "drops after each RESUMED",
  "presence refused",
  "manager restart",
  "manager restarts overlap",
  "IDENTIFYs used up"
] as const

/** Faults that should leave the connection alone. A host that goes down cuts whichever shards it serves. */
export const other = [
  "resume host down",
  "main host down",
  "op 1",
  "malformed payloads",
  "acks late",
  "split frames",
  "burst of events",
  "REST slow",
  "REST fails",
  "REST rate-limits",
  "REST blocked by the edge",
  "REST hangs",
  "REST resets",
  "REST nonsense",
  "GET /gateway/bot fails",
  "handlers fail",
  "handlers die",
  "handlers throw",
  "handlers hang",
  "handlers block",
  "bot floods the gateway",
  "members asked for",
  "members rate-limited",
  "members never answered",
  "store fails",
  "store dies",
  "store hangs",
  "clock jumps"
] as const

/** All faults that strike a running process. */
export const kinds = [...cutting, ...other] as const

/** The name of a fault. */
export type Kind = (typeof kinds)[number]

/** The ways in which a process ends: it is told to stop, killed, or closed with a fatal code. */
export const restarts = ["stop", "kill", "fatal close"] as const

/** The name of one of them. */
export type Restart = (typeof restarts)[number]

/**
 * The codes of a fatal close, with the reasons that the process must report. Source: Discord, "Gateway Close Event
 * Codes".
 */
export const fatalCodes = {
  4004: "AuthenticationFailed",
  4010: "InvalidShard",
  4011: "ShardingRequired",
  4012: "InvalidApiVersion",
  4013: "InvalidIntents",
  4014: "DisallowedIntents"
} as const

/** One of these codes. */
export type FatalCode = keyof typeof fatalCodes

/** The compressions of what Discord sends. */
export const compressions = ["none", "zlib-stream", "zstd-stream"] as const

/** The name of one of them. */
export type Compression = (typeof compressions)[number]

/** Whether a fault cuts a shard off. */
export const cuts = (kind: Kind): boolean => (cutting as ReadonlyArray<Kind>).includes(kind)
