import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"

describe("the memory of Runtimes", () => {
  it("is freed after 100,000 of them were opened and closed", () => {
    const fixture = fileURLToPath(new URL("../fixtures/hundred-thousand-runtimes.ts", import.meta.url))
    const output = execFileSync(process.execPath, ["--expose-gc", fixture], { encoding: "utf8" })
    const [, second, third]: ReadonlyArray<{ readonly heap: number; readonly left: number }> = JSON.parse(output)
    assert.isDefined(second)
    assert.isDefined(third)
    assert.strictEqual(third?.left, 0)
    // Less than one byte for each Runtime of a round.
    assert.isBelow((third?.heap ?? Infinity) - (second?.heap ?? 0), 100_000)
  }, 60_000)
})
