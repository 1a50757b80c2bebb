/**
 * Uses of collections are shown by a run of the handler, which alone can fold them. The process that has stored a use asks for
 * that run, for each collection at most once in its `every`, and looks again until nothing is left: a use that comes while
 * a run is on its way is shown by the next one. A collection that nobody uses costs nothing.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Forks from "../../internal/Forks.ts"
import { persistently } from "./retries.ts"
import type * as Question from "./question.ts"
import type { Store } from "./store.ts"
import { parse } from "./stored.ts"

/** How often uses are looked for that another process has stored and not lived to show, in milliseconds. */
const sweepEvery = 60_000

/** How often a run is asked for at most, whatever a collection says, in milliseconds. */
const shortest = 50

/** Asks for runs of the handlers of collections. */
export class Wakes {
  readonly #store: Store
  readonly #resume: (workflow: string, id: string) => Effect.Effect<void>
  readonly #forks: Forks.Forks
  /** The collections that a fiber looks after, and whether they were used since that has looked last. */
  readonly #used = new Map<string, boolean>()

  constructor(store: Store, resume: (workflow: string, id: string) => Effect.Effect<void>, forks: Forks.Forks) {
    this.#store = store
    this.#resume = resume
    this.#forks = forks
    forks.fork(this.#recover().pipe(Effect.delay(sweepEvery), Effect.forever))
  }

  /** A collection has a new use. `every` is in milliseconds. */
  wake(id: string, step: string, every: number): void {
    const key = `${id}/${step}`
    const isFollowed = this.#used.has(key)
    this.#used.set(key, true)
    if (!isFollowed) this.#forks.fork(this.#follow(key, id, step, every))
  }

  /** The handlers of a workflow can run now: looks for uses that are not shown. */
  start(workflow: string): void {
    this.#forks.fork(this.#recover(workflow))
  }

  #recover(workflow?: string): Effect.Effect<void> {
    return Effect.map(persistently(this.#store.allUnfolded), (found) => {
      for (const { id, spec, step, workflow: own } of found) {
        if (workflow === undefined || workflow === own) this.wake(id, step, parse<Question.Spec>(spec)?.every ?? 0)
      }
    })
  }

  #follow(key: string, id: string, step: string, every: number): Effect.Effect<void> {
    const [resume, store, used] = [this.#resume, this.#store, this.#used]
    return Effect.gen(function* () {
      let wait = shortest
      let before: number | null | undefined
      while (true) {
        used.set(key, false)
        const found = yield* persistently(store.unfolded(id, step))
        if (found === undefined) {
          if (used.get(key) === true) continue
          used.delete(key)
          return
        }
        const rest = (found.foldedAt ?? -Infinity) + every - (yield* Clock.currentTimeMillis)
        if (rest > 0) {
          yield* Effect.sleep(Math.min(rest, every))
          continue
        }
        // No process runs it now, perhaps because none has its version.
        wait = found.foldedAt === before ? Math.min(wait * 2, sweepEvery) : Math.max(every, shortest)
        before = found.foldedAt
        yield* resume(found.workflow, id)
        yield* Effect.sleep(wait)
      }
    }).pipe(Effect.onError(() => Effect.sync(() => used.delete(key))))
  }
}
