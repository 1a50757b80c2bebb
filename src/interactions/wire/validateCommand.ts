/** Discord's rules for commands. Source: Discord, "Application Commands". */
import * as Predicate from "effect/Predicate"
import * as limits from "../../discord/limits.ts"
import { locales } from "../../discord/locales.ts"
import { commandType, entryPointHandler, optionType } from "../../discord/numbers.ts"
import { type Check, codePoints, type Json, listOf, type Problem, problemsOf, show } from "./check.ts"

// Source: Discord, "Application Command Naming".
const slashName = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]+$/u

const isLowerCase = (name: string): boolean => name === name.toLowerCase()

const checkName = (check: Check, field: string, name: unknown, isSlash: boolean): void => {
  check.length(field, name, limits.command.name)
  if (!isSlash || typeof name !== "string" || name === "") return
  if (!slashName.test(name)) check.fail(field, `only letters, digits, "-", "_" and "'"`, name)
  else if (!isLowerCase(name)) check.fail(field, "lower case", name)
}

/** Each translation of a field. */
const eachTranslation = (
  check: Check,
  value: Json,
  field: string,
  rule: (check: Check, locale: string, text: unknown) => void
): void =>
  check.in(field, value[field], (check, translations) => {
    for (const [locale, text] of Object.entries(translations)) {
      if (!Predicate.isNotNullish(text)) continue
      if (locales.has(locale)) rule(check, locale, text)
      else check.fail(locale, "one of Discord's locales", locale)
    }
  })

const checkTexts = (check: Check, value: Json): void => {
  checkName(check, "name", value["name"], true)
  eachTranslation(check, value, "name_localizations", (check, locale, name) => checkName(check, locale, name, true))
  check.length("description", trimmed(value["description"]), limits.command.description)
  eachTranslation(check, value, "description_localizations", (check, locale, text) =>
    check.length(locale, trimmed(text), limits.command.description)
  )
}

// White space at both ends of a description does not count.
const trimmed = (text: unknown): unknown => (typeof text === "string" ? text.trim() : text)

const typeOf = (value: unknown): unknown => (Predicate.isObject(value) ? (value as Json)["type"] : undefined)

const isSubcommand = (option: unknown): boolean => typeOf(option) === optionType.subcommand

const isChild = (option: unknown): boolean => isSubcommand(option) || typeOf(option) === optionType.subcommandGroup

const nameOf = ({ name }: Json): unknown => name

const hasChoices: ReadonlySet<unknown> = new Set([optionType.string, optionType.integer, optionType.number])

const checkChoices = (check: Check, option: Json): void => {
  const { type } = option
  check.count("choices", option["choices"], limits.command.choices)
  check.each("choices", option["choices"], (check, choice) => {
    check.length("name", choice["name"], limits.command.choiceName)
    eachTranslation(check, choice, "name_localizations", (check, locale, name) =>
      check.length(locale, name, limits.command.choiceName)
    )
    if (type === optionType.string) check.length("value", choice["value"], limits.command.choiceValue)
    else if (Predicate.isNotNullish(choice["value"])) checkNumber(check, "value", choice["value"], type)
    else check.fail("value", "the number that is meant", choice["value"])
  })
  const isSuggested = option["autocomplete"] === true
  if (listOf(option["choices"]).length > 0) {
    if (isSuggested) check.fail("autocomplete", "either choices or suggestions", "both")
    if (!hasChoices.has(type)) check.fail("choices", "only for texts and numbers", `type ${show(type)}`)
  } else if (isSuggested && !hasChoices.has(type)) {
    check.fail("autocomplete", "only for texts and numbers", `type ${show(type)}`)
  }
}

const checkNumber = (check: Check, field: string, value: unknown, type: unknown): void => {
  if (type === optionType.integer) check.whole(field, value, limits.command.integer)
  else check.range(field, value, limits.command.number)
}

const checkOrder = (check: Check, option: Json, min: string, max: string): void => {
  const [low, high] = [option[min], option[max]]
  if (typeof low === "number" && typeof high === "number") check.order(min, low, high)
}

const checkBounds = (check: Check, option: Json): void => {
  const { type } = option
  if (type === optionType.string) {
    check.whole("min_length", option["min_length"], limits.command.minLength)
    check.whole("max_length", option["max_length"], limits.command.maxLength)
    checkOrder(check, option, "min_length", "max_length")
  } else {
    checkNumber(check, "min_value", option["min_value"], type)
    checkNumber(check, "max_value", option["max_value"], type)
    checkOrder(check, option, "min_value", "max_value")
  }
}

/** An option that has no options of its own. */
const checkLeaf = (check: Check, option: Json): void => {
  checkTexts(check, option)
  check.whole("type", option["type"] ?? 0, { min: optionType.subcommand, max: optionType.attachment })
  checkChoices(check, option)
  checkBounds(check, option)
  checkFileTypes(check, option)
}

const checkFileTypes = (check: Check, option: Json): void => {
  check.fileTypes(option, limits.command.fileTypes)
  if (option["type"] !== optionType.attachment && listOf(option["file_types"]).length > 0) {
    check.fail("file_types", "only for attachments", `type ${show(option["type"])}`)
  }
}

const checkGroup = (check: Check, group: Json): void => {
  checkTexts(check, group)
  check.count("options", group["options"], limits.command.children)
  checkUnique(check, group["options"])
  check.each(
    "options",
    group["options"],
    (check, option) => {
      if (isSubcommand(option)) checkSubcommand(check, option)
      else check.fail("type", "only subcommands in a group", option["type"])
    },
    nameOf
  )
}

const checkSubcommand = (check: Check, subcommand: Json): void => {
  checkTexts(check, subcommand)
  checkLeaves(check, subcommand)
}

/** The options of a command or of a subcommand, none of which is a subcommand. */
const checkLeaves = (check: Check, parent: Json): void => {
  const options = listOf(parent["options"])
  check.count("options", options, limits.command.options)
  checkUnique(check, options)
  let wasOptional = false
  check.each(
    "options",
    options,
    (check, option) => {
      if (isChild(option)) return check.fail("type", "no subcommand in a subcommand", option["type"])
      const isRequired = option["required"] === true
      if (isRequired && wasOptional) check.fail("required", "required options before optional ones", true)
      wasOptional ||= !isRequired
      checkLeaf(check, option)
    },
    nameOf
  )
}

const translationOf = (option: Json, locale: string): unknown => {
  const names = option["name_localizations"]
  return Predicate.isObject(names) ? (names as Json)[locale] : undefined
}

// Source: Discord, "Localization": the name of an option in a language is neither another option's there nor its own name.
const checkTranslatedNames = (check: Check, options: ReadonlyArray<Json>): void => {
  check.each(
    "options",
    options,
    (check, option) => {
      const at = options.indexOf(option)
      check.in("name_localizations", option["name_localizations"], (check, names) => {
        for (const [locale, name] of Object.entries(names)) {
          const isTaken = options.some(
            (other, index) =>
              index !== at && (other["name"] === name || (index < at && translationOf(other, locale) === name))
          )
          if (isTaken && typeof name === "string") check.fail(locale, "a name of its own among the options", name)
        }
      })
    },
    nameOf
  )
}

const checkUnique = (check: Check, options: unknown): void => {
  const names = new Set<unknown>()
  checkTranslatedNames(check, listOf(options).filter(Predicate.isObject) as ReadonlyArray<Json>)
  check.each(
    "options",
    options,
    (check, { name }) => {
      if (names.has(name)) check.fail("name", "a name of its own among the options", name)
      names.add(name)
    },
    nameOf
  )
}

/** The options of a command, one of which is a subcommand or a group. */
const checkChildren = (check: Check, command: Json): void => {
  check.count("options", command["options"], limits.command.children)
  checkUnique(check, command["options"])
  check.each(
    "options",
    command["options"],
    (check, option) => {
      if (isSubcommand(option)) checkSubcommand(check, option)
      else if (isChild(option)) checkGroup(check, option)
      else check.fail("", "no options beside subcommands", `an option of type ${show(option["type"])}`)
    },
    nameOf
  )
}

const longest = (value: Json, field: string): number => {
  const translations = value[`${field}_localizations`]
  const texts = [value[field], ...(Predicate.isObject(translations) ? Object.values(translations) : [])]
  return Math.max(...texts.map((text) => (typeof text === "string" ? codePoints(text) : 0)))
}

// Source: Discord, "Slash Commands": names, descriptions and values, of each only the longest localization.
const charactersOf = (value: Json): number => {
  const inside = [...listOf(value["options"]), ...listOf(value["choices"])].filter(Predicate.isObject)
  const text = value["value"]
  return inside.reduce<number>(
    (sum, each) => sum + charactersOf(each as Json),
    longest(value, "name") + longest(value, "description") + (typeof text === "string" ? codePoints(text) : 0)
  )
}

const checkSlash = (check: Check, command: Json): void => {
  checkTexts(check, command)
  if (listOf(command["options"]).some(isChild)) checkChildren(check, command)
  else checkLeaves(check, command)
  check.total("", charactersOf(command), limits.command.total, "characters")
}

const checkContextMenu = (check: Check, command: Json): void => {
  checkName(check, "name", command["name"], false)
  eachTranslation(check, command, "name_localizations", (check, locale, name) => checkName(check, locale, name, false))
  const { description } = command
  if (typeof description === "string" && description !== "") {
    check.fail("description", "no description in a context menu", description)
  }
  if (listOf(command["options"]).length > 0) check.fail("options", "no options in a context menu", command["options"])
}

// Source: Discord, "Entry Point Commands".
const checkEntryPoint = (check: Check, command: Json): void => {
  checkName(check, "name", command["name"], false)
  eachTranslation(check, command, "name_localizations", (check, locale, name) => checkName(check, locale, name, false))
  check.length("description", command["description"], limits.command.entryDescription)
  eachTranslation(check, command, "description_localizations", (check, locale, text) =>
    check.length(locale, text, limits.command.entryDescription)
  )
  check.whole("handler", command["handler"], { min: entryPointHandler.app, max: entryPointHandler.discord })
  if (listOf(command["options"]).length > 0) check.fail("options", "no options of an entry point", command["options"])
}

const commandTypes = { min: commandType.chatInput, max: commandType.entryPoint }

const checkCommand = (check: Check, command: Json): void => {
  const type = command["type"] ?? commandType.chatInput
  check.whole("type", type, commandTypes)
  if (type === commandType.entryPoint) return checkEntryPoint(check, command)
  if (Predicate.isNotNullish(command["handler"])) {
    check.fail("handler", "only for an entry point", command["handler"])
  }
  if (type === commandType.chatInput) checkSlash(check, command)
  else checkContextMenu(check, command)
}

/** Which of Discord's rules a command breaks. */
export const validateCommand = (command: object): ReadonlyArray<Problem> => problemsOf(checkCommand, command as Json)

const counted = [
  [commandType.chatInput, "slash commands", limits.commandCounts.slash],
  [commandType.user, "commands in the context menu of users", limits.commandCounts.user],
  [commandType.message, "commands in the context menu of messages", limits.commandCounts.message],
  [commandType.entryPoint, "entry points", limits.commandCounts.entryPoint]
] as const

/** Which of the counts of one scope a list of commands exceeds. */
export const validateCounts = (
  commands: ReadonlyArray<{ readonly type?: number | undefined }>
): ReadonlyArray<Problem> =>
  problemsOf((check, commands) => {
    for (const [type, what, limit] of counted) {
      const count = commands.filter((command) => (command.type ?? commandType.chatInput) === type).length
      check.total("", count, limit, what)
    }
  }, commands)
