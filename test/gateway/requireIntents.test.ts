import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Bot from "../../src/Bot.ts"
import * as GatewayEvents from "../../src/gateway/GatewayEvents.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

const needs = Layer.mergeAll(
  GatewayEvents.requireIntents(["Guilds", "GuildMembers"], "welcome"),
  GatewayEvents.requireIntents(["MessageContent"], "filter")
)
const bot = (intents: ReadonlyArray<"Guilds" | "GuildMembers" | "MessageContent">) =>
  Layer.build(Bot.layer({ interactions: [], gateway: { intents } }).pipe(Layer.provide(needs)))

describe("requireIntents", () => {
  it.live("no shard starts without an intent that a part needs, and the error names it and the part", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const error = yield* Effect.flip(bot(["Guilds"]))
      assert.strictEqual(error._tag, "GatewayError")
      assert.include(error.message, "welcome needs GuildMembers; filter needs MessageContent")
      assert.isFalse((yield* discord.log).some(FakeDiscord.is("Identify")))
      yield* bot(["Guilds", "GuildMembers", "MessageContent"])
    }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer()))
  )
})
