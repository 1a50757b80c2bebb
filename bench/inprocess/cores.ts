/**
 * What the machine makes of a second core: the work of a handler, in threads that do nothing else. Prints the rate per
 * second, and per second of CPU, as JSON. The argument is how many threads work.
 */
import { Worker } from "node:worker_threads"

const count = Number(process.argv[2])
const perThread = 100_000
const steps = 5000

// As in `clients/members/worker.ts`.
const code = `
  const { parentPort } = require("node:worker_threads")
  let hash = 1
  const spend = () => { for (let n = 0; n < ${steps}; n++) hash = (Math.imul(hash, 31) + n) | 0 }
  parentPort.on("message", (count) => {
    for (let n = 0; n < count; n++) spend()
    parentPort.postMessage(hash)
  })
`

const threads = Array.from({ length: count }, () => new Worker(code, { eval: true }))
const work = (each: number) =>
  Promise.all(
    threads.map(
      (thread) =>
        new Promise((resolve) => {
          thread.once("message", resolve)
          thread.postMessage(each)
        })
    )
  )

await work(10_000)
const before = process.cpuUsage()
const startedAt = performance.now()
await work(perThread)
const seconds = (performance.now() - startedAt) / 1000
const { system, user } = process.cpuUsage(before)
const total = perThread * count
console.log(
  JSON.stringify({
    rate: total / seconds,
    perCore: total / ((system + user) / 1e6),
    cores: (system + user) / 1e6 / seconds
  })
)
process.exit()
