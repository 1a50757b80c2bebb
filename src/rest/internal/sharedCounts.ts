/**
 * What is known of the invalid requests of other processes behind the same address. Times are in milliseconds of any
 * clock.
 */
import { span } from "./invalidRequests.ts"

/** The counts of a process and of the others. */
export class SharedCounts {
  readonly #others = new Map<string, { readonly count: number; readonly at: number }>()
  /** The count of this process, which whoever counts sets. */
  own: () => number = () => 0

  /** How many processes are known to send requests, this one included. */
  get processes(): number {
    return this.#others.size + 1
  }

  /** Notes the count of another process. It holds until the next, and for ten minutes at most. */
  merge(member: string, count: number, now: number): void {
    this.#others.set(member, { count, at: now })
  }

  /** The sum of the others. A process that is gone counts until none of what it had can be left. */
  others(now: number): number {
    let sum = 0
    for (const [member, { at, count }] of this.#others) {
      if (now - at >= span) this.#others.delete(member)
      else sum += count
    }
    return sum
  }
}
