/** What is known of the Runtimes of keys: which key has which, and what waits until one has opened or closed. */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import type * as Expiration from "../Expiration.ts"
import { type Handle, Refused, type RefuseReason, Runtime } from "../Runtime.ts"
import type { Opened, Runtimes } from "../Runtimes.ts"
import * as Calls from "./calls.ts"
import type { Entry } from "./entry.ts"
import * as Turn from "./turn.ts"

type Registry = Runtimes["Service"]

/** What is known of a key. */
interface Slot<State, E> {
  readonly runtime: Handle & Turn.Owner
  /** Completes when its state has been made, or could not be made. */
  readonly made: Deferred.Deferred<Opened<State>, E | Refused>
  opened: Opened<State> | undefined
}

type Slots<State, E> = Map<string, Slot<State, E>>

/** Whether what a fiber is in began in this Runtime, which therefore ends only after it. */
const isWithin = (fiber: Turn.AnyFiber, calls: ReadonlyArray<Calls.Call>, runtime: Handle & Turn.Owner): boolean =>
  Turn.turnOf(fiber)?.owner === runtime ||
  calls.some(({ turn }) => turn?.owner === runtime) ||
  Calls.heldBy(runtime, calls) !== undefined

const refused = (runtime: string, reason: RefuseReason) => new Refused({ runtime, reason })

/** Completes what others wait for when the state of a Runtime has been made, or when that has failed. */
const finish = <State, E>(slot: Slot<State, E>, exit: Exit.Exit<State, E | Refused>): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { made, runtime } = slot
    if (Exit.isFailure(exit)) return Effect.andThen(runtime.close("Closed"), Deferred.failCause(made, exit.cause))
    slot.opened = { runtime, state: exit.value }
    return Deferred.succeed(made, slot.opened)
  })

/**
 * Opens a Runtime and makes its state in its first turn. The Runtime does that, not whoever asked first: they may be
 * interrupted.
 */
const open = <State, E, R>(
  slots: Slots<State, E>,
  name: string,
  runtimes: Registry,
  context: Context.Context<R>,
  make: Effect.Effect<State, E, R>,
  expiration: Expiration.Expiration | undefined
): Slot<State, E> | undefined => {
  // A registry's Runtimes are entries.
  const runtime = runtimes.openUnsafe(expiration) as Entry | undefined
  if (runtime === undefined) return undefined
  runtime.named(name)
  const slot: Slot<State, E> = { runtime, made: Deferred.makeUnsafe(), opened: undefined }
  slots.set(name, slot)
  const forget = Effect.sync(() => {
    if (slots.get(name) === slot) slots.delete(name)
  })
  const provided = context.pipe(Context.add(Runtime, runtime), Context.add(Scope.Scope, runtime.scope))
  runtime.offer({
    // Added first, so that it runs after the finalizers of what `make` has acquired.
    run: Effect.andThen(Scope.addFinalizer(runtime.scope, forget), make).pipe(
      Effect.onExit((exit) => finish(slot, exit)),
      Effect.exit
    ) as Effect.Effect<unknown>,
    context: provided as Context.Context<never>,
    refuse: (reason) => Effect.andThen(forget, finish(slot, Exit.fail(refused(runtime.id, reason))))
  })
  return slot
}

/** Where the slots of each registry are. */
const slotsOf = <State, E>() => {
  const all = new WeakMap<Registry, Slots<State, E>>()
  return (runtimes: Registry): Slots<State, E> => {
    const slots = all.get(runtimes) ?? new Map<string, Slot<State, E>>()
    all.set(runtimes, slots)
    return slots
  }
}

/** Waits until the state of a Runtime has been made. */
const untilMade = <State, E>(
  name: string,
  { made, runtime }: Slot<State, E>
): Effect.Effect<Opened<State>, E | Refused> =>
  Calls.withCalls((calls) =>
    Calls.heldBy(runtime, calls) === undefined
      ? Calls.waiting(runtime, calls, Deferred.await(made))
      : Effect.die(new Error(`The state of the Runtime of "${name}" cannot be made, because that waits for itself.`))
  )

/** What a slot opens to, for those who may wait for it; `undefined` when it has closed and another may be opened. */
const join = <State, E>(
  slots: Slots<State, E>,
  name: string,
  slot: Slot<State, E>
): Effect.Effect<Opened<State> | undefined, E | Refused> =>
  Calls.withCalls((calls, fiber) => {
    const { opened, runtime } = slot
    const reason = runtime.closeReason
    if (reason !== undefined) {
      if (isWithin(fiber, calls, runtime)) return Effect.fail(refused(runtime.id, reason))
      const forget = Effect.sync(() => {
        if (slots.get(name) === slot) slots.delete(name)
      })
      return Calls.waiting(runtime, calls, Effect.as(Effect.andThen(runtime.closed, forget), undefined))
    }
    return opened === undefined ? untilMade(name, slot) : Effect.succeed(opened)
  })

/** Runtimes by key. */
export interface Keys<Key, State, E, R> {
  readonly get: (registry: Registry, key: Key) => Effect.Effect<Opened<State>, E | Refused, R>
  readonly find: (registry: Registry, key: Key) => Option.Option<Opened<State>>
}

/** Makes the slots of keys, for each registry that they are used with. */
export const make = <Key, State, E, R>(
  nameOf: (key: Key) => string,
  make: (key: Key) => Effect.Effect<State, E, R>,
  expiration: Expiration.Expiration | undefined
): Keys<Key, State, E, Exclude<R, Runtime | Scope.Scope>> => {
  const slotsIn = slotsOf<State, E>()
  return {
    get: Effect.fnUntraced(function* (registry, key) {
      const context = yield* Effect.context<Exclude<R, Runtime | Scope.Scope>>()
      const slots = slotsIn(registry)
      const name = nameOf(key)
      for (;;) {
        const known = slots.get(name)
        if (known === undefined) {
          const made = Effect.suspend(() => make(key))
          const slot = open(slots, name, registry, context as Context.Context<R>, made, expiration)
          if (slot === undefined) return yield* refused("", registry.isDraining() ? "Shutdown" : "Overloaded")
          return yield* untilMade(name, slot)
        }
        const opened = yield* join(slots, name, known)
        if (opened !== undefined) return opened
      }
    }),
    find: (registry, key) => {
      const slot = slotsIn(registry).get(nameOf(key))
      const isOpen = slot !== undefined && slot.runtime.closeReason === undefined
      return isOpen ? Option.fromUndefinedOr(slot.opened) : Option.none()
    }
  }
}
