/** The built page: its files, read once, so that no request names a path of the disk. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { extname, join } from "node:path"
import { fileURLToPath } from "node:url"

/** A file of the page. */
export interface PageFile {
  readonly type: string
  readonly bytes: Uint8Array
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".map": "application/json",
  ".webmanifest": "application/manifest+json"
}

// From `dist/playground/`, from `dist/internal/`, where the build puts shared code, and from the sources.
const candidates = [
  "./page/",
  "../page/",
  "../playground/page/",
  "../../dist/playground/page/",
  "../../../dist/playground/page/"
]

/** Where the built page is, beside the code or beside the sources. */
export const find = (): string | undefined =>
  candidates
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((folder) => existsSync(join(folder, "index.html")))

/** The files of a folder by their path in the URL. `undefined` if there is no page. */
export const load = (folder: string): ReadonlyMap<string, PageFile> | undefined => {
  if (!existsSync(join(folder, "index.html"))) return undefined
  const files = new Map<string, PageFile>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const path = `/${file.slice(folder.length).replaceAll("\\", "/").replace(/^\/+/, "")}`
    const type = types[extname(entry.name)] ?? "application/octet-stream"
    files.set(path, { type, bytes: readFileSync(file) })
  }
  const index = files.get("/index.html")
  return index === undefined ? undefined : files.set("/", index)
}
