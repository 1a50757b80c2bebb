/** Bounds what is under way: requests, and the bytes of their bodies. */

/** The place of one request. */
export interface Place {
  bytes: number
}

/** What is under way. */
export class Backlog {
  readonly #maxRequests: number
  readonly #maxBytes: number
  #requests = 0
  #bytes = 0

  constructor(maxRequests: number, maxBytes: number) {
    this.#maxRequests = maxRequests
    this.#maxBytes = maxBytes
  }

  /** Takes a place, if there is one. It has to be left. */
  enter(): Place | undefined {
    if (this.#requests >= this.#maxRequests) return undefined
    this.#requests++
    return { bytes: 0 }
  }

  /** Counts the bytes of a place, if there is room for them. One body always fits, whatever its size. */
  hold(place: Place, bytes: number): boolean {
    const others = this.#bytes - place.bytes
    if (others > 0 && others + bytes > this.#maxBytes) return false
    place.bytes = bytes
    this.#bytes = others + bytes
    return true
  }

  /** Gives a place back, with its bytes. */
  leave({ bytes }: Place): void {
    this.#requests--
    this.#bytes -= bytes
  }
}
