import { assert, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"

const fixture = fileURLToPath(new URL("../fixtures/exit.ts", import.meta.url))

it("a process ends by itself when the scopes of its shards are closed", async () => {
  const { code, stderr, stdout } = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [fixture], { timeout: 90_000, killSignal: "SIGKILL" }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.signal ?? error.code), stdout, stderr })
    })
  })
  assert.strictEqual(stderr, "")
  assert.match(stdout, /closed\n$/)
  assert.strictEqual(code, 0)
})
