/** The bytes of files that were uploaded, the newest of them, as Discord's CDN serves them. */
import type { IncomingMessage, ServerResponse } from "node:http"

/** A file. */
export interface StoredFile {
  readonly name: string
  readonly type: string
  readonly bytes: Uint8Array
}

/** Where Discord's CDN is. Files whose bytes are unknown have URLs there, and are nowhere. */
const discord = "https://cdn.discordapp.com"

/** What is served below this path. */
export const cdnPath = "/cdn"

/** A part of a path, whatever the text is. */
const part = (text: string): string => encodeURIComponent(text.toWellFormed())

/** Types that a browser shows as what they are, and that run nothing. */
const shown = /^(?:image\/(?:png|jpeg|gif|webp|avif)|video\/[\w.+-]+|audio\/[\w.+-]+|text\/plain)$/

/** The files of one fake. */
export class Files {
  /** Where the fake serves them. */
  base: string | undefined
  readonly #limit: number
  readonly #files = new Map<string, StoredFile>()
  #size = 0

  /** `limit` is in bytes: beyond it, the oldest files are forgotten. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Keeps a file under a path such as `/attachments/1`, and returns its URL. Without bytes there is only the URL. */
  add(folder: string, name: string, type: string | undefined, bytes: Uint8Array | undefined): string {
    const path = `${folder}/${part(name)}`
    if (bytes === undefined || bytes.length > this.#limit || this.base === undefined) return `${discord}${path}`
    this.put(path, { name, type: type ?? "application/octet-stream", bytes })
    return `${this.base}${path}`
  }

  /** Keeps a file under a path. */
  put(path: string, file: StoredFile): void {
    const before = this.#files.get(path)
    this.#size += file.bytes.length - (before?.bytes.length ?? 0)
    this.#files.delete(path)
    this.#files.set(path, file)
    for (const [oldest, { bytes }] of this.#files) {
      if (this.#size <= this.#limit) return
      this.#files.delete(oldest)
      this.#size -= bytes.length
    }
  }

  get(path: string): StoredFile | undefined {
    return this.#files.get(path)
  }
}

/** An emoji, avatar or icon of which only the id is known. Source: Discord, "CDN Endpoints". */
const placeholder = (path: string): StoredFile | undefined => {
  const id = /^\/(?:emojis|avatars|icons|app-icons|stickers)\/(\d+)[^/]*(?:\/[^/]*)?$/.exec(path)?.[1]
  if (id === undefined) return undefined
  const hue = Number(BigInt(id) % 360n)
  const circle = `<circle cx="32" cy="32" r="32" fill="hsl(${hue} 60% 50%)"/>`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">${circle}</svg>`
  return { name: `${id}.svg`, type: "image/svg+xml", bytes: Buffer.from(svg) }
}

/** A file by the path of its URL, below {@link cdnPath}. */
const find = (files: Files, path: string): StoredFile | undefined =>
  files.get(path) ?? files.get(path.replace(/\.\w+$/, "")) ?? placeholder(path)

/** Serves a file so that nothing in it runs, wherever it is opened. Returns whether there is one. */
export const serve = (files: Files, request: IncomingMessage, response: ServerResponse): boolean => {
  const path = /^\/cdn(\/[^?#]*)/.exec(request.url ?? "")?.[1]
  const file = path === undefined ? undefined : find(files, path)
  if (file === undefined) return false
  const isShown = shown.test(file.type) || file.type === "image/svg+xml"
  const disposition = shown.test(file.type) ? "inline" : "attachment"
  response.writeHead(200, {
    "content-type": isShown ? file.type : "application/octet-stream",
    "content-length": file.bytes.length,
    "content-disposition": `${disposition}; filename*=UTF-8''${part(file.name).replace(/['()*]/g, encodeChar)}`,
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store"
  })
  response.end(request.method === "HEAD" ? undefined : file.bytes)
  return true
}

const encodeChar = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`
