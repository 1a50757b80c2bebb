/** The bot of `examples/durable/approval.ts`, played by a user and two moderators. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ApprovalBot, Shop } from "../../examples/durable/approval.ts"
import { Dialogues } from "../../src/durable/index.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { temporaryFile } from "../cluster/support/temporaryFile.ts"

/** Everybody, the channel of the moderators, what was ordered, and processes of the bot that keep requests in one file. */
const play = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  const moderators = yield* discord.guild.channel("moderators")
  const filename = yield* temporaryFile
  const ordered: Array<string> = []
  const shop = Layer.succeed(Shop, { order: (what) => Effect.sync(() => `#${ordered.push(what)}`) })
  const bot = (patience = "7 days" as const, later: "200 millis" | "1 day" = "200 millis") =>
    ApprovalBot({ moderators, patience, later }).pipe(
      Layer.provide(shop),
      Layer.provide(Layer.orDie(Dialogues.layerSqlite({ filename })))
    )
  const [alice, moderator] = [yield* discord.user("alice"), yield* discord.user("moderator")]
  const asked = (content: string) =>
    moderator.awaitMessage((message) => message.content === content, { channel: moderators })
  const told = (content: string) => alice.awaitMessage((message) => message.content === content, { direct: true })
  return { discord, moderators, ordered, bot, shop, filename, alice, moderator, asked, told }
})

const on = Effect.provide(FakeDiscord.layer({ identifyInterval: "10 millis" }))

describe("the bot for approvals", () => {
  it.live("orders what was approved once, says so, and asks later how it was", () =>
    Effect.gen(function* () {
      const { alice, asked, bot, discord, moderator, ordered, told } = yield* play
      yield* Layer.build(bot())
      const response = yield* alice.slash("request", { what: "tea" })
      assert.strictEqual(yield* response.content, "The moderators know.")
      assert.isTrue(yield* response.ephemeral)
      const question = yield* asked(`<@${alice.id}> wants tea`)
      yield* moderator.click(question, "Approve")
      yield* question.awaitContent(`<@${alice.id}> wanted tea: approved by <@${moderator.id}>`)
      assert.deepStrictEqual(yield* question.buttons, [])
      yield* told("Your tea is on its way: order #1")
      yield* told("How was the tea?")
      assert.deepStrictEqual(ordered, ["tea"])
      const late = yield* moderator.click(question, "Deny", { stale: true })
      assert.strictEqual((yield* late.followUps).length + Number(yield* late.ephemeral), 1)
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.scoped, on)
  )

  it.live("asks for a reason to deny, and tells it", () =>
    Effect.gen(function* () {
      const { alice, asked, bot, moderator, ordered, told } = yield* play
      yield* Layer.build(bot())
      yield* alice.slash("request", { what: "rum" })
      const question = yield* asked(`<@${alice.id}> wants rum`)
      const form = yield* (yield* moderator.click(question, "Deny")).modal
      assert.strictEqual(form.title, "Why not?")
      yield* form.submit({ Reason: "it is Monday" })
      yield* told("No rum: it is Monday")
      yield* question.awaitContent(`<@${alice.id}> wanted rum: denied by <@${moderator.id}>`)
      assert.deepStrictEqual(ordered, [])
    }).pipe(Effect.scoped, on)
  )

  it.live("goes on in the next process, and a request that nobody has decided ends", () =>
    Effect.gen(function* () {
      const { alice, asked, bot, filename, moderator, moderators, ordered, shop, told } = yield* play
      const question = yield* Effect.scoped(
        Effect.gen(function* () {
          yield* Layer.build(bot())
          yield* alice.slash("request", { what: "pie" })
          return yield* asked(`<@${alice.id}> wants pie`)
        })
      )
      const impatient = ApprovalBot({ moderators, patience: "300 millis", later: "200 millis" })
      const dialogues = Layer.orDie(Dialogues.layerSqlite({ filename }))
      yield* Layer.build(impatient.pipe(Layer.provide(shop), Layer.provide(dialogues)))
      yield* moderator.click(question, "Approve")
      yield* told("How was the pie?")
      assert.deepStrictEqual(ordered, ["pie"])
      yield* alice.slash("request", { what: "ham" })
      const ignored = yield* asked(`<@${alice.id}> wants ham`)
      yield* told("Nobody has decided about ham. Please ask again.")
      assert.isTrue((yield* ignored.buttons).every(({ disabled }) => disabled))
    }).pipe(Effect.scoped, on)
  )
})
