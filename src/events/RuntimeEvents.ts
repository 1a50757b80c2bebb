/**
 * Gateway events as events of a Runtime: collectors without a collector. Reactions, messages and voice states are handled
 * in the turn of the Runtime, like clicks on its buttons, and no longer when it has ended.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as GatewayEvents from "../gateway/GatewayEvents.ts"
import { NoAnswer } from "../interactions/replies/NoAnswer.ts"
import * as Runtime from "../runtime/Runtime.ts"

/** Which events of a name are meant. */
export interface Where<D> {
  /** Called for each event of this name, when it arrives. Default: all of them. What it throws is logged. */
  readonly where?: ((data: D) => boolean) | undefined
}

/** How long a handler waits. */
export interface Waiting<T extends Duration.Input | undefined = undefined> {
  /** Fails with `NoAnswer` after this time. Default: the end of the Runtime. */
  readonly timeout?: T
  /** Whether other events of the Runtime wait until this one has arrived. Default: `false`. */
  readonly hold?: boolean | undefined
}

/** `NoAnswer` where there is a timeout. */
export type Unanswered<T> = [T] extends [undefined] ? never : NoAnswer

/** What listens; see {@link on}. */
export interface Listening {
  /** Stops before the Runtime ends. */
  readonly stop: Effect.Effect<void>
}

/** Events that wait for a handler; see {@link collect}. */
export interface Collector<out D> extends Listening {
  /**
   * The next event, the oldest that has arrived or else the first to come. While a handler waits, other events of the
   * Runtime are handled, and it continues in the turn of its event, as with `Reply.ask`. If the Runtime ends, the handler
   * is interrupted.
   */
  readonly next: <T extends Duration.Input | undefined = undefined>(
    options?: Waiting<T>
  ) => Effect.Effect<D, Unanswered<T>>
}

/** A gateway event on its way to the handler that waits for it. */
class Arrived<D> {
  readonly by: object
  readonly data: D

  constructor(by: object, data: D) {
    this.by = by
    this.data = data
  }
}

type Name = GatewayEvents.EventName
type Data<N extends Name> = GatewayEvents.Events[N]

/** Puts the events that are meant into the mailbox of a Runtime, until the scope closes. */
const listen = Effect.fnUntraced(function* <N extends Name>(
  name: N,
  { where }: Where<Data<N>>,
  runtime: Runtime.Handle,
  toTask: (data: Data<N>) => Pick<Runtime.Task, "context" | "event" | "run">
) {
  const events = yield* GatewayEvents.GatewayEvents
  let isDropping = false
  const dropped = Effect.logWarning(
    `The Runtime ${runtime.id} cannot keep up, and ${name} events are being dropped: its mailbox is full`
  )
  yield* events.listen(name, (data) => {
    if (where !== undefined && !where(data)) return
    let isRefused = false
    runtime.offer({
      ...toTask(data),
      refuse: (reason) => {
        isRefused = true
        if (reason !== "Overloaded" || isDropping) return Effect.void
        isDropping = true
        return dropped
      }
    })
    if (!isRefused) isDropping = false
  })
})

/**
 * Handles gateway events in the turn of this handler's Runtime, from now on until the Runtime ends: one at a time, in
 * the order of arrival, together with clicks and everything else that the Runtime handles. They keep a Runtime with
 * `Expiration.inactivity` open. Events that find its mailbox full are dropped, with one line in the log each time that it
 * falls behind.
 *
 * The handler has the services of whoever registered it. The bot needs the intents of the events; see
 * `GatewayEvents.requireIntents`.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Command, Reply, RuntimeEvents } from "fibercord"
 *
 * const poll = Command.slash(
 *   "poll",
 *   { description: "Vote by reactions" },
 *   Effect.fn("poll")(function* () {
 *     const sent = yield* Reply.send({ content: "Vote!" })
 *     const { id } = yield* sent.ids
 *     yield* RuntimeEvents.on("MESSAGE_REACTION_ADD", ({ user_id }) => Effect.log(`${user_id} voted`), {
 *       where: ({ message_id }) => message_id === id
 *     })
 *   })
 * )
 * ```
 */
export const on = <N extends GatewayEvents.EventName, R = never>(
  event: N,
  handler: (data: GatewayEvents.Events[N]) => Effect.Effect<unknown, never, R>,
  options: Where<GatewayEvents.Events[N]> = {}
): Effect.Effect<Listening, never, R | Runtime.Runtime | GatewayEvents.GatewayEvents> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime.Runtime
    const services = yield* Effect.context<R>()
    const context = Context.add(services, Scope.Scope, runtime.scope) as Context.Context<never>
    const scope = yield* Scope.fork(runtime.scope)
    yield* listen(event, options, runtime, (data) => ({
      context,
      run: Effect.suspend(() => handler(data)) as Effect.Effect<unknown>
    })).pipe(Effect.provideService(Scope.Scope, scope))
    return { stop: Scope.close(scope, Exit.void) }
  })

/** How many events of a collector may wait for a handler. */
const capacity = 64

const collectIn = Effect.fnUntraced(function* <N extends Name>(
  name: N,
  options: Where<Data<N>>,
  runtime: Runtime.Handle,
  scope: Scope.Scope
) {
  const by = {}
  const buffer: Array<Data<N>> = []
  let isDropping = false
  yield* listen(name, options, runtime, (data) => ({
    event: new Arrived(by, data),
    // Nobody waits for it yet.
    run: Effect.suspend(() => {
      if (buffer.push(data) <= capacity) return Effect.void
      buffer.shift()
      if (isDropping) return Effect.void
      isDropping = true
      return Effect.logWarning(`The Runtime ${runtime.id} does not take its ${name} events, and the oldest are dropped`)
    })
  })).pipe(Effect.provideService(Scope.Scope, scope))
  const select = (event: unknown): { readonly data: Data<N> } | undefined =>
    event instanceof Arrived && event.by === by ? (event as Arrived<Data<N>>) : undefined
  return <T extends Duration.Input | undefined>(waiting: Waiting<T> = {}) =>
    Effect.suspend(() => {
      const { hold, timeout } = waiting
      isDropping = false
      if (buffer.length > 0) return Effect.succeed(buffer.shift() as Data<N>)
      const taken = Effect.map(runtime.take(select, { hold }), ({ data }) => data)
      if (timeout === undefined) return taken
      const millis = Duration.toMillis(Duration.fromInputUnsafe(timeout))
      return Effect.timeoutOrElse(taken, {
        duration: millis,
        orElse: () => Effect.fail(new NoAnswer({ millis }))
      })
    }) as Effect.Effect<Data<N>, Unanswered<T>>
})

/**
 * Collects gateway events from now on, until the Runtime ends, for a handler that waits for one after the other. To be
 * asked before the question is, so that no answer is missed. At most 64 events wait; the oldest are dropped then, with a
 * warning.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Interaction, Reply, RuntimeEvents } from "fibercord"
 *
 * const askName = Effect.gen(function* () {
 *   const { user } = yield* Interaction.Interaction
 *   const answers = yield* RuntimeEvents.collect("MESSAGE_CREATE", { where: ({ author }) => author.id === user.id })
 *   yield* Reply.send({ content: "What is your name?" })
 *   const { content } = yield* answers.next({ timeout: "1 minute" })
 *   return content
 * })
 * ```
 */
export const collect = <N extends GatewayEvents.EventName>(
  event: N,
  options: Where<GatewayEvents.Events[N]> = {}
): Effect.Effect<Collector<GatewayEvents.Events[N]>, never, Runtime.Runtime | GatewayEvents.GatewayEvents> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime.Runtime
    const scope = yield* Scope.fork(runtime.scope)
    return { next: yield* collectIn(event, options, runtime, scope), stop: Scope.close(scope, Exit.void) }
  })

/**
 * Waits for the next gateway event that is meant, among those that arrive from now on. To miss none between two, or
 * between a question and its answer, use {@link collect}.
 *
 * ```ts
 * import { RuntimeEvents } from "fibercord"
 *
 * const joinOf = (userId: string) =>
 *   RuntimeEvents.next("VOICE_STATE_UPDATE", {
 *     where: ({ user_id }) => user_id === userId,
 *     timeout: "1 minute"
 *   })
 * ```
 */
export const next = <N extends GatewayEvents.EventName, T extends Duration.Input | undefined = undefined>(
  event: N,
  options: Where<GatewayEvents.Events[N]> & Waiting<T> = {}
): Effect.Effect<GatewayEvents.Events[N], Unanswered<T>, Runtime.Runtime | GatewayEvents.GatewayEvents> =>
  Effect.scopedWith((scope) =>
    Effect.flatMap(Runtime.Runtime, (runtime) =>
      Effect.flatMap(collectIn(event, options, runtime, scope), (take) => take(options))
    )
  )
