/** Defers interactions that have no response yet, before Discord's three seconds are over. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Elapsed from "../../../internal/Elapsed.ts"
import * as Forks from "../../../internal/Forks.ts"
import { interactionType } from "../../../discord/numbers.ts"
import type { Responder } from "./responder.ts"

/**
 * Milliseconds from an interaction's arrival to its automatic deferral: Discord waits 3,000, and the call has to
 * arrive. Time in a mailbox counts.
 */
export const patience = 2_000

/** Interactions without a response, in the order of their arrival. */
export class AutoDefer extends Context.Service<AutoDefer, { readonly watch: (responder: Responder) => void }>()(
  "fibercord/interactions/AutoDefer"
) {}

/** An interaction until it has its response. It is released then, because it is large. */
interface Watch {
  responder: Responder | undefined
  readonly since: number
}

const defer = (responder: Responder): Effect.Effect<void> => {
  const { type } = responder.raw
  const promised =
    type === interactionType.autocomplete
      ? responder.choices([])
      : responder.defer({ update: type === interactionType.component, automatic: true })
  return Effect.catch(promised, (error) =>
    Effect.annotateLogs(Effect.logWarning("An automatic deferral failed", error), { interaction: responder.raw.id })
  )
}

/** One fiber for all interactions: they all have the same time, so only the oldest is ever waited for. */
export const layer: Layer.Layer<AutoDefer> = Layer.effect(
  AutoDefer,
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const forks = yield* Forks.make("An automatic deferral failed")
    const somebody = Latch.makeUnsafe()
    // Not the wall clock: when that is set back, Discord still waits three seconds.
    const elapsed = () => Elapsed.millis(clock)
    // In the order of their arrival; before `head` they are over. No Map: V8 keeps what was in one that changes fast
    // until the next full collection.
    let waiting: Array<Watch> = []
    let head = 0
    const oldest = (): Watch | undefined => {
      while (head < waiting.length && waiting[head]?.responder === undefined) head++
      const found = waiting[head]
      if (found === undefined || head > 10_000) {
        waiting = waiting.slice(head)
        head = 0
      }
      return found
    }
    const run = Effect.gen(function* () {
      while (true) {
        const since = oldest()?.since
        if (since === undefined) {
          somebody.closeUnsafe()
          yield* somebody.await
          continue
        }
        const wait = since + patience - elapsed()
        if (wait > 0) yield* Effect.sleep(wait)
        const due = elapsed() - patience
        for (let watch = oldest(); watch !== undefined && watch.since <= due; watch = oldest()) {
          const { responder } = watch
          watch.responder = undefined
          if (responder !== undefined) forks.fork(defer(responder))
        }
      }
    })
    yield* Effect.forkScoped(
      Effect.tapCause(run, (cause) => Effect.logFatal("Automatic deferrals have stopped", cause))
    )
    return AutoDefer.of({
      watch: (responder) => {
        const watch: Watch = { responder, since: elapsed() }
        responder.watch = watch
        if (waiting.push(watch) === 1) somebody.openUnsafe()
      }
    })
  })
)
