/** Takes the pictures of the documents, by the test that looks at the playground in a browser. */
import { spawnSync } from "node:child_process"

const { status } = spawnSync("vitest", ["run", "test/playground/looks.test.ts"], {
  stdio: "inherit",
  shell: true,
  env: { ...process.env, SCREENSHOTS: "docs/images" }
})
process.exitCode = status ?? 1
