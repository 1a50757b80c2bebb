/** The result of a poll that has ended. Source: Discord, "Poll Result Embed Fields". */
import { css, html, nothing } from "lit"
import type { APIEmbed } from "../../../discord/DiscordApi.ts"
import { emit } from "./Act.ts"
import type { Drawing } from "./Drawing.ts"
import { valuesOf } from "./embedFields.ts"
import { emojiOf } from "./markdownView.ts"

export interface PollResult {
  readonly question: string
  /** The answer with most votes, if there is only one. */
  readonly winner: { readonly text: string; readonly emoji: Parameters<typeof emojiOf>[0] } | undefined
  readonly votes: number
  readonly total: number
  /** The share of the winner's votes, in percent. */
  readonly share: number
}

/** What an embed says about the result. */
export const pollResultOf = (embed: Pick<APIEmbed, "fields">): PollResult => {
  const values = valuesOf(embed)
  const count = (name: string): number => Number.parseInt(values.get(name) ?? "0", 10) || 0
  const [votes, total] = [count("victor_answer_votes"), count("total_votes")]
  const [id, name] = [values.get("victor_answer_emoji_id"), values.get("victor_answer_emoji_name")]
  const emoji = id === undefined && name === undefined ? undefined : { id: id ?? null, name: name ?? null }
  return {
    question: values.get("poll_question_text") ?? "",
    winner: values.has("victor_answer_id") ? { text: values.get("victor_answer_text") ?? "", emoji } : undefined,
    votes,
    total,
    share: total === 0 ? 0 : Math.round((100 * votes) / total)
  }
}

/** The box with the answer that has won. */
export const pollResult = (embed: APIEmbed, { directory, host, message }: Drawing) => {
  const { share, total, winner } = pollResultOf(embed)
  const poll = message.message_reference?.message_id
  const show = () => emit(host, "jump", { message: poll })
  const text = total === 0 ? "There were no votes" : "The results were tied"
  return html`<div class="poll-result">
    <div>
      ${
        winner === undefined
          ? html`<strong>${text}</strong>`
          : html`<strong>${emojiOf(winner.emoji, directory)} ${winner.text} ✓</strong>
              <div class="soft">Winning answer · ${share}%</div>`
      }
    </div>
    ${poll === undefined ? nothing : html`<button class="plain" @click=${show}>View poll</button>`}
  </div>`
}

export const pollResultStyles = css`
  .poll-result {
    display: flex;
    justify-content: space-between;
    align-items: center;
    gap: 16px;
    width: min(100%, 440px);
    margin-top: 6px;
    padding: 12px 14px;
    border: 1px solid var(--line);
    border-radius: 8px;
    background: var(--bg-raise);
    color: var(--text-strong);
    overflow-wrap: anywhere;
  }
  .poll-result button {
    flex-shrink: 0;
  }
`
