import { assert, describe, it } from "@effect/vitest"
import { makeRandom } from "../../mutate.ts"
import * as Envelope from "../../../src/gateway/internal/envelope.ts"

const permutations = <A>(items: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  items.length === 0
    ? [[]]
    : items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]))

const shuffled = <A>(random: (below: number) => number, items: ReadonlyArray<A>): ReadonlyArray<A> =>
  items
    .map((item) => [random(1000), item] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, item]) => item)

const attempt = <A>(body: () => A): A | undefined => {
  try {
    return body()
  } catch {
    return undefined
  }
}

// What the envelope of a payload says.
const open = (text: string) => {
  const read = (before: string, after: string) => {
    const bytes = Buffer.from(before + text + after)
    const start = before.length
    const envelope = Envelope.read(bytes, start, start + Buffer.byteLength(text))
    if (envelope === undefined) return undefined
    const { from, name, sequence, to } = envelope
    return { name, sequence, data: bytes.toString("utf8", from, to) }
  }
  // Its neighbours are none of its bytes, though they would go on with it, nor are there any if there are none.
  const envelope = read('{"t":"', 'MESSAGE_CREATE","s":9,"op":0,"d":{}}')
  assert.deepStrictEqual(read("", ""), envelope, text)
  return envelope
}
const openAll = (payload: unknown) => open(JSON.stringify(payload))

describe("the envelope of an event", () => {
  it("says its name, its sequence number, and where its data is", () => {
    assert.deepStrictEqual(openAll({ t: "PRESENCE_UPDATE", s: 42, op: 0, d: { a: 1 } }), {
      name: "PRESENCE_UPDATE",
      sequence: 42,
      data: '{"a":1}'
    })
    assert.deepStrictEqual(
      openAll({ t: "GUILD_SCHEDULED_EVENT_USER_REMOVE", s: 123456789, op: 0, d: "é".repeat(99) }),
      { name: "GUILD_SCHEDULED_EVENT_USER_REMOVE", sequence: 123456789, data: `"${"é".repeat(99)}"` }
    )
  })

  it("is read in whatever order the members are, as the parser reads them", () => {
    const members = { t: "PRESENCE_UPDATE", s: 42, op: 0, d: { t: "READY", s: 7, op: 1, text: `",\\"t":"A","s":1}` } }
    const data = JSON.stringify(members.d)
    const orders = permutations(Object.keys(members) as Array<keyof typeof members>)
    assert.lengthOf(orders, 24)
    for (const order of orders) {
      const payload = Object.fromEntries(order.map((key) => [key, members[key]]))
      assert.deepStrictEqual(openAll(payload), { name: "PRESENCE_UPDATE", sequence: 42, data }, order.join())
      assert.isUndefined(openAll({ ...payload, op: 1 }), order.join())
      // What else there is after the data cannot be told from it, without reading it.
      const more = { name: "PRESENCE_UPDATE", sequence: 42, data: `${data},"other":1` }
      assert.deepStrictEqual(openAll({ ...payload, other: 1 }), order.at(-1) === "d" ? more : undefined, order.join())
    }
  })

  it("is told by names of any length, which are one string each", () => {
    const texts = Array.from({ length: 63 }, (_, length) => "ABCDEFGHIJ".repeat(7).slice(0, length + 1))
    for (const name of [...texts, ...texts.map((text) => `${text.slice(0, -1)}Z`), ...texts]) {
      assert.strictEqual(openAll({ t: name, s: 1, op: 0, d: 0 })?.name, name)
      assert.strictEqual(openAll({ op: 0, d: 0, s: 1, t: name })?.name, name)
    }
    // The same by their words; by their hash; and by their first word and their place, which is the last there is.
    const alike = ["AAAAAA", "AAAAAAA", "AAAAAAAA", "ESPTMXDZ", "RZWGJCHF", "NAMEHTAA", "NAMEHCGA", "NAMEPUGA"]
    for (const name of [...alike, ...alike.toReversed()]) {
      assert.strictEqual(openAll({ t: name, s: 1, op: 0, d: 0 })?.name, name)
    }
    for (const name of ["", "X".repeat(200), "\n", "é", '"', "\\", "\u007f"]) {
      assert.isUndefined(openAll({ t: name, s: 1, op: 0, d: 0 }), name)
      assert.isUndefined(openAll({ op: 0, d: 0, s: 1, t: name }), name)
    }
  })

  it("is not read from what only looks like it", () => {
    const others = [
      '{"op":0,"d":{},"s":7,"a\\"t":"A"}',
      '{"op":0,"d":{},"t":"A","a\\"s":7}',
      '{"op":0,"s":7,"d":{},"t":"A","s":8}',
      '{"op":0,"t":"B","d":{},"s":8,"t":"A"}',
      '{"op":0,"s":7,"d":{},"a\\"t":"A"}',
      '{"op":0,"d":{},"s":8,"t":"A"]',
      '{"d":{},"s":8,"t":"A","op":1}',
      '{"op":0,"d":{},"s":8,"t":"A"} ',
      '{"op":0,"d":{},"s":8,"t":"A"}}',
      '{"op":0,"d":{"s":8,"t":"A"}}',
      '{"op":0,"d":{},"s":,"t":"A"}',
      '{"t":"A","s":,"op":0,"d":{}}',
      '{"op":0,"d":{},"s":08,"t":"A"}',
      '{"t":"A","s":08,"op":0,"d":{}}',
      '{"op":0,"d":{},"s"::8,"t":"A"}',
      '{"d":{},"s":8,"t":"A","op";0}',
      '{"op";0,"d":{},"s":8,"t":"A"}'
    ]
    for (const text of others) assert.isUndefined(open(text), text)
  })

  it("is what the parser reads, however a payload is mutilated", () => {
    const random = makeRandom(5)
    let opened = 0
    for (let run = 0; run < 20_000; run++) {
      const order = shuffled(random, ["t", "s", "op", "d"])
      const values: Record<string, unknown> = {
        t: ["A", "PRESENCE_UPDATE", "READY", 5, "A\n"][random(5)],
        s: [1, 42, 123456789, "1", null, 1.5, -3][random(7)],
        op: [0, 0, 0, 1, "0"][random(5)],
        d: [null, 5, `"t":"A"}`, { t: "A", s: 3, op: 0 }, [{ s: 3, t: "A" }], `,\\"s":9,\\"t":\\"A`][random(6)]
      }
      let text = JSON.stringify(Object.fromEntries(order.map((key) => [key, values[key]])))
      const where = random(text.length)
      if (random(3) === 0) text = text.slice(0, where) + '{},:"\\0 1dts'[random(13)] + text.slice(where + random(2))
      const envelope = open(text)
      if (envelope === undefined) continue
      const { data, name: t, sequence: s } = envelope
      const parsed = attempt(() => JSON.parse(text) as Record<string, unknown>)
      const d = attempt(() => JSON.parse(data) as unknown)
      // What is malformed within the data is not noticed before it is read.
      if (d === undefined && parsed === undefined) continue
      opened++
      if (d === undefined) assert.deepStrictEqual([parsed?.["t"], parsed?.["s"], parsed?.["op"]], [t, s, 0], text)
      else assert.deepStrictEqual(parsed, { t, s, op: 0, d }, text)
    }
    assert.isAbove(opened, 1000)
  })

  it("is none of other payloads, and of payloads that are written differently", () => {
    assert.isUndefined(openAll({ t: null, s: null, op: 11, d: null }))
    assert.isUndefined(openAll({ t: "PRESENCE_UPDATE", s: 42, op: 1, d: {} }))
    assert.isUndefined(openAll({ t: "PRESENCE_UPDATE", s: "x", op: 0, d: {} }))
    for (const text of [
      "",
      "{",
      "{}",
      '{"t":"',
      '{"t":"A',
      '{"t":"A","s":',
      '{"t":"A","s":1',
      '{"t":"A","s":1,"op":'
    ]) {
      assert.isUndefined(open(text), text)
    }
  })
})
