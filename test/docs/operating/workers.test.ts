/** What docs/operating/workers.md shows, run as its reader runs it. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { FakeDiscord, Program } from "fibercord/testing"
import { join } from "node:path"
import { root, writeBlocks } from "../../../scripts/documents.ts"
import { temporaryFile } from "../../cluster/support/temporaryFile.ts"

const document = "docs/operating/workers.md"
const folder = join(root, ".cache/blocks")
writeBlocks(folder, document)

it.live(
  "the threads of docs/operating/workers.md share the shards, and reply",
  () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* Layer.build(
        Program.layer({
          file: join(folder, document, "bot.ts"),
          env: {
            DATABASE: yield* temporaryFile,
            WORKERS: "2",
            NODE_OPTIONS: `--import ${join(root, "test/support/fromSource.ts")}`
          }
        })
      )
      yield* discord.awaitLog(FakeDiscord.is("Ready"), { count: 2, timeout: "1 minute" })
      const alice = yield* discord.user("alice")
      assert.strictEqual(yield* (yield* alice.slash("ping")).content, "pong")
    }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layerServer({ shards: 2, maxConcurrency: 2 }))),
  240_000
)
