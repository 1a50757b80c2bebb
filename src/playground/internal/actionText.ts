/** What a user did, as Discord's client writes it: `/counter start:41`. */
import { array, type Json, object, objects, string } from "../../testing/internal/json.ts"
import * as interactions from "../../testing/internal/interactions.ts"
import type { InteractionRecord } from "../../testing/internal/world.ts"

const slash = 1
const subcommands: ReadonlySet<unknown> = new Set([1, 2])
const longest = 100

const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text)

/** The name of what an option refers to. Source: Discord, "Resolved Data Structure". */
const nameIn = (resolved: Json, id: string): string | undefined => {
  const of = (kind: string) => object(object(resolved[kind])[id])
  const user = of("users")
  const named = [
    ["@", string(user["global_name"]) ?? string(user["username"])],
    ["@", string(of("roles")["name"])],
    ["#", string(of("channels")["name"])],
    ["", string(of("attachments")["filename"])]
  ] as const
  const found = named.find(([, name]) => name !== undefined)
  return found === undefined ? undefined : `${found[0]}${found[1]}`
}

const valuesOf = (options: ReadonlyArray<Json>, resolved: Json): ReadonlyArray<string> =>
  options.flatMap(({ name, options: inner, type, value }) => {
    if (subcommands.has(type)) return valuesOf(objects(inner), resolved)
    const text = nameIn(resolved, String(value)) ?? String(value)
    return [`${String(name)}:${cut(text)}`]
  })

/** An interaction in one line. */
export const actionText = ({ action, data, type }: InteractionRecord): string => {
  const resolved = object(data["resolved"])
  if (type === interactions.Kind.command && data["type"] === slash) {
    return [action, ...valuesOf(objects(data["options"]), resolved)].join(" ")
  }
  if (type === interactions.Kind.component && data["values"] !== undefined) {
    const values = array(data["values"]).map((value) => cut(nameIn(resolved, String(value)) ?? String(value)))
    return `${action}: ${values.join(", ")}`
  }
  return action
}
