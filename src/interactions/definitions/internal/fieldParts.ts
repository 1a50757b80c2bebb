/** The machine behind fields of modals. */
import { given } from "../../../internal/given.ts"
import { orOutdated } from "../../wire/InvalidOption.ts"
import type { Submitted } from "../../wire/submitted.ts"
import type { Field, Fields, Values } from "../Field.ts"
import type { Form } from "../Modal.ts"

/** What a field consists of. */
export interface Parts<out A> {
  /** Discord's JSON, for a custom id. */
  readonly component: (customId: string) => Readonly<Record<string, unknown>>
  /** Returns `undefined` for what the field cannot have submitted. Throws `Denied` for what a schema refuses. */
  readonly decode: (submitted: Submitted | undefined) => A | undefined
  /** Whether the user may leave it empty; its value is then `undefined` if `decode` has none for that. */
  readonly isOptional?: boolean
}

/** Whether a user has left a field empty. */
const isEmpty = (submitted: Submitted | undefined): boolean =>
  submitted !== undefined && submitted.value === undefined && (submitted.values?.length ?? 0) === 0

/** Makes a field. */
export const make = <A>(parts: Parts<A>): Field<A> => ({ "~fibercord/Field": parts }) as unknown as Field<A>

/** What a field consists of. */
export const partsOf = <A>(field: Field<A>): Parts<A> => field["~fibercord/Field"] as unknown as Parts<A>

/** The values of a form by name, from what was submitted. Throws `InvalidOption`, and `Denied` for what a schema refuses. */
export const valuesOf = <F extends Fields>(fields: F, submitted: ReadonlyMap<string, Submitted>): Values<F> => {
  const values: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    const { component, decode, isOptional } = partsOf(field)
    const found = submitted.get(name)
    // What holds no component of its own only shows something.
    if (found === undefined && component(name)["component"] === undefined) continue
    const value = decode(found)
    const isLeftOut = value === undefined && isOptional === true && isEmpty(found)
    values[name] = isLeftOut ? undefined : orOutdated(name, value, found)
  }
  return values as Values<F>
}

/** Discord's JSON of a form without its custom id, with its translations. */
export const formData = ({ fields, title, titleLocalizations }: Form<Fields>): Readonly<Record<string, unknown>> =>
  given({
    title,
    titleLocalizations,
    components: Object.entries(fields).map(([name, field]) => partsOf(field).component(name))
  })
