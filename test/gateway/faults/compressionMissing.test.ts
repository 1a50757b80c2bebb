/** A version of Node that works differently inside, so that what is asked for cannot be decompressed. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as zlib from "node:zlib"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import * as Gateway from "../harness.ts"

const { _handle: handle } = zlib.createZstdDecompress() as unknown as { readonly _handle: object }
Object.defineProperty(Object.getPrototypeOf(handle), "writeSync", { value: undefined })

const lines: Array<string> = []
const LoggerLive = Logger.layer([
  Logger.make(({ logLevel, message }) => {
    lines.push(`${logLevel}: ${String(message)}`)
  })
])

it.live("one warning says so, and shards connect without compression", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const bot = yield* Gateway.start({ compression: "zstd-stream" })
    yield* Gateway.number(discord, 1)
    yield* Gateway.until("an event", () => Gateway.numbers(bot).length === 1)
    const warnings = lines.filter((line) => line.startsWith("Warn"))
    assert.strictEqual(warnings.length, 1)
    assert.match(warnings[0] ?? "", /cannot decompress zstd-stream/)
    const opened = (yield* discord.log).filter(FakeDiscord.is("Opened"))
    assert.deepStrictEqual(
      opened.map(({ url }) => url),
      Array.from({ length: 3 }, () => "/?v=10&encoding=json")
    )
  }).pipe(
    Effect.provide(
      Layer.merge(FakeDiscord.layerServer({ shards: 3, maxConcurrency: 3, identifyInterval: 0 }), LoggerLive)
    )
  )
)
