/**
 * Orders replies to questions that were asked one after the other: a late reply never replaces the reply to a newer
 * question, and a question that nobody waits for any more has none.
 */
export class Latest {
  #asked = 0
  #applied = 0

  /** Asks. Returns whether the reply to it may be used; ask when it is there. */
  ask(): () => boolean {
    const ticket = ++this.#asked
    return () => {
      if (ticket <= this.#applied) return false
      this.#applied = ticket
      return true
    }
  }

  /** Whatever was asked before is not wanted any more. */
  forget(): void {
    this.#applied = this.#asked
  }
}
