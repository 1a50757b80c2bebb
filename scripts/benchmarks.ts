/** The table of the benchmark's results, from the committed run. `npm run tables` writes it into the documents. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "./documents.ts"
import { tableOf } from "./reference/table.ts"

/** What a run says of a row. Figures without a value are `null` in JSON. */
export interface Row {
  readonly id: string
  readonly value: number | null
  readonly unit: string
  readonly ratio: number | null
  readonly spread: readonly [number | null, number | null]
  /** For example `ratio <= 1.15`. */
  readonly target: string | null
  readonly met: boolean | null
}

/** Another client in the same row. */
export interface Peer {
  readonly id: string
  readonly client: string
  readonly value: number | null
  readonly unit: string
  readonly ratio: number | null
}

/** A run of the benchmark. */
export interface Report {
  readonly rows: ReadonlyArray<Row>
  readonly peers: ReadonlyArray<Peer>
}

/** The rows of the table, in its order. Parts with a section of their own are not in it. */
export const labels: Readonly<Record<string, string>> = {
  "events.plain": "CPU per event, uncompressed, every event to a handler",
  "events.interactions-only": "the same, a bot with handlers for interactions only",
  "events.some": "the same, handlers for three kinds of twelve",
  "events.cache": "the same, every event to a handler and to a cache of every kind",
  "events.zlib": "CPU per event, zlib-stream",
  "events.zstd": "CPU per event, zstd-stream",
  "growth.shards": "CPU per event over 64 shards, relative to one shard",
  "members.idle.rate": "events with two worker threads, relative to one: rate",
  "members.idle.per-core": "the same, per second of the bot's CPU",
  "members.working.rate": "events with a handler that computes, two worker threads, relative to one: rate",
  "members.working.per-core": "the same, per second of the bot's CPU",
  "variety.mix": "CPU per event, other traffic",
  "variety.op-first": "the same, keys in another order",
  "variety.op-first.some": "the same, handlers for three kinds of twelve",
  "variety.frames": "CPU per event, each frame written by itself",
  "variety.pieces": "the same, written in pieces that cut frames",
  "variety.fragments": "the same, messages in three fragments",
  "wss.events.plain": "CPU per event over TLS, uncompressed",
  "wss.events.interactions-only": "the same, a bot with handlers for interactions only",
  "wss.events.zlib": "CPU per event over TLS, zlib-stream",
  "interactions.64.rate": "interactions, each in a Runtime, 64 in flight: rate",
  "interactions.64.cpu": "the same: CPU for each",
  "interactions.64.p99": "the same: p99",
  "interactions.1.p50": "interactions, 1 in flight: p50",
  "interactions.busy.p50": "interactions beside a handler that computes for 20 ms of 100: p50",
  "interactions.busy.p99": "the same: p99",
  "wss.interactions.64.rate": "interactions over TLS, 64 in flight: rate",
  "wss.interactions.64.cpu": "the same: CPU for each",
  "wss.interactions.64.p99": "the same: p99",
  "wss.interactions.1.p50": "interactions over TLS, 1 in flight: p50",
  "reset.resumed": "time from a TCP reset to the RESUME",
  "storm.resumed": "time until 1,000 shards that drop at once have resumed",
  "boot.64-shards": "time to connect 64 shards, max_concurrency 16",
  "fleet.1000.boot": "time to connect 1,000 shards, relative to Discord's limit",
  "fleet.10000.boot": "time to connect 10,000 shards, relative to Discord's limit",
  "rss.idle-bot": "memory of a bot with one idle shard, relative to `@discordjs/ws`",
  "heap.shard": "heap per idle shard of 64, relative to `@discordjs/ws`",
  "fleet.1000.heap": "heap per idle shard of 1,000, relative to `@discordjs/ws`",
  "fleet.10000.heap": "heap per further idle shard of 10,000, relative to `@discordjs/ws`",
  "fleet.10000.growth": "the same, relative to those of 1,000",
  "idle.cpu": "CPU per idle shard and second, relative to `@discordjs/ws`",
  "idle.heartbeats": "the same with a heartbeat each second",
  "heap.runtime": "heap per idle Runtime",
  "heap.runtime.button": "the same with a bound button",
  "heap.runtime.button-on-message": "the same with the button on a sent message",
  "runtime.life": "open, handle, close a Runtime",
  "growth.runtimes": "opening a Runtime beside 1,000,000, relative to 1,000",
  "runtimes.pause.p999": "pauses of the event loop while 1,000,000 Runtimes open and expire: p99.9",
  "runtimes.pause.longest": "the same: the longest",
  import: "cold import, relative to its Effect modules and `@discordjs/ws`",
  "start.identify.cpu": "CPU from the start of a process to its first IDENTIFY, relative to `@discordjs/ws` and Effect",
  "start.identify.time": "the same: time"
}

const names: Readonly<Record<string, string>> = {
  "discordjs-ws": "@discordjs/ws",
  "discordjs-core": "@discordjs/core",
  "discordjs-ws-effect": "@discordjs/ws and Effect",
  effect: "Effect alone"
}

const number = (value: number | null): string => {
  if (value === null) return "–"
  const digits = Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits })
}

const spreadOf = ({ ratio, spread: [least, most] }: Row): string =>
  ratio === null ? "" : `${ratio.toFixed(2)} (${least?.toFixed(2) ?? "–"}–${most?.toFixed(2) ?? "–"})`

// A ratio has no unit, and a value that of its row.
const targetOf = ({ met, target, unit }: Row): string => {
  if (target === null) return ""
  const [of, sign, figure] = target.split(" ")
  const bound = `${sign === "<=" ? "≤" : "≥"} ${Number(figure).toLocaleString("en")}${of === "value" ? ` ${unit}` : ""}`
  return met === false ? `${bound}, **not reached**` : bound
}

const rank = ({ ratio, value }: Peer): number => ratio ?? value ?? Infinity

const peersOf = ({ id, unit }: Row, peers: ReadonlyArray<Peer>): string =>
  peers
    .filter((peer) => peer.id === id)
    // More of a rate is better.
    .toSorted((a, b) => (unit === "/s" ? rank(b) - rank(a) : rank(a) - rank(b)))
    .map(({ client, ratio, unit, value }) => {
      const name = Object.hasOwn(names, client) ? names[client] : client
      return `${name} ${ratio === null ? `${number(value)} ${unit}` : ratio.toFixed(2)}`
    })
    .join(", ")

/** The table of a run. Rows that it has not measured are left out. */
export const resultsTable = ({ peers, rows }: Report): string =>
  tableOf(
    ["figure", "value", "ratio (spread)", "target", "peers, by ratio or value"],
    Object.entries(labels).flatMap(([id, label]) => {
      const row = rows.find((each) => each.id === id)
      if (row === undefined) return []
      const value = `${number(row.value)} ${row.unit}`.trimEnd()
      return [[label, value, spreadOf(row), targetOf(row), peersOf(row, peers)]]
    })
  )

/** The table of the committed run. */
export const committedTable = (): string =>
  resultsTable(JSON.parse(readFileSync(join(root, "bench/results/latest.json"), "utf8")) as Report)
