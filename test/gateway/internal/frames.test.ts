import { assert, describe, it } from "@effect/vitest"
import { unwanted } from "../../../src/gateway/internal/dispatchHead.ts"
import { isAllowed, isTrusted, withQuery } from "../../../src/gateway/internal/gatewayUrl.ts"
import * as Inflate from "../../../src/gateway/internal/inflate.ts"
import * as zlib from "node:zlib"

describe("dispatchHead", () => {
  const none = () => false
  const head = (payload: unknown, wants: (event: string) => boolean = none) =>
    unwanted(Buffer.from(JSON.stringify(payload)), { wants })

  it("finds the sequence of an event that nobody wants", () => {
    assert.strictEqual(head({ t: "PRESENCE_UPDATE", s: 42, op: 0, d: { a: 1 } }), 42)
    assert.strictEqual(
      head({ t: "GUILD_SCHEDULED_EVENT_USER_REMOVE", s: 123456789, op: 0, d: "é".repeat(99) }),
      123456789
    )
  })

  it("leaves what is wanted, or needed, to the parser", () => {
    assert.strictEqual(
      head({ t: "MESSAGE_CREATE", s: 1, op: 0, d: {} }, (event) => event === "MESSAGE_CREATE"),
      0
    )
    assert.strictEqual(head({ t: "READY", s: 1, op: 0, d: {} }), 0)
    assert.strictEqual(head({ t: "RESUMED", s: 1, op: 0, d: {} }), 0)
  })

  it("leaves what is no dispatch, or written differently, to the parser", () => {
    assert.strictEqual(head({ t: null, s: null, op: 11, d: null }), 0)
    assert.strictEqual(head({ op: 0, t: "PRESENCE_UPDATE", s: 42, d: {} }), 0)
    assert.strictEqual(head({ t: "PRESENCE_UPDATE", s: 42, op: 1, d: {} }), 0)
    assert.strictEqual(head({ t: "PRESENCE_UPDATE", s: "x", op: 0, d: {} }), 0)
    assert.strictEqual(head({ t: "X".repeat(200), s: 42, op: 0, d: {} }), 0)
    assert.strictEqual(unwanted(Buffer.from('{"t":"A'), { wants: none }), 0)
    assert.strictEqual(unwanted(Buffer.alloc(0), { wants: none }), 0)
  })
})

describe("gatewayUrl", () => {
  it("the token goes to Discord, and to where the bot was told to connect", () => {
    const main = "wss://gateway.discord.gg"
    assert.isTrue(isAllowed("wss://gateway-us-east1-b.discord.gg", main))
    assert.isTrue(isAllowed("wss://gateway.discord.gg/?x=1", main))
    assert.isTrue(isAllowed("wss://proxy.example:8080", "wss://proxy.example:8080"))
    assert.isTrue(isAllowed("ws://127.0.0.1:2", "ws://127.0.0.1:1"))
    assert.isTrue(isAllowed("ws://localhost:2", "ws://127.0.0.1:1"))
  })

  it("and nowhere else", () => {
    const main = "wss://gateway.discord.gg"
    for (const url of [
      "ws://gateway.discord.gg",
      "wss://discord.gg.evil.example",
      "wss://evildiscord.gg",
      "wss://evil.example",
      "https://gateway.discord.gg",
      "ws://127.0.0.1:1",
      "not a url",
      ""
    ]) {
      assert.isFalse(isAllowed(url, main), url)
    }
    assert.isFalse(isAllowed("wss://gateway.discord.gg", "wss://proxy.example"))
    assert.isFalse(isAllowed("ws://evil.example", "ws://127.0.0.1:1"))
    assert.isFalse(isAllowed("ws://proxy.example", "wss://proxy.example"))
  })

  it("a main URL that was remembered is Discord's, or on the machine that REST is on", () => {
    const discord = "https://discord.com/api"
    const here = "http://127.0.0.1:1/api"
    assert.isTrue(isTrusted("wss://gateway.discord.gg", discord))
    assert.isTrue(isTrusted("wss://gateway.discord.gg", "http://rest-proxy.example/api"))
    assert.isTrue(isTrusted("ws://127.0.0.1:2", here))
    for (const url of ["ws://gateway.discord.gg", "ws://127.0.0.1:1", "wss://evil.example", "not a url", ""]) {
      assert.isFalse(isTrusted(url, discord), url)
    }
    for (const url of ["wss://evil.example", "ws://evil.example", "http://127.0.0.1:2"]) {
      assert.isFalse(isTrusted(url, here), url)
    }
  })

  it("asks for version 10, JSON and a compression, and keeps what the URL has", () => {
    assert.strictEqual(withQuery("wss://gateway.discord.gg", undefined), "wss://gateway.discord.gg/?v=10&encoding=json")
    assert.strictEqual(
      withQuery("ws://proxy:1/path?key=a&v=9", "zstd-stream"),
      "ws://proxy:1/path?key=a&v=10&encoding=json&compress=zstd-stream"
    )
  })
})

const deflated = (texts: ReadonlyArray<string>, compression: Inflate.Compression): Promise<ReadonlyArray<Buffer>> =>
  new Promise((resolve) => {
    const stream = compression === "zlib-stream" ? zlib.createDeflate() : zlib.createZstdCompress()
    const flush = compression === "zlib-stream" ? zlib.constants.Z_SYNC_FLUSH : zlib.constants.ZSTD_e_flush
    const frames: Array<Buffer> = []
    let chunks: Array<Buffer> = []
    stream.on("data", (chunk: Buffer) => chunks.push(chunk))
    const next = (i: number): void => {
      const text = texts[i]
      if (text === undefined) return resolve(frames)
      stream.write(text)
      stream.flush(flush, () => {
        // What has been flushed is handed out before the next turn.
        setImmediate(() => {
          frames.push(Buffer.concat(chunks))
          chunks = []
          next(i + 1)
        })
      })
    }
    next(0)
  })

describe.each(["zlib-stream", "zstd-stream"] as const)("inflate %s", (compression) => {
  const random = Array.from({ length: 60_000 }, (_, i) => ((i * 2654435761) >>> 7) % 997)
  const texts = ["{}", JSON.stringify(random), '{"é":"\u{1F600}"}', JSON.stringify([random, random]), "[1]"]
  const make = () => {
    const inflate = Inflate.make(compression)
    if (inflate === undefined) throw new Error(`this Node has no synchronous ${compression}`)
    return inflate
  }

  it("gives every payload of a stream, large ones too, in the same call", async () => {
    const inflate = make()
    for (const [i, frame] of (await deflated(texts, compression)).entries()) {
      assert.isTrue(inflate.push(frame)?.toString() === texts[i], `payload ${i}`)
    }
    inflate.close()
  })

  it("throws on a corrupt frame", async () => {
    const inflate = make()
    inflate.push((await deflated(["{}"], compression))[0] ?? Buffer.alloc(0))
    assert.throws(() => inflate.push(Buffer.from("no compression at all\u0000\u0000ÿÿ", "latin1")), compression)
    inflate.close()
  })
})

it("inflate zlib-stream: a payload in several messages is given with the last", async () => {
  const inflate = Inflate.make("zlib-stream")
  const text = JSON.stringify({ a: "b".repeat(5000) })
  const frames = await deflated([text, text], "zlib-stream")
  for (const frame of frames) {
    const parts = Array.from(frame, (byte) => Buffer.of(byte)).map((part) => inflate?.push(part)?.toString())
    assert.isTrue(parts.at(-1) === text)
    assert.isTrue(parts.slice(0, -1).every((part) => part === undefined))
  }
})
