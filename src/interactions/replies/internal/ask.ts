/** Direct style: a handler asks, and waits for the answer among this conversation's events. */
import type { APIComponentInMessageActionRow, APIMessageTopLevelComponent } from "discord-api-types/v10"
import * as Effect from "effect/Effect"
import { Runtime } from "../../../runtime/Runtime.ts"
import * as CustomId from "../../wire/CustomId.ts"
import * as Input from "./input.ts"
import { Interaction } from "../Interaction.ts"
import { register, type Use } from "./boundComponents.ts"
import { BoundUse, switchTo } from "./boundUse.ts"
import { submittedOf } from "../../wire/submitted.ts"
import type { Message, Row } from "../Message.ts"
import * as Options from "../../definitions/Options.ts"
import type { ReplyError } from "../ReplyError.ts"

/** What stands in a row of a question: inputs that answer it, and any other component. */
export type Part = Input.Input<unknown> | APIComponentInMessageActionRow

/** A question: a message with at least one input. `use` fields say who may answer. */
export interface Question<C extends ReadonlyArray<ReadonlyArray<Part> | APIMessageTopLevelComponent>>
  extends Omit<Message, "components">, Use {
  readonly components: C
}

/** The value that a question is answered with. */
export type Answer<C> =
  C extends ReadonlyArray<infer Line> ? (Line extends ReadonlyArray<infer P> ? Input.Value<P> : never) : never

/**
 * Sends a message, waits for the use of one of its inputs, and answers its value. From then on, replies of this handler
 * answer that use. After a command the question is a new message; after a component it replaces the message that the
 * component is on.
 *
 * The handler waits in its place of the queue: other events of the conversation are handled after it. If the conversation
 * ends meanwhile, the handler is interrupted and its finalizers run. For a limit of your own, use `Effect.timeout`.
 *
 * ```ts
 * const answer = yield* Runtime.ask({
 *   content: "Delete everything?",
 *   components: [[Button.choice("yes", { style: "danger" }), Button.choice("no")]]
 * }) // "yes" | "no"
 * ```
 */
export const ask = <const C extends ReadonlyArray<ReadonlyArray<Part> | APIMessageTopLevelComponent>>(
  question: Question<C>
): Effect.Effect<Answer<C>, ReplyError, Runtime | Interaction> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const interaction = yield* Interaction
    const { allow, components, denied, maxUses, once, ownerOnly, ...message } = question
    const use: Use = { allow, denied, maxUses, once, ownerOnly }
    const inputs = new Map<string, Input.Input<unknown>>()
    const renderPart = (part: Part): APIComponentInMessageActionRow => {
      if (!Input.isInput(part)) return part
      const customId = register(runtime, use)
      const id = CustomId.decode(customId)
      if (id?._tag === "Bound") inputs.set(id.handler, part)
      return Input.render(part, customId)
    }
    const rows = components.map((line): Row | APIMessageTopLevelComponent => {
      const row: ReadonlyArray<Part> | APIMessageTopLevelComponent = line
      return isLine(row) ? row.map(renderPart) : row
    })
    const { responder } = interaction
    const shown = { ...message, components: rows }
    yield* responder.canUpdate ? responder.update(shown) : responder.send(shown)
    const [used, input] = yield* runtime.take((event) => {
      const input = event instanceof BoundUse ? inputs.get(event.handler) : undefined
      return input === undefined ? undefined : ([event as BoundUse, input] as const)
    })
    switchTo(interaction, used)
    const { raw } = used.responder
    const value = Options.orOutdated("an answer", input["~fibercord/Input"].decode(submittedOf(raw)), raw.data)
    return value as Answer<C>
  })

const isLine = (line: ReadonlyArray<Part> | APIMessageTopLevelComponent): line is ReadonlyArray<Part> =>
  Array.isArray(line)
