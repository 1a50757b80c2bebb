/** The machine behind inputs: Discord's JSON, and how the value is read from what a user submitted. */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { given } from "../../../internal/given.ts"
import type { Submitted } from "../../wire/submitted.ts"
import { localized } from "../../wire/localized.ts"
import { Denied, ephemeral } from "../ErrorReply.ts"
import type { FormInput, Input } from "../Input.ts"
import { currentLocale } from "./locale.ts"

/** What an input consists of. */
export interface Parts<out A> {
  /** Discord's JSON without the custom id. */
  readonly component: Readonly<Record<string, unknown>>
  /**
   * Returns `undefined` for what the component cannot have submitted. Throws `Denied` for a value that a schema
   * refuses.
   */
  readonly decode: (submitted: Submitted) => A | undefined
}

/** Makes an input. */
export const make = <A>(component: Parts<A>["component"], decode: Parts<A>["decode"]): Input<A> =>
  ({ "~fibercord/Input": { component, decode } }) as unknown as Input<A>

/** What an input consists of. */
export const partsOf = <A>(input: Input<A>): Parts<A> => input["~fibercord/Input"] as unknown as Parts<A>

/** What an input with a form consists of; the form is a `Modal.Form`. */
export interface FormParts<out A> extends Parts<A> {
  readonly form: unknown
}

/** Makes an input with a form. */
export const withForm = <A, F>(input: Input<A>, form: unknown): FormInput<A, F> =>
  ({ "~fibercord/FormInput": { ...partsOf(input), form } }) as unknown as FormInput<A, F>

/** What an input with a form consists of; `undefined` for anything else. */
export const formPartsOf = (value: unknown): FormParts<unknown> | undefined =>
  Predicate.hasProperty(value, "~fibercord/FormInput")
    ? (value["~fibercord/FormInput"] as FormParts<unknown>)
    : undefined

/** Whether something is an input. */
export const isInput = (value: unknown): value is Input<unknown> => Predicate.hasProperty(value, "~fibercord/Input")

/** The component with its custom id, in the language of the current interaction, without what was left out. */
export const render = <A>(input: Input<unknown>, customId: string): A => renderParts(partsOf(input), customId)

/** The same from what it consists of. */
export const renderParts = <A>({ component }: Parts<unknown>, customId: string): A =>
  ({ ...localized(given(component), currentLocale), custom_id: customId }) as A

/**
 * Decodes with a schema. Throws `Denied` when it refuses the value, with a text under `name`, the label that the user
 * sees.
 */
export const checker = <A>(schema: Schema.Codec<A, string> | Schema.Codec<A, number>) => {
  const decode = Schema.decodeUnknownResult(schema)
  return (name: string, value: unknown): A => {
    const result = decode(value)
    if (Result.isSuccess(result)) return result.success
    throw new Denied({ reply: ephemeral(`**${name}**: ${result.failure.message}`) })
  }
}
