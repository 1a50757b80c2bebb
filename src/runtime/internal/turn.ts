/** Whose turn it is in a Runtime: what runs alone. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

/** Any fiber. */
export type AnyFiber = Fiber.Fiber<unknown, unknown>

/**
 * A handler, or a fork that has taken an event, with all fibers that it consists of. A handler that waits for an event
 * gives its turn away, and is given it back with the event.
 */
export interface Turn {
  /** The Runtime. */
  readonly owner: object
  readonly isHandler: boolean
  /** Of a fork: the turn that it was forked in. */
  readonly parent: Turn | undefined
  /** The fiber that it begins and ends with; known as soon as it has begun. */
  root: AnyFiber | undefined
  /** Whether its fibers do not know it, because its event brought no context. */
  isAnonymous: boolean
  /** Its root has ended. */
  isOver: boolean
  /** Whether the end of its root is watched. */
  isWatched: boolean
  /** The Runtimes that its fibers wait for, each as often as one does. */
  waits: ReadonlyArray<Owner> | undefined
}

/** A Runtime, as turns see it. */
export interface Owner {
  /** Whose turn it is. */
  readonly holder: Turn | undefined
}

/** The turn that a fiber belongs to. */
export class CurrentTurn extends Context.Service<CurrentTurn, Turn>()("fibercord/runtime/CurrentTurn") {}

/** The turn that a fiber belongs to; `undefined` outside of Runtimes. */
export const turnOf = (fiber: AnyFiber): Turn | undefined => Context.getOrUndefined(fiber.context, CurrentTurn)

/** Makes a turn that has not begun. */
export const make = (owner: object, isHandler: boolean, parent?: Turn, root?: AnyFiber): Turn => ({
  owner,
  isHandler,
  parent,
  root,
  isAnonymous: false,
  isOver: false,
  isWatched: false,
  waits: undefined
})

/** Runs an effect as the whole of a turn. */
export const begin = <A, E, R>(turn: Turn, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withFiber((fiber) => {
    turn.root = fiber
    return effect
  })
