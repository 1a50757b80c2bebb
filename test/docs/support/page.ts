/**
 * The programs of a page, as modules that a test runs: what a reader copies is what is played against the fake. The
 * blocks are written to a folder that git ignores, and imported from there.
 */
import { join } from "node:path"
import { root, writeBlocks } from "../../../scripts/documents.ts"

const folder = join(root, ".cache/blocks")

/**
 * Writes the blocks of a document, such as `docs/guide/forms.md`, and returns how to import one of them by its file name, which is its first
 * line (`// name.ts`). The compiler has seen the block in its page, so `Exports` is a claim about names only.
 */
export const page = (document: string): (<Exports>(file: string) => Promise<Exports>) => {
  writeBlocks(folder, document)
  return (file) => import(/* @vite-ignore */ join(folder, document, file))
}
