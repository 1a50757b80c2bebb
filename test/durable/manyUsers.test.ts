/** A collection that thousands of users take part in, while the process of the bot is killed. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import * as Harness from "./support/harness.ts"

const total = 5_000
const fixture = fileURLToPath(new URL("./fixtures/giveaway.ts", import.meta.url))

/** Starts the bot. `ended` is told each line that it writes. */
const launch = Effect.fnUntraced(function* (filename: string, ended: (line: string) => void) {
  const { apiUrl, token } = yield* FakeDiscord.FakeDiscord
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const env = { ...process.env, DISCORD_API_URL: apiUrl, DISCORD_TOKEN: Redacted.value(token) }
      const child = spawn(process.execPath, [fixture, filename, `${total}`], {
        env,
        stdio: ["ignore", "pipe", "inherit"]
      })
      let rest = ""
      child.stdout.on("data", (chunk: Buffer) => {
        const lines = `${rest}${chunk.toString()}`.split("\n")
        rest = lines.pop() ?? ""
        lines.forEach(ended)
      })
      return child
    }),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  const kill = Effect.callback<void>((resume) => {
    child.once("close", () => resume(Effect.void))
    child.kill("SIGKILL")
  })
  return { kill }
})

describe("a collection of 5,000 users", () => {
  it.live(
    "counts every use once, although the process is killed in the middle",
    () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const filename = yield* Harness.temporaryFile
        const results: Array<ReadonlyArray<string>> = []
        const start = launch(filename, (line) => {
          if (line.startsWith("entrants ")) results.push(JSON.parse(line.slice(9)))
        })
        const users = yield* Effect.forEach(Array.from({ length: total }), (_, n) => discord.user(`user${n}`))
        const [owner] = users as [FakeDiscord.User]
        const first = yield* start
        yield* owner.slash("giveaway")
        const message = yield* owner.awaitMessage(({ content }) => content === "Entrants: 0")

        const half = yield* Deferred.make<void>()
        const restart = Effect.andThen(Effect.andThen(Deferred.await(half), first.kill), start)
        let answered = 0
        let repeated = 0
        const enter = Effect.fnUntraced(function* (user: FakeDiscord.User) {
          // Who gets no answer, or is told to try again, clicks again, like anybody.
          const response = yield* user.click(message, "enter").pipe(
            Effect.tapError(() => Effect.sync(() => repeated++)),
            Effect.retry({ times: 100 })
          )
          if (response.kind === "message") {
            if ((yield* response.content) === ErrorReply.defaultTexts.Overloaded) yield* user.click(message, "enter")
          }
          if (++answered === total / 2) yield* Deferred.succeed(half, undefined)
        })
        yield* Effect.all([restart, Effect.forEach(users, enter, { concurrency: 16, discard: true })], {
          concurrency: 2
        })
        yield* owner.awaitMessage(({ content }) => content === `${total} entered`)
        assert.isAbove(repeated, 0)
        for (const entrants of results) {
          assert.strictEqual(entrants.length, total)
          assert.deepStrictEqual(new Set(entrants), new Set(users.map(({ id }) => id)))
        }
        assert.isAbove(results.length, 0)
        assert.strictEqual(yield* message.content, `Entrants: ${total}`)
        assert.deepStrictEqual(yield* discord.violations, [])
      }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer({ identifyInterval: "10 millis" }))),
    300_000
  )
})
