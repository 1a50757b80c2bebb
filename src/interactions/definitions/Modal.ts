/**
 * Modals: forms over the client, opened in answer to a command or a component. Their submission is an event of the Runtime
 * that opened them.
 *
 * Source: Discord, "Modals".
 */
import * as Effect from "effect/Effect"
import { interactionType } from "../../discord/numbers.ts"
import { Runtime } from "../../runtime/Runtime.ts"
import type { Binding } from "../replies/Bound.ts"
import { Interaction, type OpenModal } from "../replies/Interaction.ts"
import { bind, register } from "../replies/internal/boundComponents.ts"
import { isUseOf } from "../replies/internal/boundUse.ts"
import { moveTo, responderOf } from "../replies/internal/currentInteraction.ts"
import { orInvalid, validForm } from "../replies/internal/validBody.ts"
import type { ReplyError } from "../replies/ReplyError.ts"
import { orOutdated } from "../wire/InvalidOption.ts"
import { fieldsOf } from "../wire/submitted.ts"
import type * as Field from "./Field.ts"
import * as FieldParts from "./internal/fieldParts.ts"

/** A form: a title of at most 45 characters, and one to five fields. */
export interface Form<F extends Field.Fields> {
  readonly title: string
  readonly fields: F
}

const open = <F extends Field.Fields>({ fields, title }: Form<F>, customId: string) =>
  Interaction.use((interaction) =>
    orInvalid(() =>
      responderOf(interaction).modal(
        validForm({
          custom_id: customId,
          title,
          components: Object.entries(fields).map(([name, field]) => FieldParts.partsOf(field).component(name)) as never
        })
      )
    )
  )

const valuesOf = <F extends Field.Fields>(fields: F): Effect.Effect<Field.Values<F>, never, Interaction> =>
  Interaction.useSync(({ raw }) => {
    const submitted = fieldsOf(raw)
    const values: Record<string, unknown> = {}
    for (const [name, field] of Object.entries(fields)) {
      const { component, decode } = FieldParts.partsOf(field)
      const found = submitted.get(name)
      // What holds no component of its own only shows something.
      if (found === undefined && component(name)["component"] === undefined) continue
      values[name] = orOutdated(name, decode(found), found)
    }
    return values as Field.Values<F>
  })

/** What a handler that itself opens a modal can never be. */
export type NoModalOn<R> = OpenModal extends R ? "a modal cannot be opened from the submission of a modal" : unknown

/**
 * Opens a form and handles its submission as an event of this Runtime, in the order of arrival. The handler is given the
 * values by name. Must be the first answer. A form on a form does not compile: Discord allows none.
 */
export const show = <const F extends Field.Fields, E, R>(
  form: Form<F>,
  handler: (values: Field.Values<F>) => Effect.Effect<unknown, E, R> & NoModalOn<R>
): Effect.Effect<void, ReplyError, Binding<E, R> | Interaction | OpenModal> =>
  Effect.flatMap(
    bind<E, R | Interaction>(() => Effect.flatMap(valuesOf(form.fields), handler)) as Effect.Effect<
      string,
      never,
      Binding<E, R>
    >,
    (customId) => open(form, customId)
  )

/**
 * Opens a form, waits inside the handler until it is submitted, and returns the values. From then on, replies of this
 * handler answer the submission. Must be the first answer. A user who closes the form and uses the same component again
 * sees the form again. If the Runtime closes meanwhile, the handler is interrupted.
 *
 * ```ts
 * const { reason } = yield* Modal.ask({ title: "Sure?", fields: { reason: Field.short("Why") } })
 * ```
 */
export const ask = <const F extends Field.Fields>(
  form: Form<F>
): Effect.Effect<Field.Values<F>, ReplyError, Runtime | Interaction | OpenModal> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const interaction = yield* Interaction
    const customId = register(runtime, undefined)
    const opener = interaction.customId
    while (true) {
      yield* open(form, customId)
      const { responder } = yield* runtime.take((event) =>
        isUseOf(event, customId) || isUseOf(event, opener) ? event : undefined
      )
      moveTo(interaction, responder)
      if (responder.raw.type === interactionType.modalSubmit) return yield* valuesOf(form.fields)
    }
  })
