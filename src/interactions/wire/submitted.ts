/** Reads what a user submitted out of an interaction. */
import * as Predicate from "effect/Predicate"
import type { RawInteraction } from "./rawInteraction.ts"
import type { Resolved } from "./resolved.ts"

/** What a user submitted with one component. */
export interface Submitted {
  /** Of menus, groups of checkboxes and uploads. */
  readonly values?: ReadonlyArray<string> | undefined
  /** Of text inputs, radio groups and checkboxes. */
  readonly value?: string | boolean | null | undefined
  readonly resolved?: Resolved
}

type Json = Readonly<Record<string, unknown>>

const toSubmitted = (json: Json, resolved: Resolved): Submitted => {
  const values = Array.isArray(json["values"]) ? json["values"].filter(Predicate.isString) : undefined
  const { value } = json
  return { resolved, values, value: typeof value === "string" || typeof value === "boolean" ? value : undefined }
}

const resolvedOf = (data: Json): Resolved =>
  Predicate.isObject(data["resolved"]) ? (data["resolved"] as Resolved) : undefined

/** What was selected in the menu that was used. */
export const submittedOf = (raw: RawInteraction): Submitted => {
  const data = raw.data as unknown as Json
  return toSubmitted(data, resolvedOf(data))
}

// A field is inside a label or a row, which is in an array.
const maxDepth = 8

/** What was filled in, by the custom ids of the fields. Fields are inside labels or, in older forms, rows. */
export const fieldsOf = (raw: RawInteraction): ReadonlyMap<string, Submitted> => {
  const data = raw.data as unknown as Json
  const resolved = resolvedOf(data)
  const found = new Map<string, Submitted>()
  const visit = (node: unknown, depth: number): void => {
    if (depth > maxDepth) return
    if (Array.isArray(node)) return node.forEach((child) => visit(child, depth + 1))
    if (!Predicate.isObject(node)) return
    const json = node as Json
    if (typeof json["custom_id"] === "string") found.set(json["custom_id"], toSubmitted(json, resolved))
    visit(json["components"], depth + 1)
    visit(json["component"], depth + 1)
  }
  visit(data["components"], 0)
  return found
}
