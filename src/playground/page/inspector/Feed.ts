/** What the page knows of a bot: everything at first, then what changes, bounded like what the inspector keeps. */
import type { Changes, DialogueDetails, InspectorState } from "./state.ts"

/** Whether it is told anything. */
export type Connection = "connecting" | "open" | "lost"

// How much of the past stays on the page. The inspector itself keeps less.
const most = { interactions: 2000, rest: 2000, spans: 4000, logs: 2000, steps: 5000 }

interface Numbered {
  readonly n: number
}

/** A list with what is new at its end, and what has changed in its place. */
export const merged = <A extends Numbered>(
  list: ReadonlyArray<A>,
  changes: ReadonlyArray<A> | undefined,
  limit: number
): ReadonlyArray<A> => {
  if (changes === undefined || changes.length === 0) return list
  const last = list.at(-1)?.n ?? -1
  const fresh = changes.filter(({ n }) => n > last).toSorted((a, b) => a.n - b.n)
  const changed = new Map(changes.filter(({ n }) => n <= last).map((one) => [one.n, one]))
  const kept = changed.size === 0 ? list : list.map((one) => changed.get(one.n) ?? one)
  return [...kept, ...fresh].slice(-limit)
}

/** Everything after some changes. */
const changed = (state: InspectorState, changes: Changes): InspectorState => ({
  ...state,
  now: changes.now,
  process: changes.process ?? state.process,
  shards: changes.shards ?? state.shards,
  runtimes: changes.runtimes ?? state.runtimes,
  dialogues: changes.dialogues ?? state.dialogues,
  interactions: merged(state.interactions, changes.interactions, most.interactions),
  rest: merged(state.rest, changes.rest, most.rest),
  spans: merged(state.spans, changes.spans, most.spans),
  logs: merged(state.logs, changes.logs, most.logs),
  steps: merged(state.steps, changes.steps, most.steps)
})

/** Follows the inspector at a path of this origin. */
export class Feed {
  readonly #base: string
  readonly #changed: () => void
  #source: EventSource | undefined
  #isPaused = false
  state: InspectorState | undefined
  connection: Connection = "connecting"
  /** How many entries were left out, because there were too many at once. */
  skipped = 0

  constructor(base: string, changed: () => void) {
    this.#base = base
    this.#changed = changed
  }

  start(): void {
    if (this.#source !== undefined) return
    // It connects again by itself, for example when the bot has been restarted, and is told everything anew.
    const source = (this.#source = new EventSource(`${this.#base}/events`))
    source.addEventListener("open", () => this.#become("open"))
    source.addEventListener("error", () => {
      this.#become("lost")
      // A refusal is final for an EventSource; a bot that is restarting refuses for a moment.
      if (source.readyState === EventSource.CLOSED) this.#later(source)
    })
    source.addEventListener("state", ({ data }) => {
      this.state = JSON.parse(data) as InspectorState
      this.#become("open")
    })
    source.addEventListener("changes", ({ data }) => {
      const changes = JSON.parse(data) as Changes
      this.skipped += changes.skipped ?? 0
      if (this.state !== undefined && !this.#isPaused) this.state = changed(this.state, changes)
      this.#changed()
    })
  }

  #later(source: EventSource): void {
    setTimeout(() => {
      if (this.#source !== source) return
      this.#source = undefined
      this.start()
    }, 1000)
  }

  #become(connection: Connection): void {
    this.connection = connection
    this.#changed()
  }

  /** Whether what changes is left out, so that it can be read. Everything is told anew when that ends. */
  get isPaused(): boolean {
    return this.#isPaused
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused
    if (!isPaused) {
      this.stop()
      this.start()
    }
    this.#changed()
  }

  stop(): void {
    this.#source?.close()
    this.#source = undefined
    this.connection = "connecting"
  }

  /** A dialogue with its journal. */
  async dialogue(id: string): Promise<DialogueDetails | undefined> {
    const response = await fetch(`${this.#base}/dialogue?id=${encodeURIComponent(id)}`)
    return response.ok ? ((await response.json()) as DialogueDetails) : undefined
  }
}
