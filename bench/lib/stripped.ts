/**
 * Client processes run JavaScript: stripping types costs Node 30 ms of CPU and 15 MB at each start, which would be most
 * of the floor, and no bot has to pay it in production.
 */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

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

const known = new Map<string, string>()

/**
 * The file of a client process. One that is fibercord gets the packages that lie above its library, so that it does not
 * load a second `effect` when another build is measured.
 */
export const clientFile = (client: string, library: string): string => {
  const packages = client.startsWith("fibercord") ? join(dirname(fileURLToPath(library)), "../node_modules") : undefined
  const name = packages === undefined ? "peers" : `library-${Buffer.from(packages).toString("base64url")}`
  let file = known.get(name)
  if (file === undefined) {
    const folder = join(source, "node_modules/.cache/clients", name)
    write(folder)
    if (packages !== undefined && existsSync(packages)) symlinkSync(packages, join(folder, "node_modules"))
    file = join(folder, "client.js")
    known.set(name, file)
  }
  return file
}
