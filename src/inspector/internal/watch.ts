/** What the machines of a bot show and note, kept until somebody looks. */
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import * as Shards from "../../gateway/inspected.ts"
import type { ShardManager } from "../../gateway/ShardManager.ts"
import * as Elapsed from "../../internal/Elapsed.ts"
import * as Inspection from "../../internal/Inspection.ts"
import * as Logs from "./logs.ts"
import * as Spans from "./spans.ts"
import { Strips } from "./strips.ts"

type Manager = ShardManager["Service"]

/** How many notes of a topic are kept, and how many are taken in a second. */
interface Bounds {
  readonly capacity: number
  readonly perSecond: number
}

const bounds: Readonly<Record<string, Bounds>> = {
  "runtime steps": { capacity: 2000, perSecond: 60 },
  logs: { capacity: 500, perSecond: 500 },
  spans: { capacity: 1000, perSecond: 500 }
}
const otherwise: Bounds = { capacity: 500, perSecond: 20 }

// Node's timer, as it was when this was loaded: what the bot's own clock says does not matter here.
const { setInterval } = globalThis

/** What is known of a bot, or of all bots of a process. */
export class Watch implements Inspection.Looking {
  readonly strips = new Strips()
  readonly #rings = new Map<string, { readonly ring: Inspection.Ring<never>; readonly clock: Clock.Clock }>()
  readonly #subjects = new Map<string, Set<unknown>>()
  readonly #context: Context.Context<never>
  readonly #logger: Logger.Logger<unknown, void>
  readonly #spans: Inspection.Ring<Spans.Note>
  readonly #timer: NodeJS.Timeout
  readonly #tracers = new WeakMap<Tracer.Tracer, Tracer.Tracer>()
  /** Whether a bot without a tracer makes the spans of the library too. It holds for bots that are built after it is set. */
  makesSpans: boolean

  /** The clock tells the times of spans and logs. What follows the shards runs in the context. */
  constructor(context: Context.Context<never>, clock: Clock.Clock, makesSpans = false) {
    this.makesSpans = makesSpans
    this.#context = context
    this.#logger = Logs.logger(this.ring(Logs.lines, clock))
    this.#spans = this.ring(Spans.spans, clock)
    this.#timer = setInterval(() => {
      for (const { ring } of this.#rings.values()) ring.refill()
    }, 1000)
    this.#timer.unref()
  }

  /** Takes no more notes. */
  close(): void {
    clearInterval(this.#timer)
  }

  readonly ring = <A>(topic: Inspection.Topic<A>, clock: Clock.Clock): Inspection.Ring<A> => {
    const known = this.#rings.get(topic.name)
    if (known !== undefined) return known.ring as never
    const { capacity, perSecond } = bounds[topic.name] ?? otherwise
    const ring = new Inspection.Ring<A>(capacity, perSecond)
    this.#rings.set(topic.name, { ring: ring as never, clock })
    return ring
  }

  readonly show = <A>(topic: Inspection.Topic<A>, subject: A): (() => void) => {
    const subjects = this.#subjects.get(topic.name) ?? new Set()
    this.#subjects.set(topic.name, subjects.add(subject))
    const stop = topic.name === Shards.managers.name ? this.#follow(subject as Manager) : undefined
    return () => {
      subjects.delete(subject)
      stop?.()
    }
  }

  /** Remembers the stages of shards, which nobody else does. They are few. */
  #follow(manager: Manager): () => void {
    const noting = Stream.runForEach(manager.changes, (change) => Effect.sync(() => this.strips.note(manager, change)))
    const fiber = Effect.runForkWith(this.#context)(
      Effect.tapDefect(noting, (defect) => Effect.logError("The stages of shards are not noted any more", defect))
    )
    return () => {
      this.strips.forget(manager)
      fiber.interruptUnsafe()
    }
  }

  readonly watch = <R>(context: Context.Context<R>): Context.Context<R> => {
    const loggers = Context.get(context, Logger.CurrentLoggers)
    const tracer = Context.getOrUndefined(context as Context.Context<never>, Tracer.Tracer)
    if (loggers.has(this.#logger) && tracer !== undefined && Spans.isNoting(tracer)) return context
    return context.pipe(
      Context.add(Logger.CurrentLoggers, loggers.has(this.#logger) ? loggers : new Set([...loggers, this.#logger])),
      Context.add(Tracer.Tracer, this.#noting(tracer))
    )
  }

  #noting(tracer: Tracer.Tracer | undefined): Tracer.Tracer {
    const of = tracer ?? Tracer.nativeTracer
    if (Spans.isNoting(of)) return of
    const isNative = of === Tracer.nativeTracer
    const known = this.#tracers.get(of)
    if (known !== undefined && !(isNative && this.makesSpans && Inspection.onlyNotes in known)) return known
    const noting = Spans.tracer(this.#spans, isNative ? { makesSpans: this.makesSpans } : of)
    this.#tracers.set(of, noting)
    return noting
  }

  /** The notes of a topic, if anything has noted some. */
  notes<A>(topic: Inspection.Topic<A>): Inspection.Ring<A> | undefined {
    return this.#rings.get(topic.name)?.ring as Inspection.Ring<A> | undefined
  }

  /** What is shown as a topic. */
  subjects<A>(topic: Inspection.Topic<A>): ReadonlyArray<A> {
    return [...((this.#subjects.get(topic.name) ?? []) as Iterable<A>)]
  }

  /** What turns the times of a topic's notes into milliseconds since 1970. */
  timeOf(topic: Inspection.Topic<never> | { readonly name: string }): (at: number) => number {
    const clock = this.#rings.get(topic.name)?.clock
    const offset = clock === undefined ? 0 : clock.currentTimeMillisUnsafe() - Elapsed.millis(clock)
    return (at) => Math.round(at + offset)
  }

  /** What time it is for the bot. */
  get now(): number {
    const [first] = this.#rings.values()
    return first?.clock.currentTimeMillisUnsafe() ?? 0
  }
}
