/**
 * How old interactions are when they arrive. Discord writes the time of creation into the id; the clock of this machine
 * may be wrong by any amount, so the two are compared only by how they differ from one interaction to the next.
 */
/** Tells ages. */
export interface InteractionAges {
  /**
   * When an interaction that arrives now was created; both times are milliseconds of `Elapsed`. The freshest interaction
   * so far is taken to have needed no time at all; one that was delivered again, or late, is older than that by the
   * difference. None is older than an hour: an id from the future has misled, and ages are measured anew.
   */
  readonly createdAt: (id: string, now: number) => number
}

// The lower 22 bits of a snowflake are not time.
const perMillisecond = 2 ** 22

// How much faster than Discord's clock this machine's may run: two minutes in two weeks.
const drift = 1e-4

// Nothing is delivered so late: it is four times the life of a token.
const oldest = 3_600_000

/** One of these serves all interactions of a bot. */
export const make = (): InteractionAges => {
  let offset = Infinity
  let measuredAt = 0
  return {
    createdAt: (id, now) => {
      const created = Number(id) / perMillisecond
      if (!(created > 0)) return now
      offset = Math.min(offset + (now - measuredAt) * drift, now - created)
      measuredAt = now
      if (now - (created + offset) > oldest) offset = now - created
      return created + offset
    }
  }
}
