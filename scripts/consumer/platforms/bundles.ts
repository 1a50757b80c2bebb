/** Bundles of bots: what is in them, and how much of it. */
import { build, type BuildOptions } from "esbuild"

/** A bundle. */
export interface Bundle {
  readonly code: string
  /** What it imports when it runs. */
  readonly imports: ReadonlyArray<string>
  /** The folders of packages, by how many bytes of theirs are in it. */
  readonly packages: ReadonlyMap<string, number>
}

const folderOf = (file: string): string => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file

const bundle = async (entry: string, cwd: string, options: BuildOptions): Promise<Bundle> => {
  const settings = {
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    metafile: true,
    logLevel: "error"
  } as const
  const { metafile, outputFiles } = await build({
    ...settings,
    ...options,
    entryPoints: [entry],
    absWorkingDir: cwd,
    outfile: "out.mjs"
  })
  const output = Object.values(metafile?.outputs ?? {})[0]
  const packages = new Map<string, number>()
  for (const [file, { bytesInOutput }] of Object.entries(output?.inputs ?? {})) {
    const folder = folderOf(file)
    if (bytesInOutput > 0) packages.set(folder, (packages.get(folder) ?? 0) + bytesInOutput)
  }
  return { code: outputFiles?.[0]?.text ?? "", imports: (output?.imports ?? []).map(({ path }) => path), packages }
}

/** For Node. */
export const forNode = (entry: string, cwd: string): Promise<Bundle> =>
  bundle(entry, cwd, { platform: "node", external: ["zlib-sync"] })

/** For Workers, where no module of Node is: an import of one makes this fail. */
export const forWorkers = (entry: string, cwd: string): Promise<Bundle> =>
  bundle(entry, cwd, {
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"]
  })
