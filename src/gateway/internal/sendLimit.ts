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
 * How many frames a window has room for beside heartbeats: one of these for each interval begun, and one that Discord
 * asks for.
 */
export const capacity = (limit: number, window: number, heartbeatInterval: number): number =>
  Math.max(1, limit - Math.ceil(window / heartbeatInterval) - 1)

/** Counts what one connection has sent, without the heartbeats that there is room for. Times are milliseconds of a clock that only goes forward. */
export class SendLimit {
  readonly #room: number
  readonly #span: number
  /** When the frames of this window were sent, oldest first. */
  #sent: ReadonlyArray<number> = []

  constructor({ limit, margin = 0, window }: Options, heartbeatInterval: number) {
    this.#room = capacity(limit, window, heartbeatInterval)
    this.#span = window + margin
  }

  /** How long to wait, at `now`, before the next payload; 0 when there is room. */
  waitAt(now: number): number {
    this.#sent = this.#sent.filter((at) => at > now - this.#span)
    const tooMany = this.#sent.length - this.#room
    return tooMany < 0 ? 0 : (this.#sent[tooMany] ?? now) + this.#span - now
  }

  /** A frame was sent at this time. */
  countAt(at: number): void {
    this.#sent = [...this.#sent, at].sort((a, b) => a - b)
  }
}
