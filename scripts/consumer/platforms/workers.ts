/** Runs a bundled bot in workerd, the runtime of Cloudflare Workers, and posts interactions to it as Discord does. */
import { Effect, Layer, Redacted } from "effect"
import { FakeDiscord } from "../../../src/testing/index.ts"
import { type Delivery, headersFor, keys, layer as discordOverHttp, timestampOf } from "../../../test/http/discord.ts"
import { worker } from "../../worker.ts"

const expect = (holds: boolean, detail: string) => (holds ? Effect.void : Effect.die(new Error(detail)))

const post = (url: string, body: string, headers: Readonly<Record<string, string>>) =>
  Effect.promise(async () => {
    const answer = await fetch(url, { method: "POST", body, headers })
    return `${answer.status} ${await answer.text()}`
  })

/** What happened, a line each. */
export const play = Effect.fnUntraced(function* (script: string) {
  const discord = yield* FakeDiscord.FakeDiscord
  const bot = yield* worker(script, {
    DISCORD_TOKEN: Redacted.value(discord.token),
    DISCORD_API_URL: discord.apiUrl,
    DISCORD_PUBLIC_KEY: keys.publicKey
  })
  const url = new URL("/interactions", yield* Effect.promise(() => bot.ready)).href

  const body = JSON.stringify({ id: "1", application_id: "1", token: "x", type: 1, version: 1 })
  const headers = headersFor(body, timestampOf(Date.now()))
  const pong = yield* post(url, body, headers)
  yield* expect(pong === '200 {"type":1}', `expected PONG, got ${pong}`)
  const forged = yield* post(url, body.replace("x", "y"), headers)
  yield* expect(forged.startsWith("401"), `expected 401 for a forged request, got ${forged}`)

  const deliveries: Array<Delivery> = []
  yield* Layer.build(discordOverHttp({ url: Effect.succeed(url), deliveries }))
  const alice = yield* discord.user("alice")
  const answer = yield* alice.slash("ping")
  yield* answer.awaitContent("pong")
  yield* (yield* alice.slash("report")).awaitContent("Done")
  yield* alice.awaitMessage((message) => message.content === "Details")
  const count = yield* alice.slash("counter")
  yield* count.click("+1")
  yield* count.awaitContent("42")
  const statuses = deliveries.map(({ status }) => status).join()
  yield* expect(statuses === "200,200,200,200", `expected initial responses in the HTTP response, got ${statuses}`)
  const violations = yield* discord.violations
  yield* expect(violations.length === 0, `violations: ${JSON.stringify(violations)}`)
  return "workerd: synced its commands, answered PING, refused a forgery, replied, deferred, edited, followed up with a file, kept a count between two requests"
})
