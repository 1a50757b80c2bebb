/** What can be chosen in the selects of messages and forms, whatever kind they are. */
import type {
  APIChannelSelectComponent,
  APIMentionableSelectComponent,
  APIRoleSelectComponent,
  APISelectMenuComponent,
  APIStringSelectComponent,
  APIUserSelectComponent
} from "../../../discord/DiscordApi.ts"
import type { Directory } from "./Directory.ts"

export interface Choice {
  readonly value: string
  readonly label: string
  readonly description?: string | undefined
  readonly emoji?: { readonly id?: string | null; readonly name?: string | null } | undefined
  /** What it is, if that is not clear from its kind. */
  readonly kind: "option" | "user" | "role" | "channel"
}

/** The select of a message or a form. Numbers are Discord's component types. */
export type Select = APISelectMenuComponent

export const isSelect = (component: { readonly type: number }): component is Select =>
  component.type === 3 || (component.type >= 5 && component.type <= 8)

const users = (directory: Directory): ReadonlyArray<Choice> =>
  directory
    .people()
    .map(({ name, user }) => ({ value: user.id, label: name, description: user.username, kind: "user" }))

const roles = (directory: Directory): ReadonlyArray<Choice> =>
  directory.roles().map(({ id, name }) => ({ value: id, label: name.replace(/^@/, ""), kind: "role" }))

const channels = (directory: Directory, types: ReadonlyArray<number> | undefined): ReadonlyArray<Choice> =>
  directory
    .channels()
    .filter(({ type }) => types === undefined || types.length === 0 || types.includes(type))
    .map(({ id, name }) => ({ value: id, label: name ?? "direct", kind: "channel" }))

/** Everything that a select offers. */
export const choicesOf = (select: Select, directory: Directory): ReadonlyArray<Choice> => {
  switch (select.type as number) {
    case 3:
      return (select as APIStringSelectComponent).options.map(({ description, emoji, label, value }) => ({
        value,
        label,
        description,
        emoji,
        kind: "option"
      }))
    case 5:
      return users(directory)
    case 6:
      return roles(directory)
    case 7:
      return [...users(directory), ...roles(directory)]
    default:
      return channels(directory, (select as APIChannelSelectComponent).channel_types)
  }
}

type Populated =
  | APIUserSelectComponent
  | APIRoleSelectComponent
  | APIMentionableSelectComponent
  | APIChannelSelectComponent

/** What is chosen before the user does anything. */
export const defaultsOf = (select: Select): ReadonlyArray<string> =>
  (select.type as number) === 3
    ? (select as APIStringSelectComponent).options.filter((option) => option.default === true).map(({ value }) => value)
    : ((select as Populated).default_values ?? []).map(({ id }) => id)

/** Choices whose label, description or value contains what was typed; those that begin with it come first. */
export const search = (choices: ReadonlyArray<Choice>, query: string): ReadonlyArray<Choice> => {
  const wanted = query.trim().toLowerCase()
  if (wanted === "") return choices
  const rank = ({ description, label, value }: Choice): number => {
    if (label.toLowerCase().startsWith(wanted)) return 0
    if (label.toLowerCase().includes(wanted)) return 1
    return (description?.toLowerCase().includes(wanted) ?? false) || value === wanted ? 2 : 3
  }
  return choices
    .map((choice) => ({ choice, rank: rank(choice) }))
    .filter(({ rank }) => rank < 3)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ choice }) => choice)
}

/** The values after a choice was clicked: one replaces the other if only one is allowed, a full select takes no more. */
export const toggle = (values: ReadonlyArray<string>, value: string, max: number): ReadonlyArray<string> => {
  if (values.includes(value)) return values.filter((each) => each !== value)
  if (max === 1) return [value]
  return values.length >= max ? values : [...values, value]
}
