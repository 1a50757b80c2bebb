/** Commands that begin dialogues, of every kind. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Middleware from "../../src/interactions/definitions/Middleware.ts"
import { alice, bob, withBot } from "./support/harness.ts"

class Shop extends Context.Service<Shop, { readonly order: (what: string) => Effect.Effect<string> }>()("test/Shop") {}

const text = { success: Schema.String }
const yes = [[Button.choice("yes")]] as const

const praise = Durable.user("Praise", { version: 1 }, (target, opener) =>
  Effect.gen(function* () {
    yield* Durable.ask("sure", { to: Durable.reply, content: `Praise ${target.username}?`, components: yes })
    const to = Durable.channel(opener.channelId ?? "")
    yield* Durable.send("praise", to, { content: `${opener.user.username} praises ${target.username}` })
  })
)

const quote = Durable.message("Quote", { version: 1 }, (target, { channelId = "" }) =>
  Effect.gen(function* () {
    const sent = yield* Durable.send("quote", Durable.channel(channelId), { content: "…" })
    yield* Durable.until("a moment that is over", new Date(0))
    yield* Durable.edit("the quote", sent, { content: `> ${target.content}` })
  })
)

const buy = Durable.slash("buy", { version: 1, description: "…" }, () =>
  Effect.gen(function* () {
    const shop = yield* Shop
    yield* Durable.ask("sure", { to: Durable.reply, content: "Sure?", components: yes })
    yield* Durable.send("bought", Durable.reply, { content: yield* Durable.step("order", shop.order("tea"), text) })
  })
)

class Broken extends Schema.TaggedError<Broken>("test/Broken")("Broken", {}) {
  override get message() {
    return "broken"
  }
}

const fail = Durable.slash("fail", { version: 1, description: "…", response: { content: "works" } }, () =>
  Effect.fail(new Broken())
)

describe("a command that begins a dialogue", () => {
  it.live("is one in the menu of users", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const response = yield* user.contextMenu("Praise", yield* bob)
      yield* response.awaitContent("Praise bob?")
      yield* response.click("yes")
      yield* user.awaitMessage(({ content }) => content === "alice praises bob")
    }).pipe(withBot([praise]))
  )

  it.live("is one in the menu of messages, and the dialogue changes what it has sent", () =>
    Effect.gen(function* () {
      const user = yield* alice
      yield* user.contextMenu("Quote", yield* user.say("To be, or not to be"))
      yield* user.awaitMessage(({ content }) => content === "> To be, or not to be")
      const shown = yield* Effect.forEach(yield* user.messages(), ({ content }) => content)
      assert.notInclude(shown, "…")
    }).pipe(withBot([quote]))
  )

  it.live("is answered to its user only, where the bot says so, and so is the end", () =>
    Effect.gen(function* () {
      const response = yield* (yield* alice).slash("fail")
      assert.isTrue(yield* response.ephemeral)
      // Only this user sees the response, so its message says it.
      yield* response.awaitContent("onError: broken")
    }).pipe(withBot([fail], { replies: { ephemeral: true } }))
  )

  it.live("has the services that a middleware provides in all of its dialogue", () =>
    Effect.gen(function* () {
      const response = yield* (yield* alice).slash("buy")
      yield* response.awaitContent("Sure?")
      yield* response.click("yes")
      yield* response.awaitContent("ordered tea")
    }).pipe(
      withBot([buy.pipe(Middleware.provideService(Shop, { order: (what) => Effect.succeed(`ordered ${what}`) }))])
    )
  )
})
