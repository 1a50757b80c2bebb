import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"

describe("the memory of Runtimes", () => {
  it("is freed after 100,000 of them were opened and closed", () => {
    const fixture = fileURLToPath(new URL("../fixtures/hundred-thousand-runtimes.ts", import.meta.url))
    const output = execFileSync(process.execPath, ["--expose-gc", fixture], { encoding: "utf8" })
    const rounds: ReadonlyArray<{ readonly heap: number; readonly left: number }> = JSON.parse(output)
    const [before, after] = rounds.slice(-2)
    assert.isDefined(before)
    assert.isDefined(after)
    assert.strictEqual(after?.left, 0)
    // Less than one byte for each Runtime of a round.
    assert.isBelow((after?.heap ?? Infinity) - (before?.heap ?? 0), 100_000)
  }, 60_000)
})
