/** What a bot sent, in one line, for the message of a failed test. */
import type { Snapshot } from "../Message.ts"
import { type Json, objects, string } from "./json.ts"
import { fieldsOf, snapshot } from "./snapshot.ts"
import type { MessageRecord } from "./world.ts"

const maxLength = 300

const short = (text: string): string => JSON.stringify(text.length > maxLength ? `${text.slice(0, maxLength)}…` : text)

const embedOf = (embed: Json): string => {
  const text = string(embed["title"]) ?? string(embed["description"])
  return text === undefined ? "an embed" : `the embed ${short(text)}`
}

const partsOf = ({ buttons, embeds, raw, selects, text }: Snapshot): ReadonlyArray<string> => [
  ...(text === "" ? [] : [short(text)]),
  ...(embeds as unknown as ReadonlyArray<Json>).map(embedOf),
  ...buttons.map(({ disabled, label }) => `the ${disabled ? "disabled " : ""}button ${short(label)}`),
  ...selects.map(({ customId, placeholder }) => `the menu ${short(placeholder === "" ? customId : placeholder)}`),
  ...raw.attachments.map(({ filename }) => `the file ${short(filename)}`)
]

/** A message. */
export const quoteMessage = (record: MessageRecord): string => {
  const seen = snapshot(record)
  if (seen.deleted) return "a message that was deleted"
  if (seen.pending) return '"thinking"'
  const parts = partsOf(seen)
  const list = parts.length === 0 ? "without content" : `with ${parts.join(", ")}`
  return `${seen.ephemeral ? "an ephemeral message" : "a message"} ${list}`
}

/** A modal. */
export const quoteModal = (modal: Json): string => {
  const fields = fieldsOf(modal).map(({ view }) => short(view.label === "" ? view.customId : view.label))
  return `the modal ${short(string(modal["title"]) ?? "")} with ${fields.length === 0 ? "no fields" : fields.join(", ")}`
}

/** Suggestions. */
export const quoteChoices = (data: Json): string => {
  const names = objects(data["choices"]).map((choice) => short(string(choice["name"]) ?? ""))
  return names.length === 0 ? "no choices" : `the choices ${names.join(", ")}`
}
