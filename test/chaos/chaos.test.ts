/** A short run of `npm run chaos`, which takes other seeds, and hours. */
import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { discord } from "../../chaos/settings.ts"

const program = fileURLToPath(new URL("../../chaos/main.ts", import.meta.url))
const hooks = new URL("../support/fromSource.ts", import.meta.url).href

const seed = "first"

const run = () =>
  new Promise<{ readonly code: unknown; readonly report: string; readonly all: string }>((resolve) => {
    const args = ["--import", hooks, program, "--seed", seed, "--seconds", "8", "--shards", "6", "--verbose"]
    execFile(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? error.signal), report: stdout, all: stdout + stderr })
    })
  })

describe("a run with faults of all kinds", () => {
  it("loses nothing and breaks no rule", { timeout: 600_000 }, async () => {
    const { all, code, report } = await run()
    assert.notInclude(all, discord.token)
    if (!report.includes("Nothing was lost, and no rule was broken")) assert.fail(report)
    assert.include(report, "Nothing was lost, and no rule was broken.")
    assert.strictEqual(code, 0)
  })
})
