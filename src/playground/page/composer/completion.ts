/** Completes mentions of users, roles and channels, and names of emojis, in a text. */
import type { Directory } from "../message/Directory.ts"
import { emojis, searchEmojis, type Emoji } from "./emojis.ts"

export interface Completion {
  /** What is replaced, as positions in the text. */
  readonly from: number
  readonly to: number
  readonly items: ReadonlyArray<{ readonly label: string; readonly detail: string; readonly insert: string }>
}

const maxItems = 10

/** Emojis whose names are completed after a colon, from two letters on. */
const emojiAt = (text: string, caret: number, custom: ReadonlyArray<Emoji>): Completion | undefined => {
  const typed = /(?:^|\s):([\w+-]{2,32})$/.exec(text.slice(0, caret))?.[1]
  if (typed === undefined) return undefined
  const items = searchEmojis([...custom, ...emojis], typed)
    .slice(0, maxItems)
    .map(({ id, name, text }) => ({
      label: id === undefined ? `${text} :${name}:` : `:${name}:`,
      detail: id === undefined ? "" : "of this server",
      insert: text
    }))
  return items.length === 0 ? undefined : { from: caret - typed.length - 1, to: caret, items }
}

/** What can stand at the caret, if an `@`, a `#` or a `:` is being completed there. */
export const completionAt = (
  text: string,
  caret: number,
  directory: Directory,
  custom: ReadonlyArray<Emoji> = []
): Completion | undefined => {
  const emoji = emojiAt(text, caret, custom)
  if (emoji !== undefined) return emoji
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
