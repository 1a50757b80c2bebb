/** Pictures of time: the stages of a shard, the steps of a Runtime, the spans of an interaction. */
import { css, html, nothing, svg } from "lit"
import type { InteractionView, RestView, ShardView, SpanView, StepView } from "./state.ts"
import { spanOf, timeOf } from "./words.ts"

/** Their colours. */
export const stripStyles = css`
  .strip {
    height: 14px;
    border-radius: 4px;
    background: var(--fc-active);
  }
  .stage-Connected {
    fill: light-dark(#2e8b57, #3aa76a);
  }
  .stage-Connecting,
  .stage-Handshake,
  .stage-Queued,
  .stage-Identifying {
    fill: light-dark(#3b78d8, #5b93ea);
  }
  .stage-Resuming {
    fill: light-dark(#8657c9, #a27de0);
  }
  .stage-Disconnected,
  .stage-Backoff {
    fill: light-dark(#d08700, #e0a53a);
  }
  .stage-Fatal {
    fill: light-dark(#c02b36, #e05560);
  }
  .stage-Stopped {
    fill: light-dark(#8a90a0, #717888);
  }
  .step-running {
    fill: light-dark(#3b78d8, #5b93ea);
  }
  .step-parked {
    fill: light-dark(#d08700, #e0a53a);
  }
  .step-idle {
    fill: light-dark(#b9bfcd, #565c6c);
  }
  .falls {
    list-style: none;
    margin: 0;
    padding: 0;
    font-size: 12px;
  }
  .falls li {
    display: grid;
    grid-template-columns: minmax(90px, 34%) 1fr 68px;
    gap: 8px;
    align-items: center;
    padding: 2px 0;
  }
  .falls .what {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .falls svg {
    height: 12px;
    background: var(--fc-raise);
    border-radius: 3px;
  }
  .falls .took {
    text-align: end;
  }
  .bar {
    fill: light-dark(#3b78d8, #5b93ea);
  }
  .bar-rest {
    fill: light-dark(#8657c9, #a27de0);
  }
  .bar-failed {
    fill: light-dark(#c02b36, #e05560);
  }
  .bar-running {
    fill: light-dark(#d08700, #e0a53a);
  }
`

interface Part {
  readonly from: number
  readonly to: number
  readonly kind: string
  readonly title: string
}

const strip = (label: string, parts: ReadonlyArray<Part>, from: number, to: number) => {
  const width = Math.max(1, to - from)
  const x = (at: number) => (Math.max(0, Math.min(1, (at - from) / width)) * 1000).toFixed(2)
  const w = (part: Part) => Math.max(1.5, Number(x(part.to)) - Number(x(part.from))).toFixed(2)
  return html`<svg class="strip" role="img" aria-label=${label} viewBox="0 0 1000 14" preserveAspectRatio="none">
    ${parts.map(
      (part) =>
        svg`<rect class=${part.kind} x=${x(part.from)} y="0" width=${w(part)} height="14"><title>${part.title}</title></rect>`
    )}
  </svg>`
}

const minutes = 10 * 60_000

/** The stages of a shard in the last ten minutes. */
export const stages = ({ id, stage, strip: views }: ShardView, now: number) => {
  const from = Math.max(now - minutes, Math.min(now - 30_000, views[0]?.at ?? now))
  const parts = views.map((view, index): Part => {
    const to = views[index + 1]?.at ?? now
    const end = view.end === undefined ? "" : `: ${view.end}`
    return { from: view.at, to, kind: `stage-${view.stage}`, title: `${view.stage} at ${timeOf(view.at)}${end}` }
  })
  return strip(`Stages of shard ${id} in the last ${spanOf(now - from)}; now ${stage}`, parts, from, now)
}

const after: Readonly<Record<StepView["step"], string>> = {
  opened: "idle",
  queued: "",
  begun: "running",
  parked: "parked",
  resumed: "running",
  handled: "idle",
  closing: "idle",
  closed: "idle"
}

/** What happened in a Runtime. */
export const steps = (all: ReadonlyArray<StepView>, now: number) => {
  const seen = all.filter(({ step }) => after[step] !== "")
  const first = seen[0]
  if (first === undefined) return nothing
  const last = seen.at(-1)?.step === "closed" ? (seen.at(-1)?.at ?? now) : now
  const parts = seen.map(({ at, step }, index): Part => ({
    from: at,
    to: seen[index + 1]?.at ?? last,
    kind: `step-${after[step]}`,
    title: `${step} at ${timeOf(at)}`
  }))
  return strip(`What happened in ${spanOf(last - first.at)}`, parts, first.at, last)
}

/** One line of a waterfall. */
export interface Fall {
  readonly key: string
  readonly name: string
  readonly depth: number
  readonly from: number
  readonly to: number | undefined
  readonly kind: "span" | "rest" | "failed"
  readonly title: string
}

const rootsOf = (spans: ReadonlyArray<SpanView>): ReadonlyArray<readonly [SpanView, number]> => {
  const known = new Set(spans.map(({ id }) => id))
  const children = (parent: string | undefined, depth: number): ReadonlyArray<readonly [SpanView, number]> =>
    spans
      .filter((span) => (span.parent !== undefined && known.has(span.parent) ? span.parent : undefined) === parent)
      .toSorted((a, b) => a.at - b.at)
      .flatMap((span) => [[span, depth] as const, ...(depth < 20 ? children(span.id, depth + 1) : [])])
  return children(undefined, 0)
}

/** The lines of an interaction: itself, its handler, spans in it, and its requests. */
export const fallsOf = (
  one: InteractionView | undefined,
  spans: ReadonlyArray<SpanView>,
  rest: ReadonlyArray<RestView>
): ReadonlyArray<Fall> => {
  const isTraced = spans.some(({ name }) => name === "fibercord.interaction")
  const own: Array<Fall> = []
  if (one !== undefined && !isTraced) {
    const { at, endedAt, id, startedAt, took } = one
    own.push({
      key: `i${id}`,
      name: one.name,
      depth: 0,
      from: at,
      to: took && at + took,
      kind: "span",
      title: "until the response"
    })
    if (startedAt !== undefined) {
      const kind = one.outcome === "failure" ? "failed" : "span"
      own.push({
        key: `h${id}`,
        name: "handler",
        depth: 1,
        from: startedAt,
        to: endedAt,
        kind,
        title: one.outcome ?? "runs"
      })
    }
  }
  const under = own.length
  return [
    ...own,
    ...rootsOf(spans).map(([span, depth]): Fall => ({
      key: `s${span.n}`,
      name: span.name,
      depth: depth + under,
      from: span.at,
      to: span.endedAt,
      kind: span.status === "failed" ? "failed" : "span",
      title: Object.entries(span.attributes)
        .map(([key, value]) => `${key}: ${value}`)
        .join("\n")
    })),
    ...(isTraced ? [] : rest).map((call): Fall => ({
      key: `r${call.n}`,
      name: `${call.method} ${call.path}`,
      depth: under,
      from: call.at,
      to: call.endedAt,
      kind: (call.status ?? 599) >= 400 && call.endedAt !== undefined ? "failed" : "rest",
      title: call.status === undefined ? "no response yet" : `status ${call.status}`
    }))
  ]
}

/** A waterfall. */
export const waterfall = (falls: ReadonlyArray<Fall>, now: number) => {
  const from = Math.min(...falls.map((fall) => fall.from))
  const to = Math.max(from + 1, ...falls.map((fall) => fall.to ?? now))
  const scale = 1000 / (to - from)
  return html`<ul class="falls">
    ${falls.map((fall) => {
      const end = fall.to ?? now
      const bar = fall.to === undefined ? "bar bar-running" : fall.kind === "span" ? "bar" : `bar bar-${fall.kind}`
      const x = ((fall.from - from) * scale).toFixed(2)
      const width = Math.max(4, (end - fall.from) * scale).toFixed(2)
      return html`<li title=${fall.title}>
        <span class="what">${"\u00a0\u00a0".repeat(fall.depth)}${fall.name}</span>
        <svg aria-hidden="true" viewBox="0 0 1000 12" preserveAspectRatio="none">
          ${svg`<rect class=${bar} x=${x} y="1" width=${width} height="10"></rect>`}
        </svg>
        <span class="took soft">${fall.to === undefined ? "runs" : spanOf(end - fall.from)}</span>
      </li>`
    })}
  </ul>`
}
