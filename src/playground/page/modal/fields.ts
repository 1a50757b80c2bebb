/** The fields of a modal, whatever they stand in. Numbers are Discord's types. Source: Discord, "Component Reference". */
import type {
  APICheckboxComponent,
  APICheckboxGroupComponent,
  APIFileUploadComponent,
  APIModalInteractionResponseCallbackData,
  APIRadioGroupComponent,
  APITextInputComponent
} from "../../../discord/DiscordApi.ts"
import type { FileValue } from "../composer/options.ts"
import { defaultsOf, isSelect, type Select } from "../message/choices.ts"

export type Field =
  | APITextInputComponent
  | Select
  | APIFileUploadComponent
  | APIRadioGroupComponent
  | APICheckboxGroupComponent
  | APICheckboxComponent

/** What is in a field. */
export type FieldValue = string | boolean | ReadonlyArray<string> | ReadonlyArray<FileValue>

/** A part of the form, from top to bottom. */
export type Part =
  | { readonly kind: "field"; readonly label: string; readonly description?: string | undefined; readonly field: Field }
  | { readonly kind: "text"; readonly content: string }
  | { readonly kind: "unknown"; readonly component: { readonly type: number } }

type Loose = {
  readonly type: number
  readonly label?: string
  readonly description?: string
  readonly component?: Loose
  readonly components?: ReadonlyArray<Loose>
  readonly content?: string
  readonly custom_id?: string
}

const isField = (component: Loose): boolean => isSelect(component) || [4, 19, 21, 22, 23].includes(component.type)

const toPart = (component: Loose, label: string, description?: string): Part =>
  isField(component) ? { kind: "field", label, description, field: component as Field } : { kind: "unknown", component }

const partsOf = (component: Loose): ReadonlyArray<Part> => {
  if (component.type === 1) return (component.components ?? []).flatMap((each) => toPart(each, each.label ?? ""))
  if (component.type === 10) return [{ kind: "text", content: component.content ?? "" }]
  if (component.type === 18 && component.component !== undefined) {
    return [toPart(component.component, component.label ?? "", component.description)]
  }
  return [toPart(component, component.label ?? "")]
}

/** The parts of a modal. */
export const modalParts = (data: APIModalInteractionResponseCallbackData): ReadonlyArray<Part> =>
  (data.components as unknown as ReadonlyArray<Loose>).flatMap(partsOf)

/** What is in a field before the user does anything. */
export const initialValue = (field: Field): FieldValue => {
  if (isSelect(field)) return defaultsOf(field)
  switch (field.type as number) {
    case 4:
      return (field as APITextInputComponent).value ?? ""
    case 19:
      return []
    case 21:
      return (field as APIRadioGroupComponent).options.find((option) => option.default === true)?.value ?? ""
    case 22:
      return (field as APICheckboxGroupComponent).options
        .filter((option) => option.default === true)
        .map(({ value }) => value)
    default:
      return (field as APICheckboxComponent).default ?? false
  }
}

const isRequired = (field: Field): boolean =>
  "required" in field && field.required !== undefined ? field.required : true

const validateText = (field: APITextInputComponent, value: string): string | undefined => {
  if (value === "") return isRequired(field) ? "This field is required" : undefined
  const { max_length: max = 4000, min_length: min = 0 } = field
  if (value.length < min) return `Must be ${min} or more in length`
  return value.length > max ? `Must be ${max} or fewer in length` : undefined
}

/** How many values a field takes. Source: Discord, "Component Reference". */
export const countsOf = (field: Field): { readonly min: number; readonly max: number } => {
  const { max_values: max, min_values: min } = field as { readonly min_values?: number; readonly max_values?: number }
  const options = (field as { readonly options?: ReadonlyArray<unknown> }).options?.length ?? 1
  return { min: min ?? 1, max: max ?? ((field.type as number) === 22 ? options : 1) }
}

const validateMany = (field: Field, count: number): string | undefined => {
  const { max, min } = countsOf(field)
  if (count === 0) return isRequired(field) && min > 0 ? "This field is required" : undefined
  if (count < min) return `Choose at least ${min}`
  return count > max ? `Choose at most ${max}` : undefined
}

/** What is wrong with a field's value, as Discord's form says it. */
export const validateField = (field: Field, value: FieldValue): string | undefined => {
  switch (field.type as number) {
    case 4:
      return validateText(field as APITextInputComponent, value as string)
    case 21:
      return value === "" && isRequired(field) ? "This field is required" : undefined
    case 23:
      return undefined
    default:
      return validateMany(field, (value as ReadonlyArray<unknown>).length)
  }
}

/** What is sent of the fields: those with nothing in them are left out, except for text. */
export const submitted = (
  parts: ReadonlyArray<Part>,
  values: ReadonlyMap<string, FieldValue>
): Readonly<Record<string, FieldValue>> => {
  const fields = new Map<string, FieldValue>()
  for (const part of parts) {
    if (part.kind !== "field") continue
    const { field } = part
    const value = values.get(field.custom_id) ?? initialValue(field)
    if ((field.type as number) === 21 && value === "") continue
    fields.set(field.custom_id, value)
  }
  return Object.fromEntries(fields)
}
