import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import type { PermissionFlagsBits } from "discord-api-types/v10"
import type * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as CooldownStoreModule from "../../src/interactions/definitions/CooldownStore.ts"
import { CooldownStore } from "../../src/interactions/definitions/CooldownStore.ts"
import * as Definition from "../../src/interactions/definitions/Definition.ts"
import * as KeyValueCooldownStore from "../../src/interactions/definitions/KeyValueCooldownStore.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import { Interaction, type RawInteraction } from "../../src/interactions/replies/Interaction.ts"
import { CurrentInteraction } from "../../src/interactions/replies/internal/currentInteraction.ts"
import { Cooldowns } from "../../src/interactions/definitions/internal/cooldown.ts"
import * as Permissions from "../../src/discord/Permissions.ts"
import { Responder } from "../../src/interactions/replies/internal/responder.ts"
import * as Middleware from "../../src/interactions/definitions/Middleware.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import type { DiscordRest } from "../../src/rest/DiscordRest.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, bob, withBot } from "./harness.ts"

class OutOfStock extends Schema.TaggedError<OutOfStock>()("OutOfStock", { item: Schema.String }) {}
class Shop extends Context.Service<Shop, { readonly take: (item: string) => Effect.Effect<string, OutOfStock> }>()(
  "test/Shop"
) {}

const description = "…"
const done = Reply.send({ content: "done" })
const buy = Command.slash("buy", { description, options: { item: Options.string("…") } }, ({ item }) =>
  Shop.use((shop) => Effect.flatMap(shop.take(item), (content) => Reply.send({ content })))
)
const teaOnly = Shop.of({
  take: (item) => (item === "tea" ? Effect.succeed("Here you are.") : Effect.fail(new OutOfStock({ item })))
})
const join = Button.independent("join", { payload: Schema.Struct({ role: Schema.String }) }, ({ role }) =>
  Reply.send({ content: `joined ${role}`, ephemeral: true })
)

/** A command that shows one independent button. */
const show = (component: Parameters<typeof Reply.send>[0]["components"]) =>
  Command.slash("show", { description }, () => Reply.send({ content: "-", components: component }))

describe("the types of middlewares", () => {
  it("add the errors of a middleware and remove the requirements that it provides", () => {
    const provided = buy.pipe(Middleware.provideService(Shop, teaOnly))
    expectTypeOf<Definition.Requirements<typeof buy>>().toEqualTypeOf<Shop>()
    expectTypeOf<Definition.Requirements<typeof provided>>().toEqualTypeOf<never>()
    const guarded = buy.pipe(Middleware.requirePermissions(["ManageGuild"]), Middleware.cooldown("1 second"))
    expectTypeOf<Definition.Errors<typeof guarded>>().toEqualTypeOf<OutOfStock | Reply.ReplyError | ErrorReply.Denied>()
    expectTypeOf<Definition.Requirements<typeof guarded>>().toEqualTypeOf<Shop>()
    const caught = buy.pipe(Middleware.around(Effect.catchTag("OutOfStock", ({ item }) => Effect.log(item))))
    expectTypeOf<Definition.Errors<typeof caught>>().toEqualTypeOf<Reply.ReplyError>()
    const timely = buy.pipe(Middleware.around((handler) => Effect.timeout(handler, "1 second")))
    expectTypeOf<Extract<Definition.Errors<typeof timely>, { _tag: "TimeoutError" }>>().not.toBeNever()
    const first = buy.pipe(Middleware.before(Effect.fail("no" as const)))
    expectTypeOf<Extract<Definition.Errors<typeof first>, string>>().toEqualTypeOf<"no">()
  })

  it("are made once, and keep the errors and requirements of each definition", () => {
    const patient = Middleware.make<Cause.TimeoutError>((handler) => Effect.timeout(handler, "1 second"))
    const timely = buy.pipe(patient)
    expectTypeOf<Definition.Errors<typeof timely>>().toEqualTypeOf<OutOfStock | Reply.ReplyError | Cause.TimeoutError>()
    expectTypeOf<Definition.Requirements<typeof timely>>().toEqualTypeOf<Shop>()
    expectTypeOf(join.pipe(patient).with).toEqualTypeOf<typeof join.with>()
  })

  it("keep the other properties of a definition through any number of middlewares", () => {
    const guarded = join.pipe(Middleware.requirePermissions(["ManageRoles"]), Middleware.timed, Middleware.ownerOnly)
    expectTypeOf(guarded.with).toEqualTypeOf<typeof join.with>()
    assert.strictEqual(guarded.with, join.with)
    assert.strictEqual(guarded.name, "join")
    assert.strictEqual(guarded.kind, "Component")
    void (() => {
      // @ts-expect-error the payload is missing
      guarded.with({ label: "Join" })
    })
  })

  it("accept the name of every permission and no other string", () => {
    expectTypeOf<Permissions.Permission>().toEqualTypeOf<
      Exclude<keyof typeof PermissionFlagsBits, "ManageEmojisAndStickers">
    >()
    void (() => {
      // @ts-expect-error there is no such permission
      Middleware.requirePermissions(["ManageGild"])
      // @ts-expect-error permissions are a list
      Middleware.requirePermissions()
      // @ts-expect-error permissions are a list
      Middleware.requirePermissions("ManageGuild", "BanMembers")
      // @ts-expect-error there is no such place
      Middleware.cooldown("1 second", { per: "planet" })
    })
  })
})

describe("around, before and after", () => {
  it.live("run in the order of the pipe, the last one outermost, and receive the exit of the handler", () => {
    const log: Array<string> = []
    const over = Deferred.makeUnsafe<void>()
    const note = (what: string) => Effect.sync(() => void log.push(what))
    const command = Command.slash("run", { description }, () => Effect.andThen(note("handler"), done)).pipe(
      Middleware.before(note("inner before")),
      Middleware.after((exit) => note(`inner after ${exit._tag}`)),
      Middleware.around((handler) => Effect.andThen(note("around"), handler)),
      Middleware.before(note("outer before")),
      Middleware.after(() => Effect.andThen(note("outer after"), Deferred.succeed(over, undefined)))
    )
    return Effect.gen(function* () {
      yield* (yield* alice).slash("run")
      yield* Deferred.await(over)
      assert.deepStrictEqual(log, [
        "outer before",
        "around",
        "inner before",
        "handler",
        "inner after Success",
        "outer after"
      ])
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("a middleware that fails stops its handler, and one that throws affects no other interaction", () => {
    let runs = 0
    const handler = () =>
      Effect.andThen(
        Effect.sync(() => runs++),
        done
      )
    const interactions = [
      Command.slash("fails", { description }, handler).pipe(
        Middleware.before(Effect.fail(new OutOfStock({ item: "tea" })))
      ),
      Command.slash("dies", { description }, handler).pipe(Middleware.before(Effect.die(new Error("on purpose")))),
      Command.slash("throws", { description }, handler).pipe(
        Middleware.before(
          Effect.suspend((): Effect.Effect<void> => {
            throw new Error("on purpose")
          })
        )
      ),
      Command.slash("text", { description }, handler).pipe(
        Middleware.cooldown("1 minute"),
        Middleware.requirePermissions(["Administrator"], {
          denied: () => {
            throw new Error("on purpose")
          }
        })
      ),
      Command.slash("ok", { description }, handler)
    ]
    return Effect.gen(function* () {
      const user = yield* alice
      assert.strictEqual(yield* (yield* user.slash("fails")).content, "No more tea.")
      for (const name of ["dies", "throws", "text"]) {
        assert.include(yield* (yield* user.slash(name)).content, "Something went wrong")
      }
      assert.strictEqual(runs, 0)
      assert.strictEqual(yield* (yield* user.slash("ok")).content, "done")
      assert.strictEqual(runs, 1)
    }).pipe(withBot({ interactions, onError: { OutOfStock: ({ item }) => ErrorReply.ephemeral(`No more ${item}.`) } }))
  })

  it.live("apply to independent components", () => {
    const guarded = join.pipe(Middleware.before(ErrorReply.deny("Not today.")))
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("show")
      assert.strictEqual(yield* (yield* message.click("Join")).content, "Not today.")
    }).pipe(withBot({ interactions: [guarded, show([[guarded.with({ label: "Join" }, { role: "7" })]])] }))
  })

  it.live("apply to context menu commands", () => {
    const command = Command.user("Greet", {}, () => done).pipe(
      Middleware.requirePermissions(["KickMembers"], { denied: "No." })
    )
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const mod = yield* discord.user("mod", { permissions: `${1n << 1n}` })
      const user = yield* alice
      assert.strictEqual(yield* (yield* user.contextMenu("Greet", mod)).content, "No.")
      assert.strictEqual(yield* (yield* mod.contextMenu("Greet", user)).content, "done")
    }).pipe(withBot({ interactions: [command] }))
  })
})

describe("provideService", () => {
  it.live("provides the service to the handler, its bound components and its autocompletion", () => {
    const command = Command.slash(
      "buy",
      {
        description,
        options: {
          item: Options.autocomplete(Options.string("…"), () =>
            Shop.use((shop) => Effect.orDie(Effect.map(shop.take("tea"), (name) => [name])))
          )
        }
      },
      ({ item }) =>
        Effect.gen(function* () {
          const again = yield* Button.bound({ label: "again" }, () =>
            Shop.use((shop) =>
              Effect.flatMap(shop.take("tea"), (content) => Reply.update({ content: `${content} Again.` }))
            )
          )
          const content = yield* Shop.use((shop) => shop.take(item))
          yield* Reply.send({ content, components: [[again]] })
        })
    ).pipe(Middleware.provideService(Shop, teaOnly))
    return Effect.gen(function* () {
      const user = yield* alice
      const found = yield* (yield* user.autocomplete("buy", { item: "t" }, "item")).choices
      assert.deepStrictEqual(
        found.map(({ name }) => name),
        ["Here you are."]
      )
      const message = yield* user.slash("buy", { item: "tea" })
      assert.strictEqual(yield* message.content, "Here you are.")
      yield* message.click("again")
      assert.strictEqual(yield* message.content, "Here you are. Again.")
    }).pipe(withBot({ interactions: [command], onError: { OutOfStock: () => ErrorReply.ephemeral("…") } }))
  })
})

describe("subcommands and groups", () => {
  const config = Command.parent(
    "config",
    { description },
    {
      show: Command.sub({ description }, () => done).pipe(Middleware.requirePermissions(["ManageGuild"])),
      free: Command.sub({ description, options: { item: Options.string("…") } }, ({ item }) =>
        Shop.use((shop) => Effect.flatMap(shop.take(item), (content) => Reply.send({ content })))
      ).pipe(Middleware.provideService(Shop, teaOnly)),
      roles: Command.group(
        { description },
        { add: Command.sub({ description }, () => done), remove: Command.sub({ description }, () => done) }
      ).pipe(Middleware.cooldown("1 minute"), Middleware.timed)
    }
  )

  it("pass their errors and requirements on to the parent, and a group inside a group does not compile", () => {
    expectTypeOf<Definition.Requirements<typeof config>>().toEqualTypeOf<never>()
    expectTypeOf<Definition.Errors<typeof config>>().toEqualTypeOf<OutOfStock | Reply.ReplyError | ErrorReply.Denied>()
    void (() => {
      const inner = Command.group({ description }, { a: Command.sub({ description }, () => done) })
      Command.parent("a", { description }, { inner })
      // @ts-expect-error Discord does not allow a group in a group
      Command.group({ description }, { inner })
      // @ts-expect-error a command is not a subcommand
      Command.group({ description }, { buy })
    })
  })

  it.live("a middleware on a subcommand guards that subcommand, and one on a group guards all of its subcommands", () =>
    Effect.gen(function* () {
      const user = yield* alice
      assert.strictEqual(
        yield* (yield* user.slash("config show")).content,
        "You need these permissions to do that: Manage Guild."
      )
      assert.strictEqual(yield* (yield* user.slash("config free", { item: "tea" })).content, "Here you are.")
      assert.strictEqual(yield* (yield* user.slash("config roles add")).content, "done")
      assert.include(yield* (yield* user.slash("config roles remove")).content, "You can use this again")
      const timers = (yield* Metric.snapshot).filter(({ id }) => id === "fibercord_handler_duration")
      const names = timers.map(({ attributes }) => attributes?.["definition"])
      assert.includeMembers(names, ["config roles add", "config roles remove"])
    }).pipe(withBot({ interactions: [config], onError: { OutOfStock: () => ErrorReply.ephemeral("…") } }))
  )
})

describe("permissions", () => {
  it("every permission bit has a name, and administrators lack none", () => {
    const names = Object.keys(Permissions.bits) as Array<Permissions.Permission>
    const all = names.reduce((bits, name) => bits | (1n << BigInt(Permissions.bits[name])), 0n)
    assert.deepStrictEqual(Permissions.missing(`${all}`, names), [])
    assert.deepStrictEqual(Permissions.missing("8", names), [])
    assert.deepStrictEqual(Permissions.missing("0", ["BanMembers", "SendPolls"]), ["BanMembers", "SendPolls"])
    for (const name of names) {
      if (name === "Administrator") continue
      assert.deepStrictEqual(
        Permissions.missing(`${1n << BigInt(Permissions.bits[name])}`, names),
        names.filter((other) => other !== name)
      )
    }
    assert.strictEqual(Permissions.toWords("SendTTSMessages"), "Send TTS Messages")
    assert.strictEqual(Permissions.toWords("UseVAD"), "Use VAD")
  })

  it.live("a user without them is told which are missing and nothing is logged; other users pass", () => {
    const command = Command.slash("ban", { description }, () => done).pipe(
      Middleware.requirePermissions(["ManageGuild", "BanMembers"])
    )
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const banner = yield* discord.user("banner", { permissions: `${1n << 2n}` })
      const both = yield* discord.user("both", { permissions: `${(1n << 2n) | (1n << 5n)}` })
      const admin = yield* discord.user("admin", { permissions: "8" })
      const denied = yield* banner.slash("ban")
      assert.strictEqual(yield* denied.content, "You need these permissions to do that: Manage Guild.")
      assert.isTrue(yield* denied.ephemeral)
      assert.strictEqual(yield* (yield* both.slash("ban")).content, "done")
      assert.strictEqual(yield* (yield* admin.slash("ban")).content, "done")
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("direct messages are allowed unless an option denies them, and texts can depend on the locale", () => {
    const free = Command.slash("free", { description }, () => done).pipe(Middleware.requirePermissions(["ManageGuild"]))
    const strict = Command.slash("strict", { description }, () => done).pipe(
      Middleware.requirePermissions(["ManageGuild"], {
        directMessages: "deny",
        denied: (locale) => (locale === "de" ? "Dafür fehlt: {permissions}" : "Missing: {permissions}")
      })
    )
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const user = yield* discord.user("gerda", { locale: "de" })
      assert.strictEqual(yield* (yield* user.slash("free", {}, { direct: true })).content, "done")
      const denied = yield* user.slash("strict", {}, { direct: true })
      assert.strictEqual(yield* denied.content, "Dafür fehlt: Manage Guild")
    }).pipe(withBot({ interactions: [free, strict] }))
  })

  it.live("the bot's own permissions are read from app_permissions", () => {
    const command = (name: string, permission: Permissions.Permission) =>
      Command.slash(name, { description }, () => done).pipe(Middleware.requireBotPermissions([permission]))
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const data = (name: string) => ({ data: { id: "1", type: 1, name }, app_permissions: `${1n << 28n}` })
      assert.strictEqual(yield* (yield* discord.interaction(data("roles"))).content, "done")
      assert.strictEqual(
        yield* (yield* discord.interaction(data("webhooks"))).content,
        "I need these permissions to do that: Manage Webhooks."
      )
    }).pipe(withBot({ interactions: [command("roles", "ManageRoles"), command("webhooks", "ManageWebhooks")] }))
  })

  it.live("a user who is refused gets an empty list of suggestions", () => {
    const options = { item: Options.autocomplete(Options.string("…"), () => Effect.succeed(["secret"])) }
    const command = Command.slash("find", { description, options }, () => done).pipe(
      Middleware.requirePermissions(["ManageGuild"])
    )
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const admin = yield* discord.user("admin", { permissions: "8" })
      const denied = yield* (yield* alice).autocomplete("find", { item: "s" }, "item")
      assert.deepStrictEqual(yield* denied.choices, [])
      assert.strictEqual((yield* (yield* admin.autocomplete("find", { item: "s" }, "item")).choices).length, 1)
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("checkPermissions guards a bound component", () => {
    const command = Command.slash("open", { description }, () =>
      Effect.gen(function* () {
        const button = yield* Button.bound({ label: "go" }, () =>
          Effect.andThen(Middleware.checkPermissions(["ManageGuild"]), Reply.update({ content: "gone" }))
        )
        yield* Reply.send({ content: "-", components: [[button]] })
      })
    )
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const admin = yield* discord.user("admin", { permissions: "8" })
      const user = yield* alice
      const message = yield* user.slash("open")
      assert.include(yield* (yield* user.click(message, "go")).content, "Manage Guild")
      assert.strictEqual(yield* (yield* admin.click(message, "go")).content, "gone")
    }).pipe(withBot({ interactions: [command] }))
  })
})

/** An interaction of a user, in a guild or, without one, in direct messages. */
const interactionBy = (user: string, channel: string, guild: string | undefined) => {
  const raw = {
    id: "1",
    application_id: "2",
    type: 2,
    token: "t",
    version: 1,
    locale: "en-US",
    channel: { id: channel, type: 0 },
    ...(guild === undefined
      ? { user: { id: user } }
      : { guild_id: guild, member: { user: { id: user }, permissions: "0" } }),
    data: { id: "3", type: 1, name: "x" }
  }
  // Nothing here replies, so no REST is needed.
  const clock = Context.get(Context.empty(), Clock.Clock)
  const responder = new Responder(
    raw as unknown as RawInteraction,
    clock,
    { arrivedAt: 0, createdAt: 0 },
    {} as DiscordRest["Service"]
  )
  return new CurrentInteraction(responder)
}

/** Runs the handler of a definition for one interaction. */
const use = <E>(
  definition: Definition.Definition<E, Interaction>,
  interaction: CurrentInteraction
): Effect.Effect<unknown, E> => Effect.provideService(definition.handler, Interaction, interaction)

const digits = (n: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: n }))

describe("cooldown", () => {
  const Step = Schema.Struct({
    user: digits(3),
    channel: digits(1),
    guild: Schema.NullOr(digits(1)),
    wait: digits(700)
  })

  it.effect.prop(
    "refuses a use if and only if another use with the same key began less than the cooldown ago",
    [Schema.Array(Step).check(Schema.isMaxLength(40)), Schema.Literals(["user", "guild", "channel", "global"])],
    ([steps, per]) =>
      Effect.gen(function* () {
        const length = 1000
        let runs = 0
        const definition = Definition.make({
          kind: "Command",
          name: "1:x",
          handler: Effect.sync(() => runs++)
        }).pipe(Middleware.cooldown(length, { per }))
        const uses: Array<{ readonly key: string; readonly at: number }> = []
        for (const { channel, guild, user, wait } of steps) {
          yield* TestClock.adjust(wait)
          const now = yield* Clock.currentTimeMillis
          const names = {
            user: `u${user}`,
            guild: guild === null ? `c${channel}` : `g${guild}`,
            channel: `c${channel}`,
            global: ""
          }
          const before = uses.findLast(({ at, key }) => key === names[per] && now - at < length)
          const exit = yield* Effect.exit(
            use(definition, interactionBy(`u${user}`, `c${channel}`, guild === null ? undefined : `g${guild}`))
          )
          if (before === undefined) {
            assert.isTrue(Exit.isSuccess(exit))
            uses.push({ key: names[per], at: now })
          } else {
            const denied = new ErrorReply.Denied({
              reply: ErrorReply.ephemeral(`You can use this again <t:${Math.ceil((before.at + length) / 1000)}:R>.`)
            })
            assert.deepStrictEqual(exit, Exit.fail(denied))
          }
          assert.strictEqual(runs, uses.length)
        }
      })
  )

  it.effect.prop(
    "with a name, does so however often the process restarts meanwhile",
    [
      Schema.Array(Schema.Struct({ ...Step.fields, restart: Schema.Boolean })).check(Schema.isMaxLength(40)),
      Schema.Literals(["user", "guild", "channel", "global"])
    ],
    ([steps, per]) =>
      Effect.gen(function* () {
        const length = 1000
        let runs = 0
        const make = () =>
          Definition.make({ kind: "Command", name: "1:x", handler: Effect.sync(() => runs++) }).pipe(
            Middleware.cooldown(length, { per, persistent: "x/y" })
          )
        let definition = make()
        const uses: Array<{ readonly key: string; readonly at: number }> = []
        for (const { channel, guild, restart, user, wait } of steps) {
          yield* TestClock.adjust(wait)
          if (restart) definition = make()
          const now = yield* Clock.currentTimeMillis
          const where = guild === null ? `c${channel}` : `g${guild}`
          const key = { user: `u${user}`, guild: where, channel: `c${channel}`, global: "" }[per]
          const before = uses.findLast((use) => use.key === key && now - use.at < length)
          const interaction = interactionBy(`u${user}`, `c${channel}`, guild === null ? undefined : `g${guild}`)
          yield* Effect.exit(Effect.provideService(definition.handler, Interaction, interaction))
          if (before === undefined) uses.push({ key, at: now })
          assert.strictEqual(runs, uses.length)
        }
      }).pipe(Effect.provide(KeyValueCooldownStore.layer().pipe(Layer.provide(KeyValueStore.layerMemory))))
  )

  describe("with a name", () => {
    const by = interactionBy("u1", "c1", undefined)
    const run = <E, R>(definition: Definition.Definition<E, R | Interaction>) =>
      Effect.provideService(definition.handler, Interaction, by)
    const named = Middleware.cooldown("1 hour", { persistent: "x" })
    const ok = () => Definition.make({ kind: "Command", name: "1:x", handler: Effect.succeed("ran") }).pipe(named)
    const store = (get: Effect.Effect<number | undefined, unknown>, set: Effect.Effect<void, unknown>) =>
      Effect.provideService(CooldownStore, { get: () => get, set: () => set })

    it.effect("a use that is refused is taken back from the store, and one that fails or is interrupted is not", () =>
      Effect.gen(function* () {
        const make = (handler: Effect.Effect<unknown, unknown>) =>
          Definition.make({ kind: "Command", name: "1:x", handler }).pipe(named)
        yield* Effect.exit(run(make(ErrorReply.deny("no"))))
        assert.strictEqual(yield* run(ok()), "ran")
        assert.instanceOf(yield* Effect.flip(run(ok())), ErrorReply.Denied)
      }).pipe(Effect.provide(CooldownStoreModule.layerMemory))
    )

    it.effect("a second use does not slip through while the store is asked about the first", () =>
      Effect.gen(function* () {
        const asked = yield* Deferred.make<void>()
        const release = yield* Deferred.make<number | undefined>()
        const slow = Effect.andThen(Deferred.succeed(asked, undefined), Deferred.await(release))
        const definition = ok()
        const first = yield* Effect.forkChild(run(definition).pipe(store(slow, Effect.void)))
        yield* Deferred.await(asked)
        const second = yield* Effect.exit(run(definition).pipe(store(Effect.undefined, Effect.void)))
        assert.isTrue(Exit.isFailure(second))
        yield* Deferred.succeed(release, undefined)
        assert.strictEqual(yield* Fiber.join(first), "ran")
      })
    )

    const broken: ReadonlyArray<readonly [string, Effect.Effect<never, unknown>]> = [
      ["fails", Effect.fail("broken")],
      ["dies", Effect.die("broken")],
      ["hangs", Effect.never]
    ]
    for (const [how, effect] of broken) {
      it.effect(`while the store ${how}, it counts in this process`, () =>
        Effect.gen(function* () {
          const definition = ok()
          const used = yield* Effect.forkChild(run(definition).pipe(store(effect, effect)))
          yield* TestClock.adjust("2 seconds")
          assert.strictEqual(yield* Fiber.join(used), "ran")
          assert.instanceOf(yield* Effect.flip(run(definition).pipe(store(effect, effect))), ErrorReply.Denied)
        })
      )
    }

    it.effect("an end far away, which a wrong clock wrote, holds for one length at most", () =>
      Effect.gen(function* () {
        const { reply } = (yield* Effect.flip(
          run(ok()).pipe(store(Effect.succeed(Number.MAX_SAFE_INTEGER), Effect.void))
        )) as ErrorReply.Denied
        assert.strictEqual(reply.content, `You can use this again <t:3600:R>.`)
      })
    )
  })

  it.prop(
    "remembers only the uses of one cooldown period",
    [Schema.Array(Schema.Struct({ key: digits(50), wait: digits(300) })).check(Schema.isMaxLength(200))],
    ([steps]) => {
      const cooldowns = new Cooldowns(1000)
      const begun: Array<number> = []
      let now = 0
      for (const { key, wait } of steps) {
        now += wait
        if (cooldowns.begin(`${key}`, now) === undefined) begun.push(now)
        assert.strictEqual(cooldowns.size, begun.filter((at) => now - at < 1000).length)
      }
    }
  )

  it.effect("does not count a use that another middleware or the handler refuses, whatever their order", () =>
    Effect.gen(function* () {
      let allowed = false
      const check = Effect.suspend((): Effect.Effect<void, ErrorReply.Denied> =>
        allowed ? Effect.void : ErrorReply.deny("no")
      )
      const base = Definition.make({ kind: "Command", name: "1:x", handler: check })
      const twice = base.pipe(Middleware.cooldown("1 second", { per: "guild" }), Middleware.cooldown("1 second"))
      const by = interactionBy("u", "c", "g")
      assert.strictEqual((yield* Effect.flip(use(twice, by))).message, "no")
      assert.strictEqual((yield* Effect.flip(use(twice, by))).message, "no")
      allowed = true
      yield* use(twice, by)
      assert.include((yield* Effect.flip(use(twice, by))).message, "<t:")
      // A refusal by the inner cooldown takes nothing from the outer one of another user.
      const other = interactionBy("v", "c", "g")
      assert.include((yield* Effect.flip(use(twice, other))).message, "<t:1:R>")
      yield* TestClock.adjust("1 second")
      yield* use(twice, other)
    })
  )

  it.effect("counts uses that failed and uses that were interrupted", () =>
    Effect.gen(function* () {
      const failing = Definition.make({ kind: "Command", name: "1:x", handler: Effect.fail("on purpose" as const) })
      const once = failing.pipe(Middleware.cooldown("1 second"))
      const by = interactionBy("u", "c", "g")
      assert.strictEqual(yield* Effect.flip(use(once, by)), "on purpose")
      assert.instanceOf(yield* Effect.flip(use(once, by)), ErrorReply.Denied)
      const waiting = Definition.make({ kind: "Command", name: "1:y", handler: Effect.never })
      const long = waiting.pipe(Middleware.cooldown("1 second"))
      const fiber = yield* Effect.forkChild(use(long, by), { startImmediately: true })
      yield* Fiber.interrupt(fiber)
      assert.instanceOf(yield* Effect.flip(use(long, by)), ErrorReply.Denied)
    })
  )

  it.live("counts per user and per definition, and tells the user when the command is available again", () => {
    const slow = Middleware.cooldown("1 hour", { denied: "Wait: {timestamp}" })
    const one = Command.slash("one", { description }, () => done).pipe(slow)
    const two = Command.slash("two", { description }, () => done).pipe(slow)
    return Effect.gen(function* () {
      const [user, other] = [yield* alice, yield* bob]
      const begin = yield* Clock.currentTimeMillis
      assert.strictEqual(yield* (yield* user.slash("one")).content, "done")
      const denied = yield* user.slash("one")
      assert.isTrue(yield* denied.ephemeral)
      const end = /^Wait: <t:(\d+):R>$/.exec(yield* denied.content)?.[1]
      assert.approximately(Number(end), begin / 1000 + Duration.toSeconds("1 hour"), 5)
      assert.strictEqual(yield* (yield* user.slash("two")).content, "done")
      assert.strictEqual(yield* (yield* other.slash("one")).content, "done")
    }).pipe(withBot({ interactions: [one, two] }))
  })
})

describe("Cooldowns", () => {
  it("taking back a use leaves a later one alone", () => {
    const cooldowns = new Cooldowns(10)
    assert.isUndefined(cooldowns.begin("a", 0))
    assert.isUndefined(cooldowns.begin("a", 10))
    cooldowns.cancel("a", 0)
    assert.strictEqual(cooldowns.begin("a", 11), 20)
    cooldowns.cancel("a", 10)
    assert.isUndefined(cooldowns.begin("a", 11))
  })
})

describe("maxConcurrency", () => {
  it("refuses a limit below one", () => {
    for (const n of [0, -1, 1.5, Number.NaN, Infinity]) assert.throws(() => Middleware.maxConcurrency(n), RangeError)
  })

  it.effect.prop(
    "runs at most n handlers per key, and frees the place however a handler ends",
    [
      digits(2),
      Schema.Array(
        Schema.Struct({
          user: digits(2),
          oldest: Schema.Literals(["stays", "succeeds", "fails", "dies", "interrupts"])
        })
      ).check(Schema.isMaxLength(30))
    ],
    ([extra, steps]) =>
      Effect.gen(function* () {
        const n = extra + 1
        const gates: Array<Deferred.Deferred<void, string>> = []
        const definition = Definition.make({
          kind: "Command",
          name: "1:x",
          handler: Effect.suspend(() => {
            const gate = Deferred.makeUnsafe<void, string>()
            gates.push(gate)
            return Deferred.await(gate)
          })
        }).pipe(Middleware.maxConcurrency(n, { per: "user" }))
        const running = new Map<
          string,
          Array<{ readonly fiber: Fiber.Fiber<unknown, unknown>; readonly gate: number }>
        >()
        for (const { oldest, user } of steps) {
          const key = `u${user}`
          const [first, ...rest] = running.get(key) ?? []
          if (first !== undefined && oldest !== "stays") {
            const gate = gates[first.gate]
            if (gate === undefined) return assert.fail("a handler ran without its gate")
            if (oldest === "succeeds") yield* Deferred.succeed(gate, undefined)
            if (oldest === "fails") yield* Deferred.fail(gate, "on purpose")
            if (oldest === "dies") yield* Deferred.die(gate, "on purpose")
            if (oldest === "interrupts") yield* Fiber.interrupt(first.fiber)
            yield* Fiber.await(first.fiber)
            running.set(key, rest)
          }
          const mine = running.get(key) ?? []
          const gate = gates.length
          const fiber = yield* Effect.forkChild(use(definition, interactionBy(key, "c", "g")), {
            startImmediately: true
          })
          if (mine.length < n) {
            assert.isUndefined(fiber.pollUnsafe())
            assert.strictEqual(gates.length, gate + 1)
            running.set(key, [...mine, { fiber, gate }])
          } else {
            assert.instanceOf(yield* Effect.flip(Fiber.join(fiber)), ErrorReply.Denied)
            assert.strictEqual(gates.length, gate)
          }
        }
      })
  )

  it.live("tells a user when the command is busy, and lets the next user in when it is free", () => {
    const gate = Deferred.makeUnsafe<void>()
    const entered = Deferred.makeUnsafe<void>()
    const command = Command.slash("work", { description }, () =>
      Effect.andThen(Deferred.succeed(entered, undefined), Effect.andThen(Deferred.await(gate), done))
    ).pipe(Middleware.maxConcurrency(1))
    return Effect.gen(function* () {
      const [user, other] = [yield* alice, yield* bob]
      const first = yield* Effect.forkChild(user.slash("work"))
      yield* Deferred.await(entered)
      assert.include(yield* (yield* other.slash("work")).content, "busy")
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(yield* (yield* Fiber.join(first)).content, "done")
      assert.strictEqual(yield* (yield* other.slash("work")).content, "done")
    }).pipe(withBot({ interactions: [command] }))
  })
})

describe("ownerOnly", () => {
  const command = Command.slash("mine", { description }, () =>
    Effect.gen(function* () {
      const mine = yield* Button.bound({ label: "mine" }, () => Reply.update({ content: "used" }))
      const shared = yield* Button.bound({ label: "ours" }, () => Reply.update({ content: "shared" }), {
        by: "anyone"
      })
      const choice = yield* Effect.forkChild(
        Reply.ask({ content: "-", components: [[mine, shared, Button.choice("yes")]] })
      )
      yield* Fiber.join(choice)
      yield* Reply.update({ content: "answered" })
    })
  )

  it.live("refuses other users on components and questions, except on components that are shared", () =>
    Effect.gen(function* () {
      const [user, other] = [yield* alice, yield* bob]
      const message = yield* user.slash("mine")
      for (const label of ["mine", "yes"]) {
        const denied = yield* other.click(message, label)
        assert.strictEqual(yield* denied.content, ErrorReply.defaultTexts.Denied)
        assert.isTrue(yield* denied.ephemeral)
      }
      yield* user.click(message, "yes")
      yield* message.awaitContent("answered")
      yield* other.click(message, "ours")
      yield* message.awaitContent("shared")
      yield* user.click(message, "mine")
      yield* message.awaitContent("used")
    }).pipe(withBot({ interactions: [command.pipe(Middleware.ownerOnly)] }))
  )
})

describe("timed", () => {
  it.effect("measures the duration of each handler by outcome", () =>
    Effect.gen(function* () {
      const name = "measured-in-this-test"
      const handlers = {
        success: Effect.sleep("40 millis"),
        denied: ErrorReply.deny("no"),
        failure: Effect.fail("on purpose" as const)
      }
      for (const handler of Object.values<Effect.Effect<void, unknown>>(handlers)) {
        const definition = Definition.make({ kind: "Component", name, handler }).pipe(Middleware.timed)
        const fiber = yield* Effect.forkChild(use(definition, interactionBy("u", "c", "g")), { startImmediately: true })
        yield* TestClock.adjust("1 second")
        yield* Fiber.await(fiber)
      }
      const found = (yield* Metric.snapshot).filter(({ attributes }) => attributes?.["definition"] === name)
      const byOutcome = new Map(found.map((metric) => [String(metric.attributes?.["outcome"]), metric]))
      assert.deepStrictEqual([...byOutcome.keys()].toSorted(), ["denied", "failure", "success"])
      for (const [outcome, metric] of byOutcome) {
        assert.strictEqual(metric.id, "fibercord_handler_duration")
        assert.strictEqual(metric.attributes?.["kind"], "Component")
        if (metric.type !== "Histogram") return assert.fail(metric.type)
        assert.strictEqual(metric.state.count, 1)
        assert.strictEqual(metric.state.sum, outcome === "success" ? 40 : 0)
      }
    })
  )
})
