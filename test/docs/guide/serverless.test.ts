/** What docs/guide/serverless.md shows, played: a function that is made anew between two clicks. */
import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { CommandSync, type DiscordRest } from "fibercord"
import { FakeDiscord, Program } from "fibercord/testing"
import { page } from "../support/page.ts"
import { botOf, type Part, play, run } from "../support/play.ts"
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
const { default: worker } = await load<{
  readonly default: {
    readonly fetch: (request: Request, env: Env) => Promise<Response>
    readonly scheduled: (event: unknown, env: Env) => Promise<unknown>
  }
}>("worker.ts")

const { finish, makeReport } = await load<{
  readonly makeReport: (enqueue: (job: unknown) => Effect.Effect<unknown>) => Part
  readonly finish: (job: unknown, content: string) => Effect.Effect<unknown, never, DiscordRest.DiscordRest>
}>("report.ts")

it.live("its count survives another instance, and a timer sends a message", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const env: Env = {
      DISCORD_TOKEN: Redacted.value(discord.token),
      DISCORD_PUBLIC_KEY: discord.publicKey,
      DISCORD_API_URL: discord.apiUrl,
      CHANNEL: discord.guild.channelId
    }
    let handler = (request: Request) => worker.fetch(request, env)
    yield* CommandSync.sync(interactions)
    yield* discord.interactionsEndpoint(yield* serve((request) => handler(request)))
    const alice = yield* discord.user("alice")
    const message = yield* alice.slash("counter")
    yield* message.click("+1")
    handler = makeHandler(env)
    yield* message.click("+1")
    assert.strictEqual(yield* message.content, "2")

    yield* Effect.promise(() => worker.scheduled({}, env))
    const said = yield* alice.awaitMessage(({ content }) => content === "Good morning!")
    assert.strictEqual(yield* said.content, "Good morning!")
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer()))
)

it.live("a reply that was deferred is edited by whoever takes the job from the queue", () => {
  const jobs: Array<unknown> = []
  const report = makeReport((job) => Effect.sync(() => jobs.push(job)))
  return play(botOf([report]), (discord) =>
    Effect.gen(function* () {
      const response = yield* (yield* discord.user("alice")).slash("report")
      yield* finish(jobs[0], "A good year.")
      yield* response.awaitContent("A good year.")
    })
  )
})

it.live(
  "its script registers the commands, and ends",
  () =>
    run("docs/guide/serverless.md", "register.ts", (discord) =>
      Effect.gen(function* () {
        const program = yield* Program.Program
        const ended = yield* program.ended
        assert.strictEqual(ended.code, 0, ended.message)
        assert.deepStrictEqual(
          (yield* discord.commands()).map(({ name }) => name),
          ["counter"]
        )
      })
    ),
  240_000
)
