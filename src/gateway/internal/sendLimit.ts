/** Discord's limit on what one connection sends: so many payloads in a window. */

/** Durations are milliseconds. */
export interface Options {
  /** Payloads in a window, heartbeats included. */
  readonly limit: number
  readonly window: number
  /**
   * Added to `window`, so that uneven delays on the way cannot bring two bursts into one window of Discord's. Default:
   * none.
   */
  readonly margin?: number | undefined
}

/**
 * How many payloads a window has room for beside the shard's own: one heartbeat for each interval begun, IDENTIFY or
 * RESUME, and a heartbeat that Discord asks for.
 */
export const capacity = (limit: number, window: number, heartbeatInterval: number): number =>
  Math.max(1, limit - Math.ceil(window / heartbeatInterval) - 2)

/** Counts what one connection has sent. Times are milliseconds of a clock that only goes forward. */
export class SendLimit {
  readonly #room: number
  readonly #span: number
  /** When the payloads of this window were sent, oldest first: never more than there is room for. */
  #sent: ReadonlyArray<number> = []

  constructor({ limit, margin = 0, window }: Options, heartbeatInterval: number) {
    this.#room = capacity(limit, window, heartbeatInterval)
    this.#span = window + margin
  }

  /** How long to wait, at `now`, before the next payload; 0 when there is room. */
  waitAt(now: number): number {
    this.#sent = this.#sent.filter((at) => at > now - this.#span)
    return this.#sent.length < this.#room ? 0 : (this.#sent[0] ?? now) + this.#span - now
  }

  /** A payload was sent. */
  countAt(now: number): void {
    this.#sent = [...this.#sent, now]
  }
}
