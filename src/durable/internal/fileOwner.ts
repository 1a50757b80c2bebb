/**
 * Which of the processes that share a file runs its dialogues: the one that holds a lock of the operating system beside it.
 * Whatever ends a process gives the lock back, so the next one goes on at once, and no clock is involved.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RunnerStorage from "effect/cluster/RunnerStorage"
import { DatabaseSync } from "node:sqlite"

/** Tries to get the lock. It is held until the scope ends. */
const tryLock = (filename: string): DatabaseSync | undefined => {
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(`${filename}-owner`, { timeout: 0 })
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
    return lock
  } catch {
    lock?.close()
    return undefined
  }
}

/** Runners of which one process has all shards, and the others none. */
export const layer = (filename: string): Layer.Layer<RunnerStorage.RunnerStorage> =>
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
            lock ??= tryLock(filename)
            return lock === undefined ? Effect.succeed([]) : memory.acquire(address, shards)
          })
      })
    })
  )
