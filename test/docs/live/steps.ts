/** What users do with an example, said so that it can be done in a page and on Node. */
export type User = "alice" | "bob"

/** A user's name as a value stands for the user. */
export type Values = Readonly<Record<string, string | number>>

export type Step =
  | { readonly user: User; readonly slash: string; readonly values?: Values }
  | { readonly user: User; readonly click: string }
  | { readonly user: User; readonly select: string; readonly choice: string }
  /** The form that is open: texts by label, and choices of its menus. */
  | { readonly user: User; readonly submit: Values; readonly choices?: Readonly<Record<string, string>> }
  | { readonly user: User; readonly say: string }
  /** A command in the menu of the newest message, or of a user who has written one. */
  | { readonly user: User; readonly menuOf: User | "message"; readonly command: string }
  | { readonly later: true }

/** A message, without what differs from run to run. */
export interface Seen {
  readonly content: string
  readonly ephemeral: boolean
  readonly components: unknown
  readonly embeds: unknown
}

/** What each user sees, oldest first. */
export type Sight = Readonly<Record<User, ReadonlyArray<Seen>>>

const changing = new Set(["id", "custom_id"])

/** Without ids, which are times. */
export const steady = (value: unknown): unknown => {
  if (typeof value === "string") return value.replace(/\d{17,20}/g, "<id>")
  if (Array.isArray(value)) return value.map(steady)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (changing.has(key) ? [] : [[key, steady(each)]]))
  )
}

const ephemeral = 64

/** What is compared of a message. */
export const seen = (raw: {
  readonly content: string
  readonly flags?: number | undefined
  readonly components?: unknown
  readonly embeds?: unknown
}): Seen => ({
  content: String(steady(raw.content)),
  ephemeral: ((raw.flags ?? 0) & ephemeral) !== 0,
  components: steady(raw.components ?? []),
  embeds: steady(raw.embeds ?? [])
})
