/** The shards of a bot. */
import { css, html, nothing } from "lit"
import type { InspectorState, ShardView } from "./state.ts"
import { stages } from "./strips.ts"
import { spanOf, timeOf } from "./words.ts"

export const shardStyles = css`
  .shards {
    list-style: none;
    margin: 0;
    padding: 8px 12px;
    overflow-y: auto;
    height: 100%;
  }
  .shards li {
    padding: 10px 0;
    border-bottom: 1px solid var(--fc-line);
    content-visibility: auto;
    contain-intrinsic-size: auto 110px;
  }
  .shards .head {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 14px;
    margin-bottom: 6px;
    font-size: 14px;
  }
  .shards .head b {
    color: var(--fc-strong);
  }
  .shards .numbers {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 14px;
    margin-top: 6px;
    font-size: 12px;
  }
`

const grade = ({ stage }: ShardView): string =>
  stage === "Connected" ? "good" : stage === "Fatal" ? "bad" : stage === "Stopped" ? "soft" : "warn"

const number = (name: string, value: string | number | undefined) =>
  value === undefined ? nothing : html`<span><span class="soft">${name}</span> ${value}</span>`

const one = (shard: ShardView, now: number) =>
  html`<li>
    <div class="head">
      <b>Shard ${shard.id} of ${shard.total}</b><span class=${grade(shard)}>${shard.stage}</span>
      ${shard.latency === undefined ? nothing : html`<span>${spanOf(shard.latency)}</span>`}
    </div>
    ${stages(shard, now)}
    <div class="numbers">
      ${number("sequence", shard.sequence)}
      ${number("session", shard.sessionAge === undefined ? "none" : spanOf(shard.sessionAge))}
      ${number("IDENTIFYs", shard.identifies)} ${number("RESUMEs", shard.resumes)}
      ${number("average latency", shard.averageLatency === undefined ? undefined : spanOf(shard.averageLatency))}
      ${number("last event", shard.lastDispatchAt === undefined ? undefined : timeOf(shard.lastDispatchAt))}
      ${number("close code", shard.lastCode)} ${number("last end", shard.lastEnd)}
    </div>
  </li>`

/** All of them. */
export const shards = ({ now, shards: all }: InspectorState) =>
  all.length === 0
    ? html`<p class="empty">This bot has no shards here.</p>`
    : html`<ul class="shards" tabindex="0" aria-label="Shards">
        ${all.map((shard) => one(shard, now))}
      </ul>`
