/** The live examples while the site is written. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { join } from "node:path"
import { filesOf } from "../../../docs/.vitepress/liveInDev.ts"
import { root } from "../../../scripts/documents.ts"
import { buildLive, examplesOf } from "../../../scripts/live.ts"

const [example] = examplesOf(["test/docs/live/failures.md"])

it.live("examples are built once for all who ask, again after a change, and again after a build that failed", () =>
  Effect.promise(async () => {
    if (example === undefined) return assert.fail("there is no example")
    let builds = 0
    const files = filesOf(
      async (folder) => {
        if (++builds === 1) throw new Error("a page does not compile")
        await buildLive(folder, [example])
      },
      join(root, ".cache/live-dev-test")
    )
    const failed = await files.read("/panel.js").catch(String)
    assert.strictEqual(failed, "Error: a page does not compile")
    const [panel, block] = await Promise.all([files.read("/panel.js"), files.read(`/${example.id}.js?start=1`)])
    assert.include(panel, "mount")
    assert.include(block, "the kettle is cold")
    assert.isUndefined(await files.read("/nothing.js"))
    assert.isUndefined(await files.read("/../../package.json"))
    assert.strictEqual(builds, 2)
    files.change()
    assert.include(await files.read("/panel.js"), "mount")
    assert.strictEqual(builds, 3)
  })
)
