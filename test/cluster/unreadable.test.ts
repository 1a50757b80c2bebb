/** A member that answers what cannot be read, such as one of another version. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as Calls from "../../src/cluster/internal/calls.ts"
import { Member } from "../../src/cluster/internal/member.ts"
import type { Peers } from "../../src/cluster/internal/peers.ts"
import * as Questions from "../../src/cluster/internal/questions.ts"
import * as SharedRest from "../../src/cluster/internal/sharedRest.ts"

const makeMember = () => {
  const member = new Member({ name: "a:1", weight: 1 })
  const peers = [{ name: "b:2", mark: "bbbbbb" }]
  member.heard = { coordinator: "b:2", term: 1, total: 1, shards: [], peers }
  return member
}

/** Calls whose answers cannot be read. */
const makePeers = () => {
  const asked: Array<string> = []
  const die = (name: string) => Effect.suspend(() => Effect.die(new Error(`unreadable ${asked.push(name)}`)))
  const peers: Peers = { call: die, callExactly: die, nobodyListens: () => Effect.succeed(false) }
  return { asked, peers }
}

it.effect("does not end the exchange of counts", () =>
  Effect.gen(function* () {
    const { asked, peers } = makePeers()
    const member = makeMember()
    yield* Effect.forkScoped(SharedRest.mergeCounts(member, peers, SharedRest.makeOwners(member, peers)))
    yield* TestClock.adjust("25 seconds")
    assert.lengthOf(asked, 3)
  })
)

it.effect("is left out of the members", () =>
  Effect.gen(function* () {
    const { peers } = makePeers()
    const cluster = Calls.make(makeMember(), peers, yield* Questions.Questions)
    assert.deepStrictEqual(yield* cluster.members, [])
  }).pipe(Effect.provide(Questions.layer))
)
