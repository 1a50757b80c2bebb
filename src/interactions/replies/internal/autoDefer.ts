/** Promises Discord an answer for interactions that have none yet, before its three seconds are over. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Elapsed from "../../../internal/Elapsed.ts"
import * as Forks from "../../../internal/Forks.ts"
import { type Link, Ring, unlink } from "../../../internal/Ring.ts"
import { interactionLifetime, interactionType } from "../../../discord/numbers.ts"
import type { Responder } from "./responder.ts"

/**
 * Milliseconds from an interaction's arrival to its automatic deferral, unless its definition says otherwise: Discord
 * waits 3,000, and the call has to arrive. Time in a mailbox counts.
 */
export const patience = 2_000

/** Interactions without an answer. */
export class AutoDefer extends Context.Service<
  AutoDefer,
  {
    /**
     * Watches an interaction until it has its initial response. `after` is the time that it has, in milliseconds; with
     * `false`, or with more than Discord waits, nothing is promised.
     */
    readonly watch: (responder: Responder, after?: number | false) => void
  }
>()("fibercord/interactions/AutoDefer") {}

/**
 * An interaction that has no answer yet. It leaves its line as soon as it has one: an interaction is large, and what stayed
 * for two seconds would outlast the young generation of the heap.
 */
class Watch implements Link {
  previous: Link | undefined
  next: Link | undefined
  readonly responder: Responder
  readonly since: number

  constructor(responder: Responder, since: number) {
    this.responder = responder
    this.since = since
  }

  /** It has an answer, or can have none any more. */
  end(): void {
    unlink(this)
  }
}

// Who comes from a component's message, by a form or without, is promised a change of it, which shows nothing.
const promise = (responder: Responder, automatic: number) =>
  responder.raw.type === interactionType.autocomplete
    ? responder.choices([])
    : responder.defer({ update: responder.message !== undefined, automatic })

const defer = (responder: Responder, after: number): Effect.Effect<void> =>
  Effect.catch(promise(responder, after), (error) =>
    // That another process has answered is logged once, where it is found out.
    error.reason._tag === "AnsweredElsewhere"
      ? Effect.void
      : Effect.annotateLogs(Effect.logWarning("An automatic deferral failed", error), {
          interaction: responder.raw.id
        })
  )

/** Those that have the same time, in the order of their arrival: only the oldest is ever waited for. */
interface Line {
  readonly push: (watch: Watch) => void
  readonly run: Effect.Effect<never>
}

const makeLine = (clock: Clock.Clock, forks: Forks.Forks, after: number): Line => {
  const somebody = Latch.makeUnsafe()
  // Not the wall clock: when that is set back, Discord still waits three seconds.
  const elapsed = () => Elapsed.millis(clock)
  // Closed while the fiber waits for somebody to come.
  let isAsleep = true
  const waiting = new Ring<Watch>()
  return {
    push: (watch) => {
      waiting.add(watch)
      if (!isAsleep) return
      isAsleep = false
      somebody.openUnsafe()
    },
    run: Effect.gen(function* () {
      while (true) {
        if (waiting.first === undefined) {
          isAsleep = true
          somebody.closeUnsafe()
          yield* somebody.await
        }
        // Even if the first one is answered at once: whoever comes next has as long, and does not have to wake it.
        const wait = (waiting.first?.since ?? elapsed()) + after - elapsed()
        if (wait > 0) yield* Effect.sleep(wait)
        const due = elapsed() - after
        for (let watch = waiting.first; watch !== undefined && watch.since <= due; watch = waiting.first) {
          const { responder } = watch
          watch.end()
          forks.fork(defer(responder, after + responder.elapsed))
        }
      }
    })
  }
}

// An interaction that another process received some time ago has less left. So that a line stays in order, and there are
// few lines, what it has is shortened in steps; what is less than a call between two processes takes does not matter.
const negligible = 50
const step = 250

const shortened = (after: number, elapsed: number): number =>
  elapsed <= negligible ? after : Math.max(0, after - Math.ceil((elapsed - negligible) / step) * step)

/** One fiber for all interactions that have the same time. */
export const layer: Layer.Layer<AutoDefer> = Layer.effect(
  AutoDefer,
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const forks = yield* Forks.make("An automatic deferral failed")
    const runners = yield* Forks.make("Automatic deferrals stopped")
    const lines = new Map<number, Line>()
    const lineOf = (after: number): Line => {
      const known = lines.get(after)
      if (known !== undefined) return known
      const line = makeLine(clock, forks, after)
      lines.set(after, line)
      runners.fork(Effect.tapCause(line.run, (cause) => Effect.logFatal("Automatic deferrals stopped", cause)))
      return line
    }
    return AutoDefer.of({
      watch: (responder, after = patience) => {
        if (after === false || after >= interactionLifetime.initialResponse) return
        const { arrivedAt, elapsed } = responder
        const left = shortened(after, elapsed)
        const watch = new Watch(responder, left === after ? arrivedAt : arrivedAt + elapsed)
        responder.watch = watch
        lineOf(left).push(watch)
      }
    })
  })
)
