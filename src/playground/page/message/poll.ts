/** Polls. Source: Discord, "Poll Resource". */
import { css, html, nothing } from "lit"
import type { APIPoll } from "../../../discord/DiscordApi.ts"
import { act } from "./Act.ts"
import { css as set } from "../base/css.ts"
import type { Directory } from "./Directory.ts"
import type { Drawing } from "./Drawing.ts"
import { emojiOf } from "./markdownView.ts"
import { relative } from "./time.ts"

/** An answer with its votes. */
export interface Tally {
  readonly id: number
  readonly count: number
  /** Of all votes, in percent. */
  readonly share: number
  readonly mine: boolean
}

/** The votes of a poll, by its answers. */
export const tally = (poll: APIPoll, own?: (answer: number) => boolean): ReadonlyArray<Tally> => {
  const counts = poll.results?.answer_counts ?? []
  const total = counts.reduce((sum, { count }) => sum + count, 0)
  return poll.answers.map(({ answer_id: id }) => {
    const found = counts.find((each) => each.id === id)
    const count = found?.count ?? 0
    return {
      id,
      count,
      share: total === 0 ? 0 : Math.round((100 * count) / total),
      mine: own?.(id) ?? found?.me_voted ?? false
    }
  })
}

const votes = (count: number) => `${count} ${count === 1 ? "vote" : "votes"}`

const answerRow = (poll: APIPoll, index: number, each: Tally, open: boolean, voted: boolean, directory: Directory) => {
  const media = poll.answers[index]?.poll_media
  const content = html`${emojiOf(media?.emoji, directory)} <span>${media?.text ?? ""}</span>`
  if (open && !voted) {
    const type = poll.allow_multiselect ? "checkbox" : "radio"
    return html`<label class="answer"><input type=${type} name="answer" value=${each.id} /> ${content}</label>`
  }
  return html`<div class="answer result" ${set({ "--share": `${each.share}%` })}>
    ${content}
    <span class="count">${each.mine ? "✓ " : ""}${votes(each.count)} · ${each.share}%</span>
  </div>`
}

const submit = (host: EventTarget, message: string) => (event: SubmitEvent) => {
  event.preventDefault()
  const answers = new FormData(event.currentTarget as HTMLFormElement).getAll("answer").map(Number)
  if (answers.length > 0) act(host, { type: "vote", message, answers })
}

/** The poll of a message. */
export const poll = ({ directory, host, message, view }: Drawing) => {
  const { poll } = message
  if (poll === undefined) return nothing
  const expiry = poll.expiry === null ? undefined : Date.parse(poll.expiry)
  const open = !(poll.results?.is_finalized ?? false) && (expiry === undefined || expiry > directory.now())
  const { votedBy } = view
  const own = votedBy && ((answer: number) => votedBy[answer]?.includes(directory.viewer) ?? false)
  const tallies = tally(poll, own)
  const voted = tallies.some(({ mine }) => mine)
  const total = tallies.reduce((sum, { count }) => sum + count, 0)
  const end = open ? (expiry === undefined ? "" : `ends ${relative(expiry, directory.now())}`) : "Poll closed"
  const retract = () => act(host, { type: "vote", message: view.raw.id, answers: [] })
  return html`<div class="poll" role="group" aria-label=${`Poll: ${poll.question.text ?? ""}`}>
    <form @submit=${submit(host, view.raw.id)}>
      <div class="question">${poll.question.text}</div>
      <div class="soft">
        ${open ? (poll.allow_multiselect ? "Select one or more answers" : "Select one answer") : "The poll has ended"}
      </div>
      ${tallies.map((each, index) => answerRow(poll, index, each, open, voted, directory))}
      <div class="poll-end">
        <span class="soft">${[votes(total), end].filter((part) => part !== "").join(" · ")}</span>
        ${open && !voted ? html`<button class="primary">Vote</button>` : nothing}
        ${open && voted ? html`<button type="button" class="plain" @click=${retract}>Remove vote</button>` : nothing}
      </div>
    </form>
  </div>`
}

export const pollStyles = css`
  .poll form {
    display: contents;
  }
  .poll {
    display: grid;
    gap: 8px;
    width: min(100%, 440px);
    margin-top: 4px;
    padding: 14px;
    border: 1px solid var(--line);
    border-radius: 8px;
    background: var(--bg-raise);
  }
  .question {
    font-weight: 600;
    color: var(--text-strong);
    overflow-wrap: anywhere;
  }
  .answer {
    display: flex;
    gap: 8px;
    align-items: center;
    padding: 10px 12px;
    border-radius: 6px;
    background: var(--bg-active);
    overflow-wrap: anywhere;
  }
  .answer.result {
    background: linear-gradient(to right, var(--mention-bg) var(--share), var(--bg-active) var(--share));
  }
  .answer .count {
    margin-inline-start: auto;
    font-size: 13px;
    white-space: nowrap;
  }
  .poll-end {
    display: flex;
    justify-content: space-between;
    align-items: center;
    font-size: 14px;
  }
`
