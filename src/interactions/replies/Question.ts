/** Direct style: a handler asks a question, and waits for the answer among the events of its Runtime. */
import type * as Discord from "../../discord/Discord.ts"
import * as Effect from "effect/Effect"
import { Runtime } from "../../runtime/Runtime.ts"
import * as CustomId from "../wire/customIdCodec.ts"
import { orOutdated } from "../wire/InvalidOption.ts"
import { submittedOf } from "../wire/submitted.ts"
import type { Use } from "./Bound.ts"
import type * as Input from "./Input.ts"
import { Interaction } from "./Interaction.ts"
import { register } from "./internal/boundComponents.ts"
import { BoundUse } from "./internal/boundUse.ts"
import { moveTo, responderOf } from "./internal/currentInteraction.ts"
import { isInput, partsOf, render } from "./internal/input.ts"
import type { Message, Row } from "./Message.ts"
import type { ReplyError } from "./ReplyError.ts"

/** What a row of a question may contain: inputs, and any other component. */
export type Part = Input.Input<unknown> | Discord.RowComponent

/** A line of a question: a row, or any top-level component. */
export type Line = ReadonlyArray<Part> | Discord.TopLevelComponent

/** A question: a message with at least one input. The fields of `Use` say who may answer. */
export interface Question<C extends ReadonlyArray<Line>> extends Omit<Message, "components">, Use {
  readonly components: C
}

/** The value that answers a question. */
export type Answer<C> =
  C extends ReadonlyArray<infer L> ? (L extends ReadonlyArray<infer P> ? Input.Value<P> : never) : never

/**
 * Sends a message, waits until one of its inputs is used, and returns its value. From then on, replies of this handler
 * respond to that use. After a command the question is a new message; after a component it replaces the message that
 * the component is on.
 *
 * The handler keeps its place in the queue while it waits: other events of the Runtime are handled after it. If the
 * Runtime closes meanwhile, the handler is interrupted and its finalizers run. For a timeout, use
 * `Effect.timeoutOrElse`.
 *
 * ```ts
 * const answer = yield* Reply.ask({
 *   content: "Delete everything?",
 *   components: [[Button.choice("yes", { style: "danger" }), Button.choice("no")]]
 * }) // "yes" | "no"
 * ```
 */
export const ask = <const C extends ReadonlyArray<Line>>(
  question: Question<C>
): Effect.Effect<Answer<C>, ReplyError, Runtime | Interaction> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const interaction = yield* Interaction
    const { allow, components, denied, maxUses, once, ownerOnly, ...message } = question
    const use: Use = { allow, denied, maxUses, once, ownerOnly }
    const inputs = new Map<string, Input.Input<unknown>>()
    const renderPart = (part: Part): Discord.RowComponent => {
      if (!isInput(part)) return part
      const customId = register(runtime, use)
      const id = CustomId.decode(customId)
      if (id?._tag === "Bound") inputs.set(id.handler, part)
      return render(part, customId)
    }
    const rows = components.map((line: Line): Row | Discord.TopLevelComponent =>
      isRow(line) ? line.map(renderPart) : line
    )
    const responder = responderOf(interaction)
    const shown = { ...message, components: rows }
    yield* responder.canUpdate ? responder.update(shown) : responder.send(shown)
    const [used, input] = yield* runtime.take((event) => {
      const input = event instanceof BoundUse ? inputs.get(event.handler) : undefined
      return input === undefined ? undefined : ([event as BoundUse, input] as const)
    })
    moveTo(interaction, used.responder)
    const { raw } = used.responder
    return orOutdated("answer", partsOf(input).decode(submittedOf(raw)), raw.data) as Answer<C>
  })

const isRow = (line: Line): line is ReadonlyArray<Part> => Array.isArray(line)
