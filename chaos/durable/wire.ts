/** What a run and the processes of its bot say to each other. */

/** With what a process of the bot is started, as JSON. */
export interface Setup {
  readonly apiUrl: string
  readonly token: string
  /** A file of SQLite, or how PostgreSQL is reached and the port on which others reach this process. */
  readonly store:
    | { readonly filename: string }
    | { readonly database: object; readonly password: string; readonly port: number }
  /** Where its gateway sessions are kept. */
  readonly sessions: string
  /** Which shard of how many it runs. */
  readonly shard: readonly [id: number, total: number]
  /** The channel of the moderators, and the role of members. */
  readonly moderators: string
  readonly role: string
  /** Times of the examples, in milliseconds. */
  readonly times: Times
  /** Dies at this moment of its life, counted from 1 since it was told to. */
  readonly dieAt?: number | undefined
  /** Counts only the moments whose names contain this. Default: all. */
  readonly dieOf?: string | undefined
}

/** Times of the examples, in milliseconds. */
export interface Times {
  /** How long a moderator has. */
  readonly verdict: number
  readonly survey: number
  /** How long a new member has, twice. */
  readonly rules: number
}

/** From a process, one line of JSON each. */
export type Report =
  | { readonly _tag: "Joined" }
  /** The shop got an order. */
  | { readonly _tag: "Ordered"; readonly what: string; readonly key: string }
  /** It dies now. */
  | { readonly _tag: "Died"; readonly moment: number; readonly at: string }

/** To a process: the moments of its life count from now on. */
export type Order = "arm"
