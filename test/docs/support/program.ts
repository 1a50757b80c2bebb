/** A file of a page as a process of its own, as a reader starts it, connected to a fake Discord. */
import { Layer } from "effect"
import { FakeDiscord, Program } from "fibercord/testing"
import { join } from "node:path"
import { root, writeBlocks } from "../../../scripts/documents.ts"

const fromSource = ["--import", join(root, "test/support/fromSource.ts")]

/** Runs the block `file` of a document with Node. What it imports from the package are the sources. */
export const program = (
  document: string,
  file: string,
  env: Program.Options["env"] = {}
): Layer.Layer<Program.Program | FakeDiscord.FakeDiscord> => {
  const folder = join(root, ".cache/blocks")
  writeBlocks(folder, document)
  return Program.layer({ file: join(folder, document, file), nodeArgs: fromSource, env }).pipe(
    Layer.orDie,
    Layer.provideMerge(FakeDiscord.layerServer())
  )
}
