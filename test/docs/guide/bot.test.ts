/** What docs/guide/bot.md shows, played. */
import { assert, describe, it } from "@effect/vitest"
import type { Layer } from "effect"
import { Effect, Redacted } from "effect"
import { DiscordConfig, Intents, RuntimeOwners } from "fibercord"
import { page } from "../support/page.ts"
import { run } from "../support/play.ts"

const document = "docs/guide/bot.md"
const load = page(document)

interface Network {
  readonly call: (mark: string, request: string) => Effect.Effect<string, "Down">
  readonly serve: (mark: string, f: (request: string) => Effect.Effect<string>) => Effect.Effect<void>
  readonly hasEnded: (mark: string) => boolean
}

describe("docs/guide/bot.md", () => {
  it.live("its program replies, with the intents and the presence that it names", () =>
    run(document, "main.ts", (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        assert.strictEqual(yield* (yield* alice.slash("ping")).content, "pong")
        const [session] = yield* discord.sessions
        assert.strictEqual(session?.intents, Intents.toBits(["Guilds", "GuildMembers"]))
        assert.include(JSON.stringify(session?.presence), '"status":"idle"')
      })
    )
  )

  it.effect("its services have the configuration that is provided", () =>
    Effect.gen(function* () {
      const { ServicesLive } = yield* Effect.promise(() =>
        load<{ ServicesLive: Layer.Layer<DiscordConfig.DiscordConfig> }>("services.ts")
      )
      const config = yield* Effect.provide(DiscordConfig.DiscordConfig, ServicesLive)
      assert.strictEqual(config.apiUrl, "http://localhost:8080/api")
      assert.strictEqual(Redacted.value(config.token), "…")
    })
  )

  it.effect("its network brings an interaction to the owner, or says why it does not", () =>
    Effect.gen(function* () {
      const { layerNetwork } = yield* Effect.promise(() =>
        load<{ layerNetwork: (network: Network) => Layer.Layer<RuntimeOwners.RuntimeOwners> }>("owners.ts")
      )
      const served = new Map<string, (request: string) => Effect.Effect<string>>()
      const network: Network = {
        call: (mark, request) => served.get(mark)?.(request) ?? Effect.fail("Down"),
        serve: (mark, f) => Effect.sync(() => void served.set(mark, f)),
        hasEnded: (mark) => mark === "ended"
      }
      yield* Effect.gen(function* () {
        const owners = yield* RuntimeOwners.RuntimeOwners
        const seen: Array<RuntimeOwners.Forwarded> = []
        yield* owners.own("a", (forwarded) =>
          Effect.sync(() => {
            seen.push(forwarded)
            return { _tag: "Responded", type: 4, data: { content: "pong" } }
          })
        )
        const to = (mark: string) => ({ mark, interaction: { id: "1" }, elapsed: 10, wantsResponse: true })
        assert.deepStrictEqual(yield* owners.forward(to("a")), {
          _tag: "Responded",
          type: 4,
          data: { content: "pong" }
        })
        assert.deepStrictEqual(seen, [to("a")])
        assert.deepStrictEqual(yield* owners.forward(to("ended")), { _tag: "Gone" })
        assert.deepStrictEqual(yield* owners.forward(to("b")), { _tag: "Unreachable" })
      }).pipe(Effect.provide(layerNetwork(network)))
    })
  )
})
