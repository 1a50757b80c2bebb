/** Everything about one entry, with ways to others. */
import { html, nothing, type TemplateResult } from "lit"
import { doingOf, gradeOf, nameOf } from "./rows.ts"
import type {
  DialogueDetails,
  InspectorState,
  InteractionView,
  LogView,
  RestView,
  RuntimeView,
  SpanView
} from "./state.ts"
import { fallsOf, steps, waterfall } from "./strips.ts"
import { callbackOf, kindOf, readable, spanOf, timeOf } from "./words.ts"

/** The ways to other entries. */
export interface Ways {
  /** To the message in the chat. */
  readonly message: (interaction: string) => void
  readonly interaction: (id: string) => void
  readonly runtime: (id: string) => void
}

type Field = readonly [name: string, value: TemplateResult | string | number | undefined]

const fields = (all: ReadonlyArray<Field>) =>
  html`<dl>
    ${all.map(([name, value]) =>
      value === undefined || value === ""
        ? nothing
        : html`<dt>${name}</dt>
            <dd>${value}</dd>`
    )}
  </dl>`

const way = (go: (id: string) => void, id: string | undefined): TemplateResult | undefined =>
  id === undefined ? undefined : html`<button class="link mono" @click=${() => go(id)}>${id}</button>`

const json = (title: string, text: string | undefined) =>
  text === undefined
    ? nothing
    : html`<h3>${title}</h3>
        <pre tabindex="0">${readable(text)}</pre>`

/** Entries that belong to an interaction. */
export const belonging = <A extends { readonly interaction: string | undefined }>(
  list: ReadonlyArray<A>,
  id: string
): ReadonlyArray<A> => list.filter(({ interaction }) => interaction === id)

export const interactionDetails = (one: InteractionView, state: InspectorState, ways: Ways, isLinked: boolean) => {
  const falls = fallsOf(one, belonging(state.spans, one.id), belonging(state.rest, one.id))
  const logs = belonging(state.logs, one.id)
  return html`<h2>${nameOf(one)}</h2>
    ${isLinked ? html`<button class="button" @click=${() => ways.message(one.id)}>Show its message</button>` : nothing}
    ${fields([
      ["state", html`<span class=${gradeOf(one.state)}>${one.state}</span>`],
      ["kind", kindOf(one.kind)],
      ["response", `${callbackOf(one.callback)}${one.took === undefined ? "" : `, after ${spanOf(one.took)}`}`],
      ["outcome", one.outcome && html`<span class=${gradeOf(one.outcome)}>${one.outcome}</span>`],
      ["user", one.userName === undefined ? one.user : `${one.userName} (${one.user})`],
      ["at", timeOf(one.at)],
      ["definition", one.definition],
      ["Runtime", way(ways.runtime, one.runtime)],
      ["channel", one.channel],
      ["server", one.guild],
      ["id", way(ways.interaction, one.id)]
    ])}
    <h3>What it took</h3>
    ${waterfall(falls, state.now)} ${json("Input", one.input)} ${json("Response", one.response)}
    ${
      logs.length === 0
        ? nothing
        : html`<h3>Logs</h3>
            <pre tabindex="0">
${logs.map(({ at, level, message }) => `${timeOf(at)} ${level} ${message}`).join("\n")}</pre>`
    }`
}

export const runtimeDetails = (one: RuntimeView, state: InspectorState, ways: Ways) => {
  const own = state.steps.filter(({ runtime }) => runtime === one.id)
  const interactions = state.interactions.filter(({ runtime }) => runtime === one.id)
  return html`<h2>${one.definition ?? one.key ?? "Runtime"}</h2>
    ${fields([
      ["now", doingOf(one)],
      ["handles", way(ways.interaction, one.interaction)],
      ["age", spanOf(state.now - one.openedAt)],
      ["closes", one.endsAt === undefined ? "never by itself" : `in ${spanOf(one.endsAt - state.now)}`],
      ["mailbox", one.depth],
      ["parked handlers", one.parked],
      ["waiting fibers", one.waiters],
      ["key", one.key],
      ["opened by", one.opener],
      ["id", html`<span class="mono">${one.id}</span>`]
    ])}
    <h3>Timeline</h3>
    ${steps(own, state.now)} ${stepsText(own)}
    <h3>Interactions</h3>
    ${
      interactions.length === 0
        ? html`<p class="soft">None that are still known.</p>`
        : html`<dl>
            ${interactions.map(
              ({ at, id, name }) =>
                html`<dt>${timeOf(at)}</dt>
                  <dd><button class="link" @click=${() => ways.interaction(id)}>${name || id}</button></dd>`
            )}
          </dl>`
    }`
}

const stepsText = (own: InspectorState["steps"]) =>
  own.length === 0
    ? html`<p class="soft">Nothing that is still known.</p>`
    : html`<pre tabindex="0">
${own
          .slice(-200)
          .map(({ at, reason, step }) => `${timeOf(at)} ${step}${reason === undefined ? "" : ` (${reason})`}`)
          .join("\n")}</pre>`

export const dialogueDetails = (one: DialogueDetails) =>
  html`<h2>${one.name}</h2>
    ${fields([
      ["status", html`<span class=${gradeOf(one.status)}>${one.status}</span>`],
      ["problem", one.problem],
      ["version", one.version],
      ["begun", timeOf(one.startedAt)],
      ["ended", one.endedAt === undefined ? undefined : timeOf(one.endedAt)],
      ["user", one.userId],
      ["channel", one.channelId],
      ["server", one.guildId],
      ["id", html`<span class="mono">${one.id}</span>`]
    ])}
    <h3>Journal</h3>
    <pre tabindex="0">
${one.steps.map(({ begunAt, kind, name }) => `${timeOf(begunAt)} ${kind} ${name}`).join("\n")}</pre>
    ${
      one.questions.length === 0
        ? nothing
        : html`<h3>Open questions</h3>
            <pre tabindex="0">
${one.questions
                .map(
                  ({ kind, messageId, step }) =>
                    `${kind} ${step}: ${messageId === undefined ? "not sent yet" : `message ${messageId}`}`
                )
                .join("\n")}</pre>`
    }`

export const spanDetails = (one: SpanView, state: InspectorState, ways: Ways) => {
  const { interaction } = one
  const spans = interaction === undefined ? [one] : belonging(state.spans, interaction)
  const whole = state.interactions.find(({ id }) => id === interaction)
  return html`<h2>${one.name}</h2>
    ${fields([
      ["status", html`<span class=${gradeOf(one.status)}>${one.status}</span>`],
      ["at", timeOf(one.at)],
      ["took", one.endedAt === undefined ? undefined : spanOf(one.endedAt - one.at)],
      ["kind", one.kind],
      ["interaction", way(ways.interaction, interaction)],
      ...Object.entries(one.attributes)
    ])}
    ${one.problem === undefined ? nothing : html`<pre tabindex="0" class="bad">${one.problem}</pre>`}
    <h3>What it is part of</h3>
    ${waterfall(fallsOf(whole, spans, interaction === undefined ? [] : belonging(state.rest, interaction)), state.now)}`
}

export const restDetails = (one: RestView, ways: Ways) =>
  html`<h2>${one.method} ${one.path}</h2>
    ${fields([
      ["status", one.status],
      ["problem", one.problem],
      ["at", timeOf(one.at)],
      ["took", one.endedAt === undefined ? undefined : spanOf(one.endedAt - one.at)],
      ["interaction", way(ways.interaction, one.interaction)],
      ["bucket", one.limit?.bucket],
      ["left", one.limit?.remaining === undefined ? undefined : `${one.limit.remaining} of ${one.limit.limit}`],
      ["resets in", one.limit?.resetAfter === undefined ? undefined : `${one.limit.resetAfter} s`],
      ["limited", one.limit?.scope],
      ["retry after", one.limit?.retryAfter === undefined ? undefined : `${one.limit.retryAfter} s`]
    ])}
    ${json("Body", one.body)}`

export const logDetails = (one: LogView, ways: Ways) =>
  html`<h2><span class=${gradeOf(one.level)}>${one.level}</span></h2>
    <pre tabindex="0">${one.message}</pre>
    ${one.cause === undefined ? nothing : html`<pre tabindex="0" class="bad">${one.cause}</pre>`}
    ${fields([
      ["at", timeOf(one.at)],
      ...Object.entries(one.annotations).filter(([key]) => key !== "interaction" && key !== "runtime"),
      ["interaction", way(ways.interaction, one.interaction)],
      ["Runtime", way(ways.runtime, one.runtime)]
    ])}`
