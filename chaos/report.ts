/** The report of a run on one screen, with everything that is needed to investigate violations. */
import type { Outcome } from "./run.ts"

const mib = (bytes: number | undefined): string =>
  bytes === undefined ? "?" : `${(bytes / 1024 / 1024).toFixed(1)} MiB`

const seconds = (millis: number | undefined): string => (millis === undefined ? "" : `${(millis / 1_000).toFixed(1)} s`)

/** The lines in several columns, which are filled from top to bottom. */
const columns = (lines: ReadonlyArray<string>, count: number): ReadonlyArray<string> => {
  const height = Math.ceil(lines.length / count)
  const width = Math.max(...lines.map((line) => line.length)) + 3
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: count }, (_, column) => (lines[column * height + row] ?? "").padEnd(width))
      .join("")
      .trimEnd()
  )
}

/** The command line that repeats a run. */
export const commandLine = ({ options }: Outcome): string =>
  `npm run chaos -- --seed ${options.seed} --seconds ${options.seconds} --shards ${options.shards}`

/** The whole report. */
export const format = (outcome: Outcome): string => {
  const { compression, faults, heap, ledger, lives, options } = outcome
  const { counts, violations } = ledger.book
  const count = (what: string): number => counts.get(what) ?? 0
  const faultLines = [...faults]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([kind, times]) => {
      const worst = seconds(ledger.recoveries.worst.get(kind))
      return `${kind.padEnd(24)} ${`${times}`.padStart(4)}  ${worst.padStart(6)}`
    })
  const total = [...faults.values()].reduce((sum, times) => sum + times, 0)
  const broken = [...counts].filter(([what]) => what.startsWith("violation: "))
  return [
    `fibercord chaos: seed ${options.seed}, ${options.seconds} s, ${options.shards} shards, compression ${compression}`,
    "",
    `Faults by kind: how often, and the worst time until READY or RESUMED`,
    ...columns(faultLines, 2),
    "",
    `${total} faults of ${faults.size} kinds, ${lives} processes, ${count("IDENTIFY")} IDENTIFYs`,
    `${count("events")} events dispatched, ${count("events handled")} handled`,
    `  handled again after a restart: ${count("events handled again after a restart")}`,
    `  ended with their session: ${count("events that ended with their session")}`,
    `  possibly left out by a replay: ${count("events that a replay could leave out")}`,
    `${count("interactions")} interactions delivered, ${count("answered")} answered exactly once`,
    `  unanswered, without a fair chance of an answer: ${count("unanswered, excused")}`,
    `${count("requests for members")} requests for members ended`,
    `  with the members: ${count("requests for members that were answered")}`,
    `IDENTIFYs used up ${count("budgets used up")} times`,
    "processes that refused to start",
    `  without IDENTIFYs: ${count("processes that refused to start: SessionLimitExhausted")}`,
    `  without REST: ${count("processes that refused to start: GatewayUnavailable")}`,
    `heap ${mib(heap.start)} at the start of the steady phase, ${mib(heap.end)} at the end`,
    `event loops blocked ${count("blocked event loops")} times`,
    "",
    broken.length === 0
      ? "Nothing was lost, and no rule was broken."
      : `BROKEN: ${broken.map(([what, times]) => `${what.slice("violation: ".length)} (${times})`).join(", ")}`,
    ...violations
      .slice(0, 5)
      .flatMap(({ detail, history, kind }) => [
        "",
        `✗ ${kind}: ${detail}`,
        ...history.map((line) => `    ${line.length > 160 ? `${line.slice(0, 159)}…` : line}`)
      ]),
    ...(violations.length === 0 ? [] : ["", `To repeat it: ${commandLine(outcome)}`]),
    ""
  ].join("\n")
}
