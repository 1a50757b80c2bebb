/** A collection that thousands of users take part in, with a restart in the middle. */
import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Bot from "../../src/Bot.ts"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

const total = 5_000
const busy = ErrorReply.defaultTexts.Overloaded

/** `ended` is told who takes part at the end. */
const giveaway = (ended: (entrants: ReadonlyArray<string>) => void) =>
  Durable.slash("giveaway", { version: 1, description: "…" }, (_, { channelId }) =>
    Effect.gen(function* () {
      const { state, users } = yield* Durable.collect("entrants", {
        to: Durable.channel(channelId ?? ""),
        components: [[Button.choice("enter")]],
        state: Schema.Array(Schema.String),
        initial: [],
        fold: (entrants, { user }) => [...entrants, user.id],
        show: ({ length }) => ({ content: `Entrants: ${length}` }),
        done: ({ length }) => length === total,
        until: "1 day",
        every: "1 second"
      })
      ended(state)
      yield* Durable.send("result", Durable.channel(channelId ?? ""), { content: `${users} entered` })
    })
  )

const temporaryFile = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "fibercord-users-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ),
  (folder) => join(folder, "dialogues.db")
)

describe("a collection of 5,000 users", () => {
  it.live(
    "counts every use once, although the process is started again in the middle",
    () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const filename = yield* temporaryFile
        let entrants: ReadonlyArray<string> = []
        const bot = Bot.layer({
          interactions: [giveaway((state) => (entrants = state))],
          onError: { MessageError: ({ message }) => ErrorReply.ephemeral(message) }
        }).pipe(Layer.provide(Layer.orDie(Dialogues.layerSqlite({ filename }))))
        const users = yield* Effect.forEach(Array.from({ length: total }), (_, n) => discord.user(`user${n}`))
        const [owner] = users as [FakeDiscord.User]

        const first = yield* Scope.make()
        yield* Layer.buildWithScope(bot, first)
        yield* owner.slash("giveaway")
        const message = yield* owner.awaitMessage(({ content }) => content === "Entrants: 0")

        const half = yield* Deferred.make<void>()
        const restart = Effect.gen(function* () {
          yield* Deferred.await(half)
          yield* Scope.close(first, Exit.void)
          yield* Layer.build(bot)
        })
        let answered = 0
        const click = (user: FakeDiscord.User) =>
          Effect.gen(function* () {
            // Who gets no answer, or is told to try again, clicks again, like anybody.
            const response = yield* Effect.retry(user.click(message, "enter"), { times: 3 })
            if (response.kind === "message" && (yield* response.content) === busy) yield* user.click(message, "enter")
            if (++answered === total / 2) yield* Deferred.succeed(half, undefined)
          })
        yield* Effect.all([restart, Effect.forEach(users, click, { concurrency: 16, discard: true })], {
          concurrency: 2
        })
        yield* owner.awaitMessage(({ content }) => content === `${total} entered`)
        assert.strictEqual(entrants.length, total)
        assert.deepStrictEqual(new Set(entrants), new Set(users.map(({ id }) => id)))
        assert.strictEqual(yield* message.content, `Entrants: ${total}`)
        assert.deepStrictEqual(yield* discord.violations, [])
      }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer({ identifyInterval: "10 millis" }))),
    300_000
  )
})
