/** What code for Node finds without an import. The bundler puts it there; the page itself keeps its own. */
import { later } from "./later.ts"

export { Buffer } from "./buffer.ts"
export { fetch } from "./http.ts"

export const process = { env: {}, platform: "browser", version: "browser", versions: {} }

export const setImmediate = (task: () => void): { isCancelled: boolean } => {
  const handle = { isCancelled: false }
  later(() => {
    if (!handle.isCancelled) task()
  })
  return handle
}

export const clearImmediate = (handle: { isCancelled: boolean }): void => {
  handle.isCancelled = true
}
