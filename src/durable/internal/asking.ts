/** A question from its message to its answer. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Denied } from "../../interactions/replies/ErrorReply.ts"
import type { Message } from "../../interactions/replies/Message.ts"
import { Timeout } from "../../interactions/replies/NoAnswer.ts"
import type { MessageError } from "../../interactions/replies/MessageError.ts"
import { InvalidOption } from "../../interactions/wire/InvalidOption.ts"
import type * as Public from "../Question.ts"
import * as Deliver from "./deliver.ts"
import { nonceOf } from "./nonce.ts"
import { persistently } from "./retries.ts"
import { Place } from "./place.ts"
import * as Question from "./question.ts"
import type { Run } from "./run.ts"
import * as Steps from "./steps.ts"
import { parse } from "./stored.ts"
import { attemptOf } from "./uses.ts"

/** A question of any inputs. */
export type Asked = Public.Question<ReadonlyArray<Public.Line>, Duration.Input | undefined>

/** An answer of any kind. */
export type Answer = Public.Answer<unknown, unknown>

/** Where the message is, and when it was sent, in milliseconds since 1970. */
const Shown = Schema.Struct({ place: Place, at: Schema.Finite })

/** Who may use a question. */
export const byOf = (run: Run, name: string, by: Public.By = "opener"): Question.Spec["by"] => {
  if (by !== "opener") return by
  const { userId } = run.parts.recipient
  if (userId !== undefined) return { users: [userId] }
  throw run.invalid(name, "says no `by`, and no user began the dialogue")
}

/** Writes the components of a question, which has inputs. */
export const lay = (run: Run, name: string, components: ReadonlyArray<Public.Line>): Question.Laid => {
  const laid = Question.lay(components, run.id, name)
  if (laid.inputs.length > 0) return laid
  throw run.invalid(name, "has no input, so nobody could answer: its `components` need at least one")
}

/** Sends the message of a question, whose row is there before anybody can use it. */
export const show = (run: Run, name: string, kind: string, asked: Asked, laid: Question.Laid, spec: Question.Spec) => {
  const { answered: _, by: __, components: ___, denied: ____, timeout: _____, to, ...message } = asked
  const sending = Effect.gen(function* () {
    const { instance, store } = run.parts
    const row = { kind, workflow: instance.workflow._tag, spec: JSON.stringify(spec) }
    yield* persistently(store.ask(run.id, name, row))
    const complete = { ...message, components: laid.components }
    const place = yield* Deliver.send(to, complete, nonceOf(run.id, name), run.recipient)
    yield* persistently(store.shown(run.id, name, JSON.stringify(place)))
    return { place, at: yield* Clock.currentTimeMillis }
  })
  return Steps.withServices(run, Steps.once(run, name, { success: Shown, error: Steps.sends.error }, sending))
}

/** Reads an answer. One that a schema refuses is told to who gave it, and the question is asked again. */
const read = (run: Run, name: string, attempt: number, laid: Question.Laid, answer: Question.Answer) =>
  Effect.suspend((): Effect.Effect<Question.Value | undefined> => {
    try {
      return Effect.succeed(Question.read(laid, name, answer))
    } catch (error) {
      // It was one of those that the question had.
      if (error instanceof InvalidOption) return run.unfit(error)
      if (!(error instanceof Denied)) throw error
      const to = { userId: answer.user.id, place: parse<Place>(answer.place) }
      const told = Deliver.refuse(error.reply, nonceOf(run.id, `${name}/${attempt}`), to)
      const again = Effect.andThen(
        persistently(run.parts.store.askAgain(run.id, name, attempt + 1)),
        Effect.ignore(told)
      )
      const schemas = { success: Schema.Void, error: Schema.Never }
      return Effect.as(
        Steps.withServices(run, Steps.once(run, `${name}/refused ${attempt}`, schemas, again)),
        undefined
      )
    }
  })

const answerTo = (
  run: Run,
  name: string,
  laid: Question.Laid,
  deadline: number | undefined,
  attempt = 1
): Effect.Effect<{ readonly answer: Answer; readonly place: Place } | undefined> =>
  Effect.flatMap(Steps.wait(run, attemptOf(name, attempt), deadline), (stored) => {
    if (stored === undefined) return Effect.succeed(undefined)
    const given = parse<Question.Answer>(stored)
    if (given === undefined) return run.unfit("it is no JSON")
    return Effect.flatMap(read(run, name, attempt, laid, given), (value) =>
      value === undefined
        ? answerTo(run, name, laid, deadline, attempt + 1)
        : Effect.succeed({
            answer: { ...value, user: given.user, member: given.member },
            place: JSON.parse(given.place) as Place
          })
    )
  })

/** The question takes no more answers, and its message shows that. */
const finish = (
  run: Run,
  name: string,
  place: Place,
  components: ReadonlyArray<unknown>,
  message: Message | undefined,
  reason: string
) =>
  Steps.withServices(
    run,
    Steps.once(
      run,
      `${name}/over`,
      { success: Schema.Void, error: Schema.Never },
      Effect.gen(function* () {
        yield* persistently(run.parts.store.close(run.id, name, reason))
        const close = Deliver.close(place, components, run.id, name)
        if (message === undefined) return yield* close
        yield* Effect.catch(Deliver.edit(place, { components: [], ...message }), (error) =>
          Effect.andThen(Effect.logWarning("The message of a question could not be changed", error), close)
        )
      })
    )
  )

/** Asks, and waits for the answer. */
export const ask = (run: Run, name: string, asked: Asked): Effect.Effect<Answer, MessageError | Timeout> =>
  Effect.gen(function* () {
    const timeout = Duration.toMillis(Duration.fromInputUnsafe(asked.timeout ?? Infinity))
    const isEndless = timeout === Infinity
    if (!isEndless) Steps.deadlineOf(run, name, timeout)
    const laid = lay(run, name, asked.components)
    const by = byOf(run, name, asked.by)
    const components = rowsOf(laid)
    const spec = { by, denied: asked.denied, forms: Question.formsOf(laid), components }
    const { at, place } = yield* show(run, name, "ask", asked, laid, spec)
    const deadline = isEndless ? undefined : Steps.deadlineOf(run, name, at + timeout)
    const found = yield* answerTo(run, name, laid, deadline)
    if (found === undefined) {
      yield* finish(run, name, place, components, undefined, "Timeout")
      return yield* new Timeout({ step: name })
    }
    // What only one user sees is changed by the newest token.
    const shownAt = found.place.isEphemeral ? found.place : place
    yield* finish(run, name, shownAt, components, asked.answered?.(found.answer), "Answered")
    // What the user who answered sees, if that is the user whom the dialogue talks to.
    run.recipient =
      found.answer.user.id === run.recipient.userId ? { ...run.recipient, place: found.place } : run.recipient
    return found.answer
  })

/** The components as Discord has them. */
export const rowsOf = ({ components }: Question.Laid): ReadonlyArray<unknown> =>
  components.map((component) => (Array.isArray(component) ? { type: 1, components: component } : component))
