import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type { AddressInfo } from "node:net"
import { WebSocketServer } from "ws"
import { afterNextRead } from "../../../src/gateway/internal/afterNextRead.ts"
import * as GatewayInfo from "../../../src/gateway/GatewayInfo.ts"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import * as Gateway from "../harness.ts"

const { is } = FakeDiscord
const fake = (options: FakeDiscord.Options = {}) => FakeDiscord.layerServer({ identifyInterval: 0, ...options })
const theLog = FakeDiscord.FakeDiscord.use((discord) => discord.log)

const staticInfo = (url: string) =>
  GatewayInfo.layerStatic({
    url,
    shards: 1,
    sessionStartLimit: { total: 1000, remaining: 1000, resetAfter: 0, maxConcurrency: 1 }
  })

describe("heartbeats", () => {
  it.live("begin at a random moment within the interval, so that many shards do not send at once", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* Gateway.start()
      yield* discord.awaitLog(is("Heartbeat"), { count: 16 })
      const log = yield* theLog
      const delays = Array.from({ length: 16 }, (_, id) => {
        const connection = log.find(is("Identify", ({ shardId }) => shardId === id))?.connection
        const hello = log.find(is("Sent", (entry) => entry.connection === connection && entry.op === 10))?.at ?? 0
        return (log.find(is("Heartbeat", (entry) => entry.connection === connection))?.at ?? hello) - hello
      })
      assert.isAbove(Math.max(...delays) - Math.min(...delays), 300)
    }).pipe(Effect.provide(fake({ shards: 16, maxConcurrency: 16, heartbeatInterval: "3 seconds" })))
  )

  it.live("carry the last sequence, and continue while READY is late", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.readyDelay("1500 millis")
      const bot = yield* Gateway.start()
      const ready = yield* discord.awaitLog(is("Ready"))
      assert.isAtLeast((yield* theLog).filter(is("Heartbeat", ({ index }) => index < ready.index)).length, 2)
      yield* Gateway.number(discord, 1)
      yield* Gateway.until("an event", () => Gateway.numbers(bot).length === 1)
      const beat = yield* discord.awaitLog(is("Heartbeat"), { since: yield* discord.mark })
      assert.strictEqual(beat.seq, (yield* Gateway.info(bot, 0)).sequence)
    }).pipe(Effect.provide(fake({ heartbeatInterval: "150 millis" })))
  )

  it.live("answer op 1 at once", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* Gateway.start()
      assert.isEmpty((yield* theLog).filter(is("Heartbeat")))
      yield* discord.faults.requestHeartbeat(0)
      yield* discord.awaitLog(is("Heartbeat"))
    }).pipe(Effect.provide(fake({ heartbeatInterval: "1 hour" })))
  )
})

describe("timeouts", () => {
  it.live("do not end a connection whose HELLO, READY and RESUMED arrive just in time", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.helloDelay("60 millis")
      yield* discord.faults.readyDelay("60 millis")
      yield* discord.faults.resumedDelay("60 millis")
      const bot = yield* Gateway.start({
        helloTimeout: "2 seconds",
        readyTimeout: "2 seconds",
        resumedTimeout: "2 seconds"
      })
      yield* discord.faults.dropConnection(0)
      yield* Gateway.untilRecovered(bot, 0)
      assert.strictEqual((yield* theLog).filter(is("Opened")).length, 2)
    }).pipe(Effect.provide(fake()))
  )

  it.live("end a connection that waits too long, and name what was missing", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { faults } = discord
      yield* faults.helloNever()
      yield* faults.readyNever()
      const bot = yield* Gateway.start({
        handshakeTimeout: "500 millis",
        helloTimeout: 0,
        readyTimeout: "70 millis",
        resumedTimeout: "70 millis"
      })
      yield* faults.at("resume", { _tag: "Never" })
      yield* faults.dropConnection(0)
      yield* Gateway.untilRecovered(bot, 0)
      const waits = bot.changes.flatMap(({ to }) =>
        to._tag === "Disconnected" && to.end._tag === "TimedOut" ? [to.end.waitingFor] : []
      )
      assert.deepStrictEqual(waits, ["HELLO", "READY", "RESUMED"])
    }).pipe(Effect.provide(fake()))
  )
})

describe("the line about a lost connection", () => {
  it.live("is written once another is being opened, and first if there is none", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      let stage = (): string => "?"
      const logger = Logger.layer([Logger.make(({ message }) => void lines.push(`${stage()}: ${String(message)}`))])
      const { faults } = yield* FakeDiscord.FakeDiscord
      yield* Effect.gen(function* () {
        const bot = yield* Gateway.start()
        stage = () => Effect.runSync(Gateway.info(bot, 0)).stage._tag
        yield* faults.dropConnection(0)
        yield* Gateway.untilRecovered(bot, 0)
        yield* faults.close(0, 4004)
        yield* Effect.flip(bot.manager.awaitShutdown)
      }).pipe(Effect.provide(logger), Effect.scoped)
      const [lost, refused, fatal] = lines
      assert.strictEqual(lost, "Connecting: Shard 0 of 1 lost its connection: closed without a close code")
      assert.match(`${refused}`, /^Disconnected: Shard 0 of 1 lost its connection: .*4004/)
      assert.match(`${fatal}`, /^Fatal: Shard 0 of 1 cannot go on/)
    }).pipe(Effect.provide(fake()))
  )
})

describe("a connection that is being closed", () => {
  it.live("is waited for by whoever stops its shard", () =>
    Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(
        Effect.promise(
          () =>
            new Promise<WebSocketServer>((resolve) => {
              const made: WebSocketServer = new WebSocketServer({ host: "127.0.0.1", port: 0 }, () => resolve(made))
            })
        ),
        (server) => Effect.sync(() => server.close())
      )
      const closes: Array<number> = []
      let resume = (): void => undefined
      server.on("connection", (socket, { socket: tcp }) => {
        const reply = (payload: unknown) => socket.send(JSON.stringify(payload))
        socket.on("close", (code) => closes.push(code))
        socket.on("message", (data) => {
          if (JSON.parse(String(data)).op !== 2) return
          reply({ op: 0, t: "READY", s: 1, d: { session_id: "s", resume_gateway_url: "" } })
          // From now on it reads nothing, and so does not answer the close either.
          tcp.pause()
          resume = () => tcp.resume()
          setTimeout(reply, 20, { op: 7, d: null })
        })
        reply({ op: 10, d: { heartbeat_interval: 10_000 } })
      })
      const bot = yield* Gateway.start({
        closeTimeout: "20 seconds",
        gatewayInfo: staticInfo(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
      })
      yield* Gateway.until("the end", () => Gateway.stagesOf(bot, 0).includes("Disconnected"))
      const stopping = yield* Effect.forkChild(bot.manager.shutdown(Gateway.shard0), { startImmediately: true })
      for (let turn = 0; turn < 5; turn++) yield* afterNextRead
      assert.isUndefined(stopping.pollUnsafe())
      assert.deepStrictEqual(closes, [])
      resume()
      yield* Fiber.join(stopping)
      yield* Gateway.until("the close", () => closes.length === 1)
      assert.isFalse(Gateway.stagesOf(bot, 0).includes("Backoff"))
    }).pipe(Effect.provide(fake()))
  )
})

describe("the token", () => {
  it.live("is sent only to hosts of Discord, and to the one that the bot was told to use", () =>
    Effect.gen(function* () {
      const visits: Array<string> = []
      const listen = (
        name: string,
        onMessage: (text: string, reply: (payload: unknown) => void, drop: () => void) => void
      ) =>
        Effect.acquireRelease(
          Effect.promise(
            () =>
              new Promise<WebSocketServer>((resolve) => {
                const server: WebSocketServer = new WebSocketServer({ host: "127.0.0.1", port: 0 }, () =>
                  resolve(server)
                )
                server.on("connection", (socket) => {
                  visits.push(name)
                  const reply = (payload: unknown) => socket.send(JSON.stringify(payload))
                  reply({ op: 10, d: { heartbeat_interval: 10_000 } })
                  socket.on("message", (data) => onMessage(String(data), reply, () => socket.terminate()))
                })
              })
          ),
          (server) =>
            Effect.sync(() => {
              for (const client of server.clients) client.terminate()
              server.close()
            })
        )
      let resumes = 0
      const main = yield* listen("main", (text, reply, drop) => {
        const { op } = JSON.parse(text)
        if (op === 2) {
          reply({ op: 0, t: "READY", s: 1, d: { session_id: "s", resume_gateway_url: "wss://evil.example" } })
          setTimeout(drop, 20)
        }
        if (op === 6) {
          resumes++
          reply({ op: 0, t: "RESUMED", s: 2, d: {} })
        }
      })
      const bot = yield* Gateway.start({
        gatewayInfo: staticInfo(`ws://127.0.0.1:${(main.address() as AddressInfo).port}`)
      })
      yield* Gateway.untilRecovered(bot, 0)
      assert.strictEqual(resumes, 1)
      assert.deepStrictEqual(visits, ["main", "main"])
      assert.strictEqual(Gateway.stagesOf(bot, 0).filter((stage) => stage === "Connecting").length, 2)
    }).pipe(Effect.provide(fake()))
  )

  it.live("is in no log line, error or status, whatever happens", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const logger = Logger.layer([
        Logger.make(({ cause, message }) => {
          lines.push(`${JSON.stringify(message)} ${String(cause)}`)
        })
      ])
      const discord = yield* FakeDiscord.FakeDiscord
      yield* Effect.gen(function* () {
        const bot = yield* Gateway.start()
        for (const fault of [
          discord.faults.dropConnection(0),
          discord.faults.corruptFrame(0),
          discord.faults.close(0, 4001),
          discord.faults.invalidSession(0, false)
        ]) {
          const since = bot.changes.length
          yield* fault
          yield* Gateway.untilRecovered(bot, 0, since)
        }
        yield* discord.faults.close(0, 4004)
        const error = yield* Effect.flip(bot.manager.awaitShutdown)
        lines.push(`${error.message} ${JSON.stringify(error)} ${JSON.stringify(bot.changes)}`)
      }).pipe(Effect.provide(logger), Effect.provideService(References.MinimumLogLevel, "All"), Effect.scoped)
      assert.isAbove(lines.length, 5)
      assert.isEmpty(lines.filter((line) => line.includes("a-secret-token")))
    }).pipe(Effect.provide(fake({ token: "a-secret-token" })))
  )
})
