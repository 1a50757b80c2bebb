/**
 * The way of an interaction: from Discord's payload to the definition that handles it and the Runtime that it belongs
 * to. A record that the layer makes once, and functions over it.
 */
import type { APIInteraction } from "../../../discord/DiscordApi.ts"
import * as Cause from "effect/Cause"
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import { commandType, interactionType } from "../../../discord/numbers.ts"
import * as Elapsed from "../../../internal/Elapsed.ts"
import type { Forks } from "../../../internal/Forks.ts"
import type * as Inspection from "../../../internal/Inspection.ts"
import * as Observed from "../../../internal/Observed.ts"
import type { DiscordRest } from "../../../rest/DiscordRest.ts"
import { type Handle, Runtime, type Task } from "../../../runtime/Runtime.ts"
import { markOf, type Runtimes } from "../../../runtime/Runtimes.ts"
import type * as Definition from "../../definitions/Definition.ts"
import type * as ErrorReply from "../../replies/ErrorReply.ts"
import { Interaction, type Provided, type RawInteraction } from "../../replies/Interaction.ts"
import type { AutoDefer } from "../../replies/internal/autoDefer.ts"
import {
  type Component,
  find,
  handlerOf,
  noteForms,
  refusalOf,
  runtimeState,
  takeBack
} from "../../replies/internal/boundComponents.ts"
import { BoundUse } from "../../replies/internal/boundUse.ts"
import { CurrentInteraction } from "../../replies/internal/currentInteraction.ts"
import { type Ending, remember } from "../../replies/internal/endedComponents.ts"
import type { Keeper } from "../../replies/internal/interactionCalls.ts"
import type { InteractionAges } from "../../replies/internal/interactionAge.ts"
import { isDenied } from "../../replies/internal/isDenied.ts"
import { withDefaults } from "../../replies/internal/messageBody.ts"
import { Responder } from "../../replies/internal/responder.ts"
import type { Known } from "../../replies/internal/sentMessage.ts"
import type { InitialResponse, SendInitial } from "../../replies/InitialResponse.ts"
import type { ReplyDefaults } from "../../replies/Message.ts"
import { commandKey } from "../../wire/commandKey.ts"
import { disable } from "../../wire/componentTree.ts"
import { decode } from "../../wire/customIdCodec.ts"
import { userIdOf } from "../../wire/rawInteraction.ts"
import { isAnswerable, problemOf } from "../../wire/validateInteraction.ts"
import type { Answers } from "./answers.ts"
import type { Completions } from "./completions.ts"
import * as Metrics from "./metrics.ts"
import type { Tables } from "./tables.ts"
import type * as Inspected from "../inspected.ts"
import type { RuntimeOwners } from "../RuntimeOwners.ts"
import { forward, ownerOf } from "./forwarding.ts"
import type { Heard } from "./heard.ts"
import { inTurn, type Turns } from "./turns.ts"

type Handler = Effect.Effect<unknown, unknown, Provided>

/** What routing needs. */
export interface Router {
  /** The services of the bot, which handlers get. */
  readonly base: Context.Context<never>
  /** Those that lines of the log have anyway. */
  readonly annotations: Readonly<Record<string, unknown>>
  readonly clock: Clock.Clock
  readonly rest: DiscordRest["Service"]
  readonly runtimes: Runtimes["Service"]
  readonly autoDefer: AutoDefer["Service"]
  readonly tables: Tables
  readonly answers: Answers
  readonly completions: Completions
  readonly forks: Forks
  readonly turns: Turns
  /** Whether there is a tracer. Without one, spans would only cost time. */
  readonly isTraced: boolean
  readonly measures: Metrics.Measures
  readonly onResponse: NonNullable<Responder["onResponse"]>
  /** Where interactions are noted, if anybody looks. */
  readonly noted: Inspection.Ring<Inspected.Note> | undefined
  /** Counts an interaction of a type. */
  readonly count: (type: number) => void
  /** Notes that an interaction is malformed. */
  readonly noteMalformed: (problem: string) => void
  readonly replies: ReplyDefaults
  readonly ages: InteractionAges
  readonly ending: Ending
  readonly onUnknownComponent: ((raw: RawInteraction) => Effect.Effect<unknown>) | undefined
  /** How interactions get to the processes that have their Runtimes, if there is a way. */
  readonly owners: RuntimeOwners["Service"] | undefined
  /** Uses of this process's Runtimes, which may come by that way too. */
  readonly heard: Heard | undefined
}

// The span of whatever brought the interaction is not its parent: an interaction begins with Discord.
const traced = (router: Router, effect: Effect.Effect<void>, { raw }: Responder): Effect.Effect<void> =>
  router.isTraced
    ? Effect.withSpan(effect, "fibercord.interaction", {
        attributes: { interaction: raw.id },
        captureStackTrace: false,
        kind: "consumer",
        root: true
      })
    : effect

const tracedHandler = (router: Router, handler: Handler): Handler =>
  router.isTraced ? Effect.withSpan(handler, "fibercord.handler", { captureStackTrace: false }) : handler

const outcomeOf = (cause: Cause.Cause<unknown>): Metrics.Outcome =>
  isDenied(cause) ? "denied" : Cause.hasInterruptsOnly(cause) ? "interrupted" : "failure"

const fork = (router: Router, effect: Effect.Effect<unknown>): void => void router.forks.fork(effect)

/** Notes an interaction that has arrived. */
const note = (noted: NonNullable<Router["noted"]>, responder: Responder): void => {
  const note: Inspected.Note = {
    responder,
    runtime: undefined,
    definition: undefined,
    startedAt: undefined,
    endedAt: undefined,
    outcome: undefined
  }
  responder.note = note
  noted.push(note)
}

const noteOf = (responder: Responder): Inspected.Note | undefined => responder.note as Inspected.Note | undefined

/** What is known about a Runtime. */
export const describe: Inspected.Router["describe"] = (runtime) => {
  const state = runtime.local(runtimeState)
  return { definition: state?.definition?.name, opener: state?.openerId || undefined }
}

/**
 * What a handler is given beside the bot's services. A context is a chain: to add to it is cheap, and to look at its map is
 * not. By the names of the services, because V8 does not optimize a function that is given so many classes of them.
 */
const contextOf = (
  { annotations, base }: Router,
  runtime: Handle,
  interaction: CurrentInteraction,
  definition: string
): Context.Context<never> => {
  const inRuntime = Context.addUnsafe(base, Runtime.key, runtime)
  const inScope = Context.addUnsafe(inRuntime, Scope.Scope.key, runtime.scope)
  const inInteraction = Context.addUnsafe(inScope, Interaction.key, interaction)
  // What only the types know, such as OpenModal, needs no value.
  return Context.addUnsafe(inInteraction, References.CurrentLogAnnotations.key, {
    ...annotations,
    runtime: runtime.id,
    interaction: interaction.initial.raw.id,
    definition
  })
}

/** The use of a bound component, on its way through a Runtime. */
interface Bound {
  /** Its use was counted. */
  readonly component: Component | undefined
  readonly event: BoundUse
}

/** An interaction on its way through a Runtime: its handler runs when its turn comes, and it ends with a reply. */
class Use implements Task, Keeper {
  readonly context: Context.Context<never>
  // Private when it runs too: who prints an interaction does not print the whole bot.
  readonly #router: Router
  private readonly runtime: Handle
  private readonly responder: Responder
  private readonly interaction: CurrentInteraction
  private readonly handler: Handler
  private readonly bound: Bound | undefined
  private readonly note: Inspected.Note | undefined
  private startedAt = 0

  constructor(router: Router, runtime: Handle, responder: Responder, handler: Handler, bound: Bound | undefined) {
    const definition = runtime.local(runtimeState).definition?.name ?? ""
    this.#router = router
    this.runtime = runtime
    this.responder = responder
    this.interaction = new CurrentInteraction(responder)
    this.handler = handler
    this.bound = bound
    this.context = contextOf(router, runtime, this.interaction, definition)
    this.note = noteOf(responder)
    if (this.note !== undefined) {
      this.note.runtime = runtime.id
      this.note.definition = definition
    }
    responder.keeper = this
  }

  get event(): BoundUse | undefined {
    return this.bound?.event
  }

  get run(): Effect.Effect<void> {
    const handled = Effect.uninterruptibleMask((restore) =>
      Effect.matchCauseEffect(restore(Effect.suspend(() => this.begin())), {
        onFailure: (cause) => this.failed(cause),
        onSuccess: (_value) => this.completed()
      })
    )
    return traced(this.#router, handled, this.responder)
  }

  private begin(): Effect.Effect<unknown, unknown> {
    const { clock, measures } = this.#router
    const { arrivedAt, raw } = this.responder
    const startedAt = Elapsed.millis(clock)
    this.startedAt = startedAt
    if (this.note !== undefined) this.note.startedAt = startedAt
    measures.started(raw.type, startedAt - arrivedAt)
    return tracedHandler(this.#router, this.handler) as Effect.Effect<unknown, unknown>
  }

  // A handler may have moved on to an interaction that it has waited for.
  private failed(cause: Cause.Cause<unknown>): Effect.Effect<void> {
    this.ended(outcomeOf(cause))
    return this.#router.answers.failed(this.interaction.responder, cause, this.runtime.closeReason)
  }

  private completed(): Effect.Effect<void> {
    this.ended("success")
    return this.#router.answers.completed(this.interaction.responder)
  }

  private ended(outcome: Metrics.Outcome): void {
    const { clock, measures } = this.#router
    const endedAt = Elapsed.millis(clock)
    if (this.note !== undefined) {
      this.note.endedAt = endedAt
      this.note.outcome = outcome
    }
    measures.ended(this.responder.raw.type, outcome, endedAt - this.startedAt)
  }

  refuse(reason: ErrorReply.Reason): Effect.Effect<void> {
    if (this.bound?.component !== undefined) takeBack(this.bound.component)
    return refuse(this.#router, this.responder, reason)
  }

  remember(address: Known, components: ReadonlyArray<unknown>): Effect.Effect<void> {
    return remember(this.#router, this.runtime, address, components)
  }
}

/** Puts an interaction into the mailbox of a Runtime. */
const offer = (router: Router, runtime: Handle, responder: Responder, handler: Handler, bound?: Bound): void =>
  runtime.offer(new Use(router, runtime, responder, handler, bound))

const defaultsOf = (
  { replies }: Router,
  definition: { readonly replies?: ReplyDefaults | undefined } | undefined
): ReplyDefaults => (definition?.replies === undefined ? replies : withDefaults(definition.replies, replies))

/** Opens a Runtime, whose first event is this interaction. */
const open = (router: Router, responder: Responder, definition: Definition.Any): void => {
  router.autoDefer.watch(responder, definition.autoDefer)
  responder.defaults = defaultsOf(router, definition)
  const runtime = router.runtimes.openUnsafe(definition.expiration)
  if (runtime === undefined) {
    return fork(router, router.answers.say(responder, router.runtimes.isDraining() ? "Shutdown" : "Overloaded"))
  }
  const own = runtime.local(runtimeState)
  own.bot = router
  own.definition = definition
  own.openerId = userIdOf(responder.raw)
  offer(router, runtime, responder, inTurn(router.turns, definition, responder.raw, definition.handler as Handler))
}

/**
 * Tells the user why the interaction is not handled, and disables those components of its message whose Runtime has
 * ended. `gone` is the mark of a process that has.
 */
const refuse = (
  router: Router,
  responder: Responder,
  reason: ErrorReply.Reason,
  gone?: string
): Effect.Effect<void> => {
  const components =
    reason === "Overloaded"
      ? undefined
      : disable(responder.message?.components, (customId) => {
          const id = decode(customId)
          // Those of another process may be alive.
          return (
            id?._tag === "Bound" &&
            Option.isNone(router.runtimes.get(id.runtime)) &&
            (router.runtimes.absence(id.runtime) !== "Restarted" || ownerOf(customId) === gone)
          )
        })
  const said = router.answers.say(responder, reason)
  return components === undefined
    ? said
    : Effect.andThen(router.answers.quietly(responder, responder.update({ components })), said)
}

// Whoever has the Runtime answers within this time from the arrival on, if he lives and hears of it.
const patience = 1_000

/**
 * Answers for a process that does not: the one that has the Runtime, or one of another version that has the definition. It
 * may be alive and have heard of the interaction, so it comes first. Over HTTP nobody else has been asked.
 */
const insteadOf = ({ clock }: Router, responder: Responder, answer: Effect.Effect<void>): Effect.Effect<void> => {
  responder.isSomebodyElses = true
  const wait = responder.arrivedAt + patience - Elapsed.millis(clock)
  return responder.isAskedAlone || wait <= 0 ? answer : Effect.delay(answer, wait)
}

/** Has an interaction answered by the process with this mark, whose Runtime it is for. */
const routeToOwner = (router: Router, responder: Responder, mark: string): Effect.Effect<void> => {
  const { answers, clock, owners } = router
  // The components of another process are left as they are, because it may be alive.
  const unanswered = Effect.suspend(() => insteadOf(router, responder, answers.say(responder, "Restarted")))
  if (owners === undefined) return unanswered
  responder.isSomebodyElses = true
  return Effect.flatMap(forward(owners, clock, responder, mark), (outcome) => {
    switch (outcome._tag) {
      case "Handled":
        return Effect.sync(() => responder.answeredElsewhere?.())
      case "Responded": {
        const { data, type } = outcome
        return answers.quietly(
          responder,
          responder.relay({ type, data: data as InitialResponse["data"], files: undefined })
        )
      }
      case "Gone":
        return refuse(router, responder, "Restarted", mark)
      case "Unreachable":
        return unanswered
    }
  })
}

/** Acknowledges a use that changes nothing: a second click, or one on a question that was answered. */
const acknowledge = ({ answers }: Router, responder: Responder): Effect.Effect<void> =>
  responder.raw.type === interactionType.modalSubmit
    ? answers.say(responder, "Closed")
    : answers.quietly(responder, responder.defer({ update: true, automatic: 0 }))

const denyUse = (
  { answers }: Router,
  responder: Responder,
  denied: ErrorReply.Denied | "Denied"
): Effect.Effect<void> =>
  denied === "Denied" ? answers.say(responder, "Denied") : answers.tell(responder, denied.reply)

const useBound = (router: Router, runtime: Handle, customId: string, key: string, responder: Responder): void => {
  const component = find(runtime, key)
  if (component === undefined) return fork(router, refuse(router, responder, "Unknown"))
  const isAgain = noteForms(runtime, customId, userIdOf(responder.raw), component)
  if (!isAgain) {
    if (component === "Over") return fork(router, acknowledge(router, responder))
    const denied = refusalOf(component, new CurrentInteraction(responder), runtime)
    if (denied !== undefined) return fork(router, denyUse(router, responder, denied))
    if (component.waiting?.isOpen === false) return fork(router, acknowledge(router, responder))
    if (component.waiting !== undefined) component.waiting.isOpen = false
  }
  const { definition } = runtime.local(runtimeState)
  router.autoDefer.watch(responder, definition?.autoDefer)
  responder.defaults = defaultsOf(router, definition)
  // A component without a handler is for one that waits; if none does, its question has been answered.
  const own = component === "Over" ? undefined : handlerOf(component)
  const handler = own ?? Effect.suspend(() => acknowledge(router, responder))
  const takenBack = component === "Over" || isAgain ? undefined : component
  offer(router, runtime, responder, handler, { component: takenBack, event: new BoundUse(key, responder) })
}

const routeComponent = (router: Router, responder: Responder, customId: string): void => {
  const id = decode(customId)
  if (id === undefined) {
    const { onUnknownComponent } = router
    if (onUnknownComponent !== undefined)
      fork(
        router,
        Effect.suspend(() => onUnknownComponent(responder.raw))
      )
    return
  }
  if (id._tag === "Independent") return openOrRefuse(router, responder, router.tables.Component.get(id.name))
  const runtime = Option.getOrUndefined(router.runtimes.get(id.runtime))
  const absence = runtime === undefined ? router.runtimes.absence(id.runtime) : undefined
  if (absence === "Restarted") return fork(router, routeToOwner(router, responder, markOf(id.runtime)))
  if (router.heard?.isAgain(responder) === true) return
  if (runtime !== undefined) useBound(router, runtime, customId, id.handler, responder)
  else if (absence !== undefined) fork(router, refuse(router, responder, absence))
}

const openOrRefuse = (router: Router, responder: Responder, definition: Definition.Any | undefined): void => {
  if (definition === undefined) fork(router, insteadOf(router, responder, router.answers.say(responder, "Unknown")))
  else open(router, responder, definition)
}

const suggest = (router: Router, responder: Responder, definition: Definition.Any | undefined): void => {
  const { autocomplete, key } = definition ?? {}
  if (autocomplete === undefined || key === undefined || router.runtimes.isDraining()) {
    const none = router.answers.quietly(responder, responder.choices([]))
    return fork(router, definition === undefined ? insteadOf(router, responder, none) : none)
  }
  router.autoDefer.watch(responder)
  const note = noteOf(responder)
  if (note !== undefined) note.definition = definition?.name
  router.completions.run(key, autocomplete as Handler, responder)
}

const route = (router: Router, responder: Responder): void => {
  const { raw } = responder
  router.count(raw.type)
  switch (raw.type) {
    case interactionType.command:
      return openOrRefuse(router, responder, router.tables.Command.get(commandKey(raw.data.type, raw.data.name)))
    case interactionType.component:
    case interactionType.modalSubmit:
      return routeComponent(router, responder, raw.data.custom_id)
    case interactionType.autocomplete:
      return suggest(router, responder, router.tables.Command.get(commandKey(commandType.chatInput, raw.data.name)))
    default:
      // A type that Discord added after this was written: how to respond to it is unknown.
      fork(
        router,
        Effect.logWarning(
          `Received an interaction of unknown type ${String((raw as { type: unknown }).type)}, and ignored it`
        )
      )
  }
}

/** How an interaction came. */
export interface Origin {
  readonly sendInitial?: SendInitial | undefined
  readonly answeredElsewhere?: (() => void) | undefined
  /** How many milliseconds ago it arrived, at another process. */
  readonly elapsed?: number | undefined
}

/** Takes an interaction. Never throws. */
export const handle = (router: Router, raw: APIInteraction, origin: Origin): void => {
  const problem = problemOf(raw)
  // Without a token no response is possible.
  if (problem !== undefined && !isAnswerable(raw)) return router.noteMalformed(problem)
  if (raw.type === interactionType.ping) return
  if (problem !== undefined) router.noteMalformed(problem)
  const { answeredElsewhere, elapsed = 0, sendInitial } = origin
  const arrivedAt = Elapsed.millis(router.clock) - elapsed
  const times = { arrivedAt, createdAt: router.ages.createdAt(raw.id, arrivedAt), elapsed }
  const responder = new Responder(raw, router.clock, times, router.rest, sendInitial)
  responder.answeredElsewhere = answeredElsewhere
  responder.isTraced = router.isTraced
  responder.onResponse = router.onResponse
  if (router.noted?.takes === true) note(router.noted, responder)
  if (problem !== undefined) return fork(router, router.answers.say(responder, "Unknown"))
  try {
    route(router, responder)
  } catch (error) {
    // A predicate of the bot has thrown.
    fork(
      router,
      Effect.suspend(() => router.answers.failed(responder, Cause.die(error), undefined))
    )
  }
}

/** Counts interactions by kind, from the first of its kind on. */
export const counter = (context: Context.Context<never>): ((type: number) => void) => {
  const kinds = new Map<number, string>(Object.entries(interactionType).map(([kind, type]) => [type, kind]))
  const counts = new Map<number, Observed.Count>()
  const begin = (type: number): Observed.Count | undefined => {
    const kind = kinds.get(type)
    if (kind === undefined) return undefined
    const count = Observed.count(context, Metrics.received, { kind })
    counts.set(type, count)
    return count
  }
  return (type) => {
    const count = counts.get(type) ?? begin(type)
    if (count !== undefined) count.value++
  }
}
