/** The messages between the processes of the benchmark: the command, the load generator and the client under test. */

/** Transport compressions of the gateway. */
export type Compression = "zlib-stream" | "zstd-stream"

/** What a client does with the events that it receives. */
export type Mode =
  /** Every event goes to the handler. */
  | "events"
  /** Only INTERACTION_CREATE has a handler. */
  | "interactions-only"
  /** Every interaction is answered with one POST. */
  | "answer"
  /** No handler at all. */
  | "idle"

/** The load generator's settings for the next client. */
export interface LoadSettings {
  readonly compression: Compression | undefined
  readonly shards: number
  readonly maxConcurrency: number
  /** Guilds that each shard receives after READY. */
  readonly guilds: number
}

/** From the command to the load generator. Each message gets a reply with the same `op`. */
export type ToLoad =
  | ({ readonly op: "configure" } & LoadSettings)
  /** Sends this many events to every connected shard. Without interactions, only the last one is one. */
  | { readonly op: "flood"; readonly count: number; readonly withoutInteractions?: boolean }
  /** Keeps this many interactions in flight, until `count` were answered or `seconds` are over. */
  | { readonly op: "interactions"; readonly inFlight: number; readonly count: number; readonly seconds: number }
  /** Resets the TCP connection of a shard, and waits for its RESUME. */
  | { readonly op: "reset"; readonly shard: number }
  /** Returns which shard identified when. */
  | { readonly op: "boot" }

/** From the load generator to the command. */
export type FromLoad =
  | { readonly op: "listening"; readonly port: number }
  | { readonly op: "configure" }
  | { readonly op: "flood"; readonly bytes: number }
  | ({ readonly op: "interactions" } & InteractionFigures)
  | { readonly op: "reset"; readonly milliseconds: number | undefined }
  | { readonly op: "boot"; readonly identifies: number; readonly violations: number }

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
  /** `http://127.0.0.1:port` */
  readonly http: string
  /** `ws://127.0.0.1:port` */
  readonly gateway: string
}

/** From the command to a client process. */
export type ToClient =
  /** Counts from now on, and answers `counted` when the last event of a flood was handled `lasts` times. */
  | { readonly op: "count"; readonly lasts: number }
  /** Collects garbage and answers `heap`. */
  | { readonly op: "heap" }
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
  /** Microseconds of CPU since the process began. */
  | { readonly op: "cpu"; readonly cpu: number }
  | { readonly op: "profile" }

/** The id of the interaction that ends each flood. */
export const lastId = "999999999999999999"

/** A token that Discord would not accept. */
export const token = "bench.bench.bench"

/** The id of the application and of the bot user. */
export const botId = "100000000000000001"
