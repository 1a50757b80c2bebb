/** What docs/operating/platforms.md shows, played: the Worker and its object, without Cloudflare between them. */
import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { FakeDiscord } from "fibercord/testing"
import { page } from "../support/page.ts"
import { serve } from "../support/serve.ts"

interface Stub {
  readonly fetch: (request: Request) => Promise<Response>
}

interface Env {
  readonly DISCORD_TOKEN: string
  readonly DISCORD_PUBLIC_KEY: string
  readonly DISCORD_API_URL: string
  readonly BOT: { readonly getByName: (name: string) => Stub }
}

const load = page("docs/operating/platforms.md")
const { BotObject, default: worker } = await load<{
  readonly BotObject: new (state: unknown, env: Env) => Stub
  readonly default: { readonly fetch: (request: Request, env: Env) => Promise<Response> }
}>("worker.ts")

it.live("the Worker of docs/operating/platforms.md registers its command and replies", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    let object: Stub | undefined
    const env: Env = {
      DISCORD_TOKEN: Redacted.value(discord.token),
      DISCORD_PUBLIC_KEY: discord.publicKey,
      DISCORD_API_URL: discord.apiUrl,
      BOT: { getByName: () => (object ??= new BotObject(undefined, env)) }
    }
    yield* discord.interactionsEndpoint(yield* serve((request) => worker.fetch(request, env)))
    const alice = yield* discord.user("alice")
    assert.strictEqual(yield* (yield* alice.slash("ping")).content, "pong")
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layerServer()))
)
