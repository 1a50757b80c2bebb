/** What an update keeps of the message that it changes. */
import type * as Discord from "../../discord/Discord.ts"
import * as Predicate from "effect/Predicate"
import type { RawInteraction } from "./rawInteraction.ts"
import { componentType } from "../../discord/numbers.ts"
import { customIds, mapComponents } from "./componentTree.ts"

/** The new components, followed by those of the message whose custom ids are not among the new ones. */
export const keepComponents = (
  fresh: ReadonlyArray<Discord.TopLevelComponent>,
  old: ReadonlyArray<Discord.TopLevelComponent> | undefined
): Array<Discord.TopLevelComponent> => {
  const taken = new Set(customIds(fresh))
  return [...fresh, ...(old ?? []).filter((component) => !customIds([component]).some((id) => taken.has(id)))]
}

// What Discord calls the selected things, by the type of the menu.
const defaultTypes: Readonly<Record<number, string>> = {
  [componentType.userSelect]: "user",
  [componentType.roleSelect]: "role",
  [componentType.channelSelect]: "channel"
}

/** The components, where the menu that was used has the user's selection as its default. */
export const keepSelections = (
  components: ReadonlyArray<Discord.TopLevelComponent>,
  raw: RawInteraction
): Array<Discord.TopLevelComponent> => {
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
