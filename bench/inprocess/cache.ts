/** The heap of a cached member, whole and with two fields, in a process of its own. Prints its figure as JSON. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { load } from "../lib/library.ts"

const { GatewayEvents, GuildCache, ShardId } = await load(process.env["BENCH_LIBRARY"] ?? "")

const count = 100_000
const guildId = "200000000000000000"

const member = (index: number) => ({
  avatar: null,
  banner: null,
  communication_disabled_until: null,
  flags: 0,
  joined_at: "2024-03-04T15:16:17.000000+00:00",
  nick: null,
  pending: false,
  premium_since: null,
  roles: ["400000000000000001", "400000000000000002"],
  deaf: false,
  mute: false,
  user: {
    id: String(500_000_000_000_000_000n + BigInt(index)),
    username: `user_${index}`,
    global_name: `User ${index}`,
    discriminator: "0",
    avatar: index.toString(16).padStart(32, "0"),
    public_flags: 0
  }
})

const caches = {
  whole: GuildCache.define({ members: true }),
  picked: GuildCache.define({ members: { pick: ({ nick, roles }) => ({ nick, roles }) } })
}

const collected = Effect.gen(function* () {
  for (let n = 0; n < 3; n++) {
    yield* Effect.sleep("50 millis")
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
})

const perMember = Effect.gen(function* () {
  const events = yield* GatewayEvents.GatewayEvents
  const shard = { id: ShardId.make(0), total: 1 }
  const publish = (t: string, d: unknown) =>
    // Parsed, as events are, so that strings are not shared.
    events.publish(shard, JSON.parse(JSON.stringify({ op: 0, s: 1, t, d })))
  const lists = { channels: [], roles: [], emojis: [], threads: [], members: [], voice_states: [] }
  publish("GUILD_CREATE", { id: guildId, name: "guild", ...lists })
  const before = yield* collected
  for (let n = 0; n < count; n++) publish("GUILD_MEMBER_ADD", { ...member(n), guild_id: guildId })
  return ((yield* collected) - before) / count
})

const what = process.argv[2] === "picked" ? "picked" : "whole"
const layer = Layer.provideMerge(caches[what].layer, GatewayEvents.layer)
console.log(JSON.stringify(await Effect.runPromise(Effect.provide(perMember, layer))))
