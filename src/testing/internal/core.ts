/** All parts of one fake Discord, wired together. */
import type { IncomingMessage, RequestListener } from "node:http"
import type { Duplex } from "node:stream"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { WebSocketServer } from "ws"
import { AwaitTimeout } from "../FakeDiscordError.ts"
import { format, type Host } from "../Log.ts"
import { cdnPath, serve } from "./files.ts"
import { Gateway } from "./gateway.ts"
import { Hooks } from "./hooks.ts"
import { Journal } from "./journal.ts"
import { Listener } from "./listener.ts"
import { Rest } from "./rest.ts"
import { deadline } from "./runner.ts"
import type { Settings } from "./settings.ts"
import { Signal, until } from "./signal.ts"
import * as Time from "./time.ts"
import { World } from "./world.ts"

/** The parts. */
export interface Core {
  readonly settings: Settings
  readonly signal: Signal
  readonly time: Time.Time
  readonly journal: Journal
  readonly hooks: Hooks
  readonly world: World
  readonly gateway: Gateway
  readonly rest: Rest
  readonly url: (host: Host) => string
  readonly apiUrl: () => string
  readonly start: (host: Host) => Effect.Effect<void>
  readonly stop: (host: Host) => Effect.Effect<void>
}

// Far above what Discord allows, so that payloads that are too large reach our own check.
const maxWebSocketPayload = 1024 * 1024

/** Starts a fake, which stops when the scope closes. */
export const make = (settings: Settings): Effect.Effect<Core, never, Scope.Scope> =>
  Effect.gen(function* () {
    const time = yield* Time.make
    const signal = new Signal()
    const journal = new Journal({ now: time.now, signal, limit: settings.logLimit })
    const hooks = new Hooks()
    const world = new World({ settings, signal, now: time.now })
    const url = (host: Host): string => `ws://127.0.0.1:${listeners[host].port}`
    const gateway = new Gateway({ settings, world, journal, hooks, time, resumeUrl: () => url("resume") })
    const rest = new Rest({ world, gateway, journal, hooks, time, gatewayUrl: () => url("main") })
    world.later = (millis, task) => void time.after(millis, task)
    world.emit = (t, d, guildId, intents) => gateway.offer(t, d, guildId, intents)

    const webSockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      clientTracking: false,
      maxPayload: maxWebSocketPayload
    })
    const upgrade = (host: Host) => (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const accept = () => webSockets.handleUpgrade(request, socket, head, (ws) => gateway.accept(ws, request, host))
      const fault = hooks.take("upgrade", { host })
      if (fault === undefined) return accept()
      if (fault._tag === "Delay") {
        time.after(Duration.toMillis(fault.duration), () => void (socket.destroyed || accept()))
        return
      }
      const status = fault._tag === "Status" ? fault.status : undefined
      journal.add({ _tag: "UpgradeRefused", host, status })
      if (fault._tag === "Drop") request.socket[fault.reset === true ? "resetAndDestroy" : "destroy"]()
      if (status === undefined) return
      socket.end(`HTTP/1.1 ${status} Fault\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
    }
    const onRequest: RequestListener = (request, response) => {
      if (request.url?.startsWith(`${cdnPath}/`) !== true) return void rest.handle(request, response)
      const isFound = (request.method === "GET" || request.method === "HEAD") && serve(world.files, request, response)
      if (!isFound) response.writeHead(404).end()
      request.resume()
    }
    const listeners = {
      main: new Listener({ onRequest, onUpgrade: upgrade("main") }),
      resume: new Listener({ onRequest, onUpgrade: upgrade("resume") })
    }

    const start = (host: Host) =>
      Effect.suspend(() =>
        listeners[host].isListening
          ? Effect.void
          : Effect.map(listeners[host].start, () => journal.add({ _tag: "Started", host }))
      )
    const stop = (host: Host) =>
      Effect.suspend(() => {
        if (!listeners[host].isListening) return Effect.void
        for (const connection of gateway.connections) if (connection.host === host) connection.drop(false)
        return Effect.map(listeners[host].stop, () => journal.add({ _tag: "Stopped", host }))
      })
    const scoped = (host: Host) => Effect.acquireRelease(start(host), () => stop(host))
    yield* Effect.all([scoped("main"), scoped("resume")])

    world.files.base = `http://127.0.0.1:${listeners.main.port}${cdnPath}`
    const apiUrl = () => `http://127.0.0.1:${listeners.main.port}/api`
    return { settings, signal, time, journal, hooks, world, gateway, rest, url, apiUrl, start, stop }
  })

/** Does something with one host, or with both. */
export const forHosts = (host: Host | undefined, act: (host: Host) => Effect.Effect<void>): Effect.Effect<void> =>
  Effect.forEach(host === undefined ? (["main", "resume"] as const) : [host], act, { discard: true })

/**
 * Waits for a condition, by default within the fake's patience, and at most until `by`, which is when the test runner gives
 * up. Fails with the end of the log, and with what there was instead, if `instead` says it.
 */
export const waitFor = <A>(
  core: Core,
  wanted: string,
  read: () => A | undefined,
  limit: number = core.settings.patience,
  { by, instead }: { readonly by?: number | undefined; readonly instead?: () => string | undefined } = {}
): Effect.Effect<A, AwaitTimeout> =>
  Effect.suspend(() =>
    until(core.signal, read, limit, ({ waited }) => timeout(core, wanted, waited, instead?.()), by ?? deadline())
  )

/** The error of a condition that was not met. Its message says all that its fields say, which are not printed again. */
export const timeout = (core: Core, wanted: string, waited: number, found?: string): AwaitTimeout => {
  const recent = core.journal.entries.slice(-20).map(format)
  const error = new AwaitTimeout({ wanted, waited, found, recent })
  for (const field of ["wanted", "waited", "found", "recent"])
    Object.defineProperty(error, field, { enumerable: false })
  return error
}
