/** What docs/start/first-deploy.md promises of its program: probes, an end within the time, and a start that resumes. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { FakeDiscord, Program } from "fibercord/testing"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { freePort } from "../../cluster/support/freePort.ts"
import { program } from "../support/program.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "fibercord-deploy-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

const deployed = (port: number) =>
  Layer.unwrap(
    Effect.map(folder, (state) =>
      program("docs/start/first-deploy.md", "main.ts", { PORT: `${port}`, STATE_DIRECTORY: state })
    )
  )

it.live("says that it is ready, ends with 130, and resumes when it is started again", () =>
  Effect.gen(function* () {
    const port = yield* freePort
    yield* Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Program.Program
      const alice = yield* discord.user("alice")
      assert.strictEqual(yield* (yield* alice.slash("ping")).content, "pong")
      const statusOf = (path: string) =>
        Effect.promise(() => fetch(`http://127.0.0.1:${port}/health/${path}`).then(({ status }) => status))
      assert.deepStrictEqual(yield* Effect.all([statusOf("ready"), statusOf("live")]), [200, 200])

      yield* bot.stop
      assert.strictEqual((yield* bot.ended).code, 130)
      yield* bot.start
      yield* discord.awaitLog(FakeDiscord.is("Resumed"))
      assert.strictEqual(yield* (yield* alice.slash("ping")).content, "pong")
      assert.strictEqual((yield* discord.log).filter(FakeDiscord.is("Identify")).length, 1)
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.provide(deployed(port)))
  })
)
