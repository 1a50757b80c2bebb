/**
 * Waits until this process has said what it had to say: until no HTTP request is under way that was sent a moment ago,
 * and its queues of tasks are empty. A request that hangs is not waited for.
 */
import { subscribe } from "node:diagnostics_channel"

const monotonic = process.hrtime.bigint.bind(process.hrtime)
const timeout = globalThis.setTimeout
const immediate = globalThis.setImmediate

/** How long a request is waited for, in milliseconds of real time. */
const patience = 250

const realMillis = (): number => Number(monotonic()) / 1_000_000

/** Requests under way, and since when. Both Node's `fetch` and the package `undici` announce theirs. */
const requests = new Map<unknown, number>()
const requestOf = (message: unknown): unknown => (message as { readonly request: unknown }).request
let isWatching = false

/** Begins to watch requests; those before are not known. */
export const watch = (): void => {
  if (isWatching) return
  isWatching = true
  subscribe("undici:request:create", (message) => void requests.set(requestOf(message), realMillis()))
  for (const end of ["trailers", "error"]) {
    subscribe(`undici:request:${end}`, (message) => void requests.delete(requestOf(message)))
  }
}

const isBusy = (): boolean => {
  const now = realMillis()
  for (const since of requests.values()) if (now - since < patience) return true
  return false
}

const turn = (): Promise<void> => new Promise((resolve) => void immediate(resolve))
const millisecond = (): Promise<void> => new Promise((resolve) => void timeout(resolve, 1))

/** Lets everything run that can run at once, and requests complete. */
export const settle = async (): Promise<void> => {
  for (let quiet = 0; quiet < 3; quiet++) {
    await turn()
    while (isBusy()) {
      await millisecond()
      quiet = 0
    }
  }
}

/** The same, with a moment for what others send over sockets. */
export const settleSockets = async (): Promise<void> => {
  await settle()
  await millisecond()
  await settle()
}
