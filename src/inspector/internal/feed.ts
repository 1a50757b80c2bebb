/**
 * What is told to those who look: everything at first, and then what changes, in batches. It works only while somebody
 * looks.
 */
import * as Durable from "../../durable/inspected.ts"
import * as Router from "../../interactions/router/inspected.ts"
import * as Rest from "../../rest/inspected.ts"
import * as Runtimes from "../../runtime/inspected.ts"
import type {
  Changes,
  DialoguesView,
  InteractionView,
  LogView,
  RestView,
  SpanView,
  State,
  StepView
} from "../InspectorState.ts"
import * as Dialogues from "./dialogues.ts"
import * as Logs from "./logs.ts"
import { Redaction } from "./redact.ts"
import * as Spans from "./spans.ts"
import { type Kind, Tail } from "./tail.ts"
import { textOf } from "./text.ts"
import * as Views from "./views.ts"
import type { Watch } from "./watch.ts"

// The timers of Node as they were when this was loaded, and not a Clock: who looks at a bot does so in real time, also
// while the bot's own clock stands still.
const { clearTimeout, performance, setTimeout } = globalThis

/** Somebody who looks. Never throws. */
export type Reader = (event: "state" | "changes", json: string) => void

/**
 * How often changes are told, in milliseconds, and every how many times what is larger. If that takes long, it is told less
 * often, so that it takes this share of the time at most.
 */
const every = 250
const rarely = 4
const share = 0.01
const longest = 4000

/** How many entries are told at once, of everything. */
export const most = { interactions: 200, rest: 200, spans: 500, logs: 300, steps: 1000 }

// And of changes.
const mostNew = { interactions: 50, rest: 50, spans: 100, logs: 100, steps: 100 }

type Lists = Required<Pick<Changes, keyof typeof most>>

/** The feed of a bot. */
export class Feed {
  readonly #watch: Watch
  readonly #redaction: Redaction
  readonly #readers = new Set<Reader>()
  readonly #interactions: Tail<Router.Note, InteractionView>
  readonly #rest: Tail<Rest.Note, RestView>
  readonly #spans: Tail<Spans.Note, SpanView>
  readonly #logs: Tail<Logs.Note, LogView>
  readonly #steps: Tail<Runtimes.Note, StepView>
  #timer: NodeJS.Timeout | undefined
  #ticks = 0
  #hasWarned = false
  /** What was told of what is told as a whole. */
  readonly #told = new Map<string, string>()
  #dialogues: DialoguesView | undefined

  constructor(watch: Watch) {
    this.#watch = watch
    this.#redaction = new Redaction(watch)
    this.#interactions = new Tail(() => watch.notes(Router.interactions))
    this.#rest = new Tail(() => watch.notes(Rest.requests))
    this.#spans = new Tail(() => watch.notes(Spans.spans))
    this.#logs = new Tail(() => watch.notes(Logs.lines))
    this.#steps = new Tail(() => watch.notes(Runtimes.steps))
  }

  /** Everything, as JSON. */
  async state(): Promise<string> {
    await this.#poll()
    return this.#state()
  }

  /** One dialogue with its journal, as JSON; `undefined` if there is none. */
  async dialogue(id: string): Promise<string | undefined> {
    const details = await Dialogues.get(this.#watch.subjects(Durable.dialogues), id)
    return details && this.#redaction.redact(JSON.stringify(details))
  }

  /** Begins to tell somebody. Returns what ends that. */
  attach(reader: Reader): () => void {
    if (this.#readers.size === 0) this.#start()
    // So that everybody is at the same place.
    else this.tell()
    const state = this.#firstState()
    this.#readers.add(reader)
    reader("state", state)
    return () => {
      this.#readers.delete(reader)
      if (this.#readers.size === 0) this.close()
    }
  }

  /** What somebody new is told. Nobody is told anything if it cannot be made. */
  #firstState(): string {
    try {
      return this.#state()
    } catch (error) {
      if (this.#readers.size === 0) this.close()
      throw error
    }
  }

  /** How many look. */
  get readers(): number {
    return this.#readers.size
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #start(): void {
    const kinds = this.#kinds()
    this.#interactions.start(kinds.interactions)
    this.#rest.start(kinds.rest)
    this.#spans.start(kinds.spans)
    this.#logs.start(kinds.logs)
    this.#steps.start(kinds.steps)
    void this.#poll()
    this.#next(every)
  }

  #next(delay: number): void {
    this.#timer = setTimeout(() => {
      const startedAt = performance.now()
      this.#guarded(() => this.tell())
      // Who was told may have ended it.
      if (this.#timer !== undefined) this.#next(delayAfter(performance.now() - startedAt))
    }, delay)
    this.#timer.unref()
  }

  async #poll(): Promise<void> {
    try {
      this.#dialogues = await Dialogues.list(this.#watch.subjects(Durable.dialogues))
    } catch (error) {
      this.#warn(error)
    }
  }

  // Nobody waits for what runs by itself, and what it throws would end the bot.
  #guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#warn(error)
    }
  }

  #warn(error: unknown): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    process.emitWarning(`What the bot does cannot all be shown: ${textOf(error, 1000)}`, "InspectorWarning")
  }

  /** Tells what has changed since the last time. It is called by itself. */
  tell(): void {
    const changes = this.#changes()
    if (changes === undefined) return
    const json = this.#redaction.redact(JSON.stringify(changes))
    for (const reader of this.#readers) reader("changes", json)
  }

  #changes(): Changes | undefined {
    const kinds = this.#kinds()
    const interactions = this.#interactions.changes(kinds.interactions, mostNew.interactions)
    const rest = this.#rest.changes(kinds.rest, mostNew.rest)
    const spans = this.#spans.changes(kinds.spans, mostNew.spans)
    const logs = this.#logs.changes(kinds.logs, mostNew.logs)
    const steps = this.#steps.changes(kinds.steps, mostNew.steps)
    const lists = { interactions, rest, spans, logs, steps }
    const skipped = Object.values(lists).reduce((sum, list) => sum + list.skipped, 0)
    const found = Object.entries(lists).filter(([, { views }]) => views.length > 0)
    const changed = {
      ...(Object.fromEntries(found.map(([name, { views }]) => [name, views])) as Partial<Lists>),
      ...(skipped > 0 ? { skipped } : {}),
      ...this.#whole()
    }
    return Object.keys(changed).length === 0 ? undefined : { now: this.#watch.now, ...changed }
  }

  /** What is told as a whole, if it is not what was told last. */
  #whole(): Partial<Changes> {
    const isRare = this.#ticks++ % rarely === 0
    if (isRare) void this.#poll()
    const whole = {
      shards: Views.shards(this.#watch),
      ...(isRare ? { runtimes: Views.runtimes(this.#watch), process: Views.processView() } : {}),
      ...(isRare && this.#dialogues !== undefined ? { dialogues: this.#dialogues } : {})
    }
    return Object.fromEntries(
      Object.entries(whole).filter(([name, value]) => {
        const json = JSON.stringify(value)
        if (this.#told.get(name) === json) return false
        this.#told.set(name, json)
        return true
      })
    )
  }

  #state(): string {
    const kinds = this.#kinds()
    const state: State = {
      now: this.#watch.now,
      process: Views.processView(),
      shards: Views.shards(this.#watch),
      runtimes: Views.runtimes(this.#watch),
      dialogues: this.#dialogues,
      interactions: this.#interactions.all(kinds.interactions, most.interactions),
      rest: this.#rest.all(kinds.rest, most.rest),
      spans: this.#spans.all(kinds.spans, most.spans),
      logs: this.#logs.all(kinds.logs, most.logs),
      steps: this.#steps.all(kinds.steps, most.steps)
    }
    return this.#redaction.redact(JSON.stringify(state))
  }

  /** Interactions by their tokens. */
  #byToken(): ReadonlyMap<string, string> {
    const notes = this.#watch.notes(Router.interactions)?.since(0)
    return new Map(notes?.map(({ responder: { raw } }) => [raw.token, raw.id]))
  }

  #kinds() {
    const watch = this.#watch
    const arrived = watch.timeOf(Router.interactions)
    const sent = watch.timeOf(Rest.requests)
    const stepped = watch.timeOf(Runtimes.steps)
    let known: ReadonlyMap<string, string> | undefined
    const byToken = (token: string) => (known ??= this.#byToken()).get(token)
    return {
      interactions: { view: (n, note) => Views.interaction(n, note, arrived), mark: markOfInteraction },
      rest: {
        view: (n, note) => Views.rest(n, note, sent, byToken),
        mark: ({ endedAt }) => (endedAt === undefined ? 1 : undefined)
      },
      spans: { view: Spans.view, mark: ({ span }) => (span.status._tag === "Ended" ? undefined : 1) },
      logs: { view: Logs.view, mark: () => undefined },
      steps: { view: (n, note) => Views.step(n, note, stepped), mark: () => undefined }
    } satisfies {
      interactions: Kind<Router.Note, InteractionView>
      rest: Kind<Rest.Note, RestView>
      spans: Kind<Spans.Note, SpanView>
      logs: Kind<Logs.Note, LogView>
      steps: Kind<Runtimes.Note, StepView>
    }
  }
}

/** When changes are told again, after telling them has taken so many milliseconds. */
export const delayAfter = (took: number): number => Math.min(longest, Math.max(every, took / share))

const markOfInteraction = ({ endedAt, responder, startedAt }: Router.Note): number | undefined => {
  const { isAnswered, isPending } = responder
  const isRunning = startedAt !== undefined && endedAt === undefined
  if (isAnswered && !isPending && !isRunning) return undefined
  return (isAnswered ? 1 : 0) + (isPending ? 2 : 0) + (isRunning ? 4 : 0)
}
