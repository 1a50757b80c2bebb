/** Reactions below a message, which toggle. */
import { css, html, nothing } from "lit"
import type { APIReaction } from "../../../discord/DiscordApi.ts"
import type { MessageView } from "../../Protocol.ts"
import { act } from "./Act.ts"
import type { Drawing } from "./Drawing.ts"
import { emojiOf } from "./markdownView.ts"

const keyOf = ({ emoji }: APIReaction): string => emoji.id ?? emoji.name ?? ""

/** Whether the viewer has added a reaction. Discord's own message says it for the bot that reads it. */
export const isOwn = ({ reactedBy }: MessageView, reaction: APIReaction, viewer: string): boolean =>
  reactedBy === undefined ? reaction.me : (reactedBy[keyOf(reaction)]?.includes(viewer) ?? false)

export const reactions = ({ directory, host, message, view }: Drawing) => {
  if (message.reactions === undefined || message.reactions.length === 0) return nothing
  const toggle = (reaction: APIReaction) => () =>
    act(host, {
      type: isOwn(view, reaction, directory.viewer) ? "unreact" : "react",
      message: message.id,
      emoji: keyOf(reaction)
    })
  return html`<div class="reactions">
    ${message.reactions.map(
      (reaction) =>
        html`<button
          class="reaction"
          aria-pressed=${isOwn(view, reaction, directory.viewer)}
          aria-label=${`${reaction.emoji.name ?? "emoji"}, ${reaction.count} ${reaction.count === 1 ? "reaction" : "reactions"}`}
          @click=${toggle(reaction)}
        >
          ${emojiOf(reaction.emoji, directory)} ${reaction.count}
        </button>`
    )}
  </div>`
}

export const reactionStyles = css`
  .reactions {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    margin-top: 4px;
  }
  .reaction {
    border: 1px solid var(--line);
    background: var(--bg-raise);
    border-radius: 8px;
    padding: 2px 8px;
    font-size: 14px;
    min-height: 28px;
  }
  .reaction[aria-pressed="true"] {
    background: var(--mention-bg);
    border-color: var(--accent);
    color: var(--mention-text);
  }
`
