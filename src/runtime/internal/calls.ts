/**
 * Who waits for whom: a handler that runs something in the turn of another Runtime keeps its own turn meanwhile. What
 * runs there may run something here again, and two Runtimes may do so at the same time. Neither may wait for itself.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { isAwaited } from "../../internal/isAwaited.ts"
import * as Turn from "./turn.ts"

/** A fiber that waits until what it has called has ended, and the turn that it is in. */
export interface Call {
  readonly fiber: Turn.AnyFiber
  /** `undefined` outside of Runtimes, and in a handler that brought no context. */
  readonly turn: Turn.Turn | undefined
}

/** What was called. */
export interface Called {
  /** The calls that wait for it, the last one first. */
  readonly by: ReadonlyArray<Call>
  /** The turn that it runs in. Another turn may have its context, but nobody waits for that. */
  turn: Turn.Turn | undefined
}

/** The call that a fiber belongs to. */
export class CurrentCall extends Context.Service<CurrentCall, Called>()("fibercord/runtime/CurrentCall") {}

/** Whether what a fiber is in was called by somebody who waits for it. */
export const isCalled = (fiber: Turn.AnyFiber): boolean =>
  Context.getOrUndefined(fiber.context, CurrentCall) !== undefined

const none: ReadonlyArray<Call> = []

/**
 * This fiber, and the calls that wait until it has ended. Only this fiber, if nobody waits for it: a fork that nobody
 * has joined knows the calls that its parent was in, but is in none of them.
 */
export const callsOf = (fiber: Turn.AnyFiber): ReadonlyArray<Call> => {
  const called = Context.getOrUndefined(fiber.context, CurrentCall)
  let turn = Turn.turnOf(fiber)
  if (turn === undefined) return [{ fiber, turn }]
  const isCall = called?.turn === turn && called.by.some((call) => call.fiber === fiber)
  if (!isCall && turn.root !== fiber && !isAwaited(fiber)) return none
  const calls: Array<Call> = [{ fiber, turn }]
  while (!turn.isHandler) {
    const { parent, root }: Turn.Turn = turn
    if (parent === undefined || root === undefined || !isAwaited(root)) return calls
    turn = parent
    calls.push({ fiber: root, turn })
  }
  return called?.turn === turn ? [...calls, ...called.by] : calls
}

/**
 * The turn that a Runtime is in, if it ends only after these calls: it is one of them, or it waits, perhaps through
 * others, for one of them. To wait for it would take forever.
 */
export const heldBy = (owner: Turn.Owner, calls: ReadonlyArray<Call>): Turn.Turn | undefined => {
  if (calls.length === 0) return undefined
  const seen = new Set<Turn.Owner>()
  const isHeld = (next: Turn.Owner): boolean => {
    const { holder } = next
    if (holder === undefined || seen.has(next)) return false
    seen.add(next)
    return (
      calls.some(({ fiber, turn }) => turn === holder || fiber === holder.root) || holder.waits?.some(isHeld) === true
    )
  }
  return isHeld(owner) ? owner.holder : undefined
}

/** Notes that calls wait for a Runtime from now on. Returns how to end that. */
export const wait = (owner: Turn.Owner, calls: ReadonlyArray<Call>): (() => void) => {
  const turns = new Set<Turn.Turn>()
  for (const { turn } of calls) if (turn !== undefined && turn.owner !== owner) turns.add(turn)
  for (const turn of turns) turn.waits = [...(turn.waits ?? []), owner]
  let isOver = false
  return () => {
    if (isOver) return
    isOver = true
    for (const turn of turns) {
      const waits = turn.waits ?? []
      const place = waits.indexOf(owner)
      turn.waits = waits.length === 1 ? undefined : waits.filter((_, n) => n !== place)
    }
  }
}

/** Passes on this fiber's {@link callsOf}. Whether somebody waits for a new fiber shows when whoever made it goes on. */
export const withCalls = <A, E, R>(
  use: (calls: ReadonlyArray<Call>, fiber: Turn.AnyFiber) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.withFiber((fiber) => {
    const turn = Turn.turnOf(fiber)
    const used = Effect.suspend(() => use(callsOf(fiber), fiber))
    return turn === undefined || (turn.isHandler && turn.root === fiber) ? used : Effect.andThen(Effect.yieldNow, used)
  })

/** Notes that these calls wait for a Runtime, as long as the effect takes. */
export const waiting = <A, E, R>(
  owner: Turn.Owner,
  calls: ReadonlyArray<Call>,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const end = wait(owner, calls)
    return Effect.ensuring(effect, Effect.sync(end))
  })
