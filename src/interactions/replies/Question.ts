/** Direct style: a handler asks a question, and waits for the answer among the events of its Runtime. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Discord from "../../discord/Discord.ts"
import * as Runtime from "../../runtime/Runtime.ts"
import { orOutdated } from "../wire/InvalidOption.ts"
import { submittedOf } from "../wire/submitted.ts"
import type { Use } from "./Bound.ts"
import type * as Input from "./Input.ts"
import { Interaction } from "./Interaction.ts"
import { forget, keyOf, register, type Waiting } from "./internal/boundComponents.ts"
import { BoundUse } from "./internal/boundUse.ts"
import { askerOf, moveTo, responderOf } from "./internal/currentInteraction.ts"
import { isInput, partsOf, render } from "./internal/input.ts"
import { within } from "./internal/within.ts"
import type { Message, Row } from "./Message.ts"
import type { NoAnswer } from "./NoAnswer.ts"
import type { ReplyError } from "./ReplyError.ts"

/** What a row of a question may contain: inputs, and any other component. */
export type Part = Input.Input<unknown> | Discord.RowComponent

/** A line of a question: a row, or any top-level component. */
export type Line = ReadonlyArray<Part> | Discord.TopLevelComponent

/** Who may answer, and how long a handler waits. */
export interface Asking<out T extends Duration.Input | undefined = undefined> extends Pick<
  Use,
  "by" | "denied" | "unguarded"
> {
  /**
   * Whether other events of the Runtime wait until there is an answer. Default: `false`: they are handled meanwhile,
   * and the handler continues when its turn comes.
   */
  readonly hold?: boolean | undefined
  /** Fails with `NoAnswer` after this time, and disables the question's components. Default: the end of the Runtime. */
  readonly timeout?: T
}

/**
 * A question: a message with at least one input. `by` says who may answer. Default: the user whose interaction the
 * handler began with, which for a command is the one who opened the Runtime.
 */
export interface Question<C extends ReadonlyArray<Line>, T extends Duration.Input | undefined = undefined>
  extends Omit<Message, "components">, Asking<T> {
  /** Rows and other components, with at least one input. */
  readonly components: C
}

/** The value that answers a question. */
export type Value<C> =
  C extends ReadonlyArray<infer L> ? (L extends ReadonlyArray<infer P> ? Input.Value<P> : never) : never

/** An answer, and who gave it. */
export interface Answer<out A> {
  readonly value: A
  readonly user: Discord.User
  /** The user as a member of the guild; `undefined` in direct messages. */
  readonly member: Discord.GuildMember | undefined
}

/** `NoAnswer` where there is a timeout. */
export type Unanswered<T> = [T] extends [undefined] ? never : NoAnswer

const isRow = (line: Line): line is ReadonlyArray<Part> => Array.isArray(line)

/** Registers the inputs of a question, and writes its components. */
const lay = (runtime: Runtime.Handle, lines: ReadonlyArray<Line>, use: Use, waiting: Waiting) => {
  const inputs = new Map<string, Input.Input<unknown>>()
  const customIds: Array<string> = []
  const renderPart = (part: Part): Discord.RowComponent => {
    if (!isInput(part)) return part
    const customId = register(runtime, { use, waiting })
    customIds.push(customId)
    inputs.set(keyOf(customId) ?? "", part)
    return render(part, customId)
  }
  const components = lines.map((line): Row | Discord.TopLevelComponent => (isRow(line) ? line.map(renderPart) : line))
  return { components, customIds, inputs }
}

const isUseOf = (inputs: ReadonlyMap<string, unknown>) => (event: unknown) =>
  event instanceof BoundUse && inputs.has(event.handler) ? event : undefined

const show = (interaction: Interaction["Service"], message: Message): Effect.Effect<unknown, ReplyError> => {
  const responder = responderOf(interaction)
  return responder.canUpdate ? responder.update(message) : responder.send(message)
}

/**
 * Like {@link ask}, but returns who answered together with the value.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Button, Reply } from "fibercord"
 *
 * const whoIsIn = Effect.gen(function* () {
 *   const { user } = yield* Reply.answer({
 *     content: "Who is in?",
 *     components: [[Button.choice("me")]],
 *     by: "anyone"
 *   })
 *   return user.username
 * })
 * ```
 */
export const answer = <const C extends ReadonlyArray<Line>, T extends Duration.Input | undefined = undefined>(
  question: Question<C, T>
): Effect.Effect<Answer<Value<C>>, ReplyError | Unanswered<T>, Runtime.Runtime | Interaction> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime.Runtime
    const interaction = yield* Interaction
    const { by, components: lines, denied, hold, timeout, unguarded, ...message } = question
    const waiting: Waiting = { isOpen: true }
    const use: Use = { by: by ?? [askerOf(interaction)], denied, unguarded }
    const { components, customIds, inputs } = lay(runtime, lines, use, waiting)
    const over = Effect.sync(() => {
      waiting.isOpen = false
      forget(runtime, customIds)
    })
    const asked = Effect.andThen(
      show(interaction, { ...message, components }),
      within(runtime, runtime.take(isUseOf(inputs), { hold }), timeout, customIds)
    )
    const used = yield* Effect.ensuring(asked, over)
    yield* moveTo(interaction, used.responder)
    const { raw } = used.responder
    const input = inputs.get(used.handler)
    const value = input && partsOf(input).decode(submittedOf(raw))
    return { member: interaction.member, user: interaction.user, value: orOutdated("answer", value, raw.data) }
  }) as Effect.Effect<Answer<Value<C>>, ReplyError | Unanswered<T>, Runtime.Runtime | Interaction>

/**
 * Sends a message, waits until one of its inputs is used, and returns its value. From then on, replies of this handler
 * respond to that use, and `Interaction` is its interaction; forks keep the one that they began with. After a command
 * the question is a new message; after a component it replaces the message that the component is on.
 *
 * While the handler waits, other events of the Runtime are handled, and it continues when it is the answer's turn. If
 * the Runtime closes meanwhile, the handler is interrupted and its finalizers run. Further clicks on an answered
 * question are acknowledged silently.
 *
 * ```ts
 * import { Button, Reply } from "fibercord"
 *
 * const answer = Reply.ask({
 *   content: "Delete everything?",
 *   components: [[Button.choice("yes", { style: "danger" }), Button.choice("no")]]
 * }) // "yes" | "no"
 * ```
 */
export const ask = <const C extends ReadonlyArray<Line>, T extends Duration.Input | undefined = undefined>(
  question: Question<C, T>
): Effect.Effect<Value<C>, ReplyError | Unanswered<T>, Runtime.Runtime | Interaction> =>
  Effect.map(answer(question), ({ value }) => value)
