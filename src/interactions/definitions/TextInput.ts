/**
 * Text fields of modals.
 *
 * Source: Discord, "Text Input".
 */
import type * as Schema from "effect/Schema"
import * as Field from "./Field.ts"
import * as Input from "../replies/internal/input.ts"

const textInput = 4
const shortStyle = 1
const paragraphStyle = 2

/** A text field. */
export interface Options {
  /** Explains the field under its label, at most 100 characters. */
  readonly description?: string | undefined
  /** Bounds of the length, 0 to 4000 characters. */
  readonly min?: number | undefined
  readonly max?: number | undefined
  readonly placeholder?: string | undefined
  /** Filled in from the start. */
  readonly value?: string | undefined
}

const text =
  (style: number) =>
  (options: Options | undefined): Input.Input<string> =>
    Input.make(
      {
        type: textInput,
        style,
        min_length: options?.min,
        max_length: options?.max,
        placeholder: options?.placeholder,
        value: options?.value
      },
      ({ value }) => (typeof value === "string" ? value : undefined)
    )

type TextField = {
  /** A text that must be given, and that the schema decodes. What it refuses is told to the user. */
  <A>(
    label: string,
    options: Options & { readonly schema: Schema.Codec<A, string>; readonly required?: true | undefined }
  ): Field.Field<A>
  /** A text that may be left out; then it is empty. */
  (label: string, options: Options & { readonly required: false }): Field.Field<string>
  /** A text. */
  (label: string, options?: Options & { readonly required?: true | undefined }): Field.Field<string>
}

const field =
  (style: number) =>
  (
    label: string,
    options?: Options & { readonly required?: boolean | undefined; readonly schema?: Schema.Codec<unknown, string> }
  ): Field.Field<unknown> => {
    const input = text(style)(options)
    const plain = Field.label(label, input, { description: options?.description, required: options?.required ?? true })
    if (options?.schema === undefined) return plain
    const check = Input.checker(options.schema)
    return { ...plain, decode: (submitted) => check(label, submitted?.value ?? "") }
  }

/** One line. */
export const short = field(shortStyle) as TextField

/** Several lines. */
export const paragraph = field(paragraphStyle) as TextField
