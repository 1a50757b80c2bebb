/** Discord's checks of application commands. Source: Discord, "Application Commands". */
import { array, type Json, number, objects, string } from "./json.ts"
import { type Path, Problems } from "./validate.ts"

const chatInput = 1
const subcommand = 1
const subcommandGroup = 2
const name = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u

const checkName = (problems: Problems, value: unknown, path: Path, isChatInput: boolean): void => {
  problems.length([...path, "name"], value, 1, 32)
  const text = string(value) ?? ""
  if (!isChatInput || text === "" || [...text].length > 32) return
  if (!name.test(text) || text !== text.toLowerCase()) {
    problems.add([...path, "name"], "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
  }
}

const checkOptions = (problems: Problems, options: unknown, path: Path): void => {
  problems.size(path, options, 0, 25)
  const names = new Set<unknown>()
  let wasOptional = false
  for (const [index, option] of objects(options).entries()) {
    const at = [...path, index]
    const type = number(option["type"]) ?? 0
    problems.range([...at, "type"], type, 1, 11)
    checkName(problems, option["name"], at, true)
    problems.length([...at, "description"], option["description"], 1, 100)
    if (names.has(option["name"])) {
      const message = "The specified option name is already used"
      problems.add([...at, "name"], "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message)
    }
    names.add(option["name"])
    if (option["required"] === true && wasOptional) {
      const message = "Required options must be placed before non-required options"
      problems.add(at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
    }
    wasOptional ||= option["required"] !== true && type > subcommandGroup
    const isNested = type === subcommand || type === subcommandGroup
    if (isNested) checkOptions(problems, option["options"], [...at, "options"])
    checkChoices(problems, option["choices"], [...at, "choices"], type)
    if (option["autocomplete"] === true && array(option["choices"]).length > 0) {
      const message = "Autocomplete cannot be enabled if choices are present"
      problems.add([...at, "choices"], "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE", message)
    }
  }
}

const stringOption = 3

const checkChoices = (problems: Problems, choices: unknown, path: Path, type: number): void => {
  problems.size(path, choices, 0, 25)
  for (const [index, choice] of objects(choices).entries()) {
    problems.length([...path, index, "name"], choice["name"], 1, 100)
    if (type === stringOption) problems.length([...path, index, "value"], choice["value"], 1, 100)
  }
}

/** Checks one command. */
export const checkCommand = (problems: Problems, command: Json, path: Path): void => {
  const isChatInput = (number(command["type"]) ?? chatInput) === chatInput
  checkName(problems, command["name"], path, isChatInput)
  problems.length([...path, "description"], command["description"], isChatInput ? 1 : 0, isChatInput ? 100 : 0)
  checkOptions(problems, command["options"], [...path, "options"])
}

/** Checks the commands of a bulk overwrite. Throws Discord's error. */
export const checkCommands = (commands: ReadonlyArray<Json>): void => {
  const problems = new Problems()
  const keys = new Set<string>()
  for (const [index, command] of commands.entries()) {
    checkCommand(problems, command, [index])
    const key = `${number(command["type"]) ?? chatInput} ${string(command["name"])}`
    if (keys.has(key)) {
      const message = "Application command names must be unique"
      problems.add([index, "name"], "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
    }
    keys.add(key)
  }
  problems.done()
}
