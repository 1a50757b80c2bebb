import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { type Loss, Seat } from "../../../src/voice/internal/seat.ts"

type State = Parameters<Seat["onState"]>[0]
type Server = Parameters<Seat["onServer"]>[0]

const state = (channelId: string | null, fields: Partial<State> = {}) =>
  ({ guild_id: "1", user_id: "2", channel_id: channelId, self_mute: false, self_deaf: true, ...fields }) as State
const server = (endpoint: string | null) => ({ guild_id: "1", token: "t", endpoint }) as Server

const make = (follow = true) => {
  const losses: Array<Loss["kind"]> = []
  const told: Array<string> = []
  let now = 0
  const seat = new Seat({
    guildId: "1",
    wish: { channelId: "a", selfDeaf: true, selfMute: false },
    follow,
    lost: ({ kind }) => losses.push(kind),
    now: () => now
  })
  const adapter = seat.tell(() =>
    seat.adapter({
      onVoiceStateUpdate: ({ channel_id }) => told.push(`state ${channel_id}`),
      onVoiceServerUpdate: ({ endpoint }) => told.push(`server ${endpoint}`),
      destroy: () => undefined
    })
  )
  const wait = () => {
    const arrival = seat.expect()
    let arrived = false
    Effect.runFork(arrival.done).addObserver((exit) => (arrived = exit._tag === "Success"))
    return () => arrived
  }
  return { seat, losses, told, adapter, wait, pass: (millis: number) => void (now += millis) }
}

const endOf = (seat: Seat) =>
  seat.isOpen ? "open" : Effect.runSync(Effect.flip(Deferred.await(seat.ended))).reason._tag

describe("a seat in voice", () => {
  it("the bot is there when Discord has said where it is, and has named the server, in any order", () => {
    for (const order of [
      ["state", "server"],
      ["server", "state"]
    ]) {
      const { seat, told, wait } = make()
      const arrived = wait()
      for (const what of order) {
        assert.isFalse(arrived())
        if (what === "state") seat.onState(state("a"))
        else seat.onServer(server("x"))
      }
      assert.isTrue(arrived())
      assert.sameMembers(told, ["state a", "server x"])
    }
  })

  it("a state that is older than a move, or that is not what was asked for, does not complete it", () => {
    const { seat, wait } = make()
    seat.onState(state("a"))
    seat.onServer(server("x"))
    seat.wish = { channelId: "b", selfDeaf: true, selfMute: true }
    const arrived = wait()
    seat.onState(state("a", { self_mute: true }))
    seat.onState(state("b"))
    assert.isFalse(arrived())
    assert.strictEqual(seat.wish.channelId, "b")
    seat.onState(state("b", { self_mute: true }))
    assert.isTrue(arrived())
  })

  it("a server that is gone is not one", () => {
    const { seat, wait } = make()
    const arrived = wait()
    seat.onServer(server(null))
    seat.onState(state("a"))
    assert.isFalse(arrived())
    seat.onServer(server("y"))
    assert.isTrue(arrived())
  })

  it("what the voice library sends on its own is a loss, what it sends when it is told something is not", () => {
    const { adapter, losses, seat } = make()
    seat.tell(() => adapter.sendPayload({}))
    assert.deepStrictEqual(losses, [])
    assert.isTrue(adapter.sendPayload({}))
    assert.deepStrictEqual(losses, ["server"])
    adapter.destroy()
    assert.strictEqual(endOf(seat), "Closed")
    adapter.sendPayload({})
    assert.deepStrictEqual(losses, ["server"])
  })

  it("out of the channel is kicked, unless the session has just ended", () => {
    const kicked = make()
    kicked.seat.onState(state(null))
    assert.strictEqual(endOf(kicked.seat), "open")
    kicked.seat.onState(state("a"))
    kicked.seat.onState(state(null))
    assert.strictEqual(endOf(kicked.seat), "Kicked")

    const renewed = make()
    renewed.seat.onState(state("a"))
    renewed.seat.onNewSession()
    renewed.pass(59_999)
    renewed.seat.onState(state(null))
    assert.deepStrictEqual(renewed.losses, ["session", "session"])
    renewed.seat.onState(state("a"))
    renewed.pass(1)
    renewed.seat.onState(state(null))
    assert.strictEqual(endOf(renewed.seat), "Kicked")
  })

  it("somebody who moves the bot is followed, or ends it; nothing is heard after the end", () => {
    const follows = make()
    follows.seat.onState(state("a"))
    follows.seat.onState(state("c"))
    assert.strictEqual(follows.seat.wish.channelId, "c")
    const stays = make(false)
    stays.seat.onState(state("a"))
    stays.seat.onState(state("c"))
    assert.strictEqual(endOf(stays.seat), "Moved")
    stays.seat.onState(state("d"))
    stays.seat.onServer(server("z"))
    stays.seat.onNewSession()
    assert.deepStrictEqual([stays.told, stays.losses], [["state a", "state c"], []])
  })
})
