/** fibercord with its inspector, at which nobody looks. */
import type { Seen } from "../client.ts"
import { loadInspector } from "../lib/library.ts"
import type { Job } from "../lib/protocol.ts"
import { startWith } from "./fibercord.ts"

/** Connects all shards. */
export const start = async (job: Job, seen: Seen): Promise<void> => {
  const { Inspector } = await loadInspector(job.library)
  return startWith(job, seen, Inspector.layer())
}
