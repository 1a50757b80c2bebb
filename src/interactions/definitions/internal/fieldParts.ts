/** The machine behind fields of modals. */
import type { Submitted } from "../../wire/submitted.ts"
import type { Field } from "../Field.ts"

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
export const isEmpty = (submitted: Submitted | undefined): boolean =>
  submitted !== undefined && submitted.value === undefined && (submitted.values?.length ?? 0) === 0

/** Makes a field. */
export const make = <A>(parts: Parts<A>): Field<A> => ({ "~fibercord/Field": parts }) as unknown as Field<A>

/** What a field consists of. */
export const partsOf = <A>(field: Field<A>): Parts<A> => field["~fibercord/Field"] as unknown as Parts<A>
