/** What an update keeps of the message that it changes. */
import type { APIMessageTopLevelComponent } from "discord-api-types/v10"
import * as Predicate from "effect/Predicate"
import type { RawInteraction } from "../replies/Interaction.ts"
import { customIds, mapComponents } from "./componentTree.ts"

/** The new components and after them those of the message, without those whose custom ids are among the new ones. */
export const keepComponents = (
  fresh: ReadonlyArray<APIMessageTopLevelComponent>,
  old: ReadonlyArray<APIMessageTopLevelComponent> | undefined
): Array<APIMessageTopLevelComponent> => {
  const taken = new Set(customIds(fresh))
  return [...fresh, ...(old ?? []).filter((component) => !customIds([component]).some((id) => taken.has(id)))]
}

// What Discord calls the things that can be selected, by the type of the menu.
const defaultTypes: Readonly<Record<number, string>> = { 5: "user", 6: "role", 8: "channel" }

/** The components with what was selected in the menu that was used as its defaults. */
export const keepSelections = (
  components: ReadonlyArray<APIMessageTopLevelComponent>,
  raw: RawInteraction
): Array<APIMessageTopLevelComponent> => {
  const data = raw.data as { readonly custom_id?: unknown; readonly values?: unknown; readonly resolved?: unknown }
  const values = Array.isArray(data.values) ? data.values.filter(Predicate.isString) : undefined
  if (values === undefined) return [...components]
  const users = Predicate.hasProperty(data.resolved, "users") ? data.resolved.users : undefined
  const isUser = (id: string) => Predicate.isObject(users) && Object.hasOwn(users, id)
  return mapComponents(components, (node) => {
    if (node["custom_id"] !== data.custom_id) return node
    if (Array.isArray(node["options"])) {
      const options = node["options"].map((option: { readonly value: string }) => ({
        ...option,
        default: values.includes(option.value)
      }))
      return { ...node, options }
    }
    const type = defaultTypes[Number(node["type"])]
    return {
      ...node,
      default_values: values.map((id) => ({ id, type: type ?? (isUser(id) ? "user" : "role") }))
    }
  })
}
