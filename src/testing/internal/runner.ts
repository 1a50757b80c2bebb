/** The test runner around the fake. It gives up on a test without a word on what the test was waiting for. */
import { isObject, type Json, number, object, objects } from "./json.ts"

// What a failure needs to reach the report, in milliseconds.
const margin = (timeout: number): number => Math.min(1000, timeout / 5)

const isRunning = (task: Json): boolean => task["type"] === "test" && object(task["result"])["state"] === "run"

const runningIn = (task: Json): ReadonlyArray<Json> =>
  isRunning(task) ? [task] : objects(task["tasks"]).flatMap(runningIn)

// Vitest names what it runs here: the last test that began, or a suite while a hook runs or other tests are concurrent.
const currentOfVitest = (): ReadonlyArray<Json> => {
  const current = object(object(Reflect.get(globalThis, "__vitest_worker__"))["current"])
  const isAlone = current["type"] === "test" && current["concurrent"] !== true
  return isAlone ? [current] : runningIn(isObject(current["file"]) ? current["file"] : current)
}

interface Times {
  readonly startedAt: number
  readonly timeout: number
}

const timesOf = (test: Json): ReadonlyArray<Times> => {
  const timeout = number(test["timeout"])
  const startedAt = number(object(test["result"])["startTime"])
  const isKnown = timeout !== undefined && timeout > 0 && Number.isFinite(timeout) && startedAt !== undefined
  return isKnown ? [{ startedAt, timeout }] : []
}

const least = (times: ReadonlyArray<number>): number | undefined =>
  times.length === 0 ? undefined : Math.min(...times)

/** When the failure of one of these tests of Vitest's has to be there; `undefined` if there is none with a timeout. */
export const deadlineOf = (tests: ReadonlyArray<Json>): number | undefined =>
  least(tests.flatMap(timesOf).map(({ startedAt, timeout }) => startedAt + timeout - margin(timeout)))

/**
 * How long a step of a bot's end may take, in milliseconds: half of what is left, so that the next one has time too, and
 * a failure still reaches the report.
 */
export const drainLimit = (drain: number): number => {
  const ends = currentOfVitest()
    .flatMap(timesOf)
    .map(({ startedAt, timeout }) => startedAt + timeout - margin(timeout) / 2)
  const end = least(ends)
  return end === undefined ? drain : Math.max(0, Math.min(drain, (end - Date.now()) / 2))
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
