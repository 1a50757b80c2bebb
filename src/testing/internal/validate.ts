/** Discord's checks of what bots send: 50035 "Invalid Form Body", with the path of each invalid field. */
import { ApiError } from "./apiError.ts"
import { optionType as Type } from "../../discord/numbers.ts"
import { everyEmoji, type KnownEmoji } from "./emojis.ts"
import { array, isObject, type Json, number, object, objects, string } from "./json.ts"
import { checkEmptyEmbeds, checkMessageShape } from "./messageShapes.ts"
import { decimal, dictionary, integer, list, model, needed, type Shape, text, textUpTo } from "./shapes.ts"
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
    // Another type is a problem of its own.
    if (text !== undefined && text !== null && typeof text !== "string") return
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

  /** Adds a problem if there is a number that is not in the range. Most numbers of Discord's are whole. */
  range(path: Path, value: unknown, min: number, max: number, isWhole = true): void {
    if (value === undefined || value === null) return
    const given = number(value)
    if (given !== undefined && given >= min && given <= max && (!isWhole || Number.isInteger(given))) return
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

const trimmed = (text: unknown): string => (string(text) ?? "").trim()

const characters = (text: string): number => [...text].length

/** Texts of an embed with their paths and bounds. Discord trims them. Source: Discord, "Embed Limits". */
const embedTexts = (embed: Json): ReadonlyArray<readonly [path: Path, text: string, min: number, max: number]> => [
  [["title"], trimmed(embed["title"]), 0, 256],
  [["description"], trimmed(embed["description"]), 0, 4096],
  [["footer", "text"], trimmed(object(embed["footer"])["text"]), 0, 2048],
  [["author", "name"], trimmed(object(embed["author"])["name"]), 0, 256],
  ...objects(embed["fields"]).flatMap((field, at) => [
    [["fields", at, "name"], trimmed(field["name"]), 1, 256] as const,
    [["fields", at, "value"], trimmed(field["value"]), 1, 1024] as const
  ])
]

const checkEmbeds = (problems: Problems, embeds: unknown, path: Path): void => {
  problems.size(path, embeds, 0, 10)
  let total = 0
  for (const [index, embed] of objects(embeds).entries()) {
    problems.size([...path, index, "fields"], embed["fields"], 0, 25)
    problems.range([...path, index, "color"], embed["color"], 0, 0xffffff)
    for (const [at, text, min, max] of embedTexts(embed)) {
      problems.length([...path, index, ...at], text, min, max)
      total += characters(text)
    }
  }
  if (total > 6000) {
    problems.add(path, "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
  }
}

// Source: Discord, "Allowed Mentions Object".
const checkMentions = (problems: Problems, mentions: Json, path: Path): void => {
  for (const kind of ["roles", "users"]) {
    problems.size([...path, kind], mentions[kind], 0, 100)
    if (!array(mentions["parse"]).includes(kind) || array(mentions[kind]).length === 0) continue
    const message = `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`
    problems.add(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
  }
}

// Source: Discord, "Poll Create Request Object" and "Poll Media Object".
const checkPoll = (problems: Problems, poll: Json, path: Path): void => {
  problems.length([...path, "question", "text"], object(poll["question"])["text"], 1, 300)
  problems.size([...path, "answers"], poll["answers"], 1, 10)
  for (const [index, answer] of objects(poll["answers"]).entries()) {
    problems.length([...path, "answers", index, "poll_media", "text"], object(answer["poll_media"])["text"], 1, 55)
  }
  problems.range([...path, "duration"], poll["duration"], 1, 768)
}

/** What a message has beside its body. */
export interface Surroundings {
  /** The flags that it will have. */
  readonly flags: number
  /** How many files are uploaded with it. */
  readonly uploads: number
  /** The names of the files that it will have. */
  readonly files: ReadonlyArray<string>
  /** Default: every custom emoji is there. */
  readonly isKnown?: KnownEmoji | undefined
}

/** Checks a message that a bot creates or edits. Source: Discord, "Create Message". */
export const checkMessage = (body: Json, surroundings: Surroundings, path: Path = []): void => {
  const { files, flags, isKnown = everyEmoji, uploads } = surroundings
  const problems = new Problems()
  checkMessageShape(problems, body, isKnown, path)
  const isV2 = (flags & componentsV2) !== 0
  problems.length([...path, "content"], body["content"], 0, 2000)
  checkEmbeds(problems, body["embeds"], [...path, "embeds"])
  checkEmptyEmbeds(problems, body["embeds"], [...path, "embeds"])
  checkComponents(problems, body["components"], { files, isV2 }, [...path, "components"])
  checkMentions(problems, object(body["allowed_mentions"]), [...path, "allowed_mentions"])
  if (isObject(body["poll"])) checkPoll(problems, body["poll"], [...path, "poll"])
  problems.size([...path, "sticker_ids"], body["sticker_ids"], 0, 3)
  problems.length([...path, "nonce"], String(body["nonce"] ?? ""), 0, 25)
  if (Math.max(uploads, array(body["attachments"]).length) > 10) {
    problems.add([...path, "attachments"], "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
  }
  for (const field of isV2 ? ["content", "embeds", "poll", "sticker_ids", "shared_client_theme"] : []) {
    const value = body[field]
    const isUsed = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== ""
    if (!isUsed) continue
    const message = `The '${field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`
    problems.add([...path, field], "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)
  }
  problems.done()
}

const suggested: Readonly<Record<number, Shape>> = {
  [Type.string]: text,
  [Type.integer]: integer,
  [Type.number]: decimal
}

/** Checks the response to an autocomplete of an option of this type. Source: Discord, "Application Command Option Choice". */
export const checkChoices = (choices: unknown, type: number | undefined, path: Path): void => {
  const problems = new Problems()
  const value = suggested[type ?? 0] ?? (() => undefined)
  const shape = needed(list(model({ name: text, name_localizations: dictionary(textUpTo(100)), value })))
  shape(problems, choices, path)
  problems.size(path, choices, 0, 25)
  for (const [index, choice] of objects(choices).entries()) {
    problems.length([...path, index, "name"], choice["name"], 1, 100)
    const at = [...path, index, "value"]
    if (typeof choice["value"] === "string") problems.length(at, choice["value"], 1, 100)
    else if (typeof choice["value"] !== "number") problems.add(at, "BASE_TYPE_REQUIRED", "This field is required")
    else if (type === Type.integer) problems.range(at, choice["value"], -(2 ** 53 - 1), 2 ** 53 - 1)
  }
  problems.done()
}
