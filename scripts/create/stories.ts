/** What users do with the bots of the templates, and what they must see. */
import { Effect, Redacted } from "effect"
import type { FakeDiscord } from "fibercord/testing"
import { expect } from "./processes.ts"

type Discord = FakeDiscord.FakeDiscord["Service"]

/** What every program of a bot reads. */
export const environment = (discord: Discord): Readonly<Record<string, string>> => ({
  DISCORD_TOKEN: Redacted.value(discord.token),
  DISCORD_API_URL: discord.apiUrl,
  DISCORD_PUBLIC_KEY: discord.publicKey
})

/** Two users count together. */
export const count = Effect.fnUntraced(function* (discord: Discord) {
  const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
  const message = yield* alice.slash("counter", { start: 40 })
  yield* message.click("+1")
  yield* bob.click(message, "+1")
  yield* message.awaitContent("42")
})

/** A user waves, and is greeted. */
export const wave = Effect.fnUntraced(function* (discord: Discord) {
  const alice = yield* discord.user("alice")
  yield* alice.react(yield* alice.say("Anybody here?"), "👋")
  yield* alice.awaitMessage(({ content }) => content === `Hello, <@${alice.id}>!`)
})

/** Nothing was done that Discord forbids. */
export const isClean = (discord: Discord) =>
  Effect.flatMap(discord.violations, (violations) =>
    expect(violations.length === 0, () => `violations: ${JSON.stringify(violations)}`)
  )
