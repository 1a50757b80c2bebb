/** Uses of components of dialogues, in whatever process they are heard: who may, then stored, then acknowledged. */
import * as Effect from "effect/Effect"
import * as Definition from "../../interactions/definitions/Definition.ts"
import * as ErrorReply from "../../interactions/replies/ErrorReply.ts"
import { Interaction } from "../../interactions/replies/Interaction.ts"
import type { ReplyError } from "../../interactions/replies/ReplyError.ts"
import * as BotTexts from "../../interactions/replies/internal/botTexts.ts"
import { responderOf } from "../../interactions/replies/internal/currentInteraction.ts"
import { isPrivate } from "../../interactions/replies/internal/responseState.ts"
import { orInvalid, validForm } from "../../interactions/replies/internal/validBody.ts"
import { disable } from "../../interactions/wire/componentTree.ts"
import { localized } from "../../interactions/wire/localized.ts"
import { timestamp } from "../../Snowflake.ts"
import { Dialogues } from "../Dialogues.ts"
import { isServed, takeOne } from "./codeless.ts"
import * as CustomId from "./customId.ts"
import { type Manager, managerOf } from "./manager.ts"
import * as Metrics from "./metrics.ts"
import { patiently } from "./retries.ts"
import { originalOf } from "./place.ts"
import * as Question from "./question.ts"
import type { QuestionRow } from "./store.ts"
import * as Upkeep from "./upkeep.ts"

type Current = Interaction["Service"]

const say = (interaction: Current, reason: ErrorReply.Reason) =>
  Effect.flatMap(BotTexts.BotTexts, (textsFor) => ErrorReply.deny(textsFor(interaction)[reason]))

/** Tells a user who is too late why, and disables what can no longer be used. */
const tooLate = (interaction: Current, id: CustomId.InputId, reason: ErrorReply.Reason) =>
  Effect.gen(function* () {
    yield* Metrics.countUse("late")
    const disabled = disable(interaction.message?.components, CustomId.isOf(id.execution, id.step))
    if (disabled !== undefined) yield* Effect.ignore(responderOf(interaction).update({ components: disabled }))
    return yield* say(interaction, reason)
  })

/** What is stored cannot be read or written now: the user is told to try again, and nothing is changed. */
const orBusy =
  (interaction: Current) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.catch(patiently(effect), (error) =>
      Effect.logWarning("The use of a component of a dialogue could not be stored", error).pipe(
        Effect.andThen(Metrics.countUse("failed")),
        Effect.andThen(say(interaction, "Overloaded"))
      )
    )

const placeOf = (interaction: Current): string => {
  const { channelId, id, message, raw } = interaction
  const isEphemeral = message !== undefined && isPrivate(message)
  return JSON.stringify(originalOf(raw, { channelId, createdAt: timestamp(id), isEphemeral, message }))
}

const openForm = (interaction: Current, form: Readonly<Record<string, unknown>>) =>
  orInvalid(() => {
    const data = { custom_id: interaction.customId, ...form }
    return responderOf(interaction).modal(validForm(localized(data, () => interaction.locale) as never))
  })

// How often, and how long before each time, in milliseconds, an answer that was not the first looks what became of that.
const [looks, pause] = [40, 25]

/**
 * The question, when it is known what became of the answer that was first: it is closed, or asked again because that answer was
 * refused. The same one if the dialogue does not say, because it does not run now.
 */
const afterFirst = Effect.fnUntraced(function* (
  manager: Manager,
  interaction: Current,
  id: CustomId.InputId,
  row: QuestionRow
) {
  for (let look = 0; look < looks; look++) {
    const now = yield* manager.store.question(id.execution, id.step).pipe(orBusy(interaction))
    if (now === undefined || now.closed !== null || now.attempt > row.attempt) return now
    yield* Effect.sleep(pause)
  }
  return row
})

/** Stores the answer of a question that takes one. Whoever comes second counts if the first answer is refused. */
const answer = (manager: Manager, interaction: Current, id: CustomId.InputId, first: QuestionRow) =>
  Effect.gen(function* () {
    const value = JSON.stringify(Question.answerOf(interaction, id.input, placeOf(interaction)))
    yield* takeOne(manager, first.workflow)
    let row = first
    while (true) {
      const name = attemptOf(id.step, row.attempt)
      const completed = manager.complete(row.workflow, id.execution, name, value)
      const stored = yield* completed.pipe(orBusy(interaction))
      if (stored === undefined) return yield* tooLate(interaction, id, "Expired")
      if ((JSON.parse(stored) as Question.Answer).interactionId === interaction.id) break
      const now = yield* afterFirst(manager, interaction, id, row)
      if (now === undefined || now.closed !== null) return yield* tooLate(interaction, id, reasonOf(now))
      // The components stay as they are, because the question may be asked again.
      if (now.attempt === row.attempt)
        return yield* Effect.andThen(Metrics.countUse("late"), say(interaction, "Answered"))
      row = now
    }
    yield* Metrics.countUse("stored")
    yield* acknowledge(responderOf(interaction).defer({ update: true }))
  })

// What was stored counts, whether Discord still takes the acknowledgement or not: after a crash it has forgotten the use, or
// had one already.
const acknowledge = <A>(acknowledgement: Effect.Effect<A, ReplyError>) =>
  Effect.catch(acknowledgement, (error) =>
    Effect.logWarning("The use of a component of a dialogue was stored, and could not be acknowledged", error)
  )

/** Stores a use of a collection that takes more. */
const count = (manager: Manager, interaction: Current, id: CustomId.InputId, spec: Question.Spec) =>
  Effect.gen(function* () {
    const { again, every, forms, thanks } = spec
    const { store, wakes } = manager
    // Only who has filled in a form may have to be told more.
    const place = forms[id.input] === null ? "" : placeOf(interaction)
    const value = JSON.stringify(Question.answerOf(interaction, id.input, place))
    const use = { userId: interaction.user.id, value }
    const counted = yield* store.count(id.execution, id.step, use, again ?? "refuse").pipe(orBusy(interaction))
    if (counted === "again") return yield* Effect.andThen(Metrics.countUse("late"), say(interaction, "Answered"))
    if (counted === "late") return yield* tooLate(interaction, id, "Expired")
    yield* Metrics.countUse("stored")
    if (every !== undefined) wakes.wake(id.execution, id.step, every)
    const responder = responderOf(interaction)
    const isSilent = thanks === undefined
    yield* acknowledge(
      isSilent ? responder.defer({ update: true }) : responder.send({ content: thanks, ephemeral: true })
    )
  })

/** The name under which an answer is awaited: one for each time that the question is asked. */
export const attemptOf = (step: string, attempt: number): string => `${step}/${attempt}`

const reasons: Readonly<Record<string, ErrorReply.Reason>> = {
  Answered: "Answered",
  Timeout: "Expired",
  Ended: "Closed"
}

/** Why a question takes no answer: it is closed, or no longer known. */
const reasonOf = (row: QuestionRow | undefined): ErrorReply.Reason =>
  row === undefined ? "Expired" : (reasons[row.closed ?? ""] ?? "Closed")

const use = Effect.gen(function* () {
  const interaction = yield* Interaction
  const id = CustomId.read(interaction.customId)
  if (id === undefined) return yield* say(interaction, "Unknown")
  const manager = managerOf(yield* Dialogues)
  const row = yield* manager.store.question(id.execution, id.step).pipe(orBusy(interaction))
  if (row === undefined || row.closed !== null) return yield* tooLate(interaction, id, reasonOf(row))
  if (!(yield* isServed(manager, row.workflow).pipe(orBusy(interaction)))) {
    return yield* tooLate(interaction, id, "Unknown")
  }
  const spec = JSON.parse(row.spec) as Question.Spec
  if (!Question.isAllowed(spec, interaction)) {
    yield* Metrics.countUse("refused")
    return yield* spec.denied === undefined ? say(interaction, "Denied") : ErrorReply.deny(spec.denied)
  }
  const form = spec.forms[id.input]
  if (form === undefined) return yield* say(interaction, "Unknown")
  if (form !== null && interaction.message !== undefined && "component_type" in interaction.raw.data) {
    // After a deferral no form can open: the storage was too slow.
    return yield* Effect.catchReason(openForm(interaction, form), "ReplyError", "DeferredAutomatically", () =>
      say(interaction, "Overloaded")
    )
  }
  if (row.kind === "collect") return yield* count(manager, interaction, id, spec)
  return yield* answer(manager, interaction, id, row)
})

/** The component of all dialogues. It is started after the definitions that it belongs to. */
export const component = Definition.make({
  kind: "Component",
  name: CustomId.componentName,
  handler: use,
  start: () => Upkeep.begin
})
