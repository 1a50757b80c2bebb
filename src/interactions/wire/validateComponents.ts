/** Discord's rules for components. Source: Discord, "Component Reference". */
import * as Predicate from "effect/Predicate"
import * as limits from "../../discord/limits.ts"
import { buttonStyle, componentType } from "../../discord/numbers.ts"
import { checkEmoji } from "./emoji.ts"
import { localesIn, localized } from "./localized.ts"
import { type Check, codePoints, isAbove, isUrl, type Json, listOf, type Problem, problemsOf } from "./check.ts"

const selectTypes: ReadonlySet<unknown> = new Set([
  componentType.stringSelect,
  componentType.userSelect,
  componentType.roleSelect,
  componentType.mentionableSelect,
  componentType.channelSelect
])

/** Whether a component is a select menu. */
export const isSelect = (component: unknown): boolean =>
  Predicate.isObject(component) && selectTypes.has((component as Json)["type"])

const isGiven = (value: unknown): boolean => Predicate.isNotNullish(value) && value !== ""

/** A custom id: its length, and that no other component has it. */
export const checkCustomId = (check: Check, component: Json): void => {
  const id = component["custom_id"]
  check.length("custom_id", id, limits.component.customId)
  if (typeof id === "string") check.unique("custom_id", id)
}

const linkSchemes = /^(?:https?|discord):\/\//i
const mediaSchemes = /^(?:https?|attachment):\/\//i

const buttonStyles: limits.Range = { min: buttonStyle.primary, max: buttonStyle.premium }

// Source: Discord, "Button Structure": which fields each style has.
const checkButton = (check: Check, button: Json): void => {
  check.components++
  check.length("label", button["label"], limits.component.buttonLabel)
  checkEmoji(check, "emoji", button["emoji"])
  const { style } = button
  const isPremium = style === buttonStyle.premium
  if (style === buttonStyle.link) {
    check.length("url", button["url"], limits.component.url)
    if (isGiven(button["url"]) && !isUrl(button["url"], linkSchemes)) {
      check.fail("url", "a URL with http, https or discord", button["url"])
    }
    if (isGiven(button["custom_id"])) check.fail("custom_id", "no custom id on a link", button["custom_id"])
  } else if (isPremium) {
    check.length("sku_id", button["sku_id"], limits.component.skuId)
    if (isGiven(button["custom_id"])) check.fail("custom_id", "no custom id on a premium button", button["custom_id"])
    if (isGiven(button["url"])) check.fail("url", "no URL on a premium button", button["url"])
  } else {
    check.whole("style", style ?? 0, buttonStyles)
    checkCustomId(check, button)
    if (isGiven(button["url"])) check.fail("url", "no URL beside a custom id", button["url"])
  }
  if (!isPremium && isGiven(button["sku_id"])) check.fail("sku_id", "a SKU on premium buttons only", button["sku_id"])
  const isBare = !isGiven(button["label"]) && !isGiven(button["emoji"])
  if (isPremium && !isBare) check.fail("", "neither a label nor an emoji on a premium button", button["label"])
  else if (!isPremium && isBare) check.fail("", "a label or an emoji", "neither")
}

const checkOption = (check: Check, option: Json): void => {
  check.length("label", option["label"], limits.component.optionLabel)
  check.length("value", option["value"], limits.component.optionValue)
  check.length("description", option["description"], limits.component.optionDescription)
}

const checkSelectOption = (check: Check, option: Json): void => {
  checkOption(check, option)
  checkEmoji(check, "emoji", option["emoji"])
}

/** The options of a select menu, of radio buttons or of checkboxes. */
export const checkOptions = (check: Check, component: Json, range: limits.Range): void => {
  const options = listOf(component["options"])
  check.count("options", options, range)
  check.each("options", options, isSelect(component) ? checkSelectOption : checkOption)
  for (let index = 1; index < options.length; index++) {
    const value = valueOf(options[index])
    if (!isBefore(options, index, value)) continue
    check.fail(`options[${index}].value`, "a value of its own among the options", value)
  }
}

const valueOf = (option: unknown): unknown => (Predicate.isObject(option) ? (option as Json)["value"] : undefined)

const isBefore = (options: ReadonlyArray<unknown>, end: number, value: unknown): boolean => {
  for (let index = 0; index < end; index++) if (valueOf(options[index]) === value) return true
  return false
}

/** A minimum and a maximum that Discord takes for 1 where they are absent. */
export const checkAmounts = (check: Check, component: Json, min: limits.Range, max: limits.Range, most = 1): void => {
  const { max_values: high = most, min_values: low = 1 } = component
  check.whole("min_values", component["min_values"], min)
  check.whole("max_values", component["max_values"], max)
  if (typeof low === "number" && typeof high === "number") check.order("min_values", low, high)
}

/** What can be selected from the start, by the type of the menu. Source: Discord, "Select Default Value Structure". */
const defaultTypes: Readonly<Record<number, ReadonlyArray<unknown>>> = {
  [componentType.userSelect]: ["user"],
  [componentType.roleSelect]: ["role"],
  [componentType.mentionableSelect]: ["user", "role"],
  [componentType.channelSelect]: ["channel"]
}

const checkDefaults = (check: Check, select: Json): void => {
  const types = defaultTypes[Number(select["type"])] ?? []
  check.each("default_values", select["default_values"], (check, { id, type }) => {
    if (!types.includes(type)) check.fail("type", types.length === 0 ? "no defaults here" : types.join(" or "), type)
    if (typeof id !== "string" || !/^\d{1,20}$/.test(id)) check.fail("id", "an id", id)
  })
}

/** A select menu, in a message or in a form. */
export const checkSelect = (check: Check, select: Json): void => {
  check.components++
  checkCustomId(check, select)
  check.length("placeholder", select["placeholder"], limits.component.placeholder)
  checkAmounts(check, select, limits.component.minValues, limits.component.maxValues)
  const { max_values: max = 1, min_values: min = 1 } = select
  if (select["type"] === componentType.stringSelect) {
    checkOptions(check, select, limits.component.options)
    const { length } = listOf(select["options"])
    if (typeof max === "number" && max > length) check.fail("max_values", `at most the ${length} options`, max)
  }
  const defaults = listOf(select["default_values"]).length
  if (defaults > 0 && (isAbove(defaults, max) || isAbove(min, defaults))) {
    check.fail("default_values", "as many as can be selected", defaults)
  }
  if (defaults > 0) checkDefaults(check, select)
}

const knownTypes: ReadonlySet<unknown> = new Set(Object.values(componentType))

/** Notes that a component is not allowed where it is. One that Discord added after this was written passes. */
export const wrongType = (check: Check, { type }: Json, where: string): void => {
  if (typeof type === "number" && !knownTypes.has(type)) return
  check.fail("type", `a component that Discord allows ${where}`, type)
}

const misplaced = (check: Check, component: Json, where: string): void => {
  check.components++
  wrongType(check, component, where)
}

const checkInRow = (check: Check, component: Json): void => {
  if (component["type"] === componentType.button) checkButton(check, component)
  else if (isSelect(component)) checkSelect(check, component)
  else misplaced(check, component, "in a row")
}

const checkRow = (check: Check, row: Json): void => {
  check.components++
  const inside = listOf(row["components"])
  if (inside.length > 1 && inside.some(isSelect)) {
    check.fail("components", "one select menu and nothing else", inside.length)
  } else check.count("components", inside, limits.component.buttonsInRow)
  check.each("components", inside, checkInRow)
}

const checkText = (check: Check, text: Json): void => {
  check.components++
  const { content } = text
  check.length("content", content, limits.component.text)
  if (typeof content === "string") check.characters += content.length
}

const urlOf = (item: unknown): string => {
  const url = Predicate.isObject(item) ? (item as Json)["url"] : undefined
  return typeof url === "string" ? url : ""
}

const attachment = "attachment://"

const checkUpload = (check: Check, field: string, url: string): void => {
  if (!url.startsWith(attachment) || check.hasFile(url.slice(attachment.length))) return
  check.fail(field, "the name of a file that the message has", url)
}

const checkMedia = (check: Check, item: Json): void => {
  const url = urlOf(item["media"])
  if (!isUrl(url, mediaSchemes)) {
    check.fail("media.url", "a URL with http or https, or attachment:// and the name of a file", url)
  }
  checkUpload(check, "media.url", url)
  check.length("description", item["description"], limits.component.mediaDescription)
}

const checkAccessory = (check: Check, accessory: Json): void => {
  if (accessory["type"] === componentType.button) checkButton(check, accessory)
  else if (accessory["type"] === componentType.thumbnail) {
    check.components++
    checkMedia(check, accessory)
  } else misplaced(check, accessory, "beside a section")
}

const checkInSection = (check: Check, component: Json): void => {
  if (component["type"] === componentType.textDisplay) checkText(check, component)
  else misplaced(check, component, "in a section")
}

const checkSection = (check: Check, section: Json): void => {
  check.components++
  check.count("components", section["components"], limits.component.sectionTexts)
  check.each("components", section["components"], checkInSection)
  if (Predicate.isObject(section["accessory"])) check.in("accessory", section["accessory"], checkAccessory)
  else check.fail("accessory", "a button or a thumbnail", section["accessory"])
}

const checkFile = (check: Check, file: Json): void => {
  check.components++
  const url = urlOf(file["file"])
  // An edit may give back what Discord made of it.
  if (check.files !== undefined && !url.startsWith(attachment)) {
    check.fail("file.url", "attachment:// and the name of a file", url)
  }
  checkUpload(check, "file.url", url)
}

const checkInContainer = (check: Check, component: Json): void => {
  switch (component["type"]) {
    case componentType.actionRow:
      return checkRow(check, component)
    case componentType.section:
      return checkSection(check, component)
    case componentType.textDisplay:
      return checkText(check, component)
    case componentType.mediaGallery:
      check.components++
      check.count("items", component["items"], limits.component.galleryItems)
      return check.each("items", component["items"], checkMedia)
    case componentType.file:
      return checkFile(check, component)
    case componentType.separator:
      check.components++
      return check.whole("spacing", component["spacing"], limits.component.spacing)
    default:
      misplaced(check, component, "here")
  }
}

const checkTopLevel = (check: Check, component: Json): void => {
  if (component["type"] !== componentType.container) return checkInContainer(check, component)
  check.components++
  check.whole("accent_color", component["accent_color"], limits.component.accentColor)
  if (listOf(component["components"]).length === 0) check.fail("components", "something in a container", [])
  check.each("components", component["components"], checkInContainer)
}

const checkOnlyRow = (check: Check, component: Json): void => {
  if (component["type"] === componentType.actionRow) checkRow(check, component)
  else misplaced(check, component, "in a message without Components V2")
}

/** The components of a message. */
export const checkComponents = (check: Check, components: ReadonlyArray<unknown>, isV2: boolean): void => {
  if (!isV2) {
    check.count("components", components, limits.message.rows)
    return check.each("components", components, checkOnlyRow)
  }
  check.each("components", components, checkTopLevel)
  check.total("components", check.components, limits.message.components, "components")
  if (check.characters > limits.message.texts.max) {
    check.total("components", textLength(components), limits.message.texts, "characters")
  }
}

const textLength = (components: unknown): number =>
  listOf(components).reduce<number>((sum, component) => {
    if (!Predicate.isObject(component)) return sum
    const { components, content, type } = component as Json
    const own = type === componentType.textDisplay && typeof content === "string" ? codePoints(content) : 0
    return sum + own + textLength(components)
  }, 0)

/** Which of Discord's rules a menu breaks that has no custom id yet. */
export const validateMenu = (menu: object): ReadonlyArray<Problem> => {
  const problems = problemsOf(checkSelect, { ...menu, custom_id: "later" })
  if (problems.length > 0) return problems
  for (const locale of localesIn(menu)) {
    const translated = problemsOf(
      checkSelect,
      localized({ ...menu, custom_id: "later" }, () => locale)
    )
    if (translated.length > 0) return translated.map((problem) => ({ ...problem, path: `${problem.path} (${locale})` }))
  }
  return problems
}
