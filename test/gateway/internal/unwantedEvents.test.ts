import { assert, describe, it } from "@effect/vitest"
import { makeRandom } from "../../mutate.ts"
import { unwantedSequence } from "../../../src/gateway/internal/unwantedEvents.ts"

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

describe("unwanted events", () => {
  const none = () => false
  const read = (text: string, wants: (event: string) => boolean = none) => {
    // Its neighbours are none of its bytes, though they would go on with it.
    const before = Buffer.from('{"t":"')
    const bytes = Buffer.concat([before, Buffer.from(text), Buffer.from('MESSAGE_CREATE","s":9,"op":0,"d":{}}')])
    return unwantedSequence(bytes, before.length, before.length + Buffer.byteLength(text), { wants })
  }
  const head = (payload: unknown, wants?: (event: string) => boolean) => read(JSON.stringify(payload), wants)

  it("are recognized by their first bytes, which give their sequence number", () => {
    assert.strictEqual(head({ t: "PRESENCE_UPDATE", s: 42, op: 0, d: { a: 1 } }), 42)
    assert.strictEqual(
      head({ t: "GUILD_SCHEDULED_EVENT_USER_REMOVE", s: 123456789, op: 0, d: "é".repeat(99) }),
      123456789
    )
  })

  it("do not include READY, RESUMED, and events that somebody wants", () => {
    assert.strictEqual(
      head({ t: "MESSAGE_CREATE", s: 1, op: 0, d: {} }, (event) => event === "MESSAGE_CREATE"),
      0
    )
    assert.strictEqual(head({ t: "READY", s: 1, op: 0, d: {} }), 0)
    assert.strictEqual(head({ t: "RESUMED", s: 1, op: 0, d: {} }), 0)
  })

  it("are recognized in whatever order their members are, as the parser reads them", () => {
    const members = { t: "PRESENCE_UPDATE", s: 42, op: 0, d: { t: "READY", s: 7, op: 1, text: `",\\"t":"A","s":1}` } }
    const orders = permutations(Object.keys(members) as Array<keyof typeof members>)
    assert.lengthOf(orders, 24)
    for (const order of orders) {
      const payload = Object.fromEntries(order.map((key) => [key, members[key]]))
      assert.strictEqual(head(payload), 42, order.join())
      assert.strictEqual(head({ ...payload, t: "READY" }), 0, order.join())
      assert.strictEqual(head({ ...payload, op: 1 }), 0, order.join())
      assert.strictEqual(
        head(payload, (event) => event === "PRESENCE_UPDATE"),
        0,
        order.join()
      )
      assert.strictEqual(head({ ...payload, other: 1 }), order.at(-1) === "d" ? 42 : 0, order.join())
    }
  })

  it("are not those whose last members only look like it", () => {
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
      '{"op":0,"d":{"s":8,"t":"A"}}'
    ]
    for (const text of others) assert.strictEqual(read(text), 0, text)
  })

  it("are skipped only with the members that the parser would find, however a payload is mutilated", () => {
    const random = makeRandom(5)
    let skipped = 0
    for (let run = 0; run < 20_000; run++) {
      const order = shuffled(random, ["t", "s", "op", "d"])
      const values: Record<string, unknown> = {
        t: ["A", "PRESENCE_UPDATE", "READY", 5][random(4)],
        s: [1, 42, 123456789, "1", null, 1.5, -3][random(7)],
        op: [0, 0, 0, 1, "0"][random(5)],
        d: [null, 5, `"t":"A"}`, { t: "A", s: 3, op: 0 }, [{ s: 3, t: "A" }], `,\\"s":9,\\"t":\\"A`][random(6)]
      }
      let text = JSON.stringify(Object.fromEntries(order.map((key) => [key, values[key]])))
      const where = random(text.length)
      if (random(3) === 0) text = text.slice(0, where) + '{},:"\\0 1dts'[random(13)] + text.slice(where + random(2))
      const sequence = read(text)
      if (sequence === 0) continue
      // What is malformed within the data is not noticed, because it is not read.
      const parsed = attempt(() => JSON.parse(text) as Record<string, unknown>)
      if (parsed === undefined) continue
      skipped++
      assert.deepStrictEqual([parsed["s"], parsed["op"]], [sequence, 0], text)
      assert.isTrue(typeof parsed["t"] === "string" && parsed["t"] !== "READY", text)
    }
    assert.isAbove(skipped, 1000)
  })

  it("do not include other payloads, and payloads that are written differently", () => {
    assert.strictEqual(head({ t: null, s: null, op: 11, d: null }), 0)
    assert.strictEqual(head({ t: "PRESENCE_UPDATE", s: 42, op: 1, d: {} }), 0)
    assert.strictEqual(head({ t: "PRESENCE_UPDATE", s: "x", op: 0, d: {} }), 0)
    assert.strictEqual(head({ t: "X".repeat(200), s: 42, op: 0, d: {} }), 0)
    for (const text of ["", '{"t":"', '{"t":"A', '{"t":"A","s":', '{"t":"A","s":1', '{"t":"A","s":1,"op":']) {
      assert.strictEqual(read(text), 0, text)
    }
  })
})
