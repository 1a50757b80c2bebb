/** Messages of Discord's own, with what in them can be opened. */
import { html, nothing } from "lit"
import { emit } from "./Act.ts"
import type { Drawing } from "./Drawing.ts"
import { valuesOf } from "./embedFields.ts"
import { pollResultOf } from "./pollResult.ts"
import { systemText } from "./system.ts"

const opener = (text: string, host: EventTarget, name: string, detail: unknown) =>
  html`<button class="inline" @click=${() => emit(host, name, detail)}>${text}</button>`

/** Where the message of an alert was written, as AutoMod says it. */
const alert = ({ directory, message }: Drawing, name: string) => {
  const values = valuesOf(message.embeds.find(({ type }) => (type as string) === "auto_moderation_message") ?? {})
  const where = values.get("channel_id")
  const channel = where === undefined ? undefined : directory.channel(where)
  const verb = values.has("flagged_message_id") ? "flagged" : "blocked"
  const what = html`AutoMod has ${verb} a message of <strong>${name}</strong>`
  return html`${what}${channel === undefined ? nothing : html` in <strong>#${channel.name}</strong>`}`
}

type View = (drawing: Drawing, name: string) => unknown

/** By Discord's type. Source: Discord, "Message Types". */
const views: Readonly<Record<number, View>> = {
  6: ({ host, message }, name) => {
    const pinned = message.message_reference?.message_id
    return html`<strong>${name}</strong> pinned
      ${pinned === undefined ? "a message" : opener("a message", host, "jump", { message: pinned })} to this channel.
      See all ${opener("pinned messages", host, "show-pins", null)}.`
  },
  18: ({ host, message }, name) => {
    const thread = message.message_reference?.channel_id
    const title = message.content
    return html`<strong>${name}</strong> started a thread:
      ${thread === undefined ? title : opener(title, host, "open-channel", { channel: thread })}. See all
      ${opener("threads", host, "show-threads", null)}.`
  },
  24: alert,
  46: ({ message }, name) => {
    const embed = message.embeds.find(({ type }) => type === "poll_result")
    const { question } = pollResultOf(embed ?? {})
    return html`<strong>${name}</strong>'s poll <strong>${question}</strong> has closed.`
  }
}

/** What a message of Discord's own says, or `undefined` if its type is not known. */
export const systemView = (drawing: Drawing, name: string): unknown =>
  views[drawing.message.type]?.(drawing, name) ?? systemText(drawing.message, name)
