/**
 * Lists through their members. A `Set` or an array would cost each member as much again; to grow one with a million of
 * them would stop everything else for a while, and what was in one that changes fast stays until the next full garbage
 * collection.
 */

/** A member of a ring, or the ring itself. Both are `undefined` for what is in none. */
export interface Link {
  previous: Link | undefined
  next: Link | undefined
}

/** Members in the order in which they were added. Each is in one ring at most. */
export class Ring<in out A extends Link> implements Link {
  previous: Link = this
  next: Link = this

  /** Adds one that is in no ring. */
  add(one: A): void {
    const last = this.previous
    one.previous = last
    one.next = this
    last.next = this.previous = one
  }

  /** The one that was added first. */
  get first(): A | undefined {
    return this.next === this ? undefined : (this.next as A)
  }

  /** Takes out the one that was added first. */
  take(): A | undefined {
    const { first } = this
    if (first !== undefined) unlink(first)
    return first
  }
}

/** Takes one out of its ring, if it is in one. */
export const unlink = (one: Link): void => {
  const { next, previous } = one
  if (next === undefined || previous === undefined) return
  previous.next = next
  next.previous = previous
  // An old one must not keep younger ones alive until the next full garbage collection.
  one.next = one.previous = undefined
}
