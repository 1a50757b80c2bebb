/** Members that do not answer: whom that holds up, and when their shards are given to others. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import type { Assignment } from "../../src/cluster/internal/protocol.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"
import { makeRandom } from "../mutate.ts"
import { membersOf, shardsOf, Simulated, worldOf } from "./support/simulated.ts"

const told = (total: number, ids: ReadonlyArray<number>): Assignment => ({
  coordinator: "",
  term: 0,
  total,
  peers: [],
  shards: ids.map((id) => ShardId.make(id))
})

const freeze = (member: Simulated | undefined): void => {
  if (member === undefined) return
  member.status = Effect.never
  member.assign = Effect.never
}

describe("a member that does not answer", () => {
  it.effect("between two questions holds up nobody, and keeps its shards until its lease is over", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1")
      yield* worldOf(members, 6)
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 3, "b:1": 3 })
      const two = members.get("b:1") as Simulated
      const its = two.shards
      two.assign = Effect.never
      members.set("c:1", new Simulated())
      yield* TestClock.adjust("900 millis")
      // The third has what the first has released. The second has not released anything.
      assert.deepStrictEqual(shardsOf(members), { "a:1": 2, "b:1": 3, "c:1": 1 })
      freeze(two)
      yield* TestClock.adjust("3500 millis")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 2, "b:1": 3, "c:1": 1 })
      members.set("d:1", new Simulated())
      yield* TestClock.adjust("900 millis")
      for (const name of ["a:1", "c:1", "d:1"]) {
        assert.deepStrictEqual(
          members.get(name)?.shards.filter((id) => its.includes(id)),
          []
        )
      }
      yield* TestClock.adjust("1600 millis")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 2, "b:1": 3, "c:1": 2, "d:1": 2 })
    })
  )

  it.effect("to what it is told is told one thing at a time, and then what is wished by then", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1")
      yield* worldOf(members, 12)
      yield* TestClock.adjust("5 seconds")
      const two = members.get("b:1") as Simulated
      const before = two.told.length
      let most = 0
      two.assign = Effect.suspend(() => {
        most = Math.max(most, two.assigning)
        return Effect.sleep("2 seconds")
      })
      members.set("c:1", new Simulated())
      yield* TestClock.adjust("600 millis")
      members.set("d:1", new Simulated())
      yield* TestClock.adjust("700 millis")
      assert.strictEqual(two.told.length, before)
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 3, "b:1": 3, "c:1": 3, "d:1": 3 })
      assert.strictEqual(most, 1)
      assert.strictEqual(two.told.length, before + 2)
    })
  )

  it.effect("while its machine says that it is gone has no lease", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1")
      yield* worldOf(members)
      yield* TestClock.adjust("5 seconds")
      members.delete("b:1")
      yield* TestClock.adjust("2600 millis")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 4 })
    })
  )

  it.effect("to a new coordinator is waited for as long as it may run shards", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1")
      members.get("a:1")?.obey(told(4, [0, 1]))
      members.get("b:1")?.obey(told(4, [2, 3]))
      freeze(members.get("b:1"))
      yield* worldOf(members)
      yield* TestClock.adjust("4900 millis")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 2, "b:1": 2 })
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 4, "b:1": 2 })
    })
  )

  it.effect("and is known to be lost has no lease, nor one that has never answered this coordinator", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1", "c:1")
      members.get("a:1")?.obey(told(6, [0, 1]))
      members.get("b:1")?.obey(told(6, [2, 3]))
      members.get("c:1")?.obey(told(6, [4, 5]))
      freeze(members.get("c:1"))
      const { lost } = yield* worldOf(members, 6)
      lost.add("c:1")
      yield* TestClock.adjust("1100 millis")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 3, "b:1": 3, "c:1": 2 })
      freeze(members.get("b:1"))
      lost.add("b:1")
      // At most half a second until it is asked again, and one for its answer.
      yield* TestClock.adjust("1600 millis")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 6, "b:1": 3, "c:1": 2 })
    })
  )

  it.effect("in time, because the coordinator was frozen, is not taken for lost", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1")
      const { coordinator, lost } = yield* worldOf(members)
      yield* TestClock.adjust("5 seconds")
      const two = members.get("b:1") as Simulated
      const answers = two.status
      // Such as that of a bot that is not ready while Discord is away. The answer is late, and so is the timer.
      lost.add("b:1")
      two.status = Effect.andThen(Effect.uninterruptible(Effect.sleep("3 seconds")), answers)
      yield* TestClock.adjust("3200 millis")
      two.status = answers
      yield* TestClock.adjust("5 seconds")
      assert.isTrue(coordinator.members.has("b:1"))
      assert.lengthOf(two.told.slice(1), 0)
      assert.deepStrictEqual(shardsOf(members), { "a:1": 2, "b:1": 2 })
    })
  )

  it.effect("for some seconds, and then does, keeps its shards", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1")
      yield* worldOf(members)
      yield* TestClock.adjust("5 seconds")
      const two = members.get("b:1") as Simulated
      const answers = two.status
      freeze(two)
      yield* TestClock.adjust("4 seconds")
      two.status = answers
      two.assign = Effect.void
      const calls = [...members.values()].map((each) => each.told.length)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(
        [...members.values()].map((each) => each.told.length),
        calls
      )
    })
  )

  it.effect("and comes back takes nothing from who has its shards now", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1")
      yield* worldOf(members)
      yield* TestClock.adjust("5 seconds")
      const two = members.get("b:1") as Simulated
      const answers = two.status
      freeze(two)
      yield* TestClock.adjust("7 seconds")
      const one = members.get("a:1") as Simulated
      assert.lengthOf(one.shards, 4)
      const { length } = one.told
      // It does not know yet that its connections are gone, and the other one is about to connect.
      one.status = Effect.sync(() => ({ ...one.say(), connected: [] }))
      two.status = answers
      two.assign = Effect.void
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 4, "b:1": 0 })
      for (const { shards } of one.told.slice(length)) assert.lengthOf(shards, 4)
      one.status = Effect.sync(() => one.say())
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 2, "b:1": 2 })
    })
  )

  it.effect("because the coordinator did not ask keeps its shards", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1")
      const { coordinator, storage } = yield* worldOf(members)
      yield* TestClock.adjust("5 seconds")
      const calls = [...members.values()].map((each) => each.told.length)
      // The storage does not answer, and then members are slow.
      storage.answers = Effect.sleep("10 seconds")
      yield* TestClock.adjust("1 second")
      for (const each of members.values()) {
        each.status = Effect.delay(
          Effect.sync(() => each.say()),
          "400 millis"
        )
      }
      yield* TestClock.adjust("8 seconds")
      storage.answers = Effect.void
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(coordinator.members.size, 2)
      assert.deepStrictEqual(
        [...members.values()].map((each) => each.told.length),
        calls
      )
    })
  )
})

describe("shards of members that freeze, wake, join, end and are slow", () => {
  const total = 12
  const lease = 5000

  it.effect("are given to nobody while another may run them, and all are run in the end", () =>
    Effect.gen(function* () {
      for (let seed = 1; seed <= 40; seed++) {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const pick = makeRandom(seed)
            const members = membersOf("a:1")
            const { coordinator } = yield* worldOf(members, total)
            const broken: Array<unknown> = []
            const clock = yield* Effect.clockWith(Effect.succeed)
            const now = () => clock.currentTimeMillisUnsafe()
            const frozen = new Set<Simulated>()
            const saidAt = new Map<Simulated, number>()
            // What others took from members that were frozen, which do not know it yet.
            const lost = new Map<Simulated, ReadonlySet<number>>()
            const watch = (member: Simulated) => {
              const say = member.say.bind(member)
              member.say = () => {
                saidAt.set(member, now())
                return say()
              }
              const answers = member.status
              const obey = member.obey.bind(member)
              member.obey = (assignment) => {
                for (const other of members.values()) {
                  if (other === member) continue
                  const both = other.shards.filter(
                    (id) =>
                      assignment.shards.includes(id) && !member.shards.includes(id) && lost.get(other)?.has(id) !== true
                  )
                  if (now() - (saidAt.get(other) ?? 0) > lease) {
                    lost.set(other, new Set([...(lost.get(other) ?? []), ...both]))
                  } else broken.push(...both)
                }
                lost.delete(member)
                obey(assignment)
              }
              const wake = () => {
                frozen.delete(member)
                member.status = answers
                member.assign = Effect.void
              }
              return { member, wake }
            }
            const watched = new Map([...members].map(([name, member]) => [name, watch(member)]))
            let next = 0
            for (let i = 0; i < 25; i++) {
              const [name, { member, wake }] = [...watched][pick(watched.size)] as never as [
                string,
                ReturnType<typeof watch>
              ]
              const act = pick(6)
              if (act === 0 && watched.size < 5) {
                const joining = new Simulated()
                joining.mark = `${next}`
                members.set(`${next}:1`, joining)
                watched.set(`${next++}:1`, watch(joining))
              } else if (act === 1 && watched.size > 1) {
                members.delete(name)
                watched.delete(name)
              } else if (act === 2) {
                freeze(member)
                frozen.add(member)
              } else if (act === 3) wake()
              else if (act === 4 && !frozen.has(member)) member.assign = Effect.sleep(pick(6000))
              else if (act === 5 && !frozen.has(member)) {
                // The answer is old when it arrives.
                member.status = Effect.flatMap(
                  Effect.sync(() => member.say()),
                  (said) => Effect.delay(Effect.succeed(said), pick(900))
                )
              }
              yield* TestClock.adjust(pick(3000))
              assert.deepStrictEqual(broken, [], `seed ${seed}`)
            }
            for (const { wake } of watched.values()) wake()
            yield* TestClock.adjust("15 seconds")
            const all = [...members.values()].flatMap(({ shards }) => shards).sort((a, b) => a - b)
            assert.deepStrictEqual(
              all,
              Array.from({ length: total }, (_, id) => id),
              `seed ${seed}`
            )
            const counts = Object.values(shardsOf(members))
            assert.isAtMost(Math.max(...counts) - Math.min(...counts), 1, `seed ${seed}`)
            assert.strictEqual(coordinator.members.size, members.size)
          })
        )
      }
    })
  )
})
