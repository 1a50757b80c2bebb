/**
 * Client processes run JavaScript: stripping types costs Node 30 ms of CPU and 15 MB at each start, which would be most
 * of the floor, and no bot has to pay it in production.
 */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { rolldown } from "rolldown"

const source = fileURLToPath(new URL("../", import.meta.url))

const write = (folder: string): void => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n')
  for (const file of globSync(["client.ts", "clients/**/*.ts", "lib/*.ts"], {
    cwd: source,
    exclude: ["**/node_modules"]
  })) {
    const target = join(folder, file.replace(/ts$/, "js"))
    mkdirSync(dirname(target), { recursive: true })
    const code = stripTypeScriptTypes(readFileSync(join(source, file), "utf8"))
    writeFileSync(target, code.replaceAll(/\.ts(?=["`])/g, ".js"))
  }
  symlinkSync(join(source, "clients/dfx/node_modules"), join(folder, "clients/dfx/node_modules"))
}

// By name, as a bot imports it: what it does not name is not in its bundle.
const used = "Bot, Command, DiscordConfig, GatewayEvents, Reply, ShardManager"

/** Writes the client `fibercord-bundled`: that of fibercord, with its library and Effect, as the template builds a bot. */
const bundle = async (folder: string, library: string): Promise<void> => {
  const entry = JSON.stringify(fileURLToPath(library))
  const load = `import { ${used} } from ${entry}\nexport const load = async () => ({ ${used} })`
  const written = await rolldown({
    input: join(folder, "clients/fibercord.js"),
    platform: "node",
    plugins: [{ name: "library", load: (id) => (id === join(folder, "lib/library.js") ? load : undefined) }]
  })
  await written.write({ file: join(folder, "clients/fibercord-bundled.js"), comments: false })
}

const folderFor = async (packages: string | undefined, library: string): Promise<string> => {
  const name = packages === undefined ? "peers" : `library-${Buffer.from(packages).toString("base64url")}`
  const folder = join(source, "node_modules/.cache/clients", name)
  write(folder)
  if (packages !== undefined) {
    if (existsSync(packages)) symlinkSync(packages, join(folder, "node_modules"))
    await bundle(folder, library)
  }
  return folder
}

const known = new Map<string | undefined, Promise<string>>()

/**
 * The file of a client process. One that is fibercord gets the packages that lie above its library, so that it does not
 * load a second `effect` when another build is measured.
 */
export const clientFile = async (client: string, library: string): Promise<string> => {
  const packages = client.startsWith("fibercord") ? join(dirname(fileURLToPath(library)), "../node_modules") : undefined
  const folder = known.get(packages) ?? folderFor(packages, library)
  known.set(packages, folder)
  return join(await folder, "client.js")
}
