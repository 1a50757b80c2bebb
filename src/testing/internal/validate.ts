/** Discord's checks of what bots send: 50035 "Invalid Form Body", with the path of each invalid field. */
import { ApiError } from "./apiError.ts"
import { array, isObject, type Json, number, object, objects, string } from "./json.ts"
import { checkComponents } from "./validateComponents.ts"

/** The path of an invalid field: `["data", "components", 0]`. */
export type Path = ReadonlyArray<string | number>

/** The problems of a body. */
export class Problems {
  readonly #found: Array<{ readonly path: Path; readonly code: string; readonly message: string }> = []

  add(path: Path, code: string, message: string): void {
    this.#found.push({ path, code, message })
  }

  /** Adds a problem unless the length of the text is in the range. An absent text counts as empty. */
  length(path: Path, text: unknown, min: number, max: number): void {
    const length = [...(string(text) ?? "")].length
    if (length < min && length === 0) this.add(path, "BASE_TYPE_REQUIRED", "This field is required")
    else if (length < min || length > max) {
      const [code, message] =
        min === 0
          ? ["BASE_TYPE_MAX_LENGTH", `Must be ${max} or fewer in length.`]
          : ["BASE_TYPE_BAD_LENGTH", `Must be between ${min} and ${max} in length.`]
      this.add(path, code, message)
    }
  }

  /** Adds a problem unless the size of the array is in the range. */
  size(path: Path, items: unknown, min: number, max: number): void {
    const size = array(items).length
    if (size >= min && size <= max) return
    this.add(path, "BASE_TYPE_BAD_LENGTH", `Must be between ${min} and ${max} in length.`)
  }

  /** Adds a problem if there is a number that is not in the range. */
  range(path: Path, value: unknown, min: number, max: number): void {
    if (value === undefined || value === null) return
    const given = number(value)
    if (given !== undefined && given >= min && given <= max) return
    this.add(path, "NUMBER_TYPE_RANGE", `int value should be between ${min} and ${max}.`)
  }

  /** Throws Discord's error if there are any problems. */
  done(): void {
    if (this.#found.length === 0) return
    const errors: Record<string, unknown> = {}
    for (const { code, message, path } of this.#found) {
      let at = errors
      for (const step of path) {
        const next: Record<string, unknown> = isObject(at[step]) ? { ...at[step] } : {}
        at[step] = next
        at = next
      }
      at["_errors"] = [...array(at["_errors"]), { code, message }]
    }
    throw new ApiError(400, 50035, "Invalid Form Body", errors)
  }
}

/** The flag IS_COMPONENTS_V2: the components are the content of the message. */
export const componentsV2 = 1 << 15

const embedLimits = [
  ["title", 256],
  ["description", 4096]
] as const

const checkEmbeds = (problems: Problems, embeds: unknown, path: Path): void => {
  problems.size(path, embeds, 0, 10)
  let total = 0
  for (const [index, embed] of objects(embeds).entries()) {
    for (const [field, max] of embedLimits) problems.length([...path, index, field], embed[field], 0, max)
    problems.length([...path, index, "footer", "text"], object(embed["footer"])["text"], 0, 2048)
    problems.length([...path, index, "author", "name"], object(embed["author"])["name"], 0, 256)
    problems.size([...path, index, "fields"], embed["fields"], 0, 25)
    const texts = [
      embed["title"],
      embed["description"],
      object(embed["footer"])["text"],
      object(embed["author"])["name"]
    ]
    for (const [at, field] of objects(embed["fields"]).entries()) {
      problems.length([...path, index, "fields", at, "name"], field["name"], 1, 256)
      problems.length([...path, index, "fields", at, "value"], field["value"], 1, 1024)
      texts.push(field["name"], field["value"])
    }
    total += texts.reduce<number>((sum, text) => sum + (string(text)?.length ?? 0), 0)
  }
  if (total > 6000) {
    problems.add(path, "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
  }
}

/** Checks a message that a bot creates or edits. `flags` are those that it will have. */
export const checkMessage = (body: Json, flags: number, path: Path = []): void => {
  const problems = new Problems()
  const isV2 = (flags & componentsV2) !== 0
  problems.length([...path, "content"], body["content"], 0, 2000)
  checkEmbeds(problems, body["embeds"], [...path, "embeds"])
  checkComponents(problems, body["components"], isV2, [...path, "components"])
  for (const field of isV2 ? ["content", "embeds", "poll", "sticker_ids"] : []) {
    const value = body[field]
    const isUsed = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== ""
    if (!isUsed) continue
    const message = `The '${field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`
    problems.add([...path, field], "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)
  }
  problems.done()
}

/** Checks the response to an autocomplete. */
export const checkChoices = (choices: unknown, path: Path): void => {
  const problems = new Problems()
  problems.size(path, choices, 0, 25)
  for (const [index, choice] of objects(choices).entries()) {
    problems.length([...path, index, "name"], choice["name"], 1, 100)
    const { value } = choice
    if (typeof value === "string") problems.length([...path, index, "value"], value, 1, 100)
    else if (typeof value !== "number")
      problems.add([...path, index, "value"], "BASE_TYPE_REQUIRED", "This field is required")
  }
  problems.done()
}
