/** The blocks of the languages `json`, `yaml`, `toml` and `dockerfile`: each can be read by what they are for. */
import { parseAllDocuments } from "yaml"

const errorOf = (run: () => void): string | undefined => {
  try {
    run()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message.split("\n")[0] : String(error)
  }
}

export const json = (text: string): string | undefined => errorOf(() => JSON.parse(text))

/** What a Kubernetes object of that kind must have in its `spec`. */
const kinds: Readonly<Record<string, ReadonlyArray<string>>> = {
  Deployment: ["selector", "template"],
  StatefulSet: ["selector", "template", "serviceName"],
  Service: ["ports"],
  PodDisruptionBudget: ["selector"]
}

export const yaml = (text: string): string | undefined => {
  for (const document of parseAllDocuments(text)) {
    const [problem] = [...document.errors, ...document.warnings]
    if (problem !== undefined) return problem.message.split("\n")[0]
    const value: { kind?: unknown; apiVersion?: unknown; metadata?: { name?: unknown }; spec?: object } | undefined =
      document.toJS()
    if (typeof value?.kind !== "string") continue
    if (typeof value.apiVersion !== "string") return `a ${value.kind} needs an apiVersion`
    if (value.metadata?.name === undefined) return `a ${value.kind} needs metadata.name`
    const missing = kinds[value.kind]?.find((key) => !Object.hasOwn(value.spec ?? {}, key))
    if (missing !== undefined) return `a ${value.kind} needs spec.${missing}`
  }
  return undefined
}

const tomlValue = (text: string): boolean =>
  /^("([^"\\]|\\.)*"|'[^']*'|true|false|[+-]?\d[\d_]*(\.\d+)?|\d{4}-\d\d-\d\d)$/.test(text) ||
  (/^\[.*\]$/.test(text) && itemsOf(text.slice(1, -1)).every(tomlValue)) ||
  (/^\{.*\}$/.test(text) && itemsOf(text.slice(1, -1)).every(isTomlPair))

const itemsOf = (text: string): ReadonlyArray<string> => {
  const items: Array<string> = []
  let depth = 0
  let item = ""
  for (const [piece] of text.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|[^]/g)) {
    if (piece === "[" || piece === "{") depth++
    if (piece === "]" || piece === "}") depth--
    if (piece === "," && depth === 0) {
      items.push(item)
      item = ""
    } else item += piece
  }
  return [...items, item].map((part) => part.trim()).filter((part) => part !== "")
}

const key = String.raw`(?:[\w-]+|"[^"]*")(?:\s*\.\s*(?:[\w-]+|"[^"]*"))*`

const isTomlPair = (text: string): boolean => {
  const value = new RegExp(`^${key}\\s*=\\s*([^]*)$`).exec(text)?.[1]
  return value !== undefined && tomlValue(value.trim())
}

const withoutTomlComment = (line: string): string => line.replace(/^((?:"[^"]*"|'[^']*'|[^"'#])*)#.*$/, "$1").trim()

/** The part of TOML that configurations use: tables, and keys with values that may go on over several lines. */
export const toml = (text: string): string | undefined => {
  let pair = ""
  for (const line of text.split("\n").map(withoutTomlComment)) {
    pair = pair === "" ? line : `${pair} ${line}`
    const isOpen = (pair.match(/[[{]/g) ?? []).length > (pair.match(/[\]}]/g) ?? []).length
    if (pair === "" || isOpen) continue
    if (!isTomlPair(pair) && !new RegExp(`^\\[{1,2}\\s*${key}\\s*\\]{1,2}$`).test(pair))
      return `this is no TOML: ${pair}`
    pair = ""
  }
  return pair === "" ? undefined : `a value is not closed: ${pair}`
}

const instructions = new Set(
  "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL RUN SHELL STOPSIGNAL USER VOLUME WORKDIR".split(" ")
)

export const dockerfile = (text: string): string | undefined => {
  const lines = text
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .join("\n")
    .replaceAll(/\\\n/g, " ")
    .split("\n")
  const first = lines.find((line) => !line.startsWith("ARG "))
  if (first?.startsWith("FROM ") !== true) return "a Dockerfile begins with FROM"
  for (const line of lines) {
    const [, instruction = "", rest = ""] = /^(\S+)\s*(.*)$/.exec(line) ?? []
    if (!instructions.has(instruction)) return `Docker has no instruction ${instruction}`
    if (rest === "") return `${instruction} needs an argument`
    const form = /^(?:CMD|ENTRYPOINT)$/.test(instruction) && rest.startsWith("[") ? json(rest) : undefined
    if (form !== undefined) return `${instruction}: ${form}`
  }
  return undefined
}
