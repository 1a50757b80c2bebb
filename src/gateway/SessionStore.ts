/**
 * What a shard needs to RESUME, kept over restarts of the shard and, with a durable store, of the process.
 *
 * A session is a live object: the connection that owns it advances `sequence` in place with every event, and nothing is
 * called for that. A durable store looks at the sessions it was given from time to time and writes those that moved, so
 * the way of an event never waits for a disk or a network.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Hash from "effect/Hash"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { ShardId } from "./ShardId.ts"

/** A session at Discord. */
export interface Session {
  /** `session_id` of READY. */
  readonly id: string
  /** `resume_gateway_url` of READY. */
  readonly resumeUrl: string
  /** When READY came, in milliseconds since 1970. */
  readonly startedAt: number
  /**
   * The `url` of `GET /gateway/bot` when the session was in use. With it, the next process can resume while Discord's
   * REST API is down; it asks where there is none.
   */
  mainUrl?: string | undefined
  /** The sequence number of the last event. Written only by the connection that owns the session. */
  sequence: number
}

/** Which session. A session of another bot, total or set of intents cannot be resumed, so each is part of the key. */
export interface SessionKey {
  /** The {@link fingerprint} of the bot's token. */
  readonly application: string
  readonly total: number
  readonly intents: number
  readonly shard: ShardId
}

/** The daily budget of IDENTIFYs as it was last known. See `IdentifyBudget`. */
export interface Budget {
  readonly total: number
  readonly remaining: number
  /** When it is full again, in milliseconds since 1970. */
  readonly resetAt: number
}

/** The service. Nothing of it fails: trouble with what is behind it is logged, and costs an IDENTIFY. */
export class SessionStore extends Context.Service<
  SessionStore,
  {
    /** Whether sessions outlive the process. Then closing the manager's scope leaves them resumable by default. */
    readonly durable: boolean
    /** The session of a shard that starts, if there is one that is not too old. */
    readonly load: (key: SessionKey) => Effect.Effect<Session | undefined>
    /** Registers a shard's session. The store keeps the object and reads its `sequence` when it writes. */
    readonly set: (key: SessionKey, session: Session) => Effect.Effect<void>
    /** Forgets a session. */
    readonly remove: (key: SessionKey) => Effect.Effect<void>
    /** What is known of a bot's budget, by the fingerprint of its token. */
    readonly loadBudget: (application: string) => Effect.Effect<Budget | undefined>
    /** Keeps it. */
    readonly setBudget: (application: string, budget: Budget) => Effect.Effect<void>
    /** Writes what has not been written yet. Runs when the manager has stopped its shards. */
    readonly flush: Effect.Effect<void>
  }
>()("fibercord/gateway/SessionStore") {}

/** Stands for a token, which cannot be found from it. */
export const fingerprint = (token: Redacted.Redacted): string => (Hash.string(Redacted.value(token)) >>> 0).toString(16)

/** A key as one string, for stores that need one: `<application>/<total>/<intents>/<shard>`. */
export const keyToString = (key: SessionKey): string => `${key.application}/${key.total}/${key.intents}/${key.shard}`

/** Keeps sessions as long as the process: shards that restart resume. */
export const layerMemory: Layer.Layer<SessionStore> = Layer.sync(SessionStore, () => {
  const sessions = new Map<string, Session>()
  const budgets = new Map<string, Budget>()
  return {
    durable: false,
    load: (key) => Effect.sync(() => sessions.get(keyToString(key))),
    set: (key, session) =>
      Effect.sync(() => {
        sessions.set(keyToString(key), session)
      }),
    remove: (key) =>
      Effect.sync(() => {
        sessions.delete(keyToString(key))
      }),
    loadBudget: (application) => Effect.sync(() => budgets.get(application)),
    setBudget: (application, budget) =>
      Effect.sync(() => {
        budgets.set(application, budget)
      }),
    flush: Effect.void
  }
})
