/** The test runner around the fake. It gives up on a test without a word on what the test was waiting for. */
import { isObject, number, object } from "./json.ts"

// What a failure needs to reach the report, in milliseconds.
const margin = (timeout: number): number => Math.min(1000, timeout / 5)

// Vitest names its current test here. A hook or a suite has no timeout of its own.
const currentOfVitest = (): unknown => object(Reflect.get(globalThis, "__vitest_worker__"))["current"]

interface Times {
  readonly startedAt: number
  readonly timeout: number
}

const timesOf = (test: unknown): Times | undefined => {
  if (!isObject(test)) return undefined
  const timeout = number(test["timeout"])
  const startedAt = number(object(test["result"])["startTime"])
  if (timeout === undefined || startedAt === undefined || timeout <= 0 || !Number.isFinite(timeout)) return undefined
  return { startedAt, timeout }
}

/** When the failure of a test of Vitest's has to be there; `undefined` if it is none, or has no timeout. */
export const deadlineOf = (test: unknown): number | undefined => {
  const times = timesOf(test)
  return times === undefined ? undefined : times.startedAt + times.timeout - margin(times.timeout)
}

/**
 * How long a step of a bot's end may take, in milliseconds: half of what is left, so that the next one has time too, and
 * a failure still reaches the report.
 */
export const drainLimit = (drain: number): number => {
  const times = timesOf(currentOfVitest())
  if (times === undefined) return drain
  const end = times.startedAt + times.timeout - margin(times.timeout) / 2
  return Math.max(0, Math.min(drain, (end - Date.now()) / 2))
}

// Jest and Bun give a test five seconds, and do not say when it began.
const hasFiveSeconds = (): boolean => {
  const { env } = process
  return env["JEST_WORKER_ID"] !== undefined || ("Bun" in globalThis && env["NODE_ENV"] === "test")
}

/**
 * Until when what begins now may wait, in milliseconds since 1970 of the machine's clock, so that the test's own failure is
 * reported, and not that it took too long. `undefined` if there is no runner.
 */
export const deadline = (): number | undefined =>
  deadlineOf(currentOfVitest()) ?? (hasFiveSeconds() ? Date.now() + 4000 : undefined)
