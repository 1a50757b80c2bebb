/** How entries look as rows of a list. */
import { html, nothing, type TemplateResult } from "lit"
import type { DialogueView, InteractionView, LogView, RestView, RuntimeView, SpanView } from "./state.ts"
import { callbackOf, kindOf, spanOf, timeOf } from "./words.ts"

const two = (first: TemplateResult, second: TemplateResult) =>
  html`<div>${first}</div>
    <div class="soft">${second}</div>`

const grades: Readonly<Record<string, string>> = {
  answered: "good",
  ok: "good",
  done: "good",
  running: "warn",
  deferred: "warn",
  waiting: "warn",
  held: "bad",
  lost: "bad",
  failed: "bad",
  failure: "bad",
  Warn: "warn",
  Error: "bad",
  Fatal: "bad"
}

/** The class of a word that says how something is. */
export const gradeOf = (word: string | undefined): string => grades[word ?? ""] ?? "soft"

/** What runs in a Runtime now. */
export const doingOf = ({ depth, isRunning, parked }: RuntimeView): string => {
  const now = isRunning ? "a handler runs" : parked > 0 ? "waits for an event" : "idle"
  return depth > 0 ? `${now}, ${depth} in the mailbox` : now
}

export const runtimeRow = (one: RuntimeView, now: number) =>
  two(
    html`<span class="name">${one.definition ?? one.key ?? "Runtime"}</span><span class="grow mono soft">${one.id}</span
      ><span class=${one.isRunning ? "good" : one.parked > 0 ? "warn" : "soft"}>${doingOf(one)}</span>`,
    html`<span class="grow">open for ${spanOf(now - one.openedAt)}</span>${
        one.endsAt === undefined
          ? html`<span>stays open</span>`
          : html`<span>closes in ${spanOf(one.endsAt - now)}</span>`
      }`
  )

export const dialogueRow = (one: DialogueView) =>
  two(
    html`<span class="name grow">${one.name} <span class="soft">version ${one.version}</span></span
      ><span class=${gradeOf(one.status)}>${one.status}</span>`,
    html`<span>${timeOf(one.startedAt)}</span><span class="grow">${one.problem ?? one.id}</span>`
  )

/** What an interaction is called. */
export const nameOf = ({ definition, kind, name }: InteractionView): string =>
  kind === 3 || kind === 5 ? (definition ?? name) : name || kindOf(kind)

export const interactionRow = (one: InteractionView) =>
  two(
    html`<span class="name grow">${nameOf(one)}</span><span class=${gradeOf(one.state)}>${one.state}</span>`,
    html`<span>${timeOf(one.at)}</span><span class="grow">${kindOf(one.kind)} by ${one.userName ?? one.user}</span
      ><span>${one.took === undefined ? nothing : `${callbackOf(one.callback)} after ${spanOf(one.took)}`}</span>`
  )

export const spanRow = (one: SpanView) =>
  two(
    html`<span class="name grow">${one.name}</span><span class=${gradeOf(one.status)}>${one.status}</span>`,
    html`<span>${timeOf(one.at)}</span
      ><span class="grow">${one.endedAt === undefined ? "" : spanOf(one.endedAt - one.at)}</span>`
  )

export const restRow = (one: RestView) =>
  two(
    html`<span class="name">${one.method}</span><span class="grow mono">${one.path}</span
      ><span class=${(one.status ?? 0) >= 400 || one.problem !== undefined ? "bad" : "good"}
        >${one.status ?? (one.problem === undefined ? "…" : "failed")}</span
      >`,
    html`<span>${timeOf(one.at)}</span
      ><span class="grow">${one.endedAt === undefined ? "" : spanOf(one.endedAt - one.at)}</span
      ><span
        >${one.limit?.remaining === undefined ? nothing : `${one.limit.remaining} of ${one.limit.limit} left`}</span
      >`
  )

export const logRow = (one: LogView) =>
  two(
    html`<span class=${gradeOf(one.level)}>${one.level}</span><span class="grow name">${one.message}</span>`,
    html`<span>${timeOf(one.at)}</span
      ><span class="grow"
        >${Object.entries(one.annotations)
          .map(([key, value]) => `${key}=${value}`)
          .join(" ")}</span
      >`
  )
