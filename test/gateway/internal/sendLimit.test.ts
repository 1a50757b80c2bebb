import { assert, describe, it } from "@effect/vitest"
import { SendLimit } from "../../../src/gateway/internal/sendLimit.ts"

// Room for two frames beside the heartbeats.
const options = { limit: 5, window: 60_000, margin: 500 }
const heartbeatInterval = 41_250

describe("SendLimit", () => {
  it("waits for the window and the margin, so that a frame that was held up on its way is out of it too", () => {
    const limit = new SendLimit(options, heartbeatInterval)
    limit.countAt(1_000)
    limit.countAt(2_000)
    assert.strictEqual(limit.waitAt(2_000), 59_500)
    assert.strictEqual(limit.waitAt(61_499), 1)
    assert.strictEqual(limit.waitAt(61_500), 0)
  })

  it("counts frames that are reported late, and waits until there is room again if there were too many", () => {
    const limit = new SendLimit(options, heartbeatInterval)
    for (const at of [3_000, 1_000, 4_000, 2_000]) limit.countAt(at)
    // Until the third of them is out of the window.
    assert.strictEqual(limit.waitAt(5_000), 3_000 + 60_500 - 5_000)
  })
})
