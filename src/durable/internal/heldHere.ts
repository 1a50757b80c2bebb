/** What a process knows of held dialogues, so that it tries each once and logs each once. */

/** The held dialogues of a process, by their ids. */
export class HeldHere {
  readonly #tried = new Set<string>()
  readonly #unfit = new Set<string>()

  /** Whether this process has not tried the dialogue yet. It has, after this call. */
  try(id: string): boolean {
    const isNew = !this.#tried.has(id)
    this.#tried.add(id)
    return isNew
  }

  /** The code does not fit the dialogue. Returns whether that is news. */
  note(id: string): boolean {
    const isNew = !this.#unfit.has(id)
    this.#tried.add(id)
    this.#unfit.add(id)
    return isNew
  }

  /** The code fits the dialogue. */
  release(id: string): void {
    this.#tried.delete(id)
    this.#unfit.delete(id)
  }
}
