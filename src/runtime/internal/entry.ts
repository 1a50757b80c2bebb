/** The machine behind a Runtime: its mailbox, whose turn it is, and the way it closes. */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import { isAwaited } from "../../internal/isAwaited.ts"
import type { Link } from "../../internal/Ring.ts"
import type { Snapshot } from "../inspected.ts"
import type { CloseReason, Handle, Key, Refused, RefuseReason, TakeOptions, Task } from "../Runtime.ts"
import * as Calls from "./calls.ts"
import type { Host, Step } from "./host.ts"
import { OwnScope } from "./ownScope.ts"
import { Run } from "./run.ts"
import * as Turn from "./turn.ts"
import { type Item, type Parts, Regain, type Waiter } from "./parts.ts"

type State =
  | { readonly _tag: "Open" }
  /** Takes no more events; handlers that it has begun still run. */
  | { readonly _tag: "Closing"; readonly reason: CloseReason }
  /** Its finalizers run. */
  | { readonly _tag: "Finishing"; readonly reason: CloseReason }
  | { readonly _tag: "Closed"; readonly reason: CloseReason }

const open: State = { _tag: "Open" }

const contextOf = ({ context }: Task, turn: Turn.Turn): Context.Context<never> | undefined => {
  turn.isAnonymous = context === undefined
  return context && Context.addUnsafe(context, Turn.CurrentTurn.key, turn)
}

/**
 * A Runtime's state. One object per Runtime, and its methods on the prototype: an idle Runtime should cost little. What is
 * not there is `undefined` and never `Infinity`, because a field that has always held fractions costs every Runtime two
 * more words.
 */
export class Entry extends OwnScope implements Handle, Turn.Owner, Link {
  /** Its place among all Runtimes of the registry, in the order in which they were opened. Its id says it. */
  readonly number: number
  readonly #host: Host
  #state: State = open
  /** Whose turn it is. While it is nobody's, nothing waits in the mailbox. */
  #holder: Turn.Turn | undefined
  #mailbox: Array<Item> | undefined
  /** What few Runtimes have. */
  #more: Parts | undefined
  /** Whether turns are being given: what that calls may come back here. */
  #isGiving = false
  /** The key that was used first, and its value. Most Runtimes have no other. */
  #key: Key<unknown> | undefined
  #value: unknown
  /** When it was opened, in whole seconds of `Host.now`. */
  openedAt = 0
  /** When its fixed lifetime ends, in the milliseconds of `Host.now`. */
  endsAt: number | undefined
  /** When it will have been quiet for too long. Without meaning while it is busy. */
  idleUntil: number | undefined
  /** How long it may be quiet, in milliseconds, if that is always the same. */
  quiet: number | undefined
  /** Its neighbours in the reaper's bucket that it waits in. */
  previous: Link | undefined
  next: Link | undefined

  constructor(number: number, host: Host) {
    super()
    this.number = number
    this.#host = host
  }

  // Short, and seldom asked for: to keep it would cost more than to write it again.
  get id(): string {
    return this.#host.idOf(this.number)
  }

  get scope(): Scope.Closeable {
    return this
  }

  private get waiters(): ReadonlyArray<Waiter> | undefined {
    return this.#more?.waiters
  }

  /** The schedules that handled events step again. */
  get steps(): ReadonlyArray<Step> | undefined {
    return this.#more?.steps
  }

  /** The last time that they were stepped. */
  get stepping(): object | undefined {
    return this.#more?.stepping
  }

  set stepping(stepping: object) {
    ;(this.#more ??= {}).stepping = stepping
  }

  /** Adds a schedule that handled events step again. */
  addStep(step: Step): void {
    ;(this.#more ??= {}).steps = [...(this.steps ?? []), step]
  }

  /** Whether something of it runs. A handler that waits for an event does not. */
  get isBusy(): boolean {
    const holder = this.#holder
    return holder !== undefined && this.waiters?.some(({ turn }) => turn === holder) !== true
  }

  /** By how much its fixed end was moved, for schedules that have not answered yet. */
  get extension(): number {
    return this.#more?.extension ?? 0
  }

  get holder(): Turn.Turn | undefined {
    return this.#holder
  }

  get isOpen(): boolean {
    return this.#state._tag === "Open"
  }

  get closeReason(): CloseReason | undefined {
    return this.#state._tag === "Open" ? undefined : this.#state.reason
  }

  /** How many events wait. */
  get depth(): number {
    return this.#mailbox?.length ?? 0
  }

  get closed(): Effect.Effect<CloseReason> {
    return Effect.suspend(() => {
      if (this.#state._tag === "Closed") return Effect.succeed(this.#state.reason)
      return Deferred.await(((this.#more ??= {}).closed ??= Deferred.makeUnsafe()))
    })
  }

  offer(task: Task): void {
    if (this.#state._tag !== "Open") return this.refuse(task, this.#state.reason)
    if (this.#holder !== undefined) {
      const go = this.claim(task, this.#holder)
      if (go !== undefined) return go()
      // What was asked may have ended the handler, and closed the Runtime.
      if (!this.isOpen) return this.offer(task)
    }
    if (this.#holder === undefined && !this.#isGiving) return this.give(task)
    this.#mailbox ??= []
    if (this.#mailbox.length >= this.#host.mailboxCapacity) return this.refuse(task, "Overloaded")
    this.#mailbox.push(task)
    this.#host.note?.(this, "queued")
  }

  take<A>(select: (event: unknown) => A | undefined, options?: TakeOptions): Effect.Effect<A> {
    return Effect.withFiber((fiber) => {
      const turn = this.turnOf(fiber)
      const wait = Effect.callback<A>((resume) => {
        if (this.#state._tag !== "Open") return resume(Effect.interrupt)
        const waiter: Waiter = {
          turn,
          fiber,
          hold: options?.hold === true,
          isMain: turn.root === fiber || isAwaited(fiber),
          gaveAway: false,
          match: (event) => {
            try {
              const value = select(event)
              return value === undefined ? undefined : () => resume(Effect.succeed(value))
            } catch (defect) {
              resume(Effect.andThen(this.leave(waiter), Effect.die(defect)))
              return undefined
            }
          },
          end: () => resume(Effect.andThen(this.leave(waiter), Effect.interrupt))
        }
        this.wait(waiter)
        return this.leave(waiter)
      })
      // Who holds another Runtime's turn in here waits for this one.
      const noted = Calls.isCalled(fiber) ? Effect.suspend(() => Calls.waiting(this, Calls.callsOf(fiber), wait)) : wait
      // Whether somebody waits for a new fiber shows when whoever made it goes on.
      return turn.root === fiber ? noted : Effect.andThen(Effect.yieldNow, noted)
    })
  }

  run<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | Refused, R> {
    return Calls.withCalls((calls, fiber) => {
      const turn = Calls.heldBy(this, calls)
      const called: Calls.Called = { by: calls, turn }
      const noted = Effect.provideService(effect, Calls.CurrentCall, called)
      return turn === undefined
        ? this.call(noted, fiber.context as Context.Context<R>, called)
        : Effect.provideService(noted, Turn.CurrentTurn, turn)
    })
  }

  /** Runs an effect as a task of its own, and waits for it. */
  private call<A, E, R>(
    effect: Effect.Effect<A, E, R>,
    context: Context.Context<R>,
    called: Calls.Called
  ): Effect.Effect<A, E | Refused> {
    return Effect.callback<A, E | Refused>((resume) => {
      const over = Calls.wait(this, called.by)
      const run = new Run(
        this.id,
        called,
        effect as Effect.Effect<unknown, unknown>,
        context as Context.Context<never>,
        (exit) => {
          over()
          resume(exit as Exit.Exit<A, E | Refused>)
        }
      )
      this.offer(run)
      return Effect.suspend(() => {
        over()
        this.#mailbox = this.#mailbox?.filter((item) => item !== run)
        const root = called.turn?.root
        return root === undefined ? Effect.void : Fiber.interrupt(root)
      })
    })
  }

  extend(by: Duration.Input): Effect.Effect<void> {
    return Effect.sync(() => {
      if (this.#state._tag !== "Open") return
      const millis = Duration.toMillis(Duration.fromInputUnsafe(by))
      this.#more = { ...this.#more, extension: this.extension + millis }
      if (this.endsAt !== undefined) this.endsAt += millis
      this.#host.moved(this)
    })
  }

  local<A>(key: Key<A>): A {
    const known = this.known(key)
    // `initial` may use keys of this Runtime.
    if (known !== undefined || this.#key === key || this.#more?.locals?.has(key) === true) return known as A
    const value = key.initial()
    if (this.#key === undefined) {
      this.#key = key
      this.#value = value
    } else {
      ;((this.#more ??= {}).locals ??= new Map()).set(key, value)
    }
    return value
  }

  private known<A>(key: Key<A>): A | undefined {
    return (this.#key === key ? this.#value : this.#more?.locals?.get(key)) as A | undefined
  }

  close(reason: CloseReason): Effect.Effect<void> {
    return Effect.sync(() => this.closeUnsafe(reason))
  }

  closeUnsafe(reason: CloseReason): void {
    if (this.#state._tag !== "Open") return
    this.#state = { _tag: "Closing", reason }
    this.#host.note?.(this, "closing")
    this.#host.closing(this)
    const items = this.#mailbox
    this.#mailbox = items?.filter((item) => item instanceof Regain)
    if (items !== undefined) for (const item of items) if (!(item instanceof Regain)) this.refuse(item, reason)
    // The events that they wait for can no longer arrive.
    for (const waiter of this.waiters ?? []) waiter.end()
    this.startGrace()
    // The scope's end would interrupt a fork later than the last handler, which is not to run beside it.
    if (this.#holder?.isHandler === false) this.#holder.root?.interruptUnsafe()
    if (this.#holder === undefined) this.give()
  }

  /** Interrupts the handlers that have not ended. */
  interruptUnsafe(): void {
    const turns = [this.#holder, ...(this.#more?.parked ?? [])]
    for (const turn of turns) turn?.root?.interruptUnsafe()
  }

  /** Whether a handler has not ended. */
  get isRunning(): boolean {
    return this.#holder !== undefined || (this.#more?.parked?.size ?? 0) > 0
  }

  /** Whether nothing of it runs or waits, so that only finalizers are left, and begin in the call that closes it. */
  get isSettled(): boolean {
    return !this.#isGiving && !this.isRunning && this.waiters === undefined && this.depth === 0
  }

  /** Whether one of its handlers is this fiber, or runs in it. */
  runsIn(fiber: Turn.AnyFiber): boolean {
    return Turn.turnOf(fiber)?.owner === this || this.#holder?.root === fiber
  }

  /** Says for which key it was opened, to whoever looks. */
  named(key: string): void {
    ;(this.#more ??= {}).key = key
  }

  /** What it is now, for whoever looks. */
  get snapshot(): Snapshot {
    const root = this.#holder?.root
    const annotations = root && Context.get(root.context, References.CurrentLogAnnotations)
    const interaction = annotations?.["interaction"]
    return {
      id: this.id,
      local: (key) => this.known(key),
      key: this.#more?.key,
      openedAt: this.openedAt,
      endsAt: Math.min(this.endsAt ?? Infinity, (this.isBusy ? undefined : this.idleUntil) ?? Infinity),
      depth: this.depth,
      isRunning: this.#holder !== undefined,
      interaction: typeof interaction === "string" ? interaction : undefined,
      parked: this.#more?.parked?.size ?? 0,
      waiters: this.waiters?.length ?? 0
    }
  }

  private refuse(task: Task, reason: RefuseReason): void {
    if (task instanceof Run) return task.refuseNow(reason)
    this.#host.fork(Effect.suspend(() => task.refuse(reason)))
  }

  private turnOf(fiber: Turn.AnyFiber): Turn.Turn {
    const turn = Turn.turnOf(fiber)
    if (turn !== undefined && turn.owner === this && !turn.isOver) return turn
    const holder = this.#holder
    // A handler that brought no context has its turn nowhere else.
    const isHolders = holder !== undefined && (holder.root === fiber || (turn === undefined && holder.isAnonymous))
    return isHolders ? holder : Turn.make(this, false, turn, fiber)
  }

  private wait(waiter: Waiter): void {
    const { hold, isMain, turn } = waiter
    ;(this.#more ??= {}).waiters = [...(this.waiters ?? []), waiter]
    if (this.#holder !== turn) return
    if (hold || !isMain) {
      this.serveWaiting(turn)
      if (!this.isBusy) this.#host.idle(this)
      return
    }
    waiter.gaveAway = true
    this.#host.note?.(this, "parked")
    if (turn.isHandler) ((this.#more ??= {}).parked ??= new Set()).add(turn)
    this.#holder = undefined
    this.give()
  }

  /** Removes a waiter; `false` if it was not there any more. */
  private forget(waiter: Waiter): boolean {
    const more = this.#more
    if (more?.waiters?.includes(waiter) !== true) return false
    const others = more.waiters.filter((other) => other !== waiter)
    more.waiters = others.length === 0 ? undefined : others
    return true
  }

  /** Ends a wait without an event. A handler goes on when it is its turn. */
  private leave(waiter: Waiter): Effect.Effect<void> {
    return Effect.suspend(() => {
      // If it is not there, it has been given an event, and the turn with it.
      if (!this.forget(waiter) || !waiter.isMain) return Effect.void
      if (!(waiter.gaveAway || waiter.turn.isHandler)) return Effect.void
      return Effect.uninterruptible(this.regain(waiter.turn))
    })
  }

  /** Waits until it is this handler's turn again. */
  private regain(turn: Turn.Turn): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      if (this.#holder === turn) return resume(Effect.void)
      const item = new Regain(turn, () => resume(Effect.void))
      if (this.#holder === undefined && !this.#isGiving) return this.give(item)
      ;(this.#mailbox ??= []).push(item)
    })
  }

  /**
   * Finds who waits for an event, of one turn or of any, and ends that wait. Returns how it goes on, with the turn; the
   * caller first puts its own state in order.
   */
  private claim(task: Task, turn?: Turn.Turn): (() => void) | undefined {
    if (this.waiters === undefined || task instanceof Run) return undefined
    for (const waiter of this.waiters) {
      if (turn !== undefined && waiter.turn !== turn) continue
      // What `select` calls may have come back here, and ended this wait or another one.
      const go = this.waiters?.includes(waiter) === true ? waiter.match(task.event) : undefined
      if (go === undefined || !this.forget(waiter)) continue
      return () => {
        this.hold(waiter.turn.isOver ? Turn.make(this, false, waiter.turn, waiter.fiber) : waiter.turn)
        go()
      }
    }
    return undefined
  }

  /** Hands the events that wait to the waiters of this turn: they would wait for each other. */
  private serveWaiting(turn: Turn.Turn): void {
    const mailbox = this.#mailbox
    if (mailbox === undefined || this.waiters?.some((waiter) => waiter.turn === turn) !== true) return
    for (const item of mailbox.slice()) {
      // What goes on may have come back here, and have been given this one.
      if (this.#mailbox?.includes(item) !== true) continue
      const isRegain = item instanceof Regain
      if (isRegain && item.turn !== turn) continue
      const go = isRegain ? item.resume : this.claim(item, turn)
      if (go === undefined) continue
      this.#mailbox = this.#mailbox?.filter((other) => other !== item)
      go()
    }
  }

  // Handlers that complete synchronously follow each other in this loop and not by recursion, so that a long mailbox of
  // them cannot overflow the stack.
  private give(first?: Item): void {
    if (this.#isGiving) {
      if (first !== undefined) (this.#mailbox ??= []).push(first)
      return
    }
    this.#isGiving = true
    for (let item = first ?? this.nextItem(); item !== undefined; item = this.nextItem()) this.giveTo(item)
    this.#isGiving = false
    if (this.#holder !== undefined) return
    if (this.#state._tag === "Open") this.#host.idle(this)
    else this.finish()
  }

  private nextItem(): Item | undefined {
    if (this.#holder !== undefined || this.#mailbox === undefined || this.#mailbox.length === 0) return undefined
    const { endsAt } = this
    if (this.#state._tag === "Open" && endsAt !== undefined && endsAt <= this.#host.now()) this.closeUnsafe("Expired")
    return this.#mailbox?.shift()
  }

  private giveTo(item: Item): void {
    if (item instanceof Regain) {
      this.hold(item.turn)
      item.resume()
    } else {
      const go = this.claim(item)
      if (go === undefined) return this.start(item)
      go()
    }
    if (this.#holder !== undefined) this.serveWaiting(this.#holder)
  }

  private hold(turn: Turn.Turn): void {
    this.#holder = turn
    this.#host.note?.(this, "resumed")
    if (turn.isHandler) this.#more?.parked?.delete(turn)
    if (turn.isHandler || turn.isWatched) return
    turn.isWatched = true
    turn.root?.addObserver(() => this.onExit(turn))
  }

  private start(task: Task): void {
    // Somebody's `select` may have closed the Runtime.
    if (this.#state._tag !== "Open") return this.refuse(task, this.#state.reason)
    const turn = Turn.make(this, true)
    this.#holder = turn
    this.#host.note?.(this, "begun")
    if (task instanceof Run) task.called.turn = turn
    const fiber = this.#host.fork(Turn.begin(turn, task.run), contextOf(task, turn), () => this.onExit(turn))
    if (task instanceof Run) task.follow(fiber)
  }

  private onExit(turn: Turn.Turn): void {
    turn.isOver = true
    this.#host.note?.(this, "handled")
    this.#more?.parked?.delete(turn)
    if (this.#holder === turn) this.#holder = undefined
    if (this.#holder === undefined) this.give()
  }

  /** Interrupts the handlers that have not ended when the time of `Host.grace` is over. */
  private startGrace(): void {
    const { grace } = this.#host
    if (grace === Infinity || (this.#holder === undefined && (this.#more?.parked?.size ?? 0) === 0)) return
    ;(this.#more ??= {}).grace = this.#host.fork(
      Effect.andThen(
        Effect.sleep(grace),
        Effect.sync(() => this.interruptUnsafe())
      )
    )
  }

  private finish(): void {
    const state = this.#state
    if (state._tag !== "Closing" || (this.#more?.parked?.size ?? 0) > 0) return
    this.#state = { _tag: "Finishing", reason: state.reason }
    this.#more?.grace?.interruptUnsafe()
    const finalizers = Scope.closeUnsafe(this, Exit.void)
    if (finalizers === undefined) return this.end(state.reason)
    const end = Effect.sync(() => this.end(state.reason))
    this.#host.finalize(this, Effect.ensuring(finalizers, end))
  }

  private end(reason: CloseReason): void {
    this.#state = { _tag: "Closed", reason }
    const closed = this.#more?.closed
    this.#key = this.#value = this.#more = undefined
    if (closed !== undefined) Deferred.doneUnsafe(closed, Exit.succeed(reason))
    this.#host.closed(this)
  }
}
