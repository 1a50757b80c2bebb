/** The side of the main thread: starts worker threads of the same program, and starts those again that end. */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import { createRequire } from "node:module"
import { resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads"
import { fromReason, type GatewayError, InvalidOptions } from "../../gateway/GatewayError.ts"
import * as Backoff from "../../internal/backoff.ts"
import { elapsed } from "./coordination.ts"
import * as WorkerThread from "./workerThread.ts"
import { textOf } from "../../internal/thrown.ts"

/** How many worker threads run the bot, and how. */
export interface WorkersOptions {
  /** How many threads. Each is a member of the cluster. About as many as the machine has cores. */
  readonly count: number
  /** The file that each of them runs. Default: the file of the program, `process.argv[1]`. */
  readonly entry?: string | URL | undefined
  /**
   * How long a worker may take to stop, before it is ended at once and its shards are resumed later. Default: 30 seconds:
   * 10 to move its shards, 10 to drain its Runtimes, and some for what the program itself closes.
   */
  readonly stopWithin?: Duration.Input | undefined
}

/** A worker thread cannot run the bot, and starting it again would not help. */
export class WorkerFailed extends Schema.TaggedError<WorkerFailed>("fibercord/cluster/WorkerFailed")("WorkerFailed", {
  /** Its place among the workers, from 1. */
  worker: Schema.Int,
  /** What it said, or how it ended. */
  detail: Schema.String
}) {
  override get message() {
    return `worker ${this.worker} cannot run the bot: ${this.detail}`
  }
}

// Before any worker has joined, so many starts of one may fail.
const attempts = 3
// Milliseconds. A worker that lived for this long is started again at once.
const longLife = 60_000
const again = Backoff.exponential("500 millis", "30 seconds")

/** Trouble that other workers need not have, and that passes. */
const passing = new Set<string>(["GatewayUnavailable", "SessionLimitExhausted", "ShardNotRunning"])
/** Errors that every start of the same program would have. */
const everyTime = new Set(["InvalidDefinition", "InvalidOptions"])

interface Settings {
  readonly entry: string
  readonly stopWithin: Duration.Duration
}

interface Thread {
  readonly worker: Worker
  /** Any message tells it to stop. */
  readonly port: MessagePort
  readonly ended: Deferred.Deferred<Ended>
}

/** How a worker has ended. */
interface Ended {
  readonly hasJoined: boolean
  readonly detail: string
  readonly error: string | undefined
  readonly gateway: Option.Option<GatewayError>
}

/** What the supervisor knows of all of them. */
interface Known {
  hasJoined: boolean
}

const invalid = (option: string, detail: string): GatewayError => fromReason(new InvalidOptions({ option, detail }))

const settingsOf = ({ count, entry, stopWithin }: WorkersOptions): Effect.Effect<Settings, GatewayError> => {
  if (!Number.isInteger(count) || count < 1) {
    return Effect.fail(invalid("cluster.workers", `has to be a whole number from 1, and is ${count}`))
  }
  const file = entry instanceof URL ? fileURLToPath(entry) : (entry ?? process.argv[1])
  if (file === undefined) {
    return Effect.fail(invalid("cluster.workers.entry", "is needed, because this program was not started from a file"))
  }
  return Effect.try({
    // As Node finds the file of a program: without its extension, or by its folder.
    try: () => createRequire(import.meta.url).resolve(resolve(file)),
    catch: () => invalid("cluster.workers.entry", `is no file: ${file}`)
  }).pipe(Effect.map((entry) => ({ entry, stopWithin: Duration.fromInputUnsafe(stopWithin ?? "30 seconds") })))
}

const start = (settings: Settings, number: number, known: Known): Thread => {
  const { port1: port, port2 } = new MessageChannel()
  const data: WorkerThread.WorkerThread = { number, port: port2 }
  const worker = new Worker(settings.entry, {
    name: `fibercord worker ${number}`,
    argv: process.argv.slice(2),
    workerData: { [WorkerThread.key]: data },
    transferList: [port2]
  })
  const ended = Deferred.makeUnsafe<Ended>()
  let hasJoined = false
  let why: Pick<Ended, "detail" | "error" | "gateway"> | undefined
  const note = (report: WorkerThread.Report): void => {
    if (report._tag === "Joined") known.hasJoined = hasJoined = true
    else why = { detail: report.message, error: report.error, gateway: WorkerThread.toGatewayError(report.gateway) }
  }
  port.on("message", note)
  worker.on("error", (error) => {
    why ??= { detail: textOf(error), error: undefined, gateway: Option.none() }
  })
  worker.on("exit", (code) => {
    // What it said last may not have been delivered yet.
    for (let last = receiveMessageOnPort(port); last !== undefined; last = receiveMessageOnPort(port))
      note(last.message)
    port.close()
    const how = why ?? { detail: `it ended with code ${code}`, error: undefined, gateway: Option.none() }
    Deferred.doneUnsafe(ended, Effect.succeed({ hasJoined, ...how }))
  })
  return { worker, port, ended }
}

const stop =
  ({ stopWithin }: Settings, number: number) =>
  ({ ended, port, worker }: Thread): Effect.Effect<void> =>
    Effect.sync(() => port.postMessage("stop")).pipe(
      Effect.andThen(Deferred.await(ended)),
      Effect.timeoutOrElse({
        duration: stopWithin,
        orElse: () =>
          Effect.andThen(
            Effect.logWarning(`Worker ${number} has not stopped within ${Duration.format(stopWithin)}, and is ended`),
            Effect.promise(() => worker.terminate())
          )
      }),
      Effect.asVoid
    )

/** Runs a worker until it ends. One that still runs at an interruption is stopped. */
const run = (settings: Settings, number: number, known: Known): Effect.Effect<Ended> =>
  Effect.scoped(
    Effect.flatMap(
      Effect.acquireRelease(
        Effect.sync(() => start(settings, number, known)),
        stop(settings, number)
      ),
      ({ ended }) => Deferred.await(ended)
    )
  )

/** The error of the program, if it is none of this worker alone. */
const errorOf = (ended: Ended, options: { readonly number: number; readonly isLast: boolean; readonly known: Known }) =>
  Option.match(ended.gateway, {
    onSome: (error) =>
      Option.fromUndefinedOr(
        options.known.hasJoined && passing.has(error.reason._tag) ? undefined : error
      ) as Option.Option<GatewayError | WorkerFailed>,
    onNone: () =>
      (ended.error !== undefined && everyTime.has(ended.error)) || (options.isLast && !options.known.hasJoined)
        ? Option.some(new WorkerFailed({ worker: options.number, detail: ended.detail }))
        : Option.none()
  })

/** Runs a worker, again and again. */
const keep = (settings: Settings, number: number, known: Known): Effect.Effect<never, GatewayError | WorkerFailed> => {
  let failed = 0
  const once = Effect.gen(function* () {
    const startedAt = yield* elapsed
    const ended = yield* run(settings, number, known)
    failed = ended.hasJoined ? 0 : failed + 1
    const error = Option.getOrUndefined(errorOf(ended, { number, isLast: failed === attempts, known }))
    if (error !== undefined) return yield* Effect.fail(error)
    yield* Effect.logWarning(`Worker ${number} has ended, and is started again: ${ended.detail}`)
    const livedFor = (yield* elapsed) - startedAt
    if (livedFor < longLife) return yield* Effect.fail("short" as const)
  })
  return Effect.forever(Effect.retry(once, { schedule: again, while: (error) => error === "short" })) as Effect.Effect<
    never,
    GatewayError | WorkerFailed
  >
}

/**
 * Runs the workers until it is interrupted, which stops them all. Fails when a worker has an error that each of them has,
 * or when one could not join in several attempts before any other had.
 */
export const supervise = (options: WorkersOptions): Effect.Effect<never, GatewayError | WorkerFailed> =>
  Effect.gen(function* () {
    const settings = yield* settingsOf(options)
    const known: Known = { hasJoined: false }
    yield* Effect.logInfo(`The bot runs in ${options.count} worker thread${options.count === 1 ? "" : "s"}`)
    const numbers = Array.from({ length: options.count }, (_, index) => index + 1)
    yield* Effect.forEach(numbers, (number) => keep(settings, number, known), {
      concurrency: "unbounded",
      discard: true
    })
    return yield* Effect.never
  }).pipe(
    Effect.tapError((error) => {
      // Those of the gateway are logged by `Bot.launch`.
      if (error._tag === "GatewayError") return Effect.void
      Object.defineProperty(error, Runtime.errorReported, { value: false })
      return Effect.logFatal(error.message)
    })
  )
