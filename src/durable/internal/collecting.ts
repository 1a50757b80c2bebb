/** A collection from its message to its final state. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { Denied, type ErrorReply } from "../../interactions/replies/ErrorReply.ts"
import type { Message } from "../../interactions/replies/Message.ts"
import type { MessageError } from "../../interactions/replies/MessageError.ts"
import { disable } from "../../interactions/wire/componentTree.ts"
import { InvalidOption } from "../../interactions/wire/InvalidOption.ts"
import type * as Public from "../Collection.ts"
import type { Line } from "../Question.ts"
import * as Asking from "./asking.ts"
import * as CustomId from "./customId.ts"
import * as Deliver from "./deliver.ts"
import { nonceOf } from "./nonce.ts"
import { persistently } from "./retries.ts"
import type { Place } from "./place.ts"
import * as Question from "./question.ts"
import type { Run } from "./run.ts"
import * as Steps from "./steps.ts"
import { parse } from "./stored.ts"
import type { Collection as Row } from "./useRows.ts"

/** A collection of any inputs, with any state. */
type Collection = Public.Collection<ReadonlyArray<Line>, unknown>

/** A collection that has its message. */
interface Collecting {
  readonly run: Run
  readonly name: string
  readonly of: Collection
  readonly laid: Question.Laid
  readonly spec: Question.Spec
  readonly place: Place
}

/** A use that a schema refuses. */
interface Refused {
  readonly answer: Question.Answer
  readonly stored: string
  readonly reply: ErrorReply
}

interface Folded extends Public.Collected<unknown> {
  readonly isDone: boolean
  readonly refused: ReadonlyArray<Refused>
  /** How many uses cannot be read, and do not count. */
  readonly unreadable: number
}

/** How many uses are folded before others have their turn. */
const atOnce = 250

/** Reads a use; `undefined` for one that cannot be. */
const read = ({ laid, name }: Collecting, stored: string): Asking.Answer | Refused | undefined => {
  const answer = parse<Question.Answer>(stored)
  if (answer === undefined) return undefined
  try {
    return { ...Question.read(laid, name, answer), user: answer.user, member: answer.member }
  } catch (error) {
    if (error instanceof Denied) return { answer, stored, reply: error.reply }
    if (error instanceof InvalidOption) return undefined
    throw error
  }
}

/** Folds all uses, up to the first one after which it is done. */
const foldAll = Effect.fnUntraced(function* (collecting: Collecting) {
  const { name, of, run } = collecting
  const refused: Array<Refused> = []
  let unreadable = 0
  let folded = { state: of.initial, users: 0, isDone: false }
  for (const [index, stored] of (yield* persistently(run.parts.store.uses(run.id, name))).entries()) {
    if (index % atOnce === atOnce - 1) yield* Effect.yieldNow
    const use = read(collecting, stored)
    if (use === undefined) unreadable++
    else if ("reply" in use) refused.push(use)
    else {
      const state = of.fold(folded.state, use)
      folded = { state, users: folded.users + 1, isDone: of.done?.(state) === true }
      if (folded.isDone) break
    }
  }
  return { ...folded, refused, unreadable } satisfies Folded
})

/** Tells users why their uses do not count. They may try again, while that is possible. */
const refuse = ({ name, run }: Collecting, { refused }: Folded) =>
  Effect.forEach(
    refused,
    ({ answer, reply, stored }) => {
      const to = { userId: answer.user.id, place: parse<Place>(answer.place) }
      const told = Deliver.refuse(reply, nonceOf(run.id, `${name}/${answer.interactionId}`), to)
      const forgotten = run.parts.store.forget(run.id, name, { userId: answer.user.id, value: stored })
      return Effect.andThen(Steps.withServices(run, Effect.ignore(told)), persistently(forgotten))
    },
    { discard: true }
  )

/** What the message shows of a state, with its components laid out. */
const shownOf = (collecting: Pick<Collecting, "laid" | "name" | "of" | "run">, state: unknown) => {
  const { laid, name, of, run } = collecting
  const { components, ...shown } = of.show?.(state) ?? {}
  return { shown, now: components === undefined ? laid : Question.lay(components, run.id, name) }
}

/** Changes the message. One that cannot be is left as it is, and the collection goes on. Whether it was changed. */
const change = ({ name, place, run }: Collecting, message: Message) =>
  Steps.withServices(
    run,
    Effect.matchEffect(Deliver.edit(place, message), {
      onFailure: (error) =>
        Effect.as(Effect.logWarning(`The message of the collection "${name}" could not be changed`, error), false),
      onSuccess: () => Effect.succeed(true)
    })
  )

/** Disables the components, and changes nothing else. */
const close = ({ laid, name, place, run }: Collecting) =>
  Steps.withServices(run, Deliver.close(place, Asking.rowsOf(laid), run.id, name))

const digestOf = (of: Collection, state: unknown) =>
  Effect.map(Effect.orDie(Schema.encodeEffect(Schema.toCodecJson(of.state))(state)), (encoded) =>
    createHash("sha256")
      .update(JSON.stringify(encoded) ?? "")
      .digest("base64url")
  )

/** Shows a state, unless the message was changed a moment ago: then whoever has woken this run does so again. */
const refresh = Effect.fnUntraced(function* (collecting: Collecting, row: Row, state: unknown) {
  const { laid, name, of, run, spec } = collecting
  const now = yield* Clock.currentTimeMillis
  if (row.foldedAt !== null && now < row.foldedAt + (spec.every ?? 0)) return
  const digest = yield* digestOf(of, state)
  const { now: current, shown } = shownOf(collecting, state)
  if (digest !== row.digest && of.show !== undefined) {
    yield* change(collecting, current === laid ? shown : { ...shown, components: current.components })
  }
  const changed = JSON.stringify({ ...spec, components: Asking.rowsOf(current) })
  const folded = { revision: row.revision, at: yield* Clock.currentTimeMillis, digest, spec: changed }
  yield* persistently(run.parts.store.folded(run.id, name, folded))
})

/** Folds what is new, and shows it. Whether the collection is over. */
const look = Effect.fnUntraced(function* (collecting: Collecting, deadline: number) {
  const { name, run, spec } = collecting
  const { store } = run.parts
  const row = yield* persistently(store.collection(run.id, name))
  if (row === undefined) return yield* Effect.die(new Error(`The row of the collection "${name}" is gone`))
  if (row.closed !== null || (yield* Clock.currentTimeMillis) >= deadline) return true
  if (row.endsAt === null) {
    yield* persistently(store.collecting(run.id, name, deadline, spec.every !== undefined))
  }
  if (spec.every === undefined || row.revision === (row.folded ?? 0)) return false
  const folded = yield* foldAll(collecting)
  yield* refuse(collecting, folded)
  if (!folded.isDone) yield* refresh(collecting, row, folded.state)
  return folded.isDone
})

/** Takes no more uses, and shows the state for the last time. */
const finish = (collecting: Collecting, deadline: number) => {
  const { name, of, run } = collecting
  const { store } = run.parts
  const over = Effect.gen(function* () {
    const isLate = (yield* Clock.currentTimeMillis) >= deadline
    yield* persistently(store.close(run.id, name, isLate ? "Timeout" : "Done"))
    const folded = yield* foldAll(collecting)
    const { state, unreadable, users } = folded
    if (unreadable > 0) yield* Effect.logWarning(`${unreadable} uses of "${name}" cannot be read, and do not count`)
    yield* refuse(collecting, folded)
    if (of.show === undefined) {
      yield* close(collecting)
    } else {
      const { now, shown } = shownOf(collecting, state)
      const disabled = disable(now.components, CustomId.isOf(run.id, name)) ?? now.components
      const isShown = yield* change(collecting, { ...shown, components: disabled as Message["components"] })
      if (!isShown) yield* close(collecting)
    }
    return { state, users }
  })
  const schemas = { success: Schema.Struct({ state: of.state, users: Schema.Finite }), error: Schema.Never }
  return Steps.once(run, `${name}/over`, schemas as never, over) as Effect.Effect<Public.Collected<unknown>>
}

/** Until when uses are taken, if the message was sent at that time. */
const deadlineOf = (run: Run, step: string, { until }: Collection) => {
  const given = until instanceof Date ? until.getTime() : millis(until)
  if (Number.isFinite(given)) return (sentAt: number) => (until instanceof Date ? given : sentAt + given)
  throw run.invalid(step, "needs an `until` that comes, or a finite time")
}

const millis = (duration: Duration.Input): number => Duration.toMillis(Duration.fromInputUnsafe(duration))

/** Collects uses until the time is over, or until it is done. */
export const collect = (
  run: Run,
  name: string,
  of: Collection
): Effect.Effect<Public.Collected<unknown>, MessageError> =>
  Effect.gen(function* () {
    const { again, by = "anyone", denied, done, every = "5 seconds", fold: _, initial, show, state: __, ...rest } = of
    const { thanks, until: ___, ...message } = rest
    const endOf = deadlineOf(run, name, of)
    const laid = Asking.lay(run, name, of.components)
    const { now, shown } = shownOf({ laid, name, of, run }, initial)
    const forms = Question.formsOf(laid)
    const isLive = show !== undefined || done !== undefined || forms.some((form) => form !== null)
    const spec: Question.Spec = {
      by: Asking.byOf(run, name, by),
      denied,
      thanks,
      again,
      every: isLive ? millis(every) : undefined,
      forms,
      components: Asking.rowsOf(now)
    }
    const { at, place } = yield* Asking.show(run, name, "collect", { ...message, ...shown }, now, spec)
    const collecting: Collecting = { run, name, of, laid, spec, place }
    const deadline = endOf(at)
    if (!(yield* look(collecting, deadline))) yield* Steps.wait(run, `${name}/end`, deadline)
    return yield* finish(collecting, deadline)
  })
