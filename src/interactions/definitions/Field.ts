/**
 * Fields of modals other than text: menus, uploads, radio groups and checkboxes under a label, and plain text between
 * them. `TextInput` has the text fields.
 *
 * Source: Discord, "Label", "File Upload", "Radio Group", "Checkbox Group", "Checkbox", "Text Display".
 */
import type { APIAttachment } from "discord-api-types/v10"
import * as Input from "../replies/internal/input.ts"

/** Types of components in modals. Source: Discord, "Component Types". */
const type = { textDisplay: 10, label: 18, fileUpload: 19, radioGroup: 21, checkboxGroup: 22, checkbox: 23 } as const

/** A part of a modal that answers an `A`. */
export interface Field<out A> {
  /** @internal Discord's JSON, for a custom id. */
  readonly component: (customId: string) => Readonly<Record<string, unknown>>
  /** @internal `undefined` for what the field cannot have submitted. Throws `Denied` for what a schema refuses. */
  readonly decode: (submitted: Input.Submitted | undefined) => A | undefined
}

/** Fields by name, 1 to 5. */
export type Fields = Readonly<Record<string, Field<unknown>>>

/** The values of fields, by name. Fields that only show something have none. */
export type Values<F extends Fields> = {
  readonly [K in keyof F as F[K] extends Field<never> ? never : K]: F[K] extends Field<infer A> ? A : never
}

/** Under which label, and whether it must be filled in. */
export interface LabelOptions {
  /** Explains the field under its label, at most 100 characters. */
  readonly description?: string | undefined
}

/** Any input under a label of at most 45 characters: a select menu, most often. */
export const label = <A>(
  label: string,
  input: Input.Input<A>,
  options?: LabelOptions & {
    /** Whether it must be filled in. Default: `true`. */
    readonly required?: boolean | undefined
  }
): Field<A> => {
  const { component, decode } = input["~fibercord/Input"]
  return {
    component: (customId) =>
      Input.given({
        type: type.label,
        label,
        description: options?.description,
        component: Input.given({ ...component, custom_id: customId, required: options?.required })
      }),
    decode: (submitted) => (submitted === undefined ? undefined : decode(submitted))
  }
}

/** Files that the user uploads, 0 to 10. Default: exactly one. */
export const files = (
  text: string,
  options?: LabelOptions & { readonly min?: number | undefined; readonly max?: number | undefined }
): Field<ReadonlyArray<APIAttachment>> =>
  label(
    text,
    Input.make(
      { type: type.fileUpload, min_values: options?.min, max_values: options?.max },
      ({ resolved, values }): ReadonlyArray<APIAttachment> | undefined => {
        const table = resolved?.attachments ?? {}
        const found = (values ?? []).map((id) => (Object.hasOwn(table, id) ? table[id] : undefined))
        return found.every((file) => file !== undefined) ? found : undefined
      }
    ),
    { ...options, required: options?.min !== 0 }
  )

/** Values that are their own labels, or the label of each value. */
export type Choices<V extends string> = ReadonlyArray<V> | Readonly<Record<V, string>>

const entriesOf = <V extends string>(choices: Choices<V>) =>
  Array.isArray(choices)
    ? choices.map((value: V) => ({ label: value, value }))
    : Object.entries<string>(choices).map(([value, label]) => ({ label, value }))

/** One of 2 to 10 choices, all in sight. */
export const radio = <const V extends string>(
  text: string,
  options: LabelOptions & { readonly choices: Choices<V> }
): Field<V> => {
  const entries = entriesOf(options.choices)
  return label(
    text,
    Input.make(
      { type: type.radioGroup, options: entries },
      ({ value }) => entries.find((entry) => entry.value === value)?.value as V | undefined
    ),
    options
  )
}

/** Any of 1 to 10 choices, all in sight. */
export const checkboxes = <const V extends string>(
  text: string,
  options: LabelOptions & {
    readonly choices: Choices<V>
    /** Default: 0. */
    readonly min?: number | undefined
    /** Default: all. */
    readonly max?: number | undefined
  }
): Field<ReadonlyArray<V>> => {
  const entries = entriesOf(options.choices)
  return label(
    text,
    Input.make(
      { type: type.checkboxGroup, options: entries, min_values: options.min ?? 0, max_values: options.max },
      ({ values = [] }): ReadonlyArray<V> | undefined =>
        values.every((value) => entries.some((entry) => entry.value === value))
          ? (values as ReadonlyArray<string> as ReadonlyArray<V>)
          : undefined
    ),
    { ...options, required: (options.min ?? 0) > 0 }
  )
}

/** Yes or no. */
export const checkbox = (text: string, options?: LabelOptions & { readonly checked?: boolean }): Field<boolean> =>
  label(
    text,
    Input.make({ type: type.checkbox, default: options?.checked }, ({ value }) =>
      typeof value === "boolean" ? value : undefined
    ),
    { description: options?.description }
  )

/** Markdown between the fields. It answers nothing. */
export const text = (content: string): Field<never> => ({
  component: () => ({ type: type.textDisplay, content }),
  decode: () => undefined
})
