/** Discord's rules for forms. Source: Discord, "Modal" in "Interactions", and "Component Reference". */
import * as Predicate from "effect/Predicate"
import * as limits from "../../discord/limits.ts"
import { componentType, textInputStyle } from "../../discord/numbers.ts"
import { type Check, codePoints, isAbove, type Json, listOf, type Problem, problemsOf, show } from "./check.ts"
import { checkAmounts, checkCustomId, checkOptions, checkSelect, isSelect, wrongType } from "./validateComponents.ts"

const checkTextInput = (check: Check, input: Json): void => {
  checkCustomId(check, input)
  check.whole("style", input["style"] ?? 0, { min: textInputStyle.short, max: textInputStyle.paragraph })
  check.whole("min_length", input["min_length"], limits.form.minLength)
  check.whole("max_length", input["max_length"], limits.form.maxLength)
  const { max_length: max = limits.form.maxLength.max, min_length: min = 0, value } = input
  if (typeof min === "number" && typeof max === "number") check.order("min_length", min, max)
  check.length("value", value, limits.form.value)
  if (typeof value === "string" && value !== "") {
    const length = codePoints(value)
    const isRefused = isAbove(min, length) || isAbove(length, max)
    if (isRefused && length <= limits.form.value.max) {
      check.fail("value", `${show(min)} to ${show(max)} characters, as the field demands`, length)
    }
  }
  check.length("placeholder", input["placeholder"], limits.form.placeholder)
}

// Source: Discord, "String Select Structure" and others: what is required has a minimum of at least 1.
const checkRequired = (check: Check, component: Json): void => {
  if (component["min_values"] === 0 && component["required"] !== false) {
    check.fail("min_values", "at least 1, unless `required` is false", 0)
  }
}

const checkGroup = (check: Check, group: Json): void => {
  checkCustomId(check, group)
  const { length } = listOf(group["options"])
  if (group["type"] === componentType.radioGroup) {
    checkOptions(check, group, limits.form.radioOptions)
    const chosen = listOf(group["options"]).filter(
      (option) => Predicate.hasProperty(option, "default") && option.default === true
    ).length
    if (chosen > 1) check.fail("options", "at most one choice selected from the start", chosen)
    return
  }
  checkOptions(check, group, limits.form.checkboxOptions)
  checkRequired(check, group)
  checkAmounts(check, group, limits.form.minChecked, limits.form.maxChecked, length)
  const max = group["max_values"]
  if (typeof max === "number" && max > length) check.fail("max_values", `at most the ${length} options`, max)
}

const checkField = (check: Check, field: Json): void => {
  const { type } = field
  // Source: Discord, "String Select Structure": a modal has no disabled components.
  if (field["disabled"] === true) check.fail("disabled", "nothing disabled in a form", true)
  if (type === componentType.textInput) checkTextInput(check, field)
  else if (isSelect(field)) {
    checkSelect(check, field)
    checkRequired(check, field)
  } else if (type === componentType.radioGroup || type === componentType.checkboxGroup) checkGroup(check, field)
  else if (type === componentType.fileUpload) {
    checkCustomId(check, field)
    checkRequired(check, field)
    checkAmounts(check, field, limits.form.minFiles, limits.form.maxFiles)
    check.fileTypes(field, limits.form.fileTypes)
  } else if (type === componentType.checkbox) checkCustomId(check, field)
  else wrongType(check, field, "under a label")
}

const checkPart = (check: Check, part: Json): void => {
  if (part["type"] === componentType.textDisplay) {
    return check.length("content", part["content"], limits.component.text)
  }
  if (part["type"] !== componentType.label) {
    return wrongType(check, part, "in a form")
  }
  check.length("label", part["label"], limits.form.label)
  check.length("description", part["description"], limits.form.description)
  if (Predicate.isObject(part["component"])) check.in("component", part["component"], checkField)
  else check.fail("component", "a field under its label", part["component"])
}

const checkForm = (check: Check, form: Json): void => {
  check.length("title", form["title"], limits.form.title)
  check.length("custom_id", form["custom_id"], limits.component.customId)
  check.count("components", form["components"], limits.form.fields)
  check.each("components", form["components"], checkPart)
}

/** Which of Discord's rules a form breaks. */
export const validateForm = (form: object): ReadonlyArray<Problem> => problemsOf(checkForm, form as Json)
