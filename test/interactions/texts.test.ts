/** What users are told: whole messages, in one place, by interaction. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Bot from "../../src/Bot.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Middleware from "../../src/interactions/definitions/Middleware.ts"
import * as Embed from "../../src/interactions/replies/Embed.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, withBot } from "./harness.ts"

const description = "…"

class Broken extends Schema.TaggedError<Broken>()("Broken", { part: Schema.String }) {}
class Support extends Context.Service<Support, { readonly url: string }>()("test/Support") {}

const breaks = Command.slash("breaks", { description }, () => Effect.fail(new Broken({ part: "engine" })))
const hello = (name: string) => Command.slash(name, { description }, () => Reply.send({ content: "hello" }))

describe("onError", () => {
  it.live("gets the error and the interaction, may need services, and replies with a whole message", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const message = yield* user.slash("breaks")
      assert.strictEqual((yield* message.embeds)[0]?.title, "engine of alice")
      assert.isTrue(yield* message.ephemeral)
      assert.strictEqual((yield* message.buttons)[0]?.url, "https://help.example")
    }).pipe(
      Effect.provide(
        Bot.layer({
          interactions: [breaks],
          onError: {
            Broken: ({ part }, { user }) =>
              Effect.map(Support, ({ url }) =>
                ErrorReply.ephemeral({
                  embeds: [Embed.make({ title: `${part} of ${user.username}` })],
                  components: [[Button.link(url, { label: "Help" })]]
                })
              )
          }
        }).pipe(
          Layer.provide(Layer.succeed(Support, { url: "https://help.example" })),
          Layer.provideMerge(FakeDiscord.layer())
        )
      )
    )
  )
})

describe("deny", () => {
  const refuse = Command.slash("refuse", { description }, () =>
    ErrorReply.deny({ embeds: [Embed.make({ title: "No" })] })
  )

  it.live("refuses with a whole message", () =>
    Effect.gen(function* () {
      const message = yield* (yield* alice).slash("refuse")
      assert.strictEqual((yield* message.embeds)[0]?.title, "No")
      assert.isTrue(yield* message.ephemeral)
    }).pipe(withBot({ interactions: [refuse] }))
  )

  it.live("says itself what the user is told: a function for all errors is not asked", () =>
    Effect.gen(function* () {
      const user = yield* alice
      assert.strictEqual((yield* (yield* user.slash("refuse")).embeds)[0]?.title, "No")
      assert.strictEqual(yield* (yield* user.slash("breaks")).content, "Broken")
    }).pipe(withBot({ interactions: [refuse, breaks], onError: ({ _tag }) => ErrorReply.ephemeral(_tag) }))
  )
})

describe("texts", () => {
  const german: ErrorReply.Translations = {
    Busy: "besetzt",
    Cooldown: "erst {timestamp}",
    Denied: "nein",
    MissingPermissions: "dir fehlt {permissions}",
    BotMissingPermissions: "mir fehlt {permissions}"
  }
  const started = Deferred.makeUnsafe<void>()
  const waits = Command.slash("busy", { description }, () =>
    Effect.andThen(Deferred.succeed(started, undefined), Effect.never)
  )
  const guarded = Command.slash("guarded", { description }, () =>
    Effect.flatMap(
      Button.bound({ label: "press" }, () => Effect.void),
      (press) => Reply.send({ content: "press", components: [[press]] })
    )
  )
  const interactions = [
    hello("soon").pipe(Middleware.cooldown("1 hour")),
    waits.pipe(Middleware.maxConcurrency(1)),
    hello("closed").pipe(Middleware.guard(() => false)),
    hello("user").pipe(Middleware.requirePermissions(["BanMembers"])),
    hello("bot").pipe(Middleware.requireBotPermissions(["BanMembers"])),
    hello("own").pipe(Middleware.guard(() => false, { denied: (locale, { user }) => `${locale} ${user.username}` })),
    guarded.pipe(Middleware.requirePermissions(["BanMembers"]), Middleware.before(Effect.void))
  ] as const

  const german_ = FakeDiscord.FakeDiscord.use((discord) => discord.user("hans", { locale: "de" }))

  it.live("reach the middlewares", () =>
    Effect.gen(function* () {
      const user = yield* german_
      const other = yield* alice
      const told = (name: string, by = user) => Effect.flatMap(by.slash(name), ({ content }) => content)
      yield* user.slash("soon")
      assert.match(yield* told("soon"), /^erst <t:\d+:R>$/)
      yield* Effect.forkChild(Effect.exit(user.slash("busy")))
      yield* Deferred.await(started)
      assert.strictEqual(yield* told("busy"), "besetzt")
      assert.strictEqual(yield* told("closed"), "nein")
      assert.match(yield* told("user"), /^dir fehlt Ban Members$/i)
      assert.match(yield* told("bot"), /^mir fehlt Ban Members$/i)
      assert.strictEqual(yield* told("own"), "de hans")
      assert.strictEqual(yield* told("closed", other), "You can't use this.")
    }).pipe(withBot({ interactions, texts: (locale) => (locale === "de" ? german : {}) }))
  )

  it.live("know the interaction, reach guards of bound components, and fall back when they throw", () =>
    Effect.gen(function* () {
      const mod = yield* FakeDiscord.FakeDiscord.use((discord) => discord.user("mod", { permissions: "4" }))
      const message = yield* mod.slash("guarded")
      const other = yield* alice
      const told = yield* other.click(message, "press")
      assert.match(yield* told.content, /^alice lacks Ban Members$/i)
      const bob = yield* FakeDiscord.FakeDiscord.use((discord) => discord.user("bob"))
      assert.match(yield* (yield* bob.click(message, "press")).content, /^You need these permissions/)
    }).pipe(
      withBot({
        interactions,
        texts: (_, { user }) => {
          if (user.username === "bob") throw new Error("texts are broken")
          return { MissingPermissions: `${user.username} lacks {permissions}` }
        }
      })
    )
  )
})
