/**
 * What a shard needs to RESUME. Sessions survive restarts of a shard and, with a durable store, of the process.
 *
 * A session is a live object: with every event, the connection that owns it advances `sequence` in place and calls
 * nothing. A durable store looks at its sessions from time to time and writes those that have changed, so that no event
 * waits for a disk or a network.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Hash from "effect/Hash"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { ShardId } from "./ShardId.ts"

/** A session at Discord. */
export interface Session {
  /** The `session_id` of READY. */
  readonly id: string
  /** The `resume_gateway_url` of READY. */
  readonly resumeUrl: string
  /** When READY arrived, in milliseconds since 1970. */
  readonly startedAt: number
  /**
   * The `url` that `GET /gateway/bot` returned while the session was in use. With it, the next process can resume while
   * Discord's REST API is down. Without it, the process asks Discord.
   */
  mainUrl?: string | undefined
  /** The sequence number of the last event. Written only by the connection that owns the session. */
  sequence: number
}

/**
 * Which session. A session can only be resumed by the same bot, with the same total and the same intents, so all of
 * them are part of the key.
 */
export interface SessionKey {
  /** The {@link fingerprint} of the bot's token. */
  readonly application: string
  readonly total: number
  readonly intents: number
  readonly shard: ShardId
}

/** The process that runs a shard. */
export interface Owner {
  /** A name that no other process has. */
  readonly process: string
  /** Grows whenever a process takes the shard over. */
  readonly epoch: number
}

/** The daily budget of IDENTIFYs, as last known. See `IdentifyBudget`. */
export interface Budget {
  readonly total: number
  readonly remaining: number
  /** When the budget is full again, in milliseconds since 1970. */
  readonly resetAt: number
}

/**
 * The service. Its methods do not fail: an implementation logs its own trouble, and the shard then starts a new
 * session. fibercord protects itself from stores that die or hang: they cost a start some seconds.
 *
 * A store that several processes share also says which of them runs a shard. The newest one that claims it does: it takes
 * the session over, and the older one stops the shard.
 */
export class SessionStore extends Context.Service<
  SessionStore,
  {
    /** Whether sessions outlive the process. If so, `ShardManager` keeps them at Discord when its scope closes. */
    readonly durable: boolean
    /** The session of a shard, unless there is none or it is too old. */
    readonly load: (key: SessionKey) => Effect.Effect<Session | undefined>
    /**
     * Makes this process the owner of a shard that starts here, and returns its session. Another process that runs the
     * shard is asked to release it first; the wait for it is bounded. When yet another process claims the shard later,
     * `onTaken` is called, once.
     */
    readonly claim: (key: SessionKey, onTaken: (by: Owner) => void) => Effect.Effect<Session | undefined>
    /**
     * Whether this process still owns a shard, which it asks before it connects again, and before it RESUMEs or IDENTIFYs
     * when more than a second has passed since. If not, `onTaken` was called. Taken for a yes after a second, unless
     * {@link isPatient}.
     */
    readonly isOwner: (key: SessionKey) => Effect.Effect<boolean>
    /** Whether a shard stays away for as long as `isOwner` does not know. Default: `false`. */
    readonly isPatient?: boolean | undefined
    /** What to do about a shard that was taken, for its `TakenOver`. Default: to stop this process, or take it back. */
    readonly adviceWhenTaken?: string | undefined
    /** Writes a shard's session, and lets another process have it at once. */
    readonly release: (key: SessionKey) => Effect.Effect<void>
    /** Registers a shard's session. The store keeps the object, and reads its `sequence` when it writes. */
    readonly set: (key: SessionKey, session: Session) => Effect.Effect<void>
    /** Forgets a session. */
    readonly remove: (key: SessionKey) => Effect.Effect<void>
    /** The budget of a bot, by the {@link fingerprint} of its token. */
    readonly loadBudget: (application: string) => Effect.Effect<Budget | undefined>
    /** Stores the budget of a bot. */
    readonly setBudget: (application: string, budget: Budget) => Effect.Effect<void>
    /** Writes what has not been written yet. `ShardManager` calls it after stopping its shards. */
    readonly flush: Effect.Effect<void>
  }
>()("fibercord/gateway/SessionStore") {}

/** A short text that stands for a token. The token cannot be recovered from it. */
export const fingerprint = (token: Redacted.Redacted): string => (Hash.string(Redacted.value(token)) >>> 0).toString(16)

/**
 * A key as text, for stores that need one: `<application>/<total>/<intents>/<shard>`.
 *
 * ```ts
 * import { Redacted } from "effect"
 * import { SessionStore, ShardId } from "fibercord"
 *
 * const key = SessionStore.keyToString({ application: "1", total: 2, intents: 1, shard: ShardId.make(0) }) // "1/2/1/0"
 * const application = SessionStore.fingerprint(Redacted.make("a token"))
 * ```
 */
export const keyToString = (key: SessionKey): string =>
  // Joined and not concatenated: it stays, and a string of parts takes up twice as much.
  [key.application, key.total, key.intents, key.shard].join("/")

/**
 * Keeps sessions in memory: a shard that restarts resumes, a process that restarts does not. Knows of no other process.
 */
export const layerMemory: Layer.Layer<SessionStore> = Layer.sync(SessionStore, () => {
  const sessions = new Map<string, Session>()
  const budgets = new Map<string, Budget>()
  return {
    durable: false,
    load: (key) => Effect.sync(() => sessions.get(keyToString(key))),
    claim: (key) => Effect.sync(() => sessions.get(keyToString(key))),
    isOwner: () => Effect.succeed(true),
    release: () => Effect.void,
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
