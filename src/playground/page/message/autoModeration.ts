/** The alert of a rule of AutoMod: what it has acted on, and which rule. */
import { css, html, nothing } from "lit"
import type { APIEmbed } from "../../../discord/DiscordApi.ts"
import { nameOf } from "./Directory.ts"
import type { Drawing } from "./Drawing.ts"
import { valuesOf } from "./embedFields.ts"
import { markdown } from "./markdownView.ts"

/** The box with the message that was found. */
export const autoModeration = (embed: APIEmbed, { directory, message }: Drawing) => {
  const values = valuesOf(embed)
  const author = directory.person(message.author.id)?.name ?? nameOf(message.author)
  const facts = [
    ["Keyword", values.get("keyword")],
    ["Rule", values.get("rule_name")]
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]))
  return html`<div class="auto-moderation">
    <strong>${author}</strong>
    ${embed.description === undefined ? nothing : markdown(embed.description, directory)}
    <div class="soft">${facts.join(" · ")}</div>
  </div>`
}

export const autoModerationStyles = css`
  .auto-moderation {
    width: fit-content;
    max-width: min(100%, 520px);
    margin-top: 6px;
    padding: 10px 14px;
    border: 1px solid var(--line);
    border-inline-start: 4px solid var(--danger);
    border-radius: 6px;
    background: var(--bg-raise);
    color: var(--text);
    font-size: 14px;
    overflow-wrap: anywhere;
  }
`
