/** The shards of a manager change, and those that stay notice nothing. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HashMap from "effect/HashMap"
import type { GatewayError } from "../../../src/gateway/GatewayError.ts"
import * as GatewayEvents from "../../../src/gateway/GatewayEvents.ts"
import * as ShardId from "../../../src/gateway/ShardId.ts"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import * as Gateway from "../harness.ts"

const { is } = FakeDiscord
const fake = (options: FakeDiscord.Options = {}) =>
  FakeDiscord.layerServer({ shards: 4, maxConcurrency: 4, identifyInterval: "20 millis", ...options })
const count = (tag: FakeDiscord.Tag) =>
  FakeDiscord.FakeDiscord.use((discord) => Effect.map(discord.log, (log) => log.filter(is(tag)).length))
const fork = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })
const ends = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.timeout(effect, "5 seconds")
const set = (...ids: ReadonlyArray<number>) => ({ ids, total: 4 })
const shard = ShardId.make
const shard3 = shard(3)
const known = (bot: Gateway.Bot) =>
  Effect.map(bot.manager.runners, (runners) => [...HashMap.keys(runners)].toSorted((a, b) => a - b))
const reason = (effect: Effect.Effect<unknown, GatewayError>) =>
  Effect.map(Effect.flip(Effect.orDieWith(effect, (error) => error)), ({ reason }) => reason)
