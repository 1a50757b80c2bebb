/** Replies on behalf of handlers: what users are told when one fails, dies, does not reply, or never ran. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Predicate from "effect/Predicate"
import * as Random from "effect/Random"
import { InvalidPayload } from "../../wire/CustomId.ts"
import * as ErrorReply from "../../replies/ErrorReply.ts"
import { interactionType } from "../../../discord/numbers.ts"
import type { Interaction } from "../../replies/Interaction.ts"
import { fill, type TextsFor } from "../../replies/internal/botTexts.ts"
import { CurrentInteraction } from "../../replies/internal/currentInteraction.ts"
import { Dismissed, NoAnswer, Timeout } from "../../replies/NoAnswer.ts"
import { InvalidOption } from "../../wire/InvalidOption.ts"
import type * as Interactions from "../Interactions.ts"
import type { CloseReason } from "../../../runtime/Runtime.ts"
import * as Metrics from "./metrics.ts"
import type { Responder } from "../../replies/internal/responder.ts"
import { ReplyError } from "../../replies/ReplyError.ts"

type Service = Interaction["Service"]
type Answer = Interactions.Answer<unknown>

/** `onError` without the types of the errors. */
export type OnError =
  | ((error: unknown, interaction: Service) => Answer)
  | Readonly<Record<string, ((error: never, interaction: Service) => Answer) | undefined>>

/** Replies on behalf of handlers. None of them fails: a reply that cannot be sent is logged. */
export interface Answers {
  /** Sends the text of a reason. */
  readonly say: (responder: Responder, reason: ErrorReply.Reason) => Effect.Effect<void>
  /** Sends a given text. */
  readonly tell: (responder: Responder, reply: ErrorReply.ErrorReply) => Effect.Effect<void>
  /** Replies for a handler that failed. `closeReason` is that of its Runtime, if it has ended. */
  readonly failed: (
    responder: Responder,
    cause: Cause.Cause<unknown>,
    closeReason: CloseReason | undefined
  ) => Effect.Effect<void>
  /** What a user is told about a failure, which is logged if it is a defect. */
  readonly replyTo: (interaction: Service, cause: Cause.Cause<unknown>) => Effect.Effect<ErrorReply.ErrorReply>
  /** Replies for a handler that completed, unless it has replied itself. */
  readonly completed: (responder: Responder) => Effect.Effect<void>
  /** Runs a call that replies; its failure is logged. */
  readonly quietly: (responder: Responder, reply: Effect.Effect<unknown, unknown>) => Effect.Effect<void>
}

// How long a reply on behalf of a handler may take; Discord accepts the initial response for three seconds.
const limit = "5 seconds"

// Nothing more is said to an interaction that another process has answered, and one line about that is enough.
const isElsewhere = (cause: Cause.Cause<unknown>): boolean =>
  cause.reasons.some(
    (reason) =>
      Cause.isFailReason(reason) &&
      reason.error instanceof ReplyError &&
      reason.error.reason._tag === "AnsweredElsewhere"
  )

// What it needs is in the context of the handler, in which it runs.
const asEffect = (answer: Answer): Effect.Effect<ErrorReply.ErrorReply> =>
  Effect.isEffect(answer) ? (answer as Effect.Effect<ErrorReply.ErrorReply>) : Effect.succeed(answer)

// An id that a user can quote and that is in the log too. It is neither secret nor unique forever.
const newReference = Effect.map(Random.nextIntBetween(0, 36 ** 6), (n) => n.toString(36).padStart(6, "0"))

const quietly: Answers["quietly"] = (responder, reply) =>
  Effect.timeout(reply, limit).pipe(
    Effect.catchCause((cause) =>
      isElsewhere(cause) ? Effect.void : Effect.logWarning("A reply on behalf of a handler failed", cause)
    ),
    Effect.annotateLogs({ interaction: responder.raw.id }),
    Effect.asVoid
  )

const errorReplyOf = (
  onError: OnError,
  error: unknown,
  interaction: Service
): Effect.Effect<ErrorReply.ErrorReply | void> => {
  if (typeof onError === "function") {
    // A refusal brings its reply.
    if (error instanceof ErrorReply.Denied) return Effect.void
    return Effect.suspend(() => asEffect(onError(error, interaction)))
  }
  const tag = Predicate.hasProperty(error, "_tag") && typeof error._tag === "string" ? error._tag : ""
  const handler = Object.hasOwn(onError, tag) ? onError[tag] : undefined
  return handler === undefined ? Effect.void : Effect.suspend(() => asEffect(handler(error as never, interaction)))
}

/** Makes the replies of a bot. Its `onError` is user code, and may throw. */
export const make = (onError: OnError, textsFor: TextsFor): Answers => {
  const textOf = (interaction: Service, reason: ErrorReply.Reason) =>
    Effect.andThen(
      Metric.update(Metric.withAttributes(Metrics.answered, { reason }), 1),
      Effect.sync(() => textsFor(interaction)[reason])
    )

  const replyFor = (interaction: Service, reason: ErrorReply.Reason) =>
    Effect.map(textOf(interaction, reason), ErrorReply.ephemeral)

  const died = Effect.fnUntraced(function* (interaction: Service, cause: Cause.Cause<unknown>) {
    const reference = yield* newReference
    yield* Effect.annotateCurrentSpan("reference", reference)
    yield* Effect.annotateLogs(Effect.logError("A handler failed", cause), { interaction: interaction.id, reference })
    return ErrorReply.ephemeral(fill(yield* textOf(interaction, "Failed"), { reference }))
  })

  const tell: Answers["tell"] = (responder, reply) => {
    if (responder.raw.type === interactionType.autocomplete) return quietly(responder, responder.choices([]))
    // A reply that breaks Discord's rules, for example because of the message of an error in it, is a failure as well.
    const instead = (error: ReplyError) =>
      Effect.flatMap(died(new CurrentInteraction(responder), Cause.fail(error)), (reply) => responder.send(reply))
    const isInvalid = ({ reason }: ReplyError) => reason._tag === "InvalidMessage"
    return quietly(responder, Effect.catchIf(responder.send(reply), isInvalid, instead))
  }

  const say: Answers["say"] = (responder, reason) =>
    Effect.flatMap(replyFor(new CurrentInteraction(responder), reason), (reply) => tell(responder, reply))

  const replyTo: Answers["replyTo"] = Effect.fnUntraced(function* (interaction, cause) {
    const failure = cause.reasons.find(Cause.isFailReason)?.error
    const defect = cause.reasons.find(Cause.isDieReason)?.defect
    if (failure !== undefined) {
      const reply = yield* Effect.catchCause(
        Effect.timeout(errorReplyOf(onError, failure, interaction), limit),
        (cause) => Effect.asVoid(Effect.logError("The option `onError` failed", cause))
      )
      if (reply) return reply
    }
    const denied = [failure, defect].find((error) => error instanceof ErrorReply.Denied)
    if (denied !== undefined) return denied.reply
    if (failure instanceof NoAnswer || failure instanceof Dismissed) return yield* replyFor(interaction, failure._tag)
    if (failure instanceof Timeout) return yield* replyFor(interaction, "NoAnswer")
    if (defect instanceof InvalidOption || defect instanceof InvalidPayload) {
      yield* Effect.annotateLogs(Effect.logError(defect.message), { interaction: interaction.id })
      return yield* replyFor(interaction, "Unknown")
    }
    return yield* died(interaction, cause)
  })

  const failed: Answers["failed"] = Effect.fnUntraced(function* (responder, cause, closeReason) {
    if (Cause.hasInterruptsOnly(cause)) {
      // An interaction that has its response needs no further one when the Runtime ends.
      if (!responder.isAnswered || responder.isPending) yield* say(responder, closeReason ?? "Shutdown")
      return
    }
    if (isElsewhere(cause)) return
    yield* tell(responder, yield* replyTo(new CurrentInteraction(responder), cause))
  })

  return {
    failed,
    quietly,
    replyTo,
    say,
    tell,
    // A click is acknowledged silently, anything else is confirmed.
    completed: (responder) => {
      const isOwed = responder.isPending || responder.raw.type === interactionType.modalSubmit
      if (responder.isAnswered && !(isOwed && responder.isAutoDeferred)) return Effect.void
      return responder.raw.type === interactionType.component
        ? quietly(responder, responder.defer({ update: true, automatic: 0 }))
        : say(responder, "Silent")
    }
  }
}
