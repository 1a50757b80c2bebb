/** Durable dialogues: the heap of one that waits, how soon it goes on after a click, and what a start with many of them costs. */
import { mkdtemp, rm } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { runFile } from "../lib/inprocess.ts"
import { all, type Bench, clientOf, type Found, type Sample, toRow } from "../lib/rounds.ts"

const many = 10_000

/** Takes every message. */
const startApi = async () => {
  let id = 800_000_000_000_000_000n
  const server = createServer((request, response) => {
    const parts: Array<Buffer> = []
    request.on("data", (part: Buffer) => parts.push(part))
    request.on("end", () => {
      const { components = [] } = JSON.parse(Buffer.concat(parts).toString() || "{}") as {
        readonly components?: unknown
      }
      id += 1n
      response.writeHead(200, { "content-type": "application/json" })
      response.end(JSON.stringify({ id: String(id), channel_id: "4242", components, attachments: [], flags: 0 }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  process.env["BENCH_API"] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`
  return server
}

/** Runs all of them. */
export const run = async (bench: Bench): Promise<Found> => {
  if (!bench.wants("fibercord")) return { rows: [], peers: [] }
  const { library } = clientOf(bench, "fibercord")
  const folder = await mkdtemp(join(tmpdir(), "fibercord-bench-"))
  const server = await startApi()
  const figuresOf = (mode: string, file: string, size = 0) =>
    runFile("durable", `${mode} ${join(folder, file)} ${size}`, library, [], 900_000) as Promise<Sample>
  try {
    bench.log(`durable: ${many} dialogues are started`)
    const filled = await figuresOf("fill", "many.db", many)
    await figuresOf("fill", "none.db", 0)
    const ready: Array<Sample> = []
    const none: Array<Sample> = []
    const answers: Array<Sample> = []
    for (let round = 0; round < bench.rounds; round++) {
      none.push(await figuresOf("ready", "none.db"))
      ready.push(await figuresOf("ready", "many.db"))
      answers.push(await figuresOf("answer", "many.db"))
    }
    const of = (samples: ReadonlyArray<Sample>, name: string) => samples.map((each) => each[name] ?? Number.NaN)
    return all({
      rows: [
        toRow("durable.heap", "kB", [(filled["heap"] ?? Number.NaN) / 1000], undefined, { of: "value", most: 3 }),
        toRow("durable.begin", "/s", [filled["rate"] ?? Number.NaN], undefined, undefined),
        toRow("durable.ready", "ms", of(ready, "ready"), of(none, "ready"), { of: "ratio", most: 1.2 }),
        toRow("durable.answer.p50", "ms", of(answers, "p50"), undefined, { of: "value", most: 100 })
      ],
      peers: []
    })
  } finally {
    server.close()
    await rm(folder, { recursive: true, force: true })
  }
}
