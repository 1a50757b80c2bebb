/** Runs `test/gateway/model.test.ts` for longer: `npm run model -- --minutes 10 --seed 7`. */
import { spawnSync } from "node:child_process"
import { parseArgs } from "node:util"

const { values } = parseArgs({ options: { minutes: { type: "string" }, seed: { type: "string" } } })
const seconds = Number(values.minutes ?? "1") * 60
const seed = Number(values.seed ?? "1")
if (!(seconds > 0) || !Number.isSafeInteger(seed)) {
  console.error("expected --minutes <a positive number> and --seed <a whole number>")
  process.exit(1)
}
const run = spawnSync("npm", ["exec", "--", "vitest", "run", "--silent=false", "test/gateway/model.test.ts"], {
  env: { ...process.env, MODEL_SECONDS: `${seconds}`, MODEL_SEED: `${seed}` },
  stdio: "inherit"
})
process.exit(run.status ?? 1)
