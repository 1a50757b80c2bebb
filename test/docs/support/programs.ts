/** Tests that a page shows start `bot.ts` beside them: here that is the counter of README.md, run from the sources. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { root, writeBlocks } from "../../../scripts/documents.ts"

const folder = join(root, ".cache/blocks")

/** Puts `bot.ts` beside the blocks of a document, and makes their folder the working directory of this test file. */
export const besideBot = (document: string): void => {
  writeBlocks(folder, "README.md")
  const bot = join(folder, "README.md/main.ts")
  writeFileSync(join(folder, document, "bot.ts"), `import ${JSON.stringify(bot)}\n`)
  process.env["NODE_OPTIONS"] = `--import ${join(root, "test/support/fromSource.ts")}`
  process.chdir(join(folder, document))
}
