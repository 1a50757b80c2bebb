/**
 * Live examples while the site is written (`npm run docs:dev`): they are built when a reader presses the first one, and again
 * after a page or a source has changed.
 */
import { readFile } from "node:fs/promises"
import { join, relative } from "node:path"
import { root } from "./links.ts"

/** What builds the examples into a folder. */
type Build = (folder: string) => Promise<unknown>

/** The files of the examples, built when the first of them is asked for. */
export const filesOf = (build: Build, folder: string) => {
  let isBuilt = false
  let last: Promise<unknown> = Promise.resolve()
  const again = () => build(folder)
  /** Builds once for all who ask. Builds come one after the other, and one that fails is repeated for the next who asks. */
  const built = (): Promise<unknown> => {
    if (isBuilt) return last
    isBuilt = true
    last = last.then(again, again)
    last.catch(() => (isBuilt = false))
    return last
  }
  return {
    /** The text of a file such as `/panel.js?start=1`, or `undefined` if there is none. */
    read: async (url: string): Promise<string | undefined> => {
      await built()
      const file = join(folder, url.replace(/\?.*$/, ""))
      // The server is for the examples, and not for what else is on the machine.
      if (relative(folder, file).startsWith("..")) return undefined
      return readFile(file, "utf8").catch(() => undefined)
    },
    /** Says that a source of the examples has changed. */
    change: (): void => {
      isBuilt = false
    }
  }
}

/** A server of Vite, as far as this needs it. */
interface Server {
  readonly watcher: { readonly on: (event: "change", listener: (file: string) => void) => unknown }
  readonly middlewares: {
    readonly use: (
      path: string,
      handle: (
        request: { readonly url?: string | undefined },
        response: { setHeader(name: string, value: string): unknown; end(text: string): unknown },
        next: (error?: unknown) => void
      ) => void
    ) => unknown
  }
}

/** Serves them below `/live`, where the built site has them. */
export const liveInDev = (build: Build) => ({
  name: "fibercord-live-in-dev",
  apply: "serve" as const,
  configureServer: ({ middlewares, watcher }: Server): void => {
    const files = filesOf(build, join(root, ".cache/live-dev"))
    watcher.on("change", files.change)
    middlewares.use("/live", (request, response, next) => {
      files.read(request.url ?? "/").then((text) => {
        if (text === undefined) return next()
        response.setHeader("content-type", "text/javascript")
        response.end(text)
      }, next)
    })
  }
})
