/** fibercord in worker threads. This is the main thread, which counts nothing itself: it is told of the first and last. */
import * as Effect from "effect/Effect"
import type { Seen } from "../client.ts"
import type { Job } from "../lib/protocol.ts"
import { lastId } from "../lib/protocol.ts"
import { bot, channel, type Said } from "./members/bot.ts"

/** Starts the threads, and waits until each runs its share of the shards. */
export const start = (job: Job, seen: Seen): Promise<void> =>
  new Promise((resolve, reject) => {
    const share = job.shards / (job.members?.count ?? 1)
    const ready = new Set<number>()
    channel.addEventListener("message", (message) => {
      const said = (message as MessageEvent<Said>).data
      if (said._tag === "First") return seen()
      if (said._tag === "Last") return seen(lastId)
      if (said.connected === share) ready.add(said.thread)
      else ready.delete(said.thread)
      if (ready.size === job.members?.count) resolve()
    })
    bot(job)
      .then((launched) => Effect.runPromise(launched))
      .catch(reject)
  })
