/** What docs/guide/durable.md shows, played. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { type Bot, type GatewayEvents, Permissions } from "fibercord"
import { Dialogues, Durable } from "fibercord/durable"
import { FakeDiscord } from "fibercord/testing"
import { temporaryFile } from "../../cluster/support/temporaryFile.ts"
import { page } from "../support/page.ts"
import { botOf, makeLog, makeWallClock, type Part, play } from "../support/play.ts"

type BotLayer = Layer.Layer<never, never, Bot.Services>

const load = page("docs/guide/durable.md")

const { request } = await load<{ request: Part }>("request.ts")
const { bought } = await load<{ bought: Effect.Effect<number | undefined, never, never> }>("sold-out.ts")
const { decision } = await load<{
  decision: Effect.Effect<{ readonly value: string; readonly form: { readonly why: string } | undefined }>
}>("decision.ts")
const { joined, welcome } = await load<{
  welcome: Part
  joined: Layer.Layer<never, never, GatewayEvents.GatewayEvents | Dialogues.Dialogues>
}>("welcome.ts")
const { modernize } = await load<{ modernize: Effect.Effect<void, never, Dialogues.Dialogues> }>("modernize.ts")
// The test that the page shows, which becomes one of this file.
await load("nag.ts")

const durable = (parts: ReadonlyArray<Part>, filename = ":memory:") =>
  botOf(parts).pipe(Layer.provide(Layer.orDie(Dialogues.layerSqlite({ filename }))))

const slash = <A>(name: string, handler: Effect.Effect<A, never, Durable.InDialogue>): Part =>
  Durable.slash(name, { version: 1, description: name }, () => handler as never) as never

const moderators = (discord: FakeDiscord.FakeDiscord["Service"]) =>
  discord.guild.channel("moderators", { id: "1145999999999999999" })

const soon = { direct: true, timeout: "1 second" } as const

describe("docs/guide/durable.md", () => {
  it.live("its bot asks moderators, and goes on after a restart", () =>
    Effect.gen(function* () {
      process.env["DATABASE"] = yield* temporaryFile
      const { BotLive } = yield* Effect.promise(() => load<{ BotLive: BotLayer }>("bot.ts"))
      delete process.env["DATABASE"]
      const discord = yield* FakeDiscord.FakeDiscord
      const channel = yield* moderators(discord)
      const alice = yield* discord.user("alice")
      const mo = yield* discord.user("mo", { permissions: Permissions.toBits(["ManageGuild"]) })
      const content = `<@${alice.id}> wants tea`
      const question = yield* Effect.gen(function* () {
        yield* Layer.build(Layer.fresh(BotLive))
        assert.isTrue(yield* (yield* alice.slash("request", { what: "tea" })).ephemeral)
        return yield* mo.awaitMessage((message) => message.content === content, { channel })
      }).pipe(Effect.scoped)
      yield* Effect.gen(function* () {
        yield* Layer.build(Layer.fresh(BotLive))
        yield* mo.click(question, "approve")
        const told = yield* alice.awaitMessage(({ content }) => content.startsWith("Order tea "), { direct: true })
        assert.match(yield* told.content, / is on its way\.$/)
      }).pipe(Effect.scoped)
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer({ identifyInterval: "10 millis" })))
  )

  it.live("its versions of one command stand side by side", () =>
    Effect.gen(function* () {
      process.env["DATABASE"] = yield* temporaryFile
      const { BotLive } = yield* Effect.promise(() => load<{ BotLive: BotLayer }>("versions.ts"))
      delete process.env["DATABASE"]
      yield* play(BotLive, (discord) =>
        Effect.gen(function* () {
          const alice = yield* discord.user("alice")
          assert.isTrue(yield* (yield* alice.slash("request")).ephemeral)
        })
      )
    }).pipe(Effect.scoped)
  )

  it.live("only moderators answer its question, and a day after the approval it asks how it was", () => {
    const clock = makeWallClock()
    return play(Layer.provide(durable([request]), clock.layer), (discord) =>
      Effect.gen(function* () {
        const channel = yield* moderators(discord)
        const alice = yield* discord.user("alice")
        const mo = yield* discord.user("mo", { permissions: Permissions.toBits(["ManageGuild"]) })
        yield* alice.slash("request", { what: "cake" })
        const question = yield* mo.awaitMessage(({ content }) => content.endsWith("cake"), { channel })
        assert.strictEqual(yield* (yield* alice.click(question, "approve")).content, "You can't use this.")
        yield* mo.click(question, "approve")
        yield* alice.awaitMessage(({ content }) => content.startsWith("Order cake "), { direct: true })
        const survey = alice.awaitMessage(({ content }) => content === "How was it?", soon)
        yield* clock.passUntil("1 day", survey)
        yield* alice.slash("request", { what: "war" })
        yield* mo.click(yield* mo.awaitMessage(({ content }) => content.endsWith("war"), { channel }), "deny")
        yield* alice.awaitMessage(({ content }) => content === "No war.", { direct: true })
      })
    )
  })

  it.live("its error of a step is caught at each run, and its decision takes a reason in a form", () => {
    const buy = slash(
      "buy",
      Effect.flatMap(bought, (left) => Effect.orDie(Durable.send("left", Durable.reply, { content: `left: ${left}` })))
    )
    const decide = slash(
      "decide",
      Effect.flatMap(decision, ({ form, value }) =>
        Effect.orDie(Durable.send("why", Durable.channel("1145999999999999999"), { content: `${value}, ${form?.why}` }))
      )
    )
    return play(durable([buy, decide]), (discord) =>
      Effect.gen(function* () {
        const channel = yield* moderators(discord)
        const role = yield* discord.guild.role("moderator", { id: "1146999999999999999" })
        const alice = yield* discord.user("alice")
        const mo = yield* discord.user("mo")
        yield* discord.guild.updateMember(mo.id, { roles: [role] })
        const response = yield* alice.slash("buy")
        yield* response.awaitContent("left: undefined")
        yield* alice.slash("decide")
        const question = yield* mo.awaitMessage(({ content }) => content === "What shall we do?", { channel })
        const denied = yield* alice.select(question, "When", ["now"])
        assert.strictEqual(yield* denied.content, "Only moderators decide.")
        const form = yield* mo.click(question, "deny")
        yield* (yield* form.modal).submit({ Reason: "too dear" })
        yield* question.awaitContent(`<@${mo.id}> has decided: deny`)
        yield* mo.awaitMessage(({ content }) => content === "deny, too dear", { channel })
      })
    )
  })

  it.live("its welcome begins once for each member, and comes back after two days", () => {
    const bot = Layer.merge(botOf([welcome], { gateway: { intents: ["Guilds", "GuildMembers"] } }), joined).pipe(
      Layer.provide(Layer.orDie(Dialogues.layerSqlite({ filename: ":memory:" })))
    )
    const clock = makeWallClock()
    return play(Layer.provide(bot as Layer.Layer<never, never, Bot.Services>, clock.layer), (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        for (const _ of ["first", "again"]) {
          yield* discord.guild.removeMember(alice.id)
          yield* discord.guild.addMember(alice.id)
        }
        yield* alice.awaitMessage(({ content }) => content === "Welcome!", { direct: true })
        const rules = alice.awaitMessage(({ content }) => content === "Have you read the rules?", soon)
        yield* clock.passUntil("2 days", rules)
        const contents = yield* Effect.forEach(yield* alice.messages({ direct: true }), (message) => message.content)
        assert.deepStrictEqual(contents, ["Welcome!", "Have you read the rules?"])
      })
    )
  })

  it.live("dialogues of an older version without code are held, and can be migrated", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const log = makeLog()
      const first = Durable.slash("request", { version: 1, description: "Ask" }, () => Durable.sleep("wait", "7 days"))
      const second = Durable.slash("request", { version: 2, description: "Ask" }, () =>
        Durable.sleep("think", "3 days")
      )
      const alice = yield* FakeDiscord.FakeDiscord.use((discord) => discord.user("alice"))
      const clock = makeWallClock()
      const process = <A, E>(part: unknown, effect: Effect.Effect<A, E, Dialogues.Dialogues>) =>
        Effect.scoped(
          Effect.gen(function* () {
            const storage = Layer.orDie(Dialogues.layerSqlite({ filename }))
            const context = yield* Layer.build(
              Layer.provideMerge(botOf([part as Part]), storage).pipe(Layer.fresh, Layer.provide(clock.layer))
            )
            return yield* Effect.provideContext(effect, context)
          })
        )
      yield* process(first, alice.slash("request"))
      const statuses = yield* process(
        second,
        Effect.gen(function* () {
          const dialogues = yield* Dialogues.Dialogues
          clock.pass("7 days")
          const isHeld = Effect.map(dialogues.list({ status: "held" }), ({ length }) => length === 1)
          yield* isHeld.pipe(Effect.repeat({ until: (held) => held }), Effect.timeout("1 minute"))
          yield* modernize
          return (yield* dialogues.list({})).map(({ status, version }) => `${version} ${status}`).toSorted()
        })
      ).pipe(Effect.provide(log.layer))
      assert.deepStrictEqual(statuses, ["1 migrated", "2 running"])
      assert.isTrue(log.lines.some((line) => / began at \d{4}-/.test(line)))
    }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer({ identifyInterval: "10 millis" })))
  )
})
