import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"

describe("the memory of Runtimes", () => {
  it("is freed after 100,000 of them were opened and closed", () => {
    const fixture = fileURLToPath(new URL("../fixtures/hundred-thousand-runtimes.ts", import.meta.url))
    const output = execFileSync(process.execPath, ["--expose-gc", fixture], { encoding: "utf8" })
    const rounds: ReadonlyArray<{ readonly heap: number; readonly left: number }> = JSON.parse(output)
    assert.strictEqual(rounds.at(-1)?.left, 0)
    // V8's code comes and goes from round to round.
    const least = (of: typeof rounds) => Math.min(...of.map(({ heap }) => heap))
    // Less than one byte for each Runtime of a round.
    assert.isBelow(least(rounds.slice(-3)) - least(rounds.slice(-6, -3)), 100_000)
  }, 240_000)
})
