/** Files that share a process find it as the first of them did: with its environment, in its folder. */
import { afterAll } from "vitest"

const folder = process.cwd()
const environment = { ...process.env }

afterAll(() => {
  process.chdir(folder)
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name]
  Object.assign(process.env, environment)
})
