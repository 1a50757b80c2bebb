/** How an upgrade ends that cannot begin. */
import { assert, it } from "@effect/vitest"
import { Agent } from "node:http"
import { upgrade } from "../../../src/gateway/internal/socket/upgrade.ts"

const callbacks = {
  onUpgraded: () => assert.fail("it was upgraded"),
  onRefused: () => assert.fail("it was refused"),
  onBytes: () => assert.fail("bytes were read")
}

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length

it("leaves no timer behind when an agent refuses the request in the call", () => {
  const before = timers()
  const agent = new Agent()
  assert.throws(() => upgrade("wss://localhost:1/", { agent, timeout: 60_000 }, callbacks), /Protocol "https:"/)
  assert.strictEqual(timers(), before)
})
