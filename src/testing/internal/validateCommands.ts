/** Discord's checks of application commands. Source: Discord, "Application Commands". */
import { commandType, optionType as Type } from "../../discord/numbers.ts"
import { checkCommandShape } from "./commandShapes.ts"
import { array, isObject, type Json, number, object, objects, string } from "./json.ts"
import { checkFileTypes } from "./fileTypes.ts"
import { type Path, Problems } from "./validate.ts"

const name = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u

const mayHaveChoices: ReadonlySet<number> = new Set([Type.string, Type.integer, Type.number])

const checkName = (problems: Problems, value: unknown, path: Path, isChatInput: boolean): void => {
  problems.length(path, value, 1, 32)
  const text = string(value) ?? ""
  if (!isChatInput || text === "" || [...text].length > 32) return
  if (!name.test(text) || text !== text.toLowerCase()) {
    problems.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
  }
}

// Source: Discord, "Locales".
const locales =
  "id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko".split(
    " "
  )

/** The translations of a field with their paths. */
const translations = (
  problems: Problems,
  json: Json,
  field: string,
  path: Path
): ReadonlyArray<readonly [path: Path, text: unknown]> => {
  const given = Object.entries(object(json[field])).filter(([, text]) => text !== null && text !== undefined)
  for (const [locale] of given) {
    if (locales.includes(locale)) continue
    const message = `Value must be one of (${locales.map((each) => `'${each}'`).join(", ")}).`
    problems.add([...path, field, locale], "BASE_TYPE_CHOICES", message)
  }
  return given.map(([locale, text]) => [[...path, field, locale], text])
}

const checkTexts = (problems: Problems, json: Json, path: Path): void => {
  checkName(problems, json["name"], [...path, "name"], true)
  problems.length([...path, "description"], trimmed(json["description"]), 1, 100)
  for (const [at, text] of translations(problems, json, "name_localizations", path)) checkName(problems, text, at, true)
  for (const [at, text] of translations(problems, json, "description_localizations", path))
    problems.length(at, trimmed(text), 1, 100)
}

// Discord trims descriptions. A translation that is the same as the original is none: "Localization".
const trimmed = (value: unknown): unknown => (typeof value === "string" ? value.trim() : value)

const checkNumber = (problems: Problems, value: unknown, path: Path, type: number): void => {
  const isInteger = type === Type.integer
  const most = isInteger ? 2 ** 53 - 1 : 2 ** 53
  problems.range(path, value, -most, most, isInteger)
}

const checkChoices = (problems: Problems, option: Json, path: Path, type: number): void => {
  const choices = array(option["choices"])
  problems.size([...path, "choices"], choices, 0, 25)
  for (const [index, choice] of objects(choices).entries()) {
    const at = [...path, "choices", index]
    problems.length([...at, "name"], choice["name"], 1, 100)
    for (const [where, text] of translations(problems, choice, "name_localizations", at))
      problems.length(where, text, 1, 100)
    if (type === Type.string) problems.length([...at, "value"], choice["value"], 1, 100)
    else if (typeof choice["value"] === "number") checkNumber(problems, choice["value"], [...at, "value"], type)
  }
  if (option["autocomplete"] === true && choices.length > 0) {
    const message = "Autocomplete cannot be enabled if choices are present"
    problems.add([...path, "choices"], "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE", message)
  }
  if ((option["autocomplete"] === true || choices.length > 0) && !mayHaveChoices.has(type)) {
    problems.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Options of this type have no choices")
  }
}

const checkBounds = (problems: Problems, option: Json, path: Path, type: number): void => {
  const isText = type === Type.string
  const [min, max] = isText ? ["min_length", "max_length"] : ["min_value", "max_value"]
  if (isText) {
    problems.range([...path, min], option[min], 0, 6000)
    problems.range([...path, max], option[max], 1, 6000)
  } else {
    checkNumber(problems, option[min], [...path, min], type)
    checkNumber(problems, option[max], [...path, max], type)
  }
  if ((number(option[min]) ?? -Infinity) > (number(option[max]) ?? Infinity)) {
    problems.add([...path, min], "APPLICATION_COMMAND_OPTIONS_MIN_OVER_MAX", `${min} must not exceed ${max}`)
  }
}

/** Where options are: in a command, in a subcommand, or in a group. */
type Place = "command" | "subcommand" | "group"

const isNested = (type: number): boolean => type === Type.subcommand || type === Type.subcommandGroup

const isAllowed = (type: number, place: Place, hasNested: boolean): boolean =>
  place === "group" ? type === Type.subcommand : place === "command" ? isNested(type) === hasNested : !isNested(type)

const checkOption = (problems: Problems, option: Json, path: Path, type: number): void => {
  checkTexts(problems, option, path)
  problems.range([...path, "type"], type, Type.subcommand, Type.attachment)
  if (type === Type.subcommand) checkOptions(problems, option["options"], [...path, "options"], "subcommand")
  else if (type === Type.subcommandGroup) checkOptions(problems, option["options"], [...path, "options"], "group")
  else {
    checkChoices(problems, option, path, type)
    checkBounds(problems, option, path, type)
    checkFileTypes(problems, option, [...path, "file_types"])
    if (type !== Type.attachment && array(option["file_types"]).length > 0) {
      const message = "file_types is only for attachments"
      problems.add([...path, "file_types"], "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
    }
  }
}

const checkOptions = (problems: Problems, options: unknown, path: Path, place: Place): void => {
  problems.size(path, options, place === "group" ? 1 : 0, 25)
  const hasNested = objects(options).some((option) => isNested(number(option["type"]) ?? 0))
  const names = new Set<unknown>()
  checkLocalizedNames(problems, options, path)
  let wasOptional = false
  for (const [index, option] of objects(options).entries()) {
    const at = [...path, index]
    const type = number(option["type"]) ?? 0
    if (names.has(option["name"])) {
      const message = "The specified option name is already used"
      problems.add([...at, "name"], "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message)
    }
    names.add(option["name"])
    if (!isAllowed(type, place, hasNested)) {
      const message = "Sub-command and sub-command group option types are mutually exclusive to other types"
      problems.add(at, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
      continue
    }
    if (option["required"] === true && wasOptional) {
      const message = "Required options must be placed before non-required options"
      problems.add(at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
    }
    wasOptional ||= option["required"] !== true && !isNested(type)
    checkOption(problems, option, at, type)
  }
}

// Source: Discord, "Localization": distinct from the names of the others, and from their names in that language.
const checkLocalizedNames = (problems: Problems, options: unknown, path: Path): void => {
  const all = objects(options)
  for (const [index, option] of all.entries()) {
    for (const [locale, name] of Object.entries(object(option["name_localizations"]))) {
      const isTaken = all.some(
        (other, at) =>
          at !== index &&
          typeof name === "string" &&
          (other["name"] === name || (at < index && object(other["name_localizations"])[locale] === name))
      )
      if (!isTaken) continue
      const message = "The specified option name is already used"
      const at = [...path, index, "name_localizations", locale]
      problems.add(at, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message)
    }
  }
}

const longest = (json: Json, field: string): number => {
  const texts = [json[field], ...Object.values(object(json[`${field}_localizations`]))]
  return texts.reduce<number>((length, text) => Math.max(length, [...(string(text) ?? "")].length), 0)
}

// Source: Discord, "Slash Commands": of each field only the longest localization counts.
const size = (json: Json): number => {
  const inside = [...objects(json["options"]), ...objects(json["choices"])].map(size)
  const value = [...(string(json["value"]) ?? "")].length
  return inside.reduce((sum, each) => sum + each, longest(json, "name") + longest(json, "description") + value)
}

// Source: Discord, "Application Command Object": `handler` is for entry points only.
const checkHandler = (problems: Problems, command: Json, path: Path, isEntry: boolean): void => {
  const { handler } = command
  const isAbsent = handler === undefined || handler === null
  if (!isAbsent && !(isEntry && (handler === 1 || handler === 2)))
    problems.add([...path, "handler"], "BASE_TYPE_CHOICES", "Value must be one of (1, 2).")
}

/** Checks one command. */
export const checkCommand = (problems: Problems, command: Json, path: Path): void => {
  const isEntry = number(command["type"]) === commandType.entryPoint
  checkCommandShape(problems, command, path)
  checkHandler(problems, command, path, isEntry)
  if ((number(command["type"]) ?? commandType.chatInput) === commandType.chatInput) {
    checkTexts(problems, command, path)
    checkOptions(problems, command["options"], [...path, "options"], "command")
    if (size(command) > 8000) {
      problems.add(path, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")
    }
    return
  }
  checkName(problems, command["name"], [...path, "name"], false)
  for (const [at, text] of translations(problems, command, "name_localizations", path))
    checkName(problems, text, at, false)
  if (isEntry) {
    problems.length([...path, "description"], command["description"], 0, 100)
    for (const [at, text] of translations(problems, command, "description_localizations", path)) {
      problems.length(at, text, 0, 100)
    }
  }
  if (isEntry) problems.size([...path, "options"], command["options"], 0, 0)
  else refuseParts(problems, command, path)
}

// The codes are from issues 3629 and 8574 of discord-api-docs.
const refuseParts = (problems: Problems, command: Json, path: Path): void => {
  for (const part of ["description", "options"]) {
    const value = command[part]
    const isGiven = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== ""
    if (!isGiven) continue
    const code = `APPLICATION_COMMAND_CONTEXT_MENU_${part.toUpperCase()}_INVALID`
    problems.add([...path, part], code, `Context menu commands cannot have ${part}`)
  }
}

const typeOf = (command: Json): number => number(command["type"]) ?? commandType.chatInput

const maxima: Readonly<Record<number, number>> = { 1: 100, 2: 15, 3: 15, 4: 1 }

/** Whether there are more commands of a type than one scope may have. Source: Discord, "Application Commands". */
export const areTooMany = (commands: ReadonlyArray<unknown>): boolean =>
  Object.entries(maxima).some(
    ([type, max]) => commands.filter((command) => isObject(command) && typeOf(command) === Number(type)).length > max
  )

/** Checks the commands of a bulk overwrite. Throws Discord's error. */
export const checkCommands = (commands: ReadonlyArray<Json>, problems = new Problems()): void => {
  const keys = new Set<string>()
  for (const [index, command] of commands.entries()) {
    checkCommand(problems, command, [index])
    const key = `${typeOf(command)} ${string(command["name"])}`
    if (keys.has(key)) {
      const message = "Application command names must be unique"
      problems.add([index, "name"], "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
    }
    keys.add(key)
  }
  problems.done()
}
