/** The side of a worker thread: what it is told by the main thread, and what it says to it. */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { Scope } from "effect/Scope"
import { createServer } from "node:net"
import { type MessagePort, workerData } from "node:worker_threads"
import { GatewayError } from "../../gateway/GatewayError.ts"
import { ShardManager } from "../../gateway/ShardManager.ts"
import { textOf } from "../../internal/thrown.ts"

/** What a worker says. */
export type Report =
  | { readonly _tag: "Joined" }
  | {
      readonly _tag: "Failed"
      readonly message: string
      /** The `_tag` of the error. */
      readonly error: string | undefined
      /** A `GatewayError` as JSON. */
      readonly gateway: unknown
    }

/** A worker thread, as it knows itself. */
export interface WorkerThread {
  /** Its place among the workers, from 1. */
  readonly number: number
  /** The way to the main thread. Any message from there means: stop. */
  readonly port: MessagePort
}

/** The key in `workerData`. Other threads of the program have other data. */
export const key = "fibercord/cluster/worker"

/** The worker that this thread is, if it is one. */
export const current = (): WorkerThread | undefined =>
  typeof workerData === "object" && workerData !== null ? workerData[key] : undefined

/** A port on which nobody listens at the moment. */
export const freePort = (host: string): Effect.Effect<number> =>
  Effect.callback((resume) => {
    const server = createServer()
    server.once("error", (error) => resume(Effect.die(error)))
    server.listen(0, host, () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      server.close(() => resume(Effect.succeed(port)))
    })
  })

const gatewayJson = Schema.toCodecJson(GatewayError)

/** A `GatewayError` of a worker, in the main thread. */
export const toGatewayError: (json: unknown) => Option.Option<GatewayError> = Schema.decodeUnknownOption(gatewayJson)

const toReport = (error: unknown): Report => {
  const tag = Predicate.hasProperty(error, "_tag") && typeof error._tag === "string" ? error._tag : undefined
  const gateway = error instanceof GatewayError ? Schema.encodeSync(gatewayJson)(error) : undefined
  return { _tag: "Failed", message: textOf(error), error: tag, gateway }
}

/** The program of this thread is told to stop as a process is: by a signal, which threads do not get from outside. */
const stop = (): void => {
  if (!process.emit("SIGTERM")) process.exit()
}

const listen = ({ port }: WorkerThread): Effect.Effect<void, never, Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.sync(() => {
        port.on("message", stop)
        // Alone it does not keep the thread alive.
        port.unref()
      }),
      () => Effect.sync(() => port.off("message", stop))
    )
  )

/** The bot in this thread: tells the main thread when it has joined, and why it cannot run. */
export const serving = <A, E, R>(
  thread: WorkerThread,
  bot: Layer.Layer<A | ShardManager, E, R>
): Layer.Layer<A | ShardManager, E, R> => {
  const say = (report: Report) => Effect.sync(() => thread.port.postMessage(report))
  const sayWhy = (error: unknown) => Effect.suspend(() => say(toReport(error)))
  const sayJoined = (context: Context.Context<ShardManager>) =>
    Effect.gen(function* () {
      const manager = yield* ShardManager
      yield* say({ _tag: "Joined" })
      yield* Effect.forkScoped(Effect.ignore(Effect.tapError(manager.awaitShutdown, sayWhy)))
    }).pipe(Effect.provide(context))
  return Layer.unwrap(Effect.as(listen(thread), bot)).pipe(
    Layer.tapCause((cause) => (Cause.hasInterruptsOnly(cause) ? Effect.void : sayWhy(Cause.squash(cause)))),
    Layer.tap(sayJoined)
  )
}
