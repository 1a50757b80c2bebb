/** Walks component trees. They come from Discord and may hold anything. */
import type * as Discord from "../../discord/Discord.ts"
import * as Predicate from "effect/Predicate"
import { componentType } from "../../discord/numbers.ts"

type Json = Readonly<Record<string, unknown>>

// The fields in which components hold components: rows and containers, sections, labels in modals.
const children = ["components", "accessory", "component"] as const

// Discord nests three levels of components, each in an array.
const maxDepth = 16

const mapNode = (node: unknown, f: (node: Json) => Json, depth = 0): unknown => {
  if (depth > maxDepth) return node
  if (Array.isArray(node)) return node.map((child) => mapNode(child, f, depth + 1))
  if (!Predicate.isObject(node)) return node
  const mapped = f(node as Json)
  const inner = children.filter((field) => mapped[field] !== undefined)
  if (inner.length === 0) return mapped
  return { ...mapped, ...Object.fromEntries(inner.map((field) => [field, mapNode(mapped[field], f, depth + 1)])) }
}

/** The tree with every component mapped, outer ones first. */
export const mapComponents = (
  components: ReadonlyArray<Discord.TopLevelComponent>,
  f: (node: Json) => Json
): Array<Discord.TopLevelComponent> => mapNode(components, f) as Array<Discord.TopLevelComponent>

/** Calls `visit` with every component that has a custom id, in the order of the tree. */
export const visitCustomIds = (node: unknown, visit: (customId: string, node: object) => void, depth = 0): void => {
  if (depth > maxDepth) return
  if (Array.isArray(node)) return node.forEach((child) => visitCustomIds(child, visit, depth + 1))
  if (!Predicate.isObject(node)) return
  const json = node as Json
  if (typeof json["custom_id"] === "string") visit(json["custom_id"], node)
  for (const field of children) if (json[field] !== undefined) visitCustomIds(json[field], visit, depth + 1)
}

/** All custom ids of a tree, in its order. */
export const customIds = (components: ReadonlyArray<unknown> | undefined): ReadonlyArray<string> => {
  const found: Array<string> = []
  visitCustomIds(components, (customId) => found.push(customId))
  return found
}

/** The tree with every component disabled whose custom id `where` accepts; `undefined` if that changes nothing. */
export const disable = (
  components: ReadonlyArray<unknown> | undefined,
  where: (customId: string) => boolean
): Array<Discord.TopLevelComponent> | undefined => {
  let changed = false
  const result = mapNode(components ?? [], (node) => {
    const id = node["custom_id"]
    if (typeof id !== "string" || node["disabled"] === true || !where(id)) return node
    changed = true
    return { ...node, disabled: true }
  })
  return changed ? (result as Array<Discord.TopLevelComponent>) : undefined
}

// A section is nothing without its accessory; its texts can stand alone.
const withoutAccessory = (section: Json): ReadonlyArray<unknown> =>
  Array.isArray(section["components"]) ? section["components"] : []

/**
 * The tree without the components whose custom id `where` accepts, and without the rows and containers that this
 * empties. A section whose accessory goes is replaced by its texts.
 */
export const remove = (
  components: ReadonlyArray<Discord.TopLevelComponent>,
  where: (customId: string) => boolean
): Array<Discord.TopLevelComponent> => {
  const isGone = (node: unknown): boolean =>
    Predicate.isObject(node) &&
    typeof (node as Json)["custom_id"] === "string" &&
    where((node as Json)["custom_id"] as string)
  const prune = (node: unknown, depth: number): ReadonlyArray<unknown> => {
    if (depth > maxDepth || !Predicate.isObject(node)) return [node]
    if (isGone(node)) return []
    const json = node as Json
    if (isGone(json["accessory"])) return withoutAccessory(json)
    if (!Array.isArray(json["components"])) return [node]
    const left = json["components"].flatMap((child: unknown) => prune(child, depth + 1))
    return left.length === 0 ? [] : [{ ...json, components: left }]
  }
  return components.flatMap((node) => prune(node, 0)) as Array<Discord.TopLevelComponent>
}

/**
 * The components of a message as Discord accepts them again in an edit of that message: it shows files by URL, and
 * takes them by name only.
 */
export const toSendAgain = (components: ReadonlyArray<Discord.TopLevelComponent>): Array<Discord.TopLevelComponent> =>
  mapComponents(components, (node) =>
    node["type"] === componentType.file && typeof node["name"] === "string"
      ? { ...node, file: { url: `attachment://${node["name"]}` } }
      : node
  )
