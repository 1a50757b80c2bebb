/** What stands around the content of a message: replies, commands, stickers, threads, forwarded messages, footers. */
import { css, html, nothing } from "lit"
import { avatar } from "../base/avatar.ts"
import { icon } from "../base/icons.ts"
import { emit } from "./Act.ts"
import { nameOf } from "./Directory.ts"
import type { Drawing } from "./Drawing.ts"
import { embeds } from "./embeds.ts"
import { markdown, preview } from "./markdownView.ts"
import { attachments } from "./media.ts"

const replyType = 19
const forward = 1

/** The message that this one replies to. */
export const reply = ({ directory, message }: Drawing) => {
  if (message.type !== replyType || message.message_reference?.type === forward) return nothing
  const to = message.referenced_message
  if (to == null) return html`<div class="above soft">Original message was deleted</div>`
  const name = directory.person(to.author.id)?.name ?? nameOf(to.author)
  const text = to.content === "" ? "Click to see attachment" : preview(to.content)
  return html`<div class="above">
    <span class="hidden">Reply to</span> ${avatar(to.author.id, name, 16, directory.avatar?.(to.author))}
    <strong>@${name}</strong>
    <span class="above-text">${text}</span>
  </div>`
}

const threadStarterMessage = 21

/** The message that a thread was started from, which is in another channel. Source: Discord, "Message Types". */
export const starter = ({ directory, message }: Drawing) => {
  if (message.type !== threadStarterMessage) return nothing
  const from = message.referenced_message
  if (from == null) return html`<div class="soft">The message that started this thread was deleted</div>`
  const name = directory.person(from.author.id)?.name ?? nameOf(from.author)
  return html`<div class="forwarded">
    <em class="soft">This thread was started from a message of ${name}</em>${markdown(from.content, directory)}
  </div>`
}

interface Invocation {
  readonly user?: { readonly id: string; readonly username: string; readonly global_name?: string | null }
  readonly name?: string
  readonly type?: number
}

/** "alice used /counter". The name of the command is in the deprecated field of the message only. */
export const invocation = ({ directory, message, view }: Drawing) => {
  if (message.type !== 20 && message.type !== 23) return nothing
  const { interaction } = message as { readonly interaction?: Invocation }
  const user = ((message.interaction_metadata ?? interaction) as Invocation | undefined)?.user
  if (user === undefined) return nothing
  const shown = directory.person(user.id)?.name ?? user.global_name ?? user.username
  const sign = message.type === 20 ? "/" : ""
  const named = interaction?.name === undefined ? undefined : `${sign}${interaction.name}`
  const command = named ?? (view.interaction && directory.command?.(view.interaction)) ?? "a command"
  return html`<div class="above">
    ${avatar(user.id, shown, 16)} <strong>${shown}</strong> used <span class="mention">${command}</span>
  </div>`
}

const stickerSize = 160

const stickerPicture = (id: string, name: string, source: string | undefined) =>
  source === undefined
    ? html`${avatar(id, name, 96)} <span>${name}</span>`
    : html`<img alt="" title=${name} loading="lazy" src=${source} width=${stickerSize} height=${stickerSize} />`

/** Stickers. Initials stand for a picture that is not here. */
export const stickers = ({ directory, message }: Drawing) =>
  (message.sticker_items ?? []).map(
    ({ id, name }) =>
      html`<div class="sticker" role="img" aria-label=${`Sticker: ${name}`}>
        ${stickerPicture(id, name, directory.sticker?.(id))}
      </div>`
  )

/** The thread that was started from a message. */
export const thread = ({ host, message }: Drawing) => {
  const { thread } = message
  if (thread === undefined) return nothing
  const open = () => emit(host, "open-channel", { channel: thread.id })
  return html`<button class="thread" @click=${open}>
    ${icon("thread")} <strong>${thread.name}</strong> <span>See thread ›</span>
  </button>`
}

/** Messages that were forwarded. */
export const forwarded = (drawing: Drawing) =>
  (drawing.message.message_snapshots ?? []).map(({ message }) => {
    const inner = { ...drawing, message: { ...drawing.message, ...message } } as Drawing
    return html`<div class="forwarded">
      <em class="soft">Forwarded</em>${markdown(message.content, drawing.directory)} ${attachments(inner)}
      ${embeds(inner)}
    </div>`
  })

/** "Only you can see this". */
export const footer = ({ host, message, view }: Drawing) => {
  if (view.visibleTo === undefined) return nothing
  const dismiss = () => emit(host, "dismiss", { message: message.id })
  return html`<div class="footer soft">
    ${icon("eye")} Only you can see this ·
    <button class="dismiss" @click=${dismiss}>Dismiss message</button>
  </div>`
}

export const extraStyles = css`
  .above {
    display: flex;
    align-items: center;
    gap: 4px;
    margin-inline-start: 54px;
    font-size: 14px;
    color: var(--text-soft);
    white-space: nowrap;
    overflow: hidden;
  }
  .above strong {
    color: var(--text);
    font-weight: 600;
  }
  .above-text {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .sticker {
    display: inline-grid;
    gap: 4px;
    justify-items: center;
    margin: 4px 8px 4px 0;
    font-size: 13px;
  }
  .thread {
    display: flex;
    gap: 8px;
    margin-top: 4px;
    padding: 8px 12px;
    border-radius: 8px;
    background: var(--bg-raise);
    border: 1px solid var(--line);
    font-size: 14px;
    color: var(--text);
  }
  .thread span {
    color: var(--link);
  }
  .forwarded {
    border-inline-start: 4px solid var(--line-strong);
    padding-inline-start: 10px;
  }
  .footer {
    font-size: 13px;
    margin-top: 2px;
  }
  .dismiss {
    color: var(--link);
  }
  .dismiss:hover {
    text-decoration: underline;
  }
`
