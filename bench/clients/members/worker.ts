/** A worker thread: a member whose handler does some work for each event. */
import * as Effect from "effect/Effect"
import { load } from "../../lib/library.ts"
import { type Job, lastId } from "../../lib/protocol.ts"
import { bot, say } from "./bot.ts"

const job = JSON.parse(process.env["BENCH_JOB"] ?? "") as Job
const { GatewayEvents } = await load(job.library)

const { count, work } = job.members ?? { count: 1, work: 0 }
const share = job.shards / count
let isFirst = true
let lasts = 0

/** A fixed amount of work, not of time: a thread that has to wait for a core gets nothing done meanwhile. */
let hash = 1
const spend = (steps: number): void => {
  for (let n = 0; n < steps; n++) hash = (Math.imul(hash, 31) + n) | 0
}

const handlers = GatewayEvents.onRaw((payload) =>
  Effect.sync(() => {
    if (payload.t === "MESSAGE_CREATE" && isFirst) {
      isFirst = false
      say({ _tag: "First" })
    }
    if (payload.t !== "INTERACTION_CREATE") return spend(work)
    if (payload.d.id !== lastId) return
    say({ _tag: "Last" })
    lasts = (lasts + 1) % share
    isFirst = lasts === 0
  })
)

await Effect.runPromise(await bot(job, handlers))
