/** What docs/operating/rate-limits.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { DiscordConfig, DiscordRest, type RestOwners, type RestRequest } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { page } from "../support/page.ts"

type Answer = Effect.Effect<RestRequest.RestAnswer, DiscordRest.DiscordRestError | RestOwners.Unreachable>

const load = page("docs/operating/rate-limits.md")

const { answer, layerRest } = await load<{
  layerRest: (
    self: string,
    living: () => ReadonlyArray<string>,
    call: (member: string, request: RestRequest.RestRequest) => Answer
  ) => Layer.Layer<DiscordRest.DiscordRest, never, DiscordConfig.DiscordConfig>
  answer: (
    request: RestRequest.RestRequest
  ) => Effect.Effect<RestRequest.RestAnswer, DiscordRest.DiscordRestError, DiscordRest.DiscordRest>
}>("owners.ts")

it.live("two processes of docs/operating/rate-limits.md send what concerns a channel by one of them", () =>
  Effect.gen(function* () {
    const { apiUrl, guild, token, ...discord } = yield* FakeDiscord.FakeDiscord
    const members = new Map<string, Context.Context<DiscordRest.DiscordRest>>()
    const passed: Array<string> = []
    const call = (from: string) => (to: string, request: RestRequest.RestRequest) =>
      Effect.suspend(() => {
        passed.push(`${from} to ${to}`)
        return Effect.provideContext(answer(request), members.get(to) ?? (Context.empty() as never))
      })
    for (const self of ["a", "b"]) {
      const layer = layerRest(self, () => ["a", "b"], call(self)).pipe(
        Layer.provide(DiscordConfig.layer({ apiUrl, token })),
        Layer.fresh
      )
      members.set(self, yield* Layer.build(layer))
    }
    for (const [self, context] of members) {
      yield* DiscordRest.use((api) => api.channels.createMessage(guild.channelId, { content: self })).pipe(
        Effect.provideContext(context)
      )
    }
    const alice = yield* discord.user("alice")
    const contents = yield* Effect.forEach(yield* alice.messages(), (message) => message.content)
    assert.deepStrictEqual(contents, ["a", "b"])
    assert.lengthOf(passed, 1)
  }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layerServer()))
)
