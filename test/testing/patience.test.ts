/** What a user of the fake reads when a test fails: a real Vitest runs `test/fixtures/patience`, and prints it. */
import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { deadlineOf } from "../../src/testing/internal/runner.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url))

/** What Vitest prints of the failures, after the logs of the tests. */
const reportOf = () =>
  new Promise<string>((resolve) => {
    const args = [vitest, "run", "--root", "test/fixtures/patience", "--reporter=default", "--no-color"]
    const env = { ...process.env, NO_COLOR: "1", CI: "1", FORCE_COLOR: undefined }
    execFile(process.execPath, args, { cwd: root, env }, (_failed, stdout, stderr) =>
      resolve(`${stdout}\n${stderr}`.split("Failed Tests").at(-1) ?? "")
    )
  })

const count = (text: string, part: string): number => text.split(part).length - 1

describe("a test that fails", () => {
  it("says itself what it waited for, and what came instead, once, before the runner gives up", async () => {
    const report = await reportOf()
    const hello = 'a message with "hello there", the button "again"'
    const once = [
      'AwaitTimeout: a message "goodbye" did not come within',
      "AwaitTimeout: an answer after the deferral did not come within",
      `NoResult: no modal: /hello got ${hello}`,
      "AwaitTimeout: a session that owns guild",
      'AwaitTimeout: a message "farewell" did not come within'
    ]
    for (const message of once) assert.strictEqual(count(report, message), 1, `${message} in:\n${report}`)
    assert.strictEqual(count(report, `there was ${hello}`), 2, report)
    assert.strictEqual(count(report, 'there was "thinking"'), 1, report)
    // Each of the four that waited has the end of the log, once.
    assert.strictEqual(count(report, "#0 "), 4, report)
    assert.notInclude(report, "timed out")
    assert.notInclude(report, "Serialized Error")
  }, 240_000)

  it("has its failure a fifth of its time before the end, at most a second", () => {
    const test = (timeout: number) => deadlineOf([{ timeout, result: { startTime: 1000 } }])
    assert.deepStrictEqual([test(5000), test(20_000), test(1000)], [5000, 20_000, 1800])
    assert.isUndefined(test(0))
    assert.isUndefined(test(Infinity))
    assert.isUndefined(deadlineOf([{ type: "suite" }]))
    assert.isUndefined(deadlineOf([]))
  })
})
