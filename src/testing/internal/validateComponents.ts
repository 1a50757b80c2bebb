/** Discord's checks of components in messages and modals. Source: Discord, "Component Reference". */
import { array, type Json, number, object, objects, string } from "./json.ts"
import type { Path, Problems } from "./validate.ts"

/** Component types. */
export const Type = {
  row: 1,
  button: 2,
  stringSelect: 3,
  textInput: 4,
  userSelect: 5,
  roleSelect: 6,
  mentionableSelect: 7,
  channelSelect: 8,
  section: 9,
  text: 10,
  thumbnail: 11,
  gallery: 12,
  file: 13,
  separator: 14,
  container: 17,
  label: 18,
  fileUpload: 19,
  radioGroup: 21,
  checkboxGroup: 22,
  checkbox: 23
} as const

/** Types of select menus. */
export const selects: ReadonlySet<number> = new Set([3, 5, 6, 7, 8])
const topLevelV2: ReadonlySet<number> = new Set([1, 9, 10, 12, 13, 14, 17])
const inContainer: ReadonlySet<number> = new Set([1, 9, 10, 12, 13, 14])
const inModal: ReadonlySet<number> = new Set([1, 10, 18])
const inLabel: ReadonlySet<number> = new Set([3, 4, 5, 6, 7, 8, 19, 21, 22, 23])
const linkStyle = 5
const premiumStyle = 6
const maxRows = 5
const maxComponentsV2 = 40

const wrongType = (problems: Problems, path: Path, allowed: ReadonlySet<number>): void => {
  const list = [...allowed].join(", ")
  problems.add([...path, "type"], "UNION_TYPE_CHOICES", `Value of field "type" must be one of (${list}).`)
}

/** The components directly inside another one. */
export const children = (component: Json): ReadonlyArray<Json> => [
  ...objects(component["components"]),
  ...[component["accessory"], component["component"]].flatMap((one) => objects([one]))
]

/** All components of a tree, parents first. */
export const flatten = (components: unknown): ReadonlyArray<Json> =>
  objects(components).flatMap((component) => [component, ...flatten(children(component))])

const checkCustomId = (problems: Problems, component: Json, path: Path, seen: Set<string>): void => {
  const id = string(component["custom_id"])
  problems.length([...path, "custom_id"], id, 1, 100)
  if (id === undefined) return
  if (seen.has(id)) {
    const message = "Component custom id cannot be duplicated"
    problems.add([...path, "custom_id"], "COMPONENT_CUSTOM_ID_DUPLICATED", message)
  }
  seen.add(id)
}

const checkButton = (problems: Problems, button: Json, path: Path, seen: Set<string>): void => {
  const style = number(button["style"])
  problems.length([...path, "label"], button["label"], 0, 80)
  if (style === undefined || style < 1 || style > premiumStyle) {
    problems.add([...path, "style"], "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3, 4, 5, 6).")
  } else if (style === linkStyle) problems.length([...path, "url"], button["url"], 1, 512)
  else if (style === premiumStyle) problems.length([...path, "sku_id"], button["sku_id"], 1, 20)
  else checkCustomId(problems, button, path, seen)
  const bare = button["label"] === undefined && button["emoji"] === undefined
  if (bare && style !== premiumStyle) {
    problems.add(path, "BUTTON_COMPONENT_INVALID_EMOJI_OR_LABEL", "A button must have a label or emoji")
  }
}

const checkOptions = (problems: Problems, options: unknown, path: Path): void => {
  problems.size(path, options, 1, 25)
  const values = new Set<unknown>()
  for (const [index, option] of objects(options).entries()) {
    problems.length([...path, index, "label"], option["label"], 1, 100)
    problems.length([...path, index, "value"], option["value"], 1, 100)
    problems.length([...path, index, "description"], option["description"], 0, 100)
    if (values.has(option["value"])) {
      const message = "The specified option value is already used"
      problems.add([...path, index, "value"], "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
    }
    values.add(option["value"])
  }
}

const checkSelect = (problems: Problems, select: Json, path: Path, seen: Set<string>): void => {
  checkCustomId(problems, select, path, seen)
  problems.length([...path, "placeholder"], select["placeholder"], 0, 150)
  problems.range([...path, "min_values"], select["min_values"], 0, 25)
  problems.range([...path, "max_values"], select["max_values"], 1, 25)
  if (select["type"] === Type.stringSelect) checkOptions(problems, select["options"], [...path, "options"])
}

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
}

const checkRow = (problems: Problems, row: Json, path: Path, seen: Set<string>): void => {
  const inside = objects(row["components"])
  const hasSelect = inside.some((component) => selects.has(number(component["type"]) ?? 0))
  problems.size([...path, "components"], inside, 1, hasSelect ? 1 : 5)
  for (const [index, component] of inside.entries()) {
    const at = [...path, "components", index]
    const type = number(component["type"]) ?? 0
    if (type === Type.button) checkButton(problems, component, at, seen)
    else if (selects.has(type)) checkSelect(problems, component, at, seen)
    else wrongType(problems, at, new Set([Type.button, ...selects]))
  }
}

const checkSection = (problems: Problems, section: Json, path: Path, seen: Set<string>): void => {
  problems.size([...path, "components"], section["components"], 1, 3)
  const accessory = object(section["accessory"])
  if (accessory["type"] === Type.button) checkButton(problems, accessory, [...path, "accessory"], seen)
  else if (accessory["type"] !== Type.thumbnail) wrongType(problems, [...path, "accessory"], new Set([2, 11]))
}

const checkV2 = (
  problems: Problems,
  components: unknown,
  path: Path,
  seen: Set<string>,
  allowed: ReadonlySet<number>
): void => {
  for (const [index, component] of objects(components).entries()) {
    const at = [...path, index]
    const type = number(component["type"]) ?? 0
    if (!allowed.has(type)) wrongType(problems, at, allowed)
    else if (type === Type.row) checkRow(problems, component, at, seen)
    else if (type === Type.section) checkSection(problems, component, at, seen)
    else if (type === Type.text) problems.length([...at, "content"], component["content"], 1, 4000)
    else if (type === Type.file) {
      const url = string(object(component["file"])["url"]) ?? ""
      if (url.startsWith("attachment://")) continue
      problems.add([...at, "file", "url"], "FILE_COMPONENT_INVALID_URL", "Must be an attachment:// reference")
    } else if (type === Type.gallery) problems.size([...at, "items"], component["items"], 1, 10)
    else if (type === Type.container) {
      checkV2(problems, component["components"], [...at, "components"], seen, inContainer)
    }
  }
}

/** Checks the components of a message. */
export const checkComponents = (problems: Problems, components: unknown, isV2: boolean, path: Path): void => {
  const seen = new Set<string>()
  if (isV2) {
    if (flatten(components).length > maxComponentsV2) {
      problems.add(path, "BASE_TYPE_MAX_LENGTH", `Must be ${maxComponentsV2} or fewer in length.`)
    }
    return checkV2(problems, components, path, seen, topLevelV2)
  }
  if (array(components).length > maxRows) {
    problems.add(path, "BASE_TYPE_MAX_LENGTH", `Must be ${maxRows} or fewer in length.`)
  }
  for (const [index, row] of objects(components).entries()) {
    if (row["type"] === Type.row) checkRow(problems, row, [...path, index], seen)
    else wrongType(problems, [...path, index], new Set([Type.row]))
  }
}

/** Checks a modal. */
export const checkModal = (problems: Problems, modal: Json, path: Path): void => {
  const seen = new Set<string>()
  problems.length([...path, "title"], modal["title"], 1, 45)
  problems.length([...path, "custom_id"], modal["custom_id"], 1, 100)
  problems.size([...path, "components"], modal["components"], 1, 5)
  for (const [index, component] of objects(modal["components"]).entries()) {
    const at = [...path, "components", index]
    const type = number(component["type"]) ?? 0
    const isRow = type === Type.row
    if (!inModal.has(type)) wrongType(problems, at, inModal)
    if (type === Type.label) problems.length([...at, "label"], component["label"], 1, 45)
    if (type === Type.label) problems.length([...at, "description"], component["description"], 0, 100)
    for (const [place, field] of children(component).entries()) {
      const inside = isRow ? [...at, "components", place] : [...at, "component"]
      const kind = number(field["type"]) ?? 0
      if (kind === Type.textInput) checkTextInput(problems, field, inside, seen, isRow)
      else if (isRow || !inLabel.has(kind)) wrongType(problems, inside, isRow ? new Set([Type.textInput]) : inLabel)
      else if (selects.has(kind)) checkSelect(problems, field, inside, seen)
      else checkCustomId(problems, field, inside, seen)
    }
  }
}
