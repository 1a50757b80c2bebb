/** What docs/start/first-deploy.md promises of its program: probes, an end within the time, and a start that resumes. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { FakeDiscord, Program } from "fibercord/testing"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { freePort } from "../../cluster/support/freePort.ts"
import { page } from "../support/page.ts"
import { run } from "../support/play.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "fibercord-deploy-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

const document = "docs/start/first-deploy.md"

page(document)

it.live(
  "says that it is ready, ends with 130, and resumes when it is started again",
  () =>
    Effect.gen(function* () {
      const port = yield* freePort
      const env = { PORT: `${port}`, STATE_DIRECTORY: yield* folder }
      const statusOf = (path: string) =>
        Effect.promise(() => fetch(`http://127.0.0.1:${port}/health/${path}`).then(({ status }) => status))
      yield* run(
        document,
        "main.ts",
        (discord) =>
          Effect.gen(function* () {
            const bot = yield* Program.Program
            const alice = yield* discord.user("alice")
            // Node takes its time to start on a busy machine.
            yield* discord.awaitLog(FakeDiscord.is("Ready"), { timeout: "1 minute" })
            assert.strictEqual(yield* (yield* alice.slash("ping")).content, "pong")
            assert.deepStrictEqual(yield* Effect.all([statusOf("ready"), statusOf("live")]), [200, 200])

            yield* bot.stop
            assert.strictEqual((yield* bot.ended).code, 130)
            yield* bot.start
            yield* discord.awaitLog(FakeDiscord.is("Resumed"), { timeout: "1 minute" })
            assert.strictEqual(yield* (yield* alice.slash("ping")).content, "pong")
            assert.strictEqual((yield* discord.log).filter(FakeDiscord.is("Identify")).length, 1)
          }),
        { env }
      )
    }).pipe(Effect.scoped),
  240_000
)
