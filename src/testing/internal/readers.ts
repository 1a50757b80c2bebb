/** Reading the log while it grows. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { AwaitLog, AwaitLogOptions } from "../FakeDiscord.ts"
import type { Entry } from "../Log.ts"
import { type Core, waitFor } from "./core.ts"
import type { Journal } from "./journal.ts"

// Entries that a slow reader may be behind.
const changesBuffer = 4096

/** Waits until the log has enough matching entries. */
export const awaitLog = (core: Core): AwaitLog =>
  ((fits: (entry: Entry) => boolean, options: AwaitLogOptions = {}) =>
    Effect.suspend(() => {
      let next = options.since ?? 0
      let missing = options.count ?? 1
      const { timeout } = options
      const limit = timeout === undefined ? undefined : Duration.toMillis(timeout)
      const read = (): Entry | undefined => {
        for (const entry of core.journal.since(next)) {
          next = entry.index + 1
          if (fits(entry) && --missing === 0) return entry
        }
        return undefined
      }
      return waitFor(core, "the wanted entry of the log", read, limit)
    })) as AwaitLog

/** All entries from the moment on at which the stream is run. */
export const changes = (journal: Journal): Stream.Stream<Entry> =>
  Stream.callback<Entry>(
    (queue) =>
      Effect.acquireRelease(
        Effect.sync(() => journal.listen((entry) => void Queue.offerUnsafe(queue, entry))),
        (stop) => Effect.sync(stop)
      ),
    { bufferSize: changesBuffer, strategy: "sliding" }
  )
