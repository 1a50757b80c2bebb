/**
 * Modals: forms over the client, opened as the answer to a command or a component. Their submission is an event of the
 * Runtime that opened them.
 *
 * Source: Discord, "Modals".
 */
import * as Effect from "effect/Effect"
import { Runtime } from "../../runtime/Runtime.ts"
import * as CustomId from "../wire/CustomId.ts"
import type * as Field from "./Field.ts"
import { Interaction, interactionType, type OpenModal } from "../replies/Interaction.ts"
import { bind, type Binding, register } from "../replies/internal/boundComponents.ts"
import { isUseOf, switchTo } from "../replies/internal/boundUse.ts"
import { fieldsOf } from "../wire/submitted.ts"
import * as Options from "./Options.ts"
import type { ReplyError } from "../replies/ReplyError.ts"

/** A form: a title of at most 45 characters, and up to five fields. */
export interface Form<F extends Field.Fields> {
  readonly title: string
  readonly fields: F
}

const open = <F extends Field.Fields>({ fields, title }: Form<F>, customId: string) =>
  Interaction.use(({ responder }) =>
    responder.modal({
      custom_id: customId,
      title,
      components: Object.entries(fields).map(([name, field]) => field.component(name)) as never
    })
  )

const valuesOf = <F extends Field.Fields>(fields: F): Effect.Effect<Field.Values<F>, never, Interaction> =>
  Interaction.useSync(({ raw }) => {
    const submitted = fieldsOf(raw)
    const values: Record<string, unknown> = {}
    for (const [name, field] of Object.entries(fields)) {
      const found = submitted.get(name)
      // What has no custom id of its own only shows something.
      if (found === undefined && field.component(name)["component"] === undefined) continue
      values[name] = Options.orOutdated(name, field.decode(found), found)
    }
    return values as Field.Values<F>
  })

/** What a handler that itself opens a modal can never be. */
type NoModalOn<R> = OpenModal extends R ? "a modal cannot be opened from the submission of a modal" : unknown

/**
 * Opens a form and handles its submission as an event of this conversation, in the order of arrival. The handler is given
 * the values by name. Must be the first answer. A form on a form does not compile: Discord allows none.
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
 * Opens a form, waits inside of the handler for its submission, and answers the values. From then on, replies of this
 * handler answer the submission. Must be the first answer. Whoever closes the form and uses the same component again gets
 * it again. If the conversation ends meanwhile, the handler is interrupted.
 *
 * ```ts
 * const { reason } = yield* Modal.prompt({ title: "Sure?", fields: { reason: TextInput.short("Why") } })
 * ```
 */
export const prompt = <const F extends Field.Fields>(
  form: Form<F>
): Effect.Effect<Field.Values<F>, ReplyError, Runtime | Interaction | OpenModal> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const interaction = yield* Interaction
    const customId = register(runtime, undefined)
    const opener = interaction.customId
    while (true) {
      yield* open(form, customId)
      const use = yield* runtime.take((event) => {
        if (isUseOf(event, CustomId.decode(customId))) return event
        return opener !== undefined && isUseOf(event, CustomId.decode(opener)) ? event : undefined
      })
      switchTo(interaction, use)
      if (use.responder.raw.type === interactionType.modalSubmit) return yield* valuesOf(form.fields)
    }
  })
