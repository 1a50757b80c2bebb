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

/** Tries to get the lock, which is held until it is closed. Returns why it cannot be had otherwise. */
const tryLock = (file: string): DatabaseSync | Error => {
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(file, { timeout: 0 })
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
    return lock
  } catch (error) {
    lock?.close()
    return error as Error
  }
}

// SQLite's words for a lock that another process has.
const isHeld = (error: Error & { readonly errcode?: number }): boolean => ((error.errcode ?? 0) & 0xff) === 5

/** Runners of which one process has all shards, and the others none. */
export const layer = (filename: string, prefix: string): Layer.Layer<RunnerStorage.RunnerStorage> =>
  Layer.effect(
    RunnerStorage.RunnerStorage,
    Effect.gen(function* () {
      const memory = yield* RunnerStorage.makeMemory
      if (filename === ":memory:") return memory
      let lock: DatabaseSync | undefined
      let isNoted = false
      yield* Effect.addFinalizer(() => Effect.sync(() => lock?.close()))
      return RunnerStorage.RunnerStorage.of({
        ...memory,
        // It is the only one it knows of, and none that is healthy would be worth a warning.
        unregister: () => Effect.void,
        acquire: (address, shards) =>
          Effect.suspend(() => {
            if (lock !== undefined) return memory.acquire(address, shards)
            const file = lockOf(filename, prefix)
            const tried = tryLock(file)
            if (!(tried instanceof Error)) {
              lock = tried
              return memory.acquire(address, shards)
            }
            if (isHeld(tried) || isNoted) return Effect.succeed([])
            isNoted = true
            return Effect.as(
              Effect.logError(
                `The lock of the dialogues, ${file}, cannot be made (${tried.message}): no dialogue runs in this process until it can. The process needs to write into the folder of the file`
              ),
              []
            )
          })
      })
    })
  )
