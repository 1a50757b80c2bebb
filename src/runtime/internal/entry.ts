/** The machine behind a Runtime: its mailbox, its running handler, and how it closes. */
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import type { Touch } from "../Expiration.ts"
import type { CloseReason, Handle, Key, RefuseReason, Task } from "../Runtime.ts"

/** A schedule in use: returns how long its Runtime has left. */
export type Step = (now: number, touch: Touch) => Pull.Pull<[unknown, Duration.Duration], unknown, unknown>

/** What an entry needs from the registry that owns it. */
export interface Host {
  readonly mailboxCapacity: number
  /** Runs an effect that nobody waits for, beginning now; the registry's end waits for it. */
  readonly fork: (effect: Effect.Effect<unknown>, context?: Context.Context<never>) => Fiber.Fiber<unknown>
  readonly now: () => number
  /** How long the running handler may go on when its Runtime closes, in milliseconds; then it is interrupted. */
  readonly grace: number
  /** Its fixed deadline has moved. */
  readonly moved: (entry: Entry) => void
  /** The entry has handled all its events and is idle again. */
  readonly idle: (entry: Entry) => void
  /** The entry accepts no more events. */
  readonly closing: (entry: Entry) => void
  /** The entry is gone. */
  readonly closed: (entry: Entry) => void
}

type State =
  | { readonly _tag: "Open" }
  /** Accepts no more events; its last handler or its finalizers still run. */
  | { readonly _tag: "Closing"; readonly reason: CloseReason }
  | { readonly _tag: "Closed"; readonly reason: CloseReason }

const open: State = { _tag: "Open" }

/** A fiber that waits for an event. */
interface Taker {
  /** Takes the event if `select` accepts it, and continues. */
  readonly accept: (event: unknown) => boolean
  readonly interrupt: () => void
}

/** A Runtime's state. One object per Runtime, and its methods on the prototype: an idle Runtime should cost little. */
export class Entry implements Handle {
  readonly id: string
  readonly scope: Scope.Closeable = Scope.makeUnsafe()
  readonly #host: Host
  #state: State = open
  #waiting: Array<Task> | undefined
  #busy = false
  #running: Fiber.Fiber<unknown> | undefined
  #takers: Array<Taker> | undefined
  #locals: Map<Key<unknown>, unknown> | undefined
  /** Made when somebody first waits for the end. */
  #closed: Deferred.Deferred<CloseReason> | undefined
  /** When its fixed lifetime ends, in the milliseconds of `Host.now`. */
  endsAt = Infinity
  /** When it will have been quiet for too long. Without meaning while it is busy. */
  idleUntil = Infinity
  /** How long it may be quiet, in milliseconds, if that is always the same. */
  quiet = Infinity
  /** The schedules that handled events step again. */
  steps: ReadonlyArray<Step> | undefined
  /** The reaper's bucket that it waits in. */
  bucket: Set<Entry> | undefined

  constructor(id: string, host: Host) {
    this.id = id
    this.#host = host
  }

  get isBusy(): boolean {
    return this.#busy
  }

  get isOpen(): boolean {
    return this.#state._tag === "Open"
  }

  get closeReason(): CloseReason | undefined {
    return this.#state._tag === "Open" ? undefined : this.#state.reason
  }

  get closed(): Effect.Effect<CloseReason> {
    return Effect.suspend(() => {
      if (this.#state._tag === "Closed") return Effect.succeed(this.#state.reason)
      this.#closed ??= Deferred.makeUnsafe()
      return Deferred.await(this.#closed)
    })
  }

  offer(task: Task): void {
    if (this.#state._tag !== "Open") return this.#refuse(task, this.#state.reason)
    if (this.#takers?.some((taker) => taker.accept(task.event)) === true) return
    if (!this.#busy) {
      this.#busy = true
      return this.#run(task)
    }
    this.#waiting ??= []
    if (this.#waiting.length >= this.#host.mailboxCapacity) return this.#refuse(task, "Overloaded")
    this.#waiting.push(task)
  }

  take<A>(select: (event: unknown) => A | undefined): Effect.Effect<A> {
    return Effect.withFiber((fiber) =>
      Effect.callback<A>((resume) => {
        const accept = (event: unknown): boolean => {
          const value = select(event)
          if (value === undefined) return false
          this.#takers = this.#takers?.filter((other) => other !== taker)
          resume(Effect.succeed(value))
          return true
        }
        const taker: Taker = { accept, interrupt: () => fiber.interruptUnsafe() }
        if (this.#state._tag !== "Open") return taker.interrupt()
        const waiting = this.#waiting?.findIndex((task) => accept(task.event)) ?? -1
        if (waiting !== -1) return void this.#waiting?.splice(waiting, 1)
        this.#takers = [...(this.#takers ?? []), taker]
        return Effect.sync(() => {
          this.#takers = this.#takers?.filter((other) => other !== taker)
        })
      })
    )
  }

  extend(by: Duration.Input): Effect.Effect<void> {
    return Effect.sync(() => {
      if (this.endsAt === Infinity || this.#state._tag !== "Open") return
      this.endsAt += Duration.toMillis(Duration.fromInputUnsafe(by))
      this.#host.moved(this)
    })
  }

  local<A>(key: Key<A>): A {
    this.#locals ??= new Map()
    const known = this.#locals.get(key)
    if (known !== undefined || this.#locals.has(key)) return known as A
    const value = key.initial()
    this.#locals.set(key, value)
    return value
  }

  close(reason: CloseReason): Effect.Effect<void> {
    return Effect.sync(() => this.closeUnsafe(reason))
  }

  closeUnsafe(reason: CloseReason): void {
    if (this.#state._tag !== "Open") return
    this.#state = { _tag: "Closing", reason }
    this.#host.closing(this)
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting !== undefined) for (const task of waiting) this.#refuse(task, reason)
    // The events that they wait for can no longer arrive.
    const takers = this.#takers
    this.#takers = undefined
    if (takers !== undefined) for (const taker of takers) taker.interrupt()
    if (!this.#busy) this.#finish()
    else if (this.#host.grace !== Infinity) {
      const running = this.#running
      this.#host.fork(
        Effect.andThen(
          Effect.sleep(this.#host.grace),
          Effect.sync(() => running?.interruptUnsafe())
        )
      )
    }
  }

  /** Interrupts the running handler, if there is one. */
  interruptUnsafe(): void {
    this.#running?.interruptUnsafe()
  }

  #refuse(task: Task, reason: RefuseReason): void {
    this.#host.fork(Effect.suspend(() => task.refuse(reason)))
  }

  // A handler that completes synchronously is followed in this loop and not by recursion, so that a long queue of such
  // handlers cannot overflow the stack.
  #run(first: Task): void {
    let task: Task | undefined = first
    while (task !== undefined) {
      const fiber = this.#host.fork(task.run, task.context)
      if (fiber.pollUnsafe() === undefined) {
        this.#running = fiber
        fiber.addObserver(() => this.#onExit())
        return
      }
      task = this.#next()
    }
  }

  #onExit(): void {
    this.#running = undefined
    const task = this.#next()
    if (task !== undefined) this.#run(task)
  }

  #next(): Task | undefined {
    if (this.#state._tag === "Open" && this.endsAt <= this.#host.now()) this.closeUnsafe("Expired")
    if (this.#state._tag !== "Open") {
      this.#busy = false
      this.#finish()
      return undefined
    }
    const task = this.#waiting?.shift()
    if (task === undefined) {
      this.#busy = false
      this.#host.idle(this)
    }
    return task
  }

  #finish(): void {
    const state = this.#state
    if (state._tag !== "Closing") return
    const finalizers = Scope.closeUnsafe(this.scope, Exit.void)
    if (finalizers === undefined) return this.#end(state.reason)
    this.#host.fork(
      Effect.ensuring(
        finalizers,
        Effect.sync(() => this.#end(state.reason))
      )
    )
  }

  #end(reason: CloseReason): void {
    this.#state = { _tag: "Closed", reason }
    this.#locals = undefined
    if (this.#closed !== undefined) Deferred.doneUnsafe(this.#closed, Exit.succeed(reason))
    this.#host.closed(this)
  }
}
