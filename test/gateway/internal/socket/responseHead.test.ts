/** Heads of answers, in any parts. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Head, maxHeadBytes, ResponseHead } from "../../../../src/gateway/internal/socket/responseHead.ts"

interface Read {
  readonly head: Head | undefined
  /** What follows the head. */
  readonly rest: string
}

/** What is read from parts, whose bytes are overwritten after each of them has been pushed. */
const read = (parts: ReadonlyArray<Buffer>): Read => {
  const reader = new ResponseHead()
  const rest: Array<string> = []
  const shared = Buffer.alloc(5 + parts.reduce((most, { length }) => Math.max(most, length), 0))
  for (const part of parts) {
    // What lies behind the part is not of this connection.
    shared.fill("\r\n")
    part.copy(shared, 3)
    const end = 3 + part.length
    const at = reader.head === undefined ? reader.push(shared, 3, end) : 3
    assert.strictEqual(at >= 0, reader.head !== undefined)
    if (at >= 0) rest.push(shared.toString("latin1", at, end))
  }
  return { head: reader.head, rest: rest.join("") }
}

const split = (bytes: Buffer, cuts: ReadonlyArray<number>): ReadonlyArray<Buffer> => {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
const Header = Schema.Struct({
  name: Schema.Literals(["Upgrade", "CONNECTION", "x-a", "sec-websocket-accept", "A.b~c!"]),
  value: Schema.Literals(["", "websocket", "a, b", "é:ü", "a\tb", "x".repeat(300)]),
  before: Schema.Literals(["", " ", " \t "]),
  after: Schema.Literals(["", " "])
})
const Answer = Schema.Struct({
  status: Schema.Literals([101, 200, 302, 503, 599]),
  reason: Schema.Literals(["", " ", " Switching Protocols", " é\t:"]),
  /** How many answers that are for information come first. */
  early: between(0, 2),
  rest: Schema.Literals(["", "\r\n\r\n", "\u0081\u0002hi", "HTTP/1.1 200 OK\r\n\r\n"])
})

const cuts = Arbitrary.array(Arbitrary.schema(between(0, 3_000)), { minLength: 0, maxLength: 20 })

describe("the head of an answer", () => {
  it.effect.prop(
    "is the same in any parts, and what follows it is not touched",
    [Arbitrary.schema(Answer), Arbitrary.array(Arbitrary.schema(Header), { minLength: 0, maxLength: 6 }), cuts],
    ([{ early, reason, rest, status }, headers, cuts]) =>
      Effect.sync(() => {
        const lines = headers.map(({ after, before, name, value }) => `${name}:${before}${value}${after}\r\n`).join("")
        const others = [103, 100]
          .slice(0, early)
          .map((other) => `HTTP/1.1 ${other} Wait\r\nx-early: 1\r\n\r\n`)
          .join("")
        const text = `${others}HTTP/1.${status % 2} ${status}${reason}\r\n${lines}\r\n${rest}`
        const expected: Record<string, string> = {}
        for (const { name, value } of headers) {
          const key = name.toLowerCase()
          expected[key] = expected[key] === undefined ? value : `${expected[key]}, ${value}`
        }
        const found = read(split(Buffer.from(text, "latin1"), cuts))
        assert.strictEqual(found.rest, rest)
        assert.strictEqual(found.head?.status, status)
        assert.deepStrictEqual({ ...found.head?.headers }, expected)
      }),
    { arbitrary: { runs: 300 } }
  )

  it.effect.prop(
    "is not complete before its last byte",
    [cuts, Arbitrary.schema(between(0, 200))],
    ([cuts, missing]) =>
      Effect.sync(() => {
        const text = "HTTP/1.1 100 Wait\r\n\r\nHTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n"
        const length = Math.max(0, text.length - 1 - missing)
        assert.isUndefined(read(split(Buffer.from(text.slice(0, length)), cuts)).head)
      }),
    { arbitrary: { runs: 100 } }
  )

  const ok = "HTTP/1.1 200 OK\r\n"
  const invalid: ReadonlyArray<[what: string, text: string]> = [
    ["begins like another protocol, though it is not complete", "\u0015\u0003\u0001"],
    ["begins like one and goes on otherwise", "HTTP/2"],
    ["is of another version", "HTTP/1.2 200 OK\r\n\r\n"],
    ["has no status", "HTTP/1.1 OK\r\n\r\n"],
    ["has a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n"],
    ["has a status that begins with 0", "HTTP/1.1 099 OK\r\n\r\n"],
    ["has a header without a name", `${ok}: a\r\n\r\n`],
    ["has a header without a colon", `${ok}upgrade\r\n\r\n`],
    ["has a space in a name", `${ok}upgrade : websocket\r\n\r\n`],
    ["has a line that goes on in the next", `${ok}upgrade: a\r\n b\r\n\r\n`],
    ["has lines that end with LF alone", `${ok}upgrade: a\nb: c\r\n\r\n`],
    ["has lines that end with CR alone", `${ok}upgrade: a\rb: c\r\n\r\n`],
    ["has a control character in a value", `${ok}upgrade: a\u0000\r\n\r\n`],
    ["is too large", `${ok}a: ${"x".repeat(maxHeadBytes)}`]
  ]
  for (const [what, text] of invalid) {
    it(`is refused when it ${what}`, () => {
      const bytes = Buffer.from(text, "latin1")
      assert.throws(() => read([bytes]), /^Parse Error: /)
      assert.throws(() => read(split(bytes, [1, 2, 7, 11, 30])), /^Parse Error: /)
    })
  }

  it("may be as large as it may be", () => {
    const rest = maxHeadBytes - ok.length - "a: \r\n\r\n".length
    const head = `${ok}a: ${"x".repeat(rest)}\r\n\r\n`
    assert.strictEqual(read([Buffer.from(`${head}more`)]).rest, "more")
    assert.strictEqual(read(split(Buffer.from(`${head}more`), [1, 9_000])).rest, "more")
    const larger = Buffer.from(head.replace("x", "xx"))
    for (const cuts of [[], [9_000], [1, larger.length - 1]]) {
      assert.throws(() => read(split(larger, cuts)), /too large/)
    }
  })

  it("has no headers that a response has by itself", () => {
    const { head } = read([Buffer.from(`${ok}\r\n`)])
    assert.isUndefined(head?.headers["constructor"])
    assert.isUndefined(head?.headers["__proto__"])
    assert.strictEqual(read([Buffer.from(`${ok}__proto__: a\r\n\r\n`)]).head?.headers["__proto__"], "a")
  })
})
