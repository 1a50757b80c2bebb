/**
 * The time of a program, which goes on as usual and can be moved forward. `Date`, `performance.now`, `process.hrtime`
 * and timers follow; what Node does inside of sockets does not, because it has timers of its own.
 *
 * Every timer is one of Node's, so that all that Node promises holds: what keeps a process alive, contexts of
 * asynchronous calls, `refresh`. Beside it stands when it is due in the program's time, and when the time has been
 * moved, those that are due are run before Node would.
 */
import { AsyncResource } from "node:async_hooks"
import { syncBuiltinESMExports } from "node:module"
import timers from "node:timers"
import timersPromises from "node:timers/promises"
import { promisify } from "node:util"
import { settle } from "./Quiet.ts"

const native = {
  Date: globalThis.Date,
  now: Date.now,
  performanceNow: performance.now.bind(performance),
  hrtime: process.hrtime.bind(process),
  hrtimeBigint: process.hrtime.bigint.bind(process.hrtime),
  setImmediate: globalThis.setImmediate,
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  clearTimeout: globalThis.clearTimeout,
  clearInterval: globalThis.clearInterval
}

/** How far the program's time is ahead, in milliseconds. */
let offset = 0

const monotonic = (): number => native.performanceNow() + offset

interface Entry {
  readonly timer: NodeJS.Timeout
  readonly every: number | undefined
  due: number
  isCleared: boolean
  number: number | undefined
  /** Runs the callback in the context in which the timer was made. */
  readonly run: () => void
}

/** Those that are to run. */
const entries = new Set<Entry>()
/** All that the program still holds: one that has run can be refreshed, and one that runs next can be cleared. */
const known = new WeakMap<object, Entry>()
/** Timers are also cleared by number. */
const byNumber = new Map<number, Entry>()
let alarm: NodeJS.Timeout | undefined

const earliest = (until: number): Entry | undefined => {
  let first: Entry | undefined
  for (const entry of entries) {
    if (entry.due <= until && (first === undefined || entry.due < first.due)) first = entry
  }
  return first
}

/** Runs a timer before Node does. */
const fire = (entry: Entry): void => {
  native.setImmediate(() => {
    if (!entry.isCleared) entry.run()
  })
}

/** Once time has been moved, Node's timers are late by as much; this one runs those that are due. */
const arm = (): void => {
  if (offset === 0) return
  native.clearTimeout(alarm)
  const next = earliest(Infinity)
  if (next === undefined) return
  alarm = native.setTimeout(
    () => {
      const now = monotonic()
      for (let entry = earliest(now); entry !== undefined; entry = earliest(now)) {
        take(entry)
        fire(entry)
      }
      arm()
    },
    Math.max(1, Math.ceil(next.due - monotonic()))
  )
  alarm.unref()
}

/** The timer is about to run: it is gone, or due again. */
const take = (entry: Entry): void => {
  if (entry.every === undefined) entries.delete(entry)
  else entry.due = monotonic() + entry.every
}

const longest = 2 ** 31 - 1

const toDelay = (millis: unknown): number => {
  const delay = Number(millis)
  return delay >= 1 && delay <= longest ? Math.trunc(delay) : 1
}

type Callback = (...args: ReadonlyArray<unknown>) => void

/** Node's own ways to deal with a timer, so that the entry follows. */
const follow = (entry: Entry, delay: number): void => {
  const { timer } = entry
  const { close, refresh, [Symbol.toPrimitive]: toPrimitive } = timer
  timer.refresh = () => {
    refresh.call(timer)
    if (!entry.isCleared) {
      entry.due = monotonic() + delay
      entries.add(entry)
      arm()
    }
    return timer
  }
  timer.close = () => {
    forget(entry)
    close.call(timer)
    return timer
  }
  timer[Symbol.dispose] = () => void timer.close()
  timer[Symbol.toPrimitive] = () => {
    const number = toPrimitive.call(timer)
    if (entries.has(entry)) byNumber.set(number, entry)
    entry.number = number
    return number
  }
}

const schedule = (
  repeats: boolean,
  callback: Callback,
  millis: unknown,
  args: ReadonlyArray<unknown> = []
): NodeJS.Timeout => {
  const nativeSet = repeats ? native.setInterval : native.setTimeout
  // Node says what is wrong.
  if (typeof callback !== "function") return nativeSet(callback, 0)
  const delay = toDelay(millis)
  const call = (): void => Reflect.apply(callback, timer, args)
  const timer = nativeSet(() => {
    if (!entries.has(entry)) return // It is about to run already.
    take(entry)
    arm()
    call()
  }, delay)
  const early = AsyncResource.bind(() => {
    if (repeats) refresh.call(timer)
    else native.clearTimeout(timer)
    call()
  })
  const { refresh } = timer
  const every = repeats ? delay : undefined
  const entry: Entry = { timer, every, due: monotonic() + delay, isCleared: false, number: undefined, run: early }
  follow(entry, delay)
  entries.add(entry)
  known.set(timer, entry)
  arm()
  return timer
}

const forget = (entry: Entry): void => {
  entry.isCleared = true
  entries.delete(entry)
  if (entry.number !== undefined) byNumber.delete(entry.number)
}

const clear = (timer: unknown): void => {
  const entry = typeof timer === "object" && timer !== null ? known.get(timer) : byNumber.get(Number(timer))
  if (entry !== undefined) forget(entry)
  native.clearTimeout(timer as NodeJS.Timeout)
}

/** What `timers/promises` waits with. */
const wait = <A>(millis?: number, value?: A, options: { signal?: AbortSignal; ref?: boolean } = {}): Promise<A> =>
  new Promise((resolve, reject) => {
    const { ref = true, signal } = options
    const abort = (): void => {
      clear(timer)
      reject(
        Object.assign(new Error("The operation was aborted", { cause: signal?.reason }), {
          name: "AbortError",
          code: "ABORT_ERR"
        })
      )
    }
    const timer = schedule(
      false,
      () => {
        signal?.removeEventListener("abort", abort)
        resolve(value as A)
      },
      millis
    )
    if (!ref) timer.unref()
    if (signal?.aborted === true) return abort()
    signal?.addEventListener("abort", abort, { once: true })
  })

async function* waits<A>(millis?: number, value?: A, options?: { signal?: AbortSignal; ref?: boolean }) {
  while (true) yield await wait(millis, value, options)
}

const VirtualDate = new Proxy(native.Date, {
  apply: () => new native.Date(native.now() + offset).toString(),
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [native.now() + offset] : args, newTarget)
})

const hrtime = (before?: [number, number]): [number, number] => {
  const [seconds, nanos] = native.hrtime()
  const moved = nanos + (offset % 1000) * 1_000_000
  const all = [seconds + Math.floor(offset / 1000) + Math.floor(moved / 1e9), Math.round(moved % 1e9)] as const
  if (before === undefined) return [...all]
  const difference = [all[0] - before[0], all[1] - before[1]] as const
  return difference[1] < 0 ? [difference[0] - 1, difference[1] + 1e9] : [...difference]
}

const withTimeout = (millis: number): AbortSignal => {
  const controller = new AbortController()
  const expire = () => controller.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"))
  schedule(false, expire, millis).unref()
  return controller.signal
}

/** Puts the program's time in the place of Node's. */
export const install = (): void => {
  const setTimeout = (callback: Callback, millis?: unknown, ...args: ReadonlyArray<unknown>) =>
    schedule(false, callback, millis, args)
  const setInterval = (callback: Callback, millis?: unknown, ...args: ReadonlyArray<unknown>) =>
    schedule(true, callback, millis, args)
  Object.defineProperty(setTimeout, promisify.custom, { value: wait })
  const ours = { setTimeout, setInterval, clearTimeout: clear, clearInterval: clear }
  Object.assign(globalThis, ours)
  Object.assign(timers, ours)
  Object.assign(timersPromises, { setTimeout: wait, setInterval: waits })
  Object.defineProperty(timersPromises.scheduler, "wait", {
    configurable: true,
    value: (millis: number, options?: { signal?: AbortSignal }) => wait(millis, undefined, options)
  })
  syncBuiltinESMExports()
  // Whole, as Node's is: a timer is due at any fraction of a millisecond.
  native.Date.now = () => Math.floor(native.now.call(native.Date) + offset)
  globalThis.Date = VirtualDate
  // So that `constructor` of a date is the `Date` that the program knows.
  native.Date.prototype.constructor = VirtualDate
  performance.now = monotonic
  process.hrtime = Object.assign(hrtime, {
    bigint: () => native.hrtimeBigint() + BigInt(Math.round(offset * 1_000_000))
  })
  AbortSignal.timeout = withTimeout
}

/**
 * Moves the program's time to this many milliseconds ahead. Timers that are due meanwhile run in their order, each at
 * its time, and each lets requests complete before the next one.
 */
export const moveTo = async (target: number): Promise<void> => {
  for (let left = target - offset; left > 0; left = target - offset) {
    const now = monotonic()
    const entry = earliest(now + left)
    if (entry === undefined) {
      offset = target
      break
    }
    offset += Math.min(left, Math.max(0, entry.due - now))
    take(entry)
    fire(entry)
    await settle()
  }
  arm()
}

/** Sets the time before the program begins. */
export const startAt = (target: number): void => {
  offset = target
}
