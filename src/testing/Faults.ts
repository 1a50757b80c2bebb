/**
 * Faults: what goes wrong between a bot and Discord, on demand. Those that act now wait, within the fake's patience, for
 * a connection to act on. Those that lie in wait act at the next occasions, oldest first, so several at one point form
 * a script; each gives a {@link Fault} that can be counted and withdrawn.
 */
import type * as Effect from "effect/Effect"
import type { AwaitTimeout } from "./FakeDiscordError.ts"

/** Faults that act on a shard's connection now. */
export interface Faults {
  /** Ends the TCP connection without a close frame; the session stays. The client sees 1006. */
  readonly dropConnection: (shardId: number) => Effect.Effect<void, AwaitTimeout>
  /** Sends a close frame, without a code an empty one. 4004, 4007 and 4009 to 4014 also end the session. */
  readonly close: (shardId: number, code?: number) => Effect.Effect<void, AwaitTimeout>
  /** Sends op 7: reconnect and resume. */
  readonly reconnect: (shardId: number) => Effect.Effect<void, AwaitTimeout>
  /** Sends op 9. Unless resumable, the session is gone. */
  readonly invalidSession: (shardId: number, resumable: boolean) => Effect.Effect<void, AwaitTimeout>
}
