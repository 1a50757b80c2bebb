/** Discord's checks of components in messages. Those of modals are in `validateModal.ts`. Source: Discord, "Component Reference". */
import { componentType as Type } from "../../discord/numbers.ts"
import { array, isObject, type Json, number, object, objects, string } from "./json.ts"
import { type Shape, url } from "./shapes.ts"
import type { Path, Problems } from "./validate.ts"

/** Types of select menus. */
export const selects: ReadonlySet<number> = new Set([
  Type.stringSelect,
  Type.userSelect,
  Type.roleSelect,
  Type.mentionableSelect,
  Type.channelSelect
])
const topLevelV2: ReadonlySet<number> = new Set([1, 9, 10, 12, 13, 14, 17])
const inContainer: ReadonlySet<number> = new Set([1, 9, 10, 12, 13, 14])
const linkStyle = 5
const premiumStyle = 6
const buttonStyles: ReadonlySet<number> = new Set([1, 2, 3, 4, linkStyle, premiumStyle])
const maxRows = 5
const maxComponentsV2 = 40
const maxTextV2 = 4000

/** Adds the problem of a component in a place that has none of its type. */
export const wrongType = (problems: Problems, path: Path, allowed: ReadonlySet<number>): void => {
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

/** Checks a custom id, which must not be among those that were seen. */
export const checkCustomId = (problems: Problems, component: Json, path: Path, seen: Set<string>): void => {
  const id = string(component["custom_id"])
  problems.length([...path, "custom_id"], id, 1, 100)
  if (id === undefined) return
  if (seen.has(id)) {
    const message = "Component custom id cannot be duplicated"
    problems.add([...path, "custom_id"], "COMPONENT_CUSTOM_ID_DUPLICATED", message)
  }
  seen.add(id)
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === ""

const link = url("http", "https", "discord")
const media = url("http", "https", "attachment")
const upload = url("attachment")

const exclude = (problems: Problems, path: Path): void => {
  const message = "A custom id and url cannot both be specified"
  problems.add(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
}

// Source: Discord, "Button Structure".
const checkButton = (problems: Problems, button: Json, path: Path, seen: Set<string>): void => {
  const style = number(button["style"])
  const bare = isAbsent(button["label"]) && isAbsent(button["emoji"])
  problems.length([...path, "label"], button["label"], 0, 80)
  if (style === undefined || !buttonStyles.has(style)) {
    problems.add([...path, "style"], "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3, 4, 5, 6).")
  } else if (style === linkStyle) {
    problems.length([...path, "url"], button["url"], 1, 512)
    if (!isAbsent(button["url"])) link(problems, button["url"], [...path, "url"])
    if (!isAbsent(button["custom_id"])) exclude(problems, path)
  } else if (style === premiumStyle) {
    problems.length([...path, "sku_id"], button["sku_id"], 1, 20)
    for (const field of ["custom_id", "url"]) {
      if (isAbsent(button[field])) continue
      problems.add([...path, field], "BUTTON_COMPONENT_INVALID_PREMIUM", `A premium button has no ${field}`)
    }
    if (!bare) problems.add(path, "BUTTON_COMPONENT_INVALID_PREMIUM", "A premium button has no label and no emoji")
  } else {
    checkCustomId(problems, button, path, seen)
    if (!isAbsent(button["url"])) exclude(problems, path)
  }
  if (style !== premiumStyle && !isAbsent(button["sku_id"])) {
    problems.add([...path, "sku_id"], "BUTTON_COMPONENT_UNEXPECTED_SKU", "Only a premium button has a SKU")
  }
  if (bare && style !== premiumStyle) {
    problems.add(path, "BUTTON_COMPONENT_INVALID_EMOJI_OR_LABEL", "A button must have a label or emoji")
  }
}

/** Checks the options of a string select, a radio group or a checkbox group. */
export const checkOptions = (problems: Problems, options: unknown, path: Path, min: number, max: number): void => {
  problems.size(path, options, min, max)
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

/** Checks how many things may be chosen. Discord's default for both is 1, except for checkboxes. */
export const checkAmounts = (
  problems: Problems,
  component: Json,
  path: Path,
  { available, most }: { readonly available: number | undefined; readonly most: number }
): { readonly min: number; readonly max: number } => {
  problems.range([...path, "min_values"], component["min_values"], 0, most)
  problems.range([...path, "max_values"], component["max_values"], 1, most)
  const isGroup = component["type"] === Type.checkboxGroup
  const min = number(component["min_values"]) ?? 1
  const max = number(component["max_values"]) ?? (isGroup ? (available ?? 1) : 1)
  if (min > max) {
    problems.add([...path, "min_values"], "SELECT_COMPONENT_MIN_OVER_MAX", "min_values must not exceed max_values")
  }
  if (available !== undefined && max > available) {
    const message = "max_values must not exceed the number of options"
    problems.add([...path, "max_values"], "SELECT_COMPONENT_MAX_VALUES_OVER_OPTIONS", message)
  }
  return { min, max }
}

/** Checks a select menu of a message or a modal. */
export const checkSelect = (problems: Problems, select: Json, path: Path, seen: Set<string>): void => {
  checkCustomId(problems, select, path, seen)
  problems.length([...path, "placeholder"], select["placeholder"], 0, 150)
  const isString = select["type"] === Type.stringSelect
  const available = isString ? array(select["options"]).length : undefined
  const { max, min } = checkAmounts(problems, select, path, { available, most: 25 })
  if (isString) checkOptions(problems, select["options"], [...path, "options"], 1, 25)
  const defaults = array(select["default_values"]).length
  if (defaults > 0 && (defaults < min || defaults > max)) {
    const message = `Must be between ${min} and ${max} in length.`
    problems.add([...path, "default_values"], "BASE_TYPE_BAD_LENGTH", message)
  }
  checkDefaults(problems, select, [...path, "default_values"])
}

// Source: Discord, "Select Default Value Structure".
const defaultTypes: ReadonlyMap<unknown, ReadonlyArray<string>> = new Map([
  [Type.userSelect, ["user"]],
  [Type.roleSelect, ["role"]],
  [Type.mentionableSelect, ["user", "role"]],
  [Type.channelSelect, ["channel"]]
])

const checkDefaults = (problems: Problems, select: Json, path: Path): void => {
  const allowed = defaultTypes.get(select["type"]) ?? []
  for (const [index, value] of objects(select["default_values"]).entries()) {
    if (!allowed.includes(string(value["type"]) ?? "")) {
      const list = allowed.map((each) => `'${each}'`).join(", ")
      problems.add([...path, index, "type"], "BASE_TYPE_CHOICES", `Value must be one of (${list}).`)
    }
    if (!/^\d{1,20}$/.test(string(value["id"]) ?? "")) {
      problems.add([...path, index, "id"], "NUMBER_TYPE_COERCE", "Value is not snowflake.")
    }
  }
}

// A select menu is as wide as five buttons.
const widthInRow = 5

const widthOf = (component: Json): number => (selects.has(number(component["type"]) ?? 0) ? widthInRow : 1)

const checkRow = (problems: Problems, row: Json, path: Path, seen: Set<string>): void => {
  const inside = objects(row["components"])
  problems.size([...path, "components"], inside, 1, widthInRow)
  let width = 0
  for (const [index, component] of inside.entries()) {
    const at = [...path, "components", index]
    width += widthOf(component)
    if (width > widthInRow && index < widthInRow) {
      problems.add(at, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
    }
    const type = number(component["type"]) ?? 0
    if (type === Type.button) checkButton(problems, component, at, seen)
    else if (selects.has(type)) checkSelect(problems, component, at, seen)
    else wrongType(problems, at, new Set([Type.button, ...selects]))
  }
}

const sanitized = (filename: string): string => filename.replaceAll(/[^A-Za-z0-9_.-]/g, "_")

// Source: Discord, "Unfurled Media Item".
const checkReference = (problems: Problems, url: unknown, path: Path, files: ReadonlyArray<string>): void => {
  const name = /^attachment:\/\/(.*)$/.exec(string(url) ?? "")?.[1]
  if (name === undefined || files.some((file) => sanitized(file) === sanitized(name))) return
  problems.add(
    path,
    "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
    `The referenced attachment was not found: ${name}`
  )
}

const checkUrl = (problems: Problems, url: unknown, path: Path, shape: Shape): void => {
  problems.length(path, url, 1, 2048)
  shape(problems, url, path)
}

const checkMedia = (problems: Problems, item: Json, path: Path, files: ReadonlyArray<string>): void => {
  const { url } = object(item["media"])
  checkUrl(problems, url, [...path, "media", "url"], media)
  checkReference(problems, url, [...path, "media", "url"], files)
  problems.length([...path, "description"], item["description"], 0, 1024)
}

const checkFile = (problems: Problems, file: Json, path: Path, files: ReadonlyArray<string>): void => {
  const { url } = object(file["file"])
  checkUrl(problems, url, [...path, "file", "url"], upload)
  checkReference(problems, url, [...path, "file", "url"], files)
}

const checkSection = (
  problems: Problems,
  section: Json,
  path: Path,
  seen: Set<string>,
  files: ReadonlyArray<string>
): void => {
  problems.size([...path, "components"], section["components"], 1, 3)
  for (const [index, text] of objects(section["components"]).entries()) {
    const at = [...path, "components", index]
    if (text["type"] === Type.textDisplay) problems.length([...at, "content"], text["content"], 1, 4000)
    else wrongType(problems, at, new Set([Type.textDisplay]))
  }
  if (section["accessory"] === undefined || section["accessory"] === null) {
    return problems.add([...path, "accessory"], "BASE_TYPE_REQUIRED", "This field is required")
  }
  const accessory = object(section["accessory"])
  if (accessory["type"] === Type.button) checkButton(problems, accessory, [...path, "accessory"], seen)
  else if (accessory["type"] === Type.thumbnail) checkMedia(problems, accessory, [...path, "accessory"], files)
  else wrongType(problems, [...path, "accessory"], new Set([2, 11]))
}

const checkV2 = (
  problems: Problems,
  components: unknown,
  path: Path,
  seen: Set<string>,
  allowed: ReadonlySet<number>,
  files: ReadonlyArray<string>
): void => {
  for (const [index, component] of objects(components).entries()) {
    const at = [...path, index]
    const type = number(component["type"]) ?? 0
    if (!allowed.has(type)) wrongType(problems, at, allowed)
    else if (type === Type.actionRow) checkRow(problems, component, at, seen)
    else if (type === Type.section) checkSection(problems, component, at, seen, files)
    else if (type === Type.textDisplay) problems.length([...at, "content"], component["content"], 1, 4000)
    else if (type === Type.file) checkFile(problems, component, at, files)
    else if (type === Type.mediaGallery) {
      problems.size([...at, "items"], component["items"], 1, 10)
      for (const [place, item] of objects(component["items"]).entries()) {
        checkMedia(problems, item, [...at, "items", place], files)
      }
    } else if (type === Type.container) {
      problems.size([...at, "components"], component["components"], 1, maxComponentsV2)
      checkV2(problems, component["components"], [...at, "components"], seen, inContainer, files)
    }
  }
}

// All texts together: Discord, "Component Reference", and discord-api-docs, pull request 8562.
const checkTotals = (problems: Problems, components: unknown, path: Path): void => {
  const all = flatten(components)
  if (all.length > maxComponentsV2) {
    problems.add(path, "BASE_TYPE_MAX_LENGTH", `Must be ${maxComponentsV2} or fewer in length.`)
  }
  const texts = all.filter((component) => component["type"] === Type.textDisplay)
  const length = texts.reduce((sum, text) => sum + [...(string(text["content"]) ?? "")].length, 0)
  if (length > maxTextV2) {
    const message = `Total displayable text size must be less than or equal to ${maxTextV2}`
    problems.add(path, "COMPONENT_MAX_TOTAL_TEXT_LENGTH_EXCEEDED", message)
  }
}

/** Each component has an `id` of its own, if it has one. Source: Discord, "Anatomy of a Component". */
export const checkIds = (problems: Problems, components: unknown, path: Path): void => {
  const seen = new Set<number>()
  for (const { at, component } of walk(components, path)) {
    const id = number(component["id"]) ?? 0
    if (seen.has(id)) problems.add([...at, "id"], "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
    if (id !== 0) seen.add(id)
  }
}

interface Placed {
  readonly component: Json
  readonly at: Path
}

const walk = (components: unknown, path: Path): ReadonlyArray<Placed> =>
  array(components).flatMap((component, index) => (isObject(component) ? placed(component, [...path, index]) : []))

const placed = (component: Json, at: Path): ReadonlyArray<Placed> => [
  { component, at },
  ...walk(component["components"], [...at, "components"]),
  ...["accessory", "component"].flatMap((field) => {
    const inside = component[field]
    return isObject(inside) ? placed(inside, [...at, field]) : []
  })
]

/** Checks the components of a message that will have files of these names. */
export const checkComponents = (
  problems: Problems,
  components: unknown,
  { files, isV2 }: { readonly files: ReadonlyArray<string>; readonly isV2: boolean },
  path: Path
): void => {
  const seen = new Set<string>()
  checkIds(problems, components, path)
  if (isV2) {
    checkTotals(problems, components, path)
    return checkV2(problems, components, path, seen, topLevelV2, files)
  }
  if (array(components).length > maxRows) {
    problems.add(path, "BASE_TYPE_MAX_LENGTH", `Must be ${maxRows} or fewer in length.`)
  }
  for (const [index, row] of objects(components).entries()) {
    if (row["type"] === Type.actionRow) checkRow(problems, row, [...path, index], seen)
    else wrongType(problems, [...path, index], new Set([Type.actionRow]))
  }
}
