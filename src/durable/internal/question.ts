/** What a question carries for those who use it, wherever they are heard: who may, and which forms its choices open. */
import type * as Discord from "../../discord/Discord.ts"
import { has } from "../../discord/Permissions.ts"
import * as FieldParts from "../../interactions/definitions/internal/fieldParts.ts"
import type { Fields } from "../../interactions/definitions/Field.ts"
import type { Form } from "../../interactions/definitions/Modal.ts"
import type { Interaction } from "../../interactions/replies/Interaction.ts"
import * as InputParts from "../../interactions/replies/internal/input.ts"
import type { Row } from "../../interactions/replies/Message.ts"
import { orOutdated } from "../../interactions/wire/InvalidOption.ts"
import type { RawInteraction } from "../../interactions/wire/rawInteraction.ts"
import { fieldsOf, type Submitted, submittedOf } from "../../interactions/wire/submitted.ts"
import type { Again } from "../Collection.ts"
import type { By, Line, Part } from "../Question.ts"
import * as CustomId from "./customId.ts"

/** What is stored of a question. */
export interface Spec {
  readonly by: Exclude<By, "opener">
  /** What a user who may not answer is told. */
  readonly denied?: string | undefined
  /** What a user whose use was counted is told; acknowledged silently without it. */
  readonly thanks?: string | undefined
  /** How often a collection changes its message at most, in milliseconds; absent if nobody wants to know before its end. */
  readonly every?: number | undefined
  /** Which use of a user a collection counts. */
  readonly again?: Again | undefined
  /** Discord's JSON of the form that each input opens, in all languages; `null` for an input without one. */
  readonly forms: ReadonlyArray<Readonly<Record<string, unknown>> | null>
  /** The components as they are shown. */
  readonly components: ReadonlyArray<unknown>
}

/** An answer as it is journaled. */
export interface Answer {
  readonly interactionId: string
  /** Which input was used. */
  readonly input: number
  readonly submitted: Submitted
  /** What was filled into the form of that input, by the names of its fields. */
  readonly fields?: Readonly<Record<string, Submitted>> | undefined
  readonly user: Discord.User
  readonly member?: Discord.GuildMember | undefined
  /** What replies to it need, as JSON of `place.ts`. */
  readonly place: string
}

const isRow = (line: Line): line is ReadonlyArray<Part> => Array.isArray(line)

/** The inputs of a question in their order, and its components with their custom ids. */
export interface Laid {
  readonly inputs: ReadonlyArray<InputParts.Parts<unknown> & { readonly form?: unknown }>
  readonly components: ReadonlyArray<Row | Discord.TopLevelComponent>
}

/** Writes the components of a question. */
export const lay = (lines: ReadonlyArray<Line>, execution: string, step: string): Laid => {
  const inputs: Array<Laid["inputs"][number]> = []
  const render = (part: Part): Discord.RowComponent => {
    const parts = InputParts.isInput(part) ? InputParts.partsOf(part) : InputParts.formPartsOf(part)
    if (parts === undefined) return part as Discord.RowComponent
    inputs.push(parts)
    return InputParts.renderParts(parts, CustomId.write({ execution, step, input: inputs.length - 1 }))
  }
  const components = lines.map((line): Row | Discord.TopLevelComponent => (isRow(line) ? line.map(render) : line))
  return { inputs, components }
}

/** The forms of a question, as they are stored. */
export const formsOf = ({ inputs }: Laid): Spec["forms"] =>
  inputs.map(({ form }) => (form === undefined ? null : FieldParts.formData(form as Form<Fields>)))

/** Whether a user may answer. */
export const isAllowed = ({ by }: Spec, { member, user }: Interaction["Service"]): boolean => {
  if (by === "anyone") return true
  const { permissions = [], roles = [], users = [] } = by
  return (
    users.includes(user.id) ||
    (member !== undefined &&
      (roles.some((role) => member.roles.includes(role)) ||
        permissions.some((permission) => has(member.permissions, permission))))
  )
}

/** What a user has submitted, as it is journaled. */
export const answerOf = ({ id, member, raw, user }: Interaction["Service"], input: number, place: string): Answer => ({
  interactionId: id,
  input,
  submitted: submittedOf(raw),
  fields: isForm(raw) ? Object.fromEntries(fieldsOf(raw)) : undefined,
  user,
  member,
  place
})

const isForm = (raw: RawInteraction): boolean => "components" in raw.data

/** A value, with the values of its form. */
export interface Value {
  readonly value: unknown
  readonly form: unknown
}

/** Reads an answer. Throws `InvalidOption` for what the question cannot have had, and `Denied` for what a schema refuses. */
export const read = ({ inputs }: Laid, step: string, { fields, input, submitted }: Answer): Value => {
  const parts = orOutdated("input", inputs[input], input, step)
  const value = orOutdated("answer", parts.decode(submitted), submitted, step)
  if (parts.form === undefined) return { value, form: undefined }
  const filled = new Map(Object.entries(fields ?? {}))
  return { value, form: FieldParts.valuesOf((parts.form as Form<Fields>).fields, filled) }
}
