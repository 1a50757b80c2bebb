/**
 * Which of the processes that share a file runs its dialogues: the one that holds a lock of the operating system beside it.
 * Whatever ends a process gives the lock back, so the next one goes on at once, and no clock is involved.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RunnerStorage from "effect/cluster/RunnerStorage"
import { realpathSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"

/**
 * The file of the lock: one for each prefix, because bots with different tables have nothing to do with each other. SQLite takes
 * upper and lower case of their names for the same, and follows links.
 */
const lockOf = (filename: string, prefix: string): string =>
  `${realpathOf(filename)}-${encodeURIComponent(prefix.toLowerCase())}-owner`

const realpathOf = (filename: string): string => {
  try {
    return realpathSync(filename)
  } catch {
    return filename
  }
}

/** Tries to get the lock. It is held until the scope ends. */
const tryLock = (filename: string, prefix: string): DatabaseSync | undefined => {
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(lockOf(filename, prefix), { timeout: 0 })
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
    return lock
  } catch {
    lock?.close()
    return undefined
  }
}

/** Runners of which one process has all shards, and the others none. */
export const layer = (filename: string, prefix: string): Layer.Layer<RunnerStorage.RunnerStorage> =>
  Layer.effect(
    RunnerStorage.RunnerStorage,
    Effect.gen(function* () {
      const memory = yield* RunnerStorage.makeMemory
      if (filename === ":memory:") return memory
      let lock: DatabaseSync | undefined
      yield* Effect.addFinalizer(() => Effect.sync(() => lock?.close()))
      return RunnerStorage.RunnerStorage.of({
        ...memory,
        // It is the only one it knows of, and none that is healthy would be worth a warning.
        unregister: () => Effect.void,
        acquire: (address, shards) =>
          Effect.suspend(() => {
            lock ??= tryLock(filename, prefix)
            return lock === undefined ? Effect.succeed([]) : memory.acquire(address, shards)
          })
      })
    })
  )
