/**
 * What looks into a bot while it runs, if anything does. The machines of a bot show it what they have, and note what they
 * do, as references in rings: what is noted is read when somebody looks, and costs next to nothing until then.
 *
 * It is the reference {@link Inspection}. By default it is what a module that was loaded before the bot has left at
 * `globalThis[Symbol.for("fibercord/inspector")]`, so that a bot can be looked into without a change of its code. The
 * inspector itself is above, and is not part of a bot that has none.
 */
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"

/** What something is shown or noted as. `A` is the type of it. */
export interface Topic<in out A> {
  readonly name: string
  readonly _?: (a: A) => A
}

/** A topic. */
export const topic = <A>(name: string): Topic<A> => ({ name })

/**
 * The last notes of a topic. It takes only so many in a second: nobody reads more, and what is kept for a moment costs a
 * bot more than what it lets go of at once.
 */
export class Ring<in out A> {
  readonly #places: Array<A>
  readonly #capacity: number
  readonly #perSecond: number
  #total = 0
  #left: number
  #skipped = 0

  constructor(capacity: number, perSecond = Infinity) {
    this.#capacity = capacity
    this.#perSecond = this.#left = perSecond
    this.#places = []
  }

  /** How many it has taken. */
  get total(): number {
    return this.#total
  }

  /** How many it has not taken. */
  get skipped(): number {
    return this.#skipped
  }

  /** Whether it takes another one. Who makes a note asks first, so that what is not taken is not made either. */
  get takes(): boolean {
    if (this.#left > 0) return true
    this.#skipped++
    return false
  }

  push(note: A): void {
    this.#left--
    this.#places[this.#total++ % this.#capacity] = note
  }

  /** A second has passed. */
  refill(): void {
    this.#left = this.#perSecond
  }

  /** Those that are kept, of those that came after the first `seen`, the oldest first; at most `limit` of them, the newest. */
  since(seen: number, limit = Infinity): Array<A> {
    const first = Math.max(seen, this.#total - this.#capacity, this.#total - limit, 0)
    const notes: Array<A> = []
    for (let n = first; n < this.#total; n++) notes.push(this.#places[n % this.#capacity] as A)
    return notes
  }
}

/** What looks into a bot. Its functions never throw, and call nothing back. */
export interface Looking {
  /** The ring of a topic. Times of its notes are milliseconds of `Elapsed`, by this clock. */
  readonly ring: <A>(topic: Topic<A>, clock: Clock.Clock) => Ring<A>
  /** Shows something for as long as it lives. Returns what takes it out again. */
  readonly show: <A>(topic: Topic<A>, subject: A) => () => void
  /** A context whose spans and logs are noted too. It is the same one if they are already. */
  readonly watch: <R>(context: Context.Context<R>) => Context.Context<R>
}

const place = Symbol.for("fibercord/inspector")

/** What looks into the bot; `undefined` if nothing does. */
export const Inspection: Context.Reference<Looking | undefined> = Context.Reference("fibercord/internal/Inspection", {
  defaultValue: () => (globalThis as { readonly [place]?: Looking })[place]
})

/** Leaves it for bots that are loaded after this. */
export const install = (looking: Looking): void => {
  Object.defineProperty(globalThis, place, { value: looking, configurable: true })
}

/** The ring of a topic, if anything looks. */
export const ringOf = <A>(context: Context.Context<never>, topic: Topic<A>, clock: Clock.Clock): Ring<A> | undefined =>
  Context.get(context, Inspection)?.ring(topic, clock)

/** Shows something until the scope closes, if anything looks. */
export const show = <A>(topic: Topic<A>, subject: A): Effect.Effect<void, never, Scope.Scope> =>
  Effect.contextWith((context: Context.Context<Scope.Scope>) => {
    const looking = Context.get(context, Inspection)
    if (looking === undefined) return Effect.void
    return Effect.asVoid(
      Effect.acquireRelease(
        Effect.sync(() => looking.show(topic, subject)),
        (takeOut) => Effect.sync(takeOut)
      )
    )
  })

/** A layer whose spans and logs are noted too, if anything looks. */
export const watched = <A, E, R>(layer: Layer.Layer<A, E, R>): Layer.Layer<A, E, R> =>
  Layer.unwrap(
    Effect.contextWith((context: Context.Context<never>) => {
      const seen = Context.get(context, Inspection)?.watch(context) ?? context
      return Effect.succeed(seen === context ? layer : Layer.provide(layer, Layer.succeedContext(seen)))
    })
  )

/** Marks a tracer that only notes spans which exist anyway. */
export const onlyNotes = Symbol.for("fibercord/inspector/onlyNotes")

/** Whether somebody collects spans. Without that they would only cost time, and what is noted says the same. */
export const isTraced = (context: Context.Context<never>): boolean => {
  const tracer = Context.getOrUndefined(context, Tracer.Tracer)
  return tracer !== undefined && !(onlyNotes in tracer)
}
