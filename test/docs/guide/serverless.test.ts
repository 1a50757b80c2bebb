/** What docs/guide/serverless.md shows, played: a function that is made anew between two clicks. */
import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { CommandSync } from "fibercord"
import { FakeDiscord, Program } from "fibercord/testing"
import { page } from "../support/page.ts"
import { program } from "../support/program.ts"
import { serve } from "../support/serve.ts"

interface Env {
  readonly DISCORD_TOKEN: string
  readonly DISCORD_PUBLIC_KEY: string
  readonly DISCORD_API_URL: string
  readonly CHANNEL: string
}

const load = page("docs/guide/serverless.md")
const { interactions, makeHandler } = await load<{
  readonly interactions: Parameters<typeof CommandSync.sync>[0]
  readonly makeHandler: (env: Env) => (request: Request) => Promise<Response>
}>("bot.ts")
const worker = (
  await load<{
    readonly default: {
      readonly fetch: (request: Request, env: Env) => Promise<Response>
      readonly scheduled: (event: unknown, env: Env) => Promise<unknown>
    }
  }>("worker.ts")
).default

it.live("its count survives another instance, and a timer sends a message", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const env: Env = {
      DISCORD_TOKEN: Redacted.value(discord.token),
      DISCORD_PUBLIC_KEY: discord.publicKey,
      DISCORD_API_URL: discord.apiUrl,
      CHANNEL: discord.guild.channelId
    }
    let handler = makeHandler(env)
    yield* CommandSync.sync(interactions)
    yield* discord.interactionsEndpoint(yield* serve((request) => handler(request)))
    const alice = yield* discord.user("alice")
    const message = yield* alice.slash("counter")
    yield* message.click("+1")
    handler = makeHandler(env)
    yield* message.click("+1")
    assert.strictEqual(yield* message.content, "2")
    handler = (request) => worker.fetch(request, env)
    yield* message.click("+1")
    assert.strictEqual(yield* message.content, "3")

    yield* Effect.promise(() => worker.scheduled(undefined, env))
    const said = yield* alice.awaitMessage(({ content }) => content === "Good morning!")
    assert.strictEqual(yield* said.content, "Good morning!")
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer()))
)

it.live("its script registers the commands, and ends", () =>
  Effect.gen(function* () {
    yield* (yield* Program.Program).ended
    const commands = yield* (yield* FakeDiscord.FakeDiscord).commands()
    assert.deepStrictEqual(
      commands.map(({ name }) => name),
      ["counter"]
    )
  }).pipe(Effect.provide(program("docs/guide/serverless.md", "register.ts")))
)
