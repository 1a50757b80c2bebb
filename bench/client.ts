/**
 * The process of a client under test. It starts the client, counts the events that reach its handler, and measures its
 * own CPU and heap on request.
 */
import type { Session } from "node:inspector/promises"
import type { FromClient, Job, ToClient } from "./lib/protocol.ts"
import { lastId } from "./lib/protocol.ts"

/** The `start` that a file in `clients/` exports. */
export interface Client {
  /** Connects all shards, and completes when they are connected. */
  readonly start: (job: Job, seen: Seen) => Promise<void>
}

/** Called for each event that reaches a handler, with the id of its interaction, if any. */
export type Seen = (interaction?: string) => void

const job = JSON.parse(process.env["BENCH_JOB"] ?? "") as Job
const reply = (message: FromClient): void => void process.send?.(message)

let count = 0
let lastsLeft = 0
let before = process.cpuUsage()
let firstAt = 0

const seen: Seen = (interaction) => {
  if (count++ === 0) firstAt = performance.now()
  if (interaction !== lastId || --lastsLeft > 0) return
  const { system, user } = process.cpuUsage(before)
  const seconds = (performance.now() - firstAt) / 1000
  reply({ op: "counted", cpu: system + user, seen: count, seconds, rss: process.memoryUsage.rss() })
}

// Imported when needed, because the start and the memory of this process are measured too.
let profiler: Session | undefined
const profile = async (file: string | undefined): Promise<void> => {
  if (profiler === undefined || file === undefined) {
    profiler = new (await import("node:inspector/promises")).Session()
    profiler.connect()
    await profiler.post("Profiler.enable")
    await profiler.post("Profiler.setSamplingInterval", { interval: 200 })
    await profiler.post("Profiler.start")
  } else {
    const { profile } = await profiler.post("Profiler.stop")
    await (await import("node:fs/promises")).writeFile(file, JSON.stringify(profile))
    profiler.disconnect()
    profiler = undefined
  }
}

const heap = async (): Promise<number> => {
  // The second collection frees objects with finalizers.
  for (let n = 0; n < 3; n++) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}

process.on("message", (message: ToClient) => {
  switch (message.op) {
    case "count":
      count = 0
      lastsLeft = message.lasts
      reply({ op: "counting" })
      before = process.cpuUsage()
      return
    case "cpu": {
      const { system, user } = process.cpuUsage()
      return reply({ op: "cpu", cpu: system + user })
    }
    case "rss":
      return reply({ op: "rss", bytes: process.memoryUsage.rss() })
    case "profile":
      return void profile(message.file).then(() => reply({ op: "profile" }))
    case "heap":
      void heap().then((bytes) => reply({ op: "heap", bytes }))
  }
})
process.on("disconnect", () => process.exit())

const client = (await import(`./clients/${job.client}.ts`)) as Client
const startedAt = performance.now()
await client.start(job, seen)
reply({ op: "ready", milliseconds: performance.now() - startedAt })
