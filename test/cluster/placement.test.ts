import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import * as Placement from "../../src/cluster/internal/placement.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"

type Shards = ReadonlyArray<number>

const member = (name: string, has: Shards = [], weight = 1): Placement.Member => ({ name, weight, has })
const range = (from: number, to: number): Shards => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const named = (names: string): ReadonlyArray<Placement.Member> => [...names].map((name) => member(name))

const place = (total: number, maxConcurrency: number, members: ReadonlyArray<Placement.Member>) =>
  Placement.place({ total, maxConcurrency, members })

/** The same members, running what they were given. */
const after = (placement: Placement.Placement, members: ReadonlyArray<Placement.Member>) =>
  members.map((member) => ({ ...member, has: placement.get(member.name) ?? [] }))

const toObject = (placement: Placement.Placement) => Object.fromEntries(placement)
const counts = (placement: Placement.Placement) => [...placement.values()].map((shards) => shards.length)

const ownersOf = (placement: Placement.Placement): ReadonlyArray<string> => {
  const owners: Array<string> = []
  for (const [name, shards] of placement) for (const shard of shards) owners[shard] = name
  return owners
}

/** How many rows are on more than one member, from the owners of all shards. */
const splitRows = (owners: ReadonlyArray<string>, rowLength: number): number =>
  range(0, Math.ceil(owners.length / rowLength) - 1).filter(
    (row) => new Set(owners.slice(row * rowLength, (row + 1) * rowLength)).size > 1
  ).length

/** How many shards are where somebody has them. */
const kept = (owners: ReadonlyArray<string>, members: ReadonlyArray<Placement.Member>): number =>
  owners.filter((name, shard) => members.some((member) => member.name === name && member.has.includes(shard))).length

/** The share of each, as a fraction with whole parts: `[total * weight, sum of weights]`. */
const shares = (total: number, members: ReadonlyArray<Placement.Member>) => {
  const sum = members.reduce((sum, { weight }) => sum + weight, 0)
  return new Map(
    members.map(({ name, weight }) => [
      name,
      sum > 0 ? ([total * weight, sum] as const) : ([total, members.length] as const)
    ])
  )
}

const isBalanced = (total: number, members: ReadonlyArray<Placement.Member>, owners: ReadonlyArray<string>): boolean =>
  [...shares(total, members)].every(([name, [part, whole]]) => {
    const count = owners.filter((owner) => owner === name).length
    return count === Math.floor(part / whole) || count === Math.ceil(part / whole)
  })

/** Every way to place `total` shards, balanced or not. */
const everyWay = (total: number, names: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => {
  let ways: ReadonlyArray<ReadonlyArray<string>> = [[]]
  for (const _ of range(1, total)) ways = ways.flatMap((way) => names.map((name) => [...way, name]))
  return ways
}

const between = (minimum: number, maximum: number) =>
  Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum, maximum })))
const list = <A>(of: Arbitrary.Arbitrary<A>, minLength: number, maxLength: number) =>
  Arbitrary.array(of, { minLength, maxLength })

/** Members with weights, of which the n-th has the shards whose number in `owners` is n. */
const toMembers = (weights: Shards, owners: Shards, total: number): ReadonlyArray<Placement.Member> =>
  weights.map((weight, i) =>
    member(
      `m${i}`,
      range(0, total - 1).filter((shard) => owners[shard] === i),
      weight
    )
  )

describe("place", () => {
  it("follows the table of its comment", () => {
    const start = place(16, 4, named("ab"))
    assert.deepStrictEqual(toObject(start), { a: range(0, 7), b: range(8, 15) })
    const joined = place(16, 4, after(start, named("abc")))
    const ofC = [6, 7, 13, 14, 15]
    assert.deepStrictEqual(toObject(joined), { a: range(0, 5), b: range(8, 12), c: ofC })
    const left = place(16, 4, after(joined, named("bc")))
    assert.deepStrictEqual(toObject(left), { b: [0, 1, 2, ...range(8, 12)], c: [...range(3, 7), 13, 14, 15] })
    const heavy = place(16, 4, after(left, [member("a", [], 2), ...named("bc")]))
    assert.deepStrictEqual(toObject(heavy), { a: [...range(0, 3), ...range(12, 15)], b: range(8, 11), c: range(4, 7) })
    const drained = place(16, 4, after(heavy, [member("a", [], 0), ...named("bc")]))
    assert.deepStrictEqual(toObject(drained), {
      a: [],
      b: [...range(0, 3), ...range(8, 11)],
      c: [...range(4, 7), ...range(12, 15)]
    })
    const steps = [start, joined, left, heavy, drained].map(ownersOf)
    assert.deepStrictEqual(
      steps.map((owners) => splitRows(owners, 4)),
      [0, 2, 2, 0, 0]
    )
    const moved = steps.slice(1).map((owners, i) => owners.filter((name, shard) => name !== steps[i]?.[shard]).length)
    assert.deepStrictEqual(moved, [5, 6, 8, 8])
  })

  it("rounds up who keeps a shard by it, then the largest remainder, then the first by name", () => {
    assert.deepStrictEqual(counts(place(8, 1, named("abc"))), [3, 3, 2])
    assert.deepStrictEqual(
      counts(place(8, 1, [member("a"), member("b", [5, 6, 7]), member("c", [2, 3, 4])])),
      [2, 3, 3]
    )
    assert.deepStrictEqual(counts(place(10, 1, [member("a", [], 5), member("b", [], 2)])), [7, 3])
  })

  it("does not take a rounding error for a remainder", () => {
    // In numbers of JavaScript, the share of `a` is a little below 1, and those of `b` and `c` below 2 and 3.
    const below = [member("a", [], 0.1), member("b", [], 0.2), member("c", [], 0.3)]
    const halves = [member("d", [0], 0.05), member("e", [1], 0.05)]
    assert.deepStrictEqual(counts(place(7, 1, [...below, ...halves])), [1, 2, 3, 1, 0])
    // And here that of `c` is a little above 2.
    const above = [member("a", [], 0.7), member("b", [], 0.1), member("c", [0, 1, 2], 0.4)]
    assert.deepStrictEqual(counts(place(6, 1, above)), [4, 0, 2])
  })

  it("completes the rows first that lack least", () => {
    const members = [member("a", [0, 3, 4, 6, 7], 7), member("b", [], 2)]
    assert.deepStrictEqual(toObject(place(9, 3, members)), { a: [0, ...range(3, 8)], b: [1, 2] })
  })

  it("gives the last row, which may be shorter, to one member where no other row fits", () => {
    assert.deepStrictEqual(toObject(place(6, 4, [member("a", [], 4), member("b", [], 2)])), {
      a: range(0, 3),
      b: [4, 5]
    })
    const three = [member("a", [], 1), member("b", [], 3), member("c", [], 2)]
    assert.deepStrictEqual(place(6, 4, three).get("b"), [1, 4, 5])
    assert.deepStrictEqual(place(6, 4, three.toReversed()).get("c"), [2, 3])
  })

  it("gives nothing to members that drain, unless all do", () => {
    const draining = member("a", range(0, 7), 0)
    assert.deepStrictEqual(toObject(place(8, 4, [draining, member("b")])), { a: [], b: range(0, 7) })
    assert.deepStrictEqual(toObject(place(8, 4, [draining, member("b", [], 0)])), { a: range(0, 3), b: range(4, 7) })
    for (const weight of [-1, Number.NaN, Infinity]) {
      assert.deepStrictEqual(counts(place(8, 4, [member("a", [], weight), member("b")])), [0, 8])
    }
  })

  it("has nothing to place without members or without shards", () => {
    assert.deepStrictEqual([...place(16, 4, [])], [])
    assert.deepStrictEqual(
      [...place(0, 4, named("ab"))],
      [
        ["a", []],
        ["b", []]
      ]
    )
    assert.deepStrictEqual(
      [...place(1, 4, named("ab"))],
      [
        ["a", [0]],
        ["b", []]
      ]
    )
  })

  it("gives all shards by weights of any size", () => {
    const most = Number.MAX_VALUE
    assert.deepStrictEqual(toObject(place(4, 4, [member("a", [], most), member("b", [], most)])), {
      a: [0, 1],
      b: [2, 3]
    })
    assert.deepStrictEqual(toObject(place(3, 1, [member("a", [], Number.MIN_VALUE), member("b", [], most)])), {
      a: [],
      b: [0, 1, 2]
    })
  })

  it("ignores shards that do not exist, and counts doubled ones once", () => {
    const nonsense = [-1, 4, 1.5, Number.NaN, 3, 3, 3]
    assert.deepStrictEqual(toObject(place(4, 4, [member("a"), member("b", nonsense)])), { a: [1, 2], b: [0, 3] })
    assert.deepStrictEqual(toObject(place(4, 4, [member("a"), member("a")])), { a: range(0, 3) })
  })

  it("leaves a shard that two claim to the one with more room", () => {
    const members = [member("a", [0, 1, 2]), member("b", [2, 3]), member("c", [3, 4])]
    assert.deepStrictEqual(toObject(place(6, 1, members)), { a: [0, 1], b: [2, 3], c: [4, 5] })
    const unequal = [member("a", [0, 6], 4), member("b", range(1, 6), 6)]
    assert.deepStrictEqual(place(10, 1, unequal).get("a"), [0, 6, 7, 8])
    assert.deepStrictEqual(toObject(place(2, 2, [member("a", [0, 1], 0), member("b", [1]), member("c")])), {
      a: [],
      b: [1],
      c: [0]
    })
  })
})

describe("place, for every cluster", () => {
  const weight = between(0, 3)

  it.prop(
    "places every shard once, in order, in balance, and always the same",
    // An owner that is no member has nothing.
    [list(weight, 1, 7), between(0, 60), between(1, 9), list(between(0, 8), 60, 60)],
    ([weights, total, rowLength, owners]) => {
      const members = toMembers(weights, owners, total)
      const placement = place(total, rowLength, members)
      assert.deepStrictEqual(
        [...placement.keys()],
        members.map(({ name }) => name)
      )
      assert.deepStrictEqual(
        [...placement.values()].flat().sort((a, b) => a - b),
        range(0, total - 1)
      )
      for (const shards of placement.values())
        assert.deepStrictEqual(
          shards,
          [...shards].sort((a, b) => a - b)
        )
      assert.isTrue(isBalanced(total, members, ownersOf(placement)), `${counts(placement)} of ${weights}`)
      const disordered = members.toReversed().map((member) => ({ ...member, has: member.has.toReversed() }))
      assert.deepStrictEqual([...place(total, rowLength, disordered)], [...placement])
      assert.deepStrictEqual([...place(total, rowLength, after(placement, members))], [...placement])
    },
    { arbitrary: { runs: 1000 } }
  )

  it.prop(
    "moves no shard that may stay",
    [list(weight, 1, 3), between(1, 7), between(1, 4), list(between(0, 3), 7, 7)],
    ([weights, total, rowLength, owners]) => {
      const members = toMembers(weights, owners, total)
      const balanced = everyWay(
        total,
        members.map(({ name }) => name)
      ).filter((way) => isBalanced(total, members, way))
      const best = Math.max(...balanced.map((way) => kept(way, members)))
      assert.strictEqual(kept(ownersOf(place(total, rowLength, members)), members), best)
    },
    { arbitrary: { runs: 300 } }
  )

  it.prop(
    "splits no row that may become whole while running shards stay",
    [list(weight, 1, 3), between(1, 7), between(1, 4), list(between(0, 9), 7, 7)],
    ([weights, total, rowLength, owned]) => {
      const members = toMembers(weights, owned, total)
      const owners = ownersOf(place(total, rowLength, members))
      const running = members.flatMap(({ has }) => has).length
      // Which shards of a member are released is a choice that is not the best of all.
      if (kept(owners, members) < running) return
      const counted = owners.toSorted().join(" ")
      const names = members.map(({ name }) => name)
      const ways = everyWay(total, names).filter(
        (way) => way.toSorted().join(" ") === counted && kept(way, members) === running
      )
      assert.strictEqual(splitRows(owners, rowLength), Math.min(...ways.map((way) => splitRows(way, rowLength))))
    },
    { arbitrary: { runs: 1000 } }
  )

  it.prop(
    "moves to one that joins what it gets, and from one that leaves what it had, if all have one weight",
    [between(1, 9), between(0, 60), between(1, 9), list(between(0, 9), 1, 8), between(0, 8)],
    ([size, total, rowLength, changes, leaver]) => {
      const all = range(0, size).map((i) => member(`m${i}`))
      const [rest, gone] = [all.filter((_, i) => i !== leaver % all.length), all[leaver % all.length]]
      if (gone === undefined) return
      // Any history of comings and goings.
      let placement = place(total, rowLength, rest)
      for (const absent of changes) {
        const present = rest.filter((_, i) => i !== absent)
        if (present.length > 0) placement = place(total, rowLength, after(placement, present))
      }
      const before = after(placement, rest)
      const settled = after(place(total, rowLength, before), rest)
      const joined = place(total, rowLength, [...settled, gone])
      const got = joined.get(gone.name)?.length ?? 0
      assert.strictEqual(total - kept(ownersOf(joined), settled), got)
      assert.isAtMost(got, Math.ceil(total / all.length))
      const left = place(total, rowLength, after(joined, rest))
      assert.strictEqual(total - kept(ownersOf(left), after(joined, rest)), got)
    },
    { arbitrary: { runs: 500 } }
  )
})

describe("resharded", () => {
  it("keeps rows together", () => {
    const placement = place(8, 4, named("ab"))
    const doubled = Placement.resharded({ placement, from: 8, to: 16 })
    assert.deepStrictEqual(toObject(doubled), {
      a: [...range(0, 3), ...range(8, 11)],
      b: [...range(4, 7), ...range(12, 15)]
    })
  })

  it("throws if guilds of one shard would have their new shards on several members", () => {
    const placement = place(8, 4, named("ab"))
    assert.throws(() => Placement.resharded({ placement, from: 8, to: 12 }), RangeError)
    assert.throws(() => Placement.resharded({ placement, from: 0, to: 12 }), RangeError)
  })

  it.prop(
    "places every new shard once, in order, and a guild where it was",
    [
      list(between(0, 3), 1, 7),
      between(1, 60),
      between(1, 9),
      between(1, 5),
      list(Arbitrary.schema(Schema.BigInt.check(Schema.isBetweenBigInt({ minimum: 0n, maximum: 2n ** 63n }))), 1, 20)
    ],
    ([weights, from, rowLength, factor, guilds]) => {
      const placement = place(from, rowLength, toMembers(weights, [], from))
      const to = from * factor
      const next = Placement.resharded({ placement, from, to })
      assert.deepStrictEqual([...next.keys()], [...placement.keys()])
      assert.deepStrictEqual(
        [...next.values()].flat().sort((a, b) => a - b),
        range(0, to - 1)
      )
      for (const shards of next.values())
        assert.deepStrictEqual(
          shards,
          [...shards].sort((a, b) => a - b)
        )
      const [before, after] = [ownersOf(placement), ownersOf(next)]
      for (const guild of guilds) {
        const [old, now] = [from, to].map((total) => ShardId.fromGuildId(String(guild), total))
        assert.strictEqual(after[now ?? -1], before[old ?? -1])
      }
    },
    { arbitrary: { runs: 300 } }
  )
})
