/**
 * Modals: forms that open in response to a command or a component. Their submission is an event of the Runtime that
 * opened them.
 *
 * Source: Discord, "Modals".
 */
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Discord from "../../discord/Discord.ts"
import { interactionType } from "../../discord/numbers.ts"
import { type Handle, Runtime } from "../../runtime/Runtime.ts"
import type { Binding } from "../replies/Bound.ts"
import { Interaction, type OpenModal } from "../replies/Interaction.ts"
import {
  bind,
  forget,
  type OpenForm,
  register,
  runtimeState,
  type Waiting
} from "../replies/internal/boundComponents.ts"
import { type BoundUse, isUseBy, isUseOf } from "../replies/internal/boundUse.ts"
import { moveTo, responderOf } from "../replies/internal/currentInteraction.ts"
import { orInvalid, validForm } from "../replies/internal/validBody.ts"
import { within } from "../replies/internal/within.ts"
import { Dismissed } from "../replies/NoAnswer.ts"
import type { Asking, Unanswered } from "../replies/Question.ts"
import type { ReplyError } from "../replies/ReplyError.ts"
import { localized } from "../wire/localized.ts"
import { fieldsOf } from "../wire/submitted.ts"
import type * as Field from "./Field.ts"
import * as FieldParts from "./internal/fieldParts.ts"

export { Dismissed } from "../replies/NoAnswer.ts"

/** A form: a title of at most 45 characters, and one to five fields. */
export interface Form<F extends Field.Fields> {
  /** The title of the form, at most 45 characters. */
  readonly title: string
  /** The title in the languages of users; see `Menu.Look`. */
  readonly titleLocalizations?: Discord.Localizations | undefined
  /** The fields by name, one to five of them. */
  readonly fields: F
}

const open = <F extends Field.Fields>(form: Form<F>, customId: string) =>
  Interaction.use((interaction) =>
    orInvalid(() => {
      const data = { custom_id: customId, ...FieldParts.formData(form) }
      return responderOf(interaction).modal(validForm(localized(data, () => interaction.locale) as never))
    })
  )

const valuesOf = <F extends Field.Fields>(fields: F): Effect.Effect<Field.Values<F>, never, Interaction> =>
  Interaction.useSync(({ raw }) => FieldParts.valuesOf(fields, fieldsOf(raw)))

/** Rejects a handler that itself opens a modal. */
export type NoModalOn<R> = OpenModal extends R ? "a modal cannot be opened from the submission of a modal" : unknown

/**
 * Opens a form and handles its submission as an event of this Runtime, in the order of arrival. The handler receives
 * the values by name. Must be the initial response. Discord does not allow a form in response to a form, so that does
 * not compile.
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

/** Options of {@link ask}. */
export interface AskOptions<out T extends Duration.Input | undefined = undefined> extends Pick<
  Asking<T>,
  "hold" | "timeout" | "unguarded"
> {}

/** Puts a form among the open ones of a Runtime, as long as the effect runs. */
const whileOpen = <A, E, R>(runtime: Handle, form: OpenForm, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const state = runtime.local(runtimeState)
    state.forms = [...(state.forms ?? []), form]
    return Effect.ensuring(
      effect,
      Effect.sync(() => {
        const others = state.forms?.filter((other) => other !== form)
        state.forms = others?.length === 0 ? undefined : others
      })
    )
  })

/** Opens a form once, and waits until it is submitted or the component that opened it is used again. */
const askOnce = <F extends Field.Fields>(form: Form<F>, options: AskOptions<Duration.Input | undefined> | undefined) =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const interaction = yield* Interaction
    const opener = interaction.customId
    const dismissed = Deferred.makeUnsafe<never, Dismissed>()
    const dismiss = () => void Deferred.doneUnsafe(dismissed, Effect.fail(new Dismissed({ title: form.title })))
    const openForm: OpenForm = { userId: interaction.user.id, opener, dismiss }
    const waiting: Waiting = { isOpen: true, form: openForm }
    const use = { by: [interaction.user.id], unguarded: options?.unguarded }
    const customId = register(runtime, { use, waiting })
    const isAgain = isUseBy(opener, interaction.user.id)
    const wait = runtime.take(
      (event) => (isUseOf(event, customId) || isAgain(event) ? event : undefined) as BoundUse | undefined,
      { hold: options?.hold }
    )
    const used = yield* Effect.andThen(
      open(form, customId),
      whileOpen(runtime, openForm, within(runtime, Effect.raceFirst(wait, Deferred.await(dismissed)), options?.timeout))
    ).pipe(
      Effect.ensuring(
        Effect.sync(() => {
          waiting.isOpen = false
          forget(runtime, [customId])
        })
      )
    )
    yield* moveTo(interaction, used.responder)
  })

/**
 * Opens a form, waits inside the handler until it is submitted, and returns the values. From then on, replies of this
 * handler respond to the submission. Must be the initial response. Each opening is a form of its own: several users may
 * have one open, and each submission goes to the handler that opened it.
 *
 * Discord does not report that a user closes a form. When the same user opens it again with the same component, the
 * handler continues with the new form; when the user does anything else in the Runtime, this fails with `Dismissed`.
 * With `timeout` it fails with `NoAnswer` after that time. If the Runtime closes meanwhile, the handler is interrupted.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Field, Modal } from "fibercord"
 *
 * const askReason = Effect.gen(function* () {
 *   const { reason } = yield* Modal.ask({ title: "Sure?", fields: { reason: Field.short("Why") } })
 *   return reason
 * })
 * ```
 */
export const ask = <const F extends Field.Fields, T extends Duration.Input | undefined = undefined>(
  form: Form<F>,
  options?: AskOptions<T>
): Effect.Effect<Field.Values<F>, ReplyError | Dismissed | Unanswered<T>, Runtime | Interaction | OpenModal> =>
  Effect.gen(function* () {
    const interaction = yield* Interaction
    do yield* askOnce(form, options)
    while (interaction.raw.type !== interactionType.modalSubmit)
    return yield* valuesOf(form.fields)
  }) as Effect.Effect<Field.Values<F>, ReplyError | Dismissed | Unanswered<T>, Runtime | Interaction | OpenModal>
