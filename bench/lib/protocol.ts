/** The messages between the processes of the benchmark: the command, the load generator and the client under test. */

/** Transport compressions of the gateway. */
export type Compression = "zlib-stream" | "zstd-stream"

/** What a client does with the events that it receives. */
export type Mode =
  /** Every event goes to the handler. */
  | "events"
  /** Only INTERACTION_CREATE has a handler. */
  | "interactions-only"
  /** {@link someKinds} have handlers, which are three of the twelve kinds of the other mix. */
  | "some"
  /** Every interaction is answered with one POST. */
  | "answer"
  /** The same, and MESSAGE_CREATE has a handler that computes for 20 milliseconds. */
  | "busy"
  /** No handler at all. */
  | "idle"

/** What a bot listens to that has commands, gives roles for reactions, and greets. */
export const someKinds = ["INTERACTION_CREATE", "MESSAGE_REACTION_ADD", "GUILD_MEMBER_ADD"] as const

const busyFor = 20

/** What the handler of MESSAGE_CREATE does in the mode `busy`. */
export const compute = (): void => {
  const end = performance.now() + busyFor
  while (performance.now() < end);
}

/** How the load generator writes, if not as Discord does. */
export interface Style {
  /** Other events: twelve kinds, mostly small ones, few in plain ASCII, and whole guilds among them. */
  readonly mix?: "other"
  /** The keys of a payload in the order `op`, `d`, `s`, `t`, as other servers write them, instead of `t`, `s`, `op`, `d`. */
  readonly keys?: "op-first"
  /**
   * Without, as many frames in a write as fit into 256 kB. `frames` writes each frame by itself, `pieces` cuts the bytes
   * without regard to frames, and `fragments` sends each message as three WebSocket fragments.
   */
  readonly writes?: "frames" | "pieces" | "fragments"
}

/** The load generator's settings for the next client. */
export interface LoadSettings {
  readonly compression: Compression | undefined
  readonly shards: number
  readonly maxConcurrency: number
  /** Guilds that each shard receives after READY. */
  readonly guilds: number
  /** Milliseconds. Default: 41,250, as Discord has it, which is longer than most runs. */
  readonly heartbeatInterval?: number
  /** An IDENTIFY gets no answer. */
  readonly silent?: boolean
  readonly style?: Style
}

/** From the command to the load generator. Each message gets a reply with the same `op`. */
export type ToLoad =
  | ({ readonly op: "configure" } & LoadSettings)
  /** Sends this many events to every connected shard. Without interactions, only the last one is one. */
  | { readonly op: "flood"; readonly count: number; readonly withoutInteractions?: boolean }
  /** Keeps this many interactions in flight, until `count` were answered or `seconds` are over. */
  | { readonly op: "interactions"; readonly inFlight: number; readonly count: number; readonly seconds: number }
  /** Sends `perSecond` interactions evenly, however many are in flight, and a MESSAGE_CREATE each 100 ms. */
  | { readonly op: "paced"; readonly perSecond: number; readonly seconds: number }
  /** Resets the TCP connection of a shard, and waits for its RESUME. */
  | { readonly op: "reset"; readonly shard: number }
  /** Resets the TCP connections of all shards at once, and waits until each has resumed. */
  | { readonly op: "storm"; readonly seconds: number }
  /** Returns which shard identified when. */
  | { readonly op: "boot" }
  /** Waits for the first IDENTIFY. */
  | { readonly op: "identified" }

/** From the load generator to the command. */
export type FromLoad =
  | { readonly op: "listening"; readonly port: number }
  | { readonly op: "configure" }
  /** What was written, and the microseconds of CPU that writing took, without the encoding before. */
  | { readonly op: "flood"; readonly bytes: number; readonly cpu: number }
  | ({ readonly op: "interactions" } & InteractionFigures)
  | { readonly op: "reset"; readonly milliseconds: number | undefined }
  | ({ readonly op: "paced" } & InteractionFigures)
  /** `resumed` of `shards` resumed, the last after `milliseconds`; `identified` gave up their sessions. */
  | {
      readonly op: "storm"
      readonly milliseconds: number | undefined
      readonly shards: number
      readonly resumed: number
      readonly identified: number
    }
  | { readonly op: "boot"; readonly identifies: number; readonly violations: number }
  /** Milliseconds of the machine's monotonic clock, which all processes share. */
  | { readonly op: "identified"; readonly at: number | undefined }

/** How a client responded to interactions, measured by the load generator. Latencies are in milliseconds. */
export interface InteractionFigures {
  readonly answered: number
  readonly seconds: number
  readonly p50: number
  readonly p99: number
}

/** A bot in worker threads. */
export interface Members {
  readonly count: number
  /** Steps of a computation that a handler does for each event. */
  readonly work: number
  /** An empty folder for the storage that the members share. */
  readonly folder: string
}

/** The job of a client process, as JSON in `BENCH_JOB`. */
export interface Job {
  /** File in `clients/`, without its ending. */
  readonly client: string
  /** The URL of the library's entry, for clients that are fibercord. */
  readonly library: string
  readonly mode: Mode
  readonly shards: number
  readonly compression: Compression | undefined
  /** Only for `fibercord-members`. */
  readonly members: Members | undefined
  /** `http://127.0.0.1:port`, or with https */
  readonly http: string
  /** `ws://127.0.0.1:port`, or with wss */
  readonly gateway: string
}

/** From the command to a client process. */
export type ToClient =
  /** Counts from now on, and answers `counted` when the last event of a flood was handled `lasts` times. */
  | { readonly op: "count"; readonly lasts: number }
  /** Collects garbage and answers `heap`. */
  | { readonly op: "heap" }
  /** Answers `rss`. */
  | { readonly op: "rss" }
  /** Answers `cpu`. */
  | { readonly op: "cpu" }
  /** Begins a CPU profile, or with a file ends it and writes it there. Answers `profile`. */
  | { readonly op: "profile"; readonly file: string | undefined }

/** From a client process to the command. */
export type FromClient =
  /** All shards are connected; `milliseconds` since the client was started, its imports excluded. */
  | { readonly op: "ready"; readonly milliseconds: number }
  | { readonly op: "counting" }
  /** Microseconds of this process's CPU, how many events its handler saw, and the seconds from the first to the last. */
  | {
      readonly op: "counted"
      readonly cpu: number
      readonly seen: number
      readonly seconds: number
      readonly rss: number
    }
  | { readonly op: "heap"; readonly bytes: number }
  /** Bytes of memory that the process has, as the operating system counts it. */
  | { readonly op: "rss"; readonly bytes: number }
  /** Microseconds of CPU since the process began. */
  | { readonly op: "cpu"; readonly cpu: number }
  | { readonly op: "profile" }

/** The id of the interaction that ends each flood. */
export const lastId = "999999999999999999"

/** A token that Discord would not accept. */
export const token = "bench.bench.bench"

/** The id of the application and of the bot user. */
export const botId = "100000000000000001"

/** Milliseconds of the machine's monotonic clock. Node's own clock starts with each process. */
export const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6
