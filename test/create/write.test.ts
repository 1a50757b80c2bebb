import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { CreateError, Interrupted } from "../../packages/create/src/CreateError.ts"
import type { File } from "../../packages/create/src/templates.ts"
import { write } from "../../packages/create/src/write.ts"
import { filesIn, temporary } from "./support/folders.ts"

const files: ReadonlyArray<File> = [
  { path: ".gitignore", content: "node_modules\n" },
  { path: "src/main.ts", content: "main\n" },
  { path: "src/deep/er.ts", content: "deeper\n" },
  { path: "package.json", content: "{}\n" }
]
const whole = new Map(files.map(({ content, path }) => [path, content] as const).sort(([a], [b]) => (a < b ? -1 : 1)))

/** What it fails with, if it does. */
const run = (target: string, what: Iterable<File> = files, signal = new AbortController().signal) =>
  Effect.promise(() =>
    write(target, what, signal).then(
      () => undefined,
      (error: unknown) => error
    )
  )

/** The files, with Ctrl-C before the one that would be the `n`th. */
const interruptedAt = (n: number) => {
  const abort = new AbortController()
  const interrupting = (function* () {
    for (const [index, file] of files.entries()) {
      if (index === n) abort.abort()
      yield file
    }
    if (n >= files.length) abort.abort()
  })()
  return { interrupting, signal: abort.signal }
}

const messageOf = (error: unknown): string => (error instanceof CreateError ? error.message : String(error))

describe("a project", () => {
  it.effect("is written as a whole, with the folders on the way", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const target = join(folder, "new folder", "my bot")
      assert.isUndefined(yield* run(target))
      assert.deepStrictEqual(filesIn(target), whole)
      assert.deepStrictEqual(readdirSync(join(folder, "new folder")), ["my bot"])
    })
  )

  it.effect("is not there at all when it is interrupted, whenever that is", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const empty = join(folder, "empty")
      mkdirSync(empty)
      for (let n = 0; n <= files.length; n++) {
        for (const target of [join(folder, "a", "b", "bot"), empty]) {
          const { interrupting, signal } = interruptedAt(n)
          assert.instanceOf(yield* run(target, interrupting, signal), Interrupted)
          assert.deepStrictEqual(readdirSync(folder), ["empty"])
          assert.deepStrictEqual(readdirSync(empty), [])
        }
      }
      assert.isUndefined(yield* run(empty))
      assert.deepStrictEqual(filesIn(empty), whole)
    })
  )

  it.effect("is there as a whole or not at all, whichever look at Ctrl-C is the first to see it", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const empty = join(folder, "empty")
      mkdirSync(empty)
      let looks = 0
      for (let isWritten = false; !isWritten; looks++) {
        let left = looks
        const signal = Object.defineProperty(new AbortController().signal, "aborted", { get: () => left-- <= 0 })
        const error = yield* run(empty, files, signal)
        isWritten = error === undefined
        if (!isWritten) assert.instanceOf(error, Interrupted)
        assert.deepStrictEqual(filesIn(empty), isWritten ? whole : new Map())
        assert.deepStrictEqual(readdirSync(folder), ["empty"])
      }
      // Once for each file, and once for each entry of the folder that they are moved into.
      assert.isAbove(looks, 7)
    })
  )

  it.effect("is not there at all when a file cannot be written", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const clash = [...files, { path: "package.json/no.ts", content: "" }]
      assert.instanceOf(yield* run(join(folder, "bot"), clash), CreateError)
      assert.deepStrictEqual(readdirSync(folder), [])
    })
  )

  it.effect("goes into a folder that has nothing but a repository in it", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      mkdirSync(join(folder, ".git"))
      assert.isUndefined(yield* run(folder))
      assert.deepStrictEqual(filesIn(folder), whole)
      assert.isTrue(existsSync(join(folder, ".git")))
    })
  )

  it.effect("leaves what is beside a folder that exists alone, which may be another disk or read-only", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const empty = join(folder, "empty")
      mkdirSync(empty)
      const seen: Array<ReadonlyArray<string>> = []
      const watched = (function* () {
        for (const file of files) {
          seen.push(readdirSync(folder))
          yield file
        }
      })()
      assert.isUndefined(yield* run(empty, watched))
      assert.deepStrictEqual(
        seen,
        files.map(() => ["empty"])
      )
      assert.deepStrictEqual(filesIn(empty), whole)
    })
  )

  it.effect("may have a name as long as names can be, and is refused with a longer one", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const long = join(folder, "x".repeat(255))
      assert.isUndefined(yield* run(long))
      assert.deepStrictEqual(filesIn(long), whole)
      for (const name of ["y".repeat(256), join("y".repeat(256), "bot"), "loop/bot"]) {
        if (name === "loop/bot") symlinkSync("loop", join(folder, "loop"))
        assert.instanceOf(yield* run(join(folder, name)), CreateError, name)
      }
    })
  )

  it.effect("goes into no folder that has something in it, and says what", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      for (let n = 0; n < 10; n++) writeFileSync(join(folder, `note-${n}.txt`), "")
      assert.match(
        messageOf(yield* run(folder)),
        /is not empty: it has note-0\.txt, .*note-7\.txt, and 2 more in it\. Expected a new/
      )
      assert.lengthOf(readdirSync(folder), 10)
      assert.match(messageOf(yield* run(join(folder, "note-1.txt"))), /is a file, or below one/)
      assert.match(messageOf(yield* run(join(folder, "note-1.txt", "bot"))), /is a file, or below one/)
    })
  )

  it.effect("is written once when several want the same folder at the same time", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const existing = join(folder, "existing")
      mkdirSync(existing)
      for (const target of [join(folder, "new"), existing]) {
        const five = Array.from({ length: 5 }, () => run(target))
        const errors = (yield* Effect.all(five, { concurrency: "unbounded" })).filter((error) => error !== undefined)
        assert.lengthOf(errors, 4)
        for (const error of errors) assert.match(messageOf(error), /is not empty/)
        assert.deepStrictEqual(filesIn(target), whole)
      }
      assert.deepStrictEqual(readdirSync(folder), ["existing", "new"])
    })
  )
})
