/** The program of a worker thread that does not hear that it should stop. */
import { BroadcastChannel, threadId } from "node:worker_threads"
import type { Said, Setup } from "./workers.ts"

const setup: Setup = JSON.parse(process.env["FIBERCORD_TEST_WORKERS"] ?? "")
const channel = new BroadcastChannel(setup.channel)
const status: Said = { _tag: "Status", thread: threadId, connected: [] }
setInterval(() => channel.postMessage(status), 20)
