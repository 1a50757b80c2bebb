/** fibercord with its inspector, and somebody who follows it: a process of its own, like a page. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { spawn } from "node:child_process"
import type { Seen } from "../client.ts"
import { loadInspector } from "../lib/library.ts"
import type { Job } from "../lib/protocol.ts"
import { startWith } from "./fibercord.ts"

const reader = "const { body } = await fetch(process.argv[1]); for await (const _ of body);"

/** Connects all shards. */
export const start = async (job: Job, seen: Seen): Promise<void> => {
  const { Inspector } = await loadInspector(job.library)
  const read = Effect.flatMap(Inspector.Inspector, ({ url }) =>
    Effect.acquireRelease(
      Effect.sync(() =>
        spawn(process.execPath, ["--input-type=module", "-e", reader, `${url}/events`], { stdio: "ignore" })
      ),
      (child) => Effect.sync(() => child.kill())
    )
  )
  return startWith(job, seen, Layer.provideMerge(Layer.effectDiscard(read), Inspector.layer()))
}
