/**
 * Keeps sessions in any `KeyValueStore`: files, SQL, Redis. A process that restarts then resumes its shards, and misses
 * no event that Discord still has.
 *
 * Sessions are written in the background: those that have changed every {@link Options.writeInterval}, and the rest
 * when the shards are stopped. A process that is killed therefore resumes from at most one interval earlier: Discord
 * repeats the events of that interval, and none is missed.
 */
import * as Layer from "effect/Layer"
import type * as Duration from "effect/Duration"
import type { KeyValueStore } from "effect/persistence/KeyValueStore"
import { make } from "./internal/keyValueSessions.ts"
import { SessionStore } from "./SessionStore.ts"

/** Options of {@link layer}. */
export interface Options {
  /** How often sessions that have changed are written. Default: 1 second. */
  readonly writeInterval?: Duration.Input | undefined
  /**
   * How long after its last write a session is still tried. Discord keeps one for minutes, and one that it has given up
   * costs a RESUME that it refuses. Default: 20 minutes, so that the clocks of two processes may differ by 10.
   */
  readonly timeToLive?: Duration.Input | undefined
  /** The beginning of every key. Default: `fibercord/`. */
  readonly prefix?: string | undefined
}

/** Keeps sessions in the provided `KeyValueStore`, for example `KeyValueStore.layerFileSystem(directory)`. */
export const layer = (options: Options = {}): Layer.Layer<SessionStore, never, KeyValueStore> =>
  Layer.effect(SessionStore, make(options))
