import { assert, it } from "@effect/vitest"
import { rolldown } from "rolldown"
import { cuts } from "../../scripts/cuts.ts"

const written = async (input: string): Promise<string> => {
  const built = await rolldown({ input, platform: "node", plugins: [cuts(process.cwd())] })
  const { output } = await built.generate({ format: "esm" })
  await built.close()
  return output[0].code
}

it("of Node, undici wants none of what loads much", async () => {
  const code = await written("src/rest/internal/undici.ts")
  // Otherwise nothing was looked at.
  assert.include(code, `"node:net"`)
  for (const module of ["assert", "http", "http2"]) assert.notMatch(code, new RegExp(`"(node:)?${module}"`), module)
})

it("of Discord's tables there are the routes, and none of its codes of errors", async () => {
  const code = await written("discord-api-types/v10")
  assert.include(code, "interactionCallback")
  assert.notInclude(code, "UnknownGuild")
})
