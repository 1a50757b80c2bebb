/** What a Runtime consists of while something runs or waits in it. */
import type * as Deferred from "effect/Deferred"
import type { CloseReason, Key, Task } from "../Runtime.ts"
import type { Step } from "./host.ts"
import type * as Turn from "./turn.ts"

/** A fiber that waits for an event. */
export interface Waiter {
  readonly turn: Turn.Turn
  readonly hold: boolean
  readonly fiber: Turn.AnyFiber
  /** Whether the handler waits with it. A fork of a handler may wait while the handler goes on. */
  readonly isMain: boolean
  /** Whether its turn was given away when it began to wait. */
  gaveAway: boolean
  /** How it goes on with this event; `undefined` if it does not wait for it. If `select` throws, the wait dies of it. */
  readonly match: (event: unknown) => (() => void) | undefined
  /** Goes on without an event, because the Runtime closes. */
  readonly end: () => void
}

/** A handler whose wait has ended without an event, and that waits for its turn to go on. */
export class Regain {
  readonly turn: Turn.Turn
  readonly resume: () => void

  constructor(turn: Turn.Turn, resume: () => void) {
    this.turn = turn
    this.resume = resume
  }
}

/** What waits for a turn. */
export type Item = Task | Regain

/** What few Runtimes have. */
export interface Parts {
  /** Who waits for events, in the order in which they began to wait. */
  waiters?: ReadonlyArray<Waiter> | undefined
  /** Handlers that have begun, have not ended, and have given their turn away. */
  parked?: Set<Turn.Turn>
  /** Interrupts handlers that go on for too long after the Runtime was closed. */
  grace?: Turn.AnyFiber
  extension?: number
  /** Values of further keys. */
  locals?: Map<Key<unknown>, unknown>
  /** Made when somebody first waits for the end. */
  closed?: Deferred.Deferred<CloseReason>
  /** The schedules that handled events step again. */
  steps?: ReadonlyArray<Step>
  stepping?: object
  /** The key that it was opened for. */
  key?: string
}
