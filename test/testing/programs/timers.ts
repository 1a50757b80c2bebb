/** Says what its timers do, by the time of this program. Without an argument it runs until Ctrl-C. */
import { setTimeout as later } from "node:timers/promises"
import { promisify } from "node:util"
import { cut } from "./other.ts"

const begin = { date: Date.now(), performance: performance.now(), hrtime: process.hrtime.bigint() }
const minutes = (millis: number): number => Math.round(millis / 6000) / 10
const say = (what: string): void => console.log(`${what} at ${minutes(Date.now() - begin.date)}`)

setTimeout((what: string) => say(what), 15 * 60_000, "timeout")
promisify(setTimeout)(10 * 60_000, "promisified").then(say)
later(5 * 60_000, "promise").then(say)
const controller = new AbortController()
later(5 * 60_000, "never", { signal: controller.signal }).catch((error: Error) => say(error.name))
AbortSignal.timeout(7 * 60_000).addEventListener("abort", () => say("signal"))

let ticks = 0
const interval = setInterval(() => {
  say("interval")
  if (++ticks === 2) clearInterval(interval)
}, 4 * 60_000)
clearTimeout(setTimeout(() => say("cleared"), 60_000))
clearTimeout(String(Number(setTimeout(() => say("cleared by number"), 60_000))))
const refreshed = setTimeout(() => say("refreshed"), 6 * 60_000)
setTimeout(() => {
  refreshed.refresh()
  controller.abort()
}, 3 * 60_000)
// The second is cleared by the first, although both are due.
setTimeout(() => clearTimeout(second), 2 * 60_000)
const second = setTimeout(() => say("second"), 2 * 60_000)

setTimeout(() => {
  say(`performance ${minutes(performance.now() - begin.performance)}`)
  say(`hrtime ${minutes(Number(process.hrtime.bigint() - begin.hrtime) / 1e6)}`)
  say(`Date ${minutes(new Date().getTime() - begin.date)} ${new Date(0).toISOString()} ${new Date() instanceof Date}`)
}, 14 * 60_000)

if (process.argv[2] === "stubborn") process.on("SIGINT", () => console.log("no"))
console.log(cut(process.env["FIBERCORD_PROGRAM"] ?? "ready"))
if (process.argv[2] === "end") process.exit(3)
