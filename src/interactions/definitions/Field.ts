/**
 * Fields of modals: text, menus, uploads, radio groups and checkboxes, each under a label, and Markdown between them.
 *
 * Source: Discord, "Text Input", "Label", "File Upload", "Radio Group", "Checkbox Group", "Checkbox", "Text Display".
 */
import type * as Discord from "../../discord/Discord.ts"
import type * as Schema from "effect/Schema"
import type * as Types from "effect/Types"
import { componentType, textInputStyle } from "../../discord/numbers.ts"
import { given } from "../../internal/given.ts"
import type { Input } from "../replies/Input.ts"
import * as InputParts from "../replies/internal/input.ts"
import { findAttachment } from "../wire/resolved.ts"
import type * as Choices from "./Choice.ts"
import { entriesOf } from "./internal/choices.ts"
import * as FieldParts from "./internal/fieldParts.ts"

/** A part of a modal whose value is an `A`. */
export interface Field<out A> {
  readonly "~fibercord/Field": { readonly _A: Types.Covariant<A> }
}

/** Fields by name, 1 to 5. */
export type Fields = Readonly<Record<string, Field<unknown>>>

/** The values of fields, by name. Fields that only show something have none. */
export type Values<F extends Fields> = {
  readonly [K in keyof F as F[K] extends Field<never> ? never : K]: F[K] extends Field<infer A> ? A : never
}

/** Options of every field. Its label has at most 45 characters. */
export interface LabelOptions {
  /** The label in the languages of users; see `Menu.Look`. */
  readonly labelLocalizations?: Discord.Localizations | undefined
  /** Explains the field under its label, at most 100 characters. */
  readonly description?: string | undefined
  /** The description in the languages of users; see `Menu.Look`. Default: none. */
  readonly descriptionLocalizations?: Discord.Localizations | undefined
}

/** Options of a text field. */
export interface TextOptions extends LabelOptions {
  /** The least number of characters, 0 to 4000. Default: none. */
  readonly min?: number | undefined
  /** The greatest number of characters, 1 to 4000. Default: Discord's 4000. */
  readonly max?: number | undefined
  /** At most 100 characters. */
  readonly placeholder?: string | undefined
  /** The placeholder in the languages of users; see `Menu.Look`. Default: none. */
  readonly placeholderLocalizations?: Discord.Localizations | undefined
  /** The text that is filled in at first. */
  readonly value?: string | undefined
}

/** A choice of a radio group or of checkboxes: a value, or one with what users see for it. */
export type Choice<V extends string> = Choices.Choice<V, LabelledChoice<V>>

/** A choice of a radio group or of checkboxes with what users see for it. */
export interface LabelledChoice<out V extends string> extends Choices.Labelled<V> {
  /** The label in the languages of users. Default: none. */
  readonly labelLocalizations?: Discord.Localizations | undefined
  /** At most 100 characters. */
  readonly description?: string | undefined
  /** The description in the languages of users. Default: none. */
  readonly descriptionLocalizations?: Discord.Localizations | undefined
  /** Selected from the start. Default: `false`. */
  readonly default?: boolean | undefined
}

const labelOf = (options: LabelOptions | undefined): LabelOptions => ({
  labelLocalizations: options?.labelLocalizations,
  description: options?.description,
  descriptionLocalizations: options?.descriptionLocalizations
})

const labelled = <A>(
  label: string,
  input: Input<A>,
  options: (LabelOptions & { readonly required?: boolean | undefined }) | undefined
): Field<A> => {
  const { component, decode } = InputParts.partsOf(input)
  return FieldParts.make({
    component: (customId) =>
      given({
        type: componentType.label,
        label,
        labelLocalizations: options?.labelLocalizations,
        description: options?.description,
        descriptionLocalizations: options?.descriptionLocalizations,
        component: given({ ...component, custom_id: customId, required: options?.required })
      }),
    decode: (submitted) => (submitted === undefined ? undefined : decode(submitted)),
    isOptional: options?.required === false
  })
}

/** Options of fields in which something is chosen. */
interface Required<Q extends boolean | undefined> {
  /** Whether something must be selected. Default: `true`. With `false`, the value of nothing is `undefined`, or `[]`. */
  readonly required?: Q
}

/** The value of a field that may be left empty, if `Q` is `false`: a list is empty then. */
type OrNothing<A, Q extends boolean | undefined> = [Q] extends [true | undefined]
  ? A
  : A extends ReadonlyArray<unknown>
    ? A
    : A | undefined

/** Makes text fields of one style. */
export interface TextField {
  /** A required text that the schema decodes. If the schema refuses it, the user is told so. */
  <A>(
    label: string,
    options: TextOptions & { readonly schema: Schema.Codec<A, string>; readonly required?: true | undefined }
  ): Field<A>
  /** An optional text, which is empty when it is left out. */
  (label: string, options: TextOptions & { readonly required: false }): Field<string>
  /** A text. */
  (label: string, options?: TextOptions & { readonly required?: true | undefined }): Field<string>
}

const text =
  (style: number) =>
  (
    label: string,
    options?: TextOptions & { readonly required?: boolean | undefined; readonly schema?: Schema.Codec<unknown, string> }
  ): Field<unknown> => {
    const input = InputParts.make(
      {
        type: componentType.textInput,
        style,
        min_length: options?.min,
        max_length: options?.max,
        placeholder: options?.placeholder,
        placeholderLocalizations: options?.placeholderLocalizations,
        value: options?.value
      },
      ({ value }) => (typeof value === "string" ? value : undefined)
    )
    const plain = labelled(label, input, { ...options, required: options?.required ?? true })
    if (options?.schema === undefined) return plain
    const check = InputParts.checker(options.schema)
    return FieldParts.make({
      ...FieldParts.partsOf(plain),
      decode: (submitted) => check(label, submitted?.value ?? "")
    })
  }

/** One line of text. */
export const short = text(textInputStyle.short) as TextField

/** Several lines of text. */
export const paragraph = text(textInputStyle.paragraph) as TextField

/** A select menu; see `Menu`. */
export const menu = <A, const Q extends boolean | undefined = undefined>(
  label: string,
  menu: Input<A>,
  options?: LabelOptions & Required<Q>
): Field<OrNothing<A, Q>> => labelled(label, menu, options) as Field<OrNothing<A, Q>>

/** Options of {@link files}. */
export interface FilesOptions extends LabelOptions {
  /** 0 to 10. Default: 1. */
  readonly min?: number | undefined
  /** 1 to 10. Default: 1. */
  readonly max?: number | undefined
  /** Which files users can pick, at most 10 types; their content may be other. Default: all. */
  readonly fileTypes?: ReadonlyArray<Discord.FileType> | undefined
}

/** Files that the user uploads. Default: exactly one. */
export const files = (label: string, options?: FilesOptions): Field<ReadonlyArray<Discord.Attachment>> =>
  labelled(
    label,
    InputParts.make(
      {
        type: componentType.fileUpload,
        min_values: options?.min,
        max_values: options?.max,
        file_types: options?.fileTypes
      },
      ({ resolved, values }): ReadonlyArray<Discord.Attachment> | undefined => {
        const found = (values ?? []).map((id) => findAttachment(id, resolved))
        return found.every((file) => file !== undefined) ? found : undefined
      }
    ),
    { ...options, required: options?.min !== 0 }
  )

const optionsOf = (choices: ReadonlyArray<Choice<string>>) =>
  entriesOf<string, LabelledChoice<string>>(choices).map((entry) => given({ ...entry }))

/**
 * One of 2 to 10 choices, all of them visible.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Command, Field, Modal, Reply } from "fibercord"
 *
 * const feedback = Command.slash("feedback", { description: "Asks for feedback" }, () =>
 *   Effect.gen(function* () {
 *     const { mood, shots, topics } = yield* Modal.ask({
 *       title: "Feedback",
 *       fields: {
 *         note: Field.markdown("We read everything."),
 *         mood: Field.radio("How was it?", { choices: ["good", { value: "bad", label: "Not so good" }] }),
 *         topics: Field.checkboxes("About what?", { choices: ["speed", "looks"], min: 0, max: 2 }),
 *         shots: Field.files("Screenshots", { min: 0, max: 3 })
 *       }
 *     })
 *     yield* Reply.send({ content: `${mood}, about ${topics.join(", ")}, with ${shots.length} files` })
 *   })
 * )
 * ```
 */
export const radio = <const C extends ReadonlyArray<Choice<string>>, const Q extends boolean | undefined = undefined>(
  label: string,
  options: LabelOptions & Required<Q> & { readonly choices: C }
): Field<OrNothing<Choices.Value<C[number]>, Q>> => {
  const entries = optionsOf(options.choices)
  return labelled(
    label,
    InputParts.make(
      { type: componentType.radioGroup, options: entries },
      ({ value }) =>
        entries.find((entry) => entry["value"] === value)?.["value"] as Choices.Value<C[number]> | undefined
    ),
    { ...labelOf(options), required: options.required }
  ) as Field<OrNothing<Choices.Value<C[number]>, Q>>
}

/** Any of 1 to 10 choices, all of them visible. */
export const checkboxes = <const C extends ReadonlyArray<Choice<string>>>(
  label: string,
  options: LabelOptions & {
    readonly choices: C
    /** Default: 0. */
    readonly min?: number | undefined
    /** Default: all. */
    readonly max?: number | undefined
  }
): Field<ReadonlyArray<Choices.Value<C[number]>>> => {
  const entries = optionsOf(options.choices)
  return labelled(
    label,
    InputParts.make(
      { type: componentType.checkboxGroup, options: entries, min_values: options.min ?? 0, max_values: options.max },
      ({ values = [] }) =>
        values.every((value) => entries.some((entry) => entry["value"] === value))
          ? (values as ReadonlyArray<Choices.Value<C[number]>>)
          : undefined
    ),
    { ...labelOf(options), required: (options.min ?? 0) > 0 }
  )
}

/** Yes or no. */
export const checkbox = (
  label: string,
  options?: LabelOptions & {
    /** Default: `false`. */
    readonly checked?: boolean | undefined
  }
): Field<boolean> =>
  labelled(
    label,
    InputParts.make({ type: componentType.checkbox, default: options?.checked }, ({ value }) =>
      typeof value === "boolean" ? value : undefined
    ),
    labelOf(options)
  )

/** Markdown between the fields. It has no value. */
export const markdown = (content: string): Field<never> =>
  FieldParts.make({
    component: () => ({ type: componentType.textDisplay, content }),
    decode: (): undefined => undefined
  }) as Field<never>
