/** Completes mentions of users, roles and channels in a text. */
import type { Directory } from "../message/Directory.ts"

export interface Completion {
  /** What is replaced, as positions in the text. */
  readonly from: number
  readonly to: number
  readonly items: ReadonlyArray<{ readonly label: string; readonly detail: string; readonly insert: string }>
}

const maxItems = 10

/** What can stand at the caret, if an `@` or a `#` is being completed there. */
export const completionAt = (text: string, caret: number, directory: Directory): Completion | undefined => {
  const match = /(?:^|\s)([@#])([\w.-]{0,32})$/.exec(text.slice(0, caret))
  if (match === null) return undefined
  const [, sign, typed = ""] = match
  const users = directory
    .people()
    .map(({ name, user }) => ({ label: `@${name}`, detail: user.username, insert: `<@${user.id}>` }))
  const roles = directory.roles().map(({ id, name }) => ({
    label: `@${name.replace(/^@/, "")}`,
    detail: "role",
    insert: name === "@everyone" ? name : `<@&${id}>`
  }))
  const channels = directory
    .channels()
    .map(({ id, name }) => ({ label: `#${name ?? id}`, detail: "channel", insert: `<#${id}>` }))
  const wanted = typed.toLowerCase()
  const items = (sign === "@" ? [...users, ...roles] : channels)
    .filter(
      ({ detail, label }) => label.slice(1).toLowerCase().startsWith(wanted) || detail.toLowerCase().startsWith(wanted)
    )
    .slice(0, maxItems)
  return items.length === 0 ? undefined : { from: caret - typed.length - 1, to: caret, items }
}
