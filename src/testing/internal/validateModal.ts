/** Discord's checks of modals. Source: Discord, "Component Reference", and "Modal" in "Interactions". */
import { componentType as Type } from "../../discord/numbers.ts"
import { componentsOf } from "./componentShapes.ts"
import { cached, everyEmoji, type KnownEmoji } from "./emojis.ts"
import { checkFileTypes } from "./fileTypes.ts"
import { array, isObject, type Json, number, object, objects, string } from "./json.ts"
import { model, text } from "./shapes.ts"
import type { Path, Problems } from "./validate.ts"
import {
  checkAmounts,
  checkCustomId,
  checkIds,
  checkOptions,
  checkSelect,
  children,
  selects,
  wrongType
} from "./validateComponents.ts"

const inModal: ReadonlySet<number> = new Set([1, 10, 18])
const inLabel: ReadonlySet<number> = new Set([3, 4, 5, 6, 7, 8, 19, 21, 22, 23])

const checkTextInput = (problems: Problems, input: Json, path: Path, seen: Set<string>, needsLabel: boolean): void => {
  checkCustomId(problems, input, path, seen)
  if (needsLabel) problems.length([...path, "label"], input["label"], 1, 45)
  if (input["style"] !== 1 && input["style"] !== 2) {
    problems.add([...path, "style"], "BASE_TYPE_CHOICES", "Value must be one of (1, 2).")
  }
  problems.range([...path, "min_length"], input["min_length"], 0, 4000)
  problems.range([...path, "max_length"], input["max_length"], 1, 4000)
  problems.length([...path, "value"], input["value"], 0, 4000)
  problems.length([...path, "placeholder"], input["placeholder"], 0, 100)
  const min = number(input["min_length"]) ?? 0
  const max = number(input["max_length"]) ?? 4000
  if (min > max) {
    problems.add([...path, "min_length"], "TEXT_INPUT_MIN_OVER_MAX", "min_length must not exceed max_length")
  }
  const value = string(input["value"]) ?? ""
  if (value !== "") problems.length([...path, "value"], value, min, max)
}

// What must be filled in has at least one value.
const checkRequired = (problems: Problems, field: Json, path: Path): void => {
  if (field["min_values"] !== 0 || field["required"] === false) return
  const message = "min_values must be at least 1 when the component is required"
  problems.add([...path, "min_values"], "NUMBER_TYPE_MIN", message)
}

const checkGroup = (problems: Problems, group: Json, path: Path, seen: Set<string>): void => {
  checkCustomId(problems, group, path, seen)
  const isRadio = group["type"] === Type.radioGroup
  checkOptions(problems, group["options"], [...path, "options"], isRadio ? 2 : 1, 10)
  if (isRadio) {
    const chosen = objects(group["options"]).filter((option) => option["default"] === true)
    if (chosen.length > 1) {
      problems.add([...path, "options"], "RADIO_GROUP_DEFAULTS", "Only one option can be selected by default")
    }
    return
  }
  checkAmounts(problems, group, path, { available: array(group["options"]).length, most: 10 })
  checkRequired(problems, group, path)
}

const checkField = (problems: Problems, field: Json, path: Path, seen: Set<string>, isInRow: boolean): void => {
  const type = number(field["type"]) ?? 0
  if (field["disabled"] === true) {
    problems.add([...path, "disabled"], "COMPONENT_DISABLED_IN_MODAL", "Components in modals cannot be disabled")
  }
  if (type === Type.textInput) return checkTextInput(problems, field, path, seen, isInRow)
  if (isInRow || !inLabel.has(type)) return wrongType(problems, path, isInRow ? new Set([Type.textInput]) : inLabel)
  if (type === Type.radioGroup || type === Type.checkboxGroup) return checkGroup(problems, field, path, seen)
  if (selects.has(type)) checkSelect(problems, field, path, seen)
  else checkCustomId(problems, field, path, seen)
  if (type === Type.fileUpload) {
    checkAmounts(problems, field, path, { available: undefined, most: 10 })
    checkFileTypes(problems, field, [...path, "file_types"])
  }
  if (type !== Type.checkbox) checkRequired(problems, field, path)
}

const shape = cached((isKnown) => model({ title: text, custom_id: text, components: componentsOf(isKnown) }))

/** Checks a modal. */
export const checkModal = (problems: Problems, modal: Json, path: Path, isKnown: KnownEmoji = everyEmoji): void => {
  const seen = new Set<string>()
  shape(isKnown)(problems, modal, path)
  checkIds(problems, modal["components"], [...path, "components"])
  problems.length([...path, "title"], modal["title"], 1, 45)
  problems.length([...path, "custom_id"], modal["custom_id"], 1, 100)
  problems.size([...path, "components"], modal["components"], 1, 5)
  for (const [index, component] of objects(modal["components"]).entries()) {
    const at = [...path, "components", index]
    const type = number(component["type"]) ?? 0
    const isRow = type === Type.actionRow
    if (!inModal.has(type)) wrongType(problems, at, inModal)
    if (type === Type.textDisplay) problems.length([...at, "content"], component["content"], 1, 4000)
    if (type === Type.label) {
      problems.length([...at, "label"], component["label"], 1, 45)
      problems.length([...at, "description"], component["description"], 0, 100)
    }
    if (isRow) problems.size([...at, "components"], component["components"], 1, 1)
    if (type === Type.label && !isObject(component["component"])) {
      problems.add([...at, "component"], "BASE_TYPE_REQUIRED", "This field is required")
    }
    for (const [place, field] of children(component).entries()) {
      checkField(problems, object(field), [...at, ...(isRow ? ["components", place] : ["component"])], seen, isRow)
    }
  }
}
