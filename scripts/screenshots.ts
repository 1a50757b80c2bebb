/** Takes the pictures of the documents, by the tests that look at the playground and at the site in a browser. */
import { spawnSync } from "node:child_process"

const { status } = spawnSync("vitest", ["run", "test/playground/looks.test.ts", "test/docs/site.test.ts"], {
  stdio: "inherit",
  shell: true,
  env: { ...process.env, SCREENSHOTS: "docs/images" }
})
process.exitCode = status ?? 1
