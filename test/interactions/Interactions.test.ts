import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import * as Interaction from "../../src/interactions/replies/Interaction.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import * as Expiration from "../../src/runtime/Expiration.ts"
import * as Runtime from "../../src/runtime/Runtime.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, making, withBot } from "./harness.ts"

class OutOfStock extends Schema.TaggedError<OutOfStock>()("OutOfStock", { item: Schema.String }) {}

const { defaultTexts: texts } = ErrorReply

const ping = Command.slash("ping", { description: "…" }, () => Reply.send({ content: "pong" }))

const counter = Command.slash(
  "counter",
  { description: "…", options: { start: Options.optional(Options.integer("…")) } },
  Effect.fnUntraced(function* ({ start }) {
    const count = yield* Ref.make(start ?? 0)
    const more = yield* Button.bound({ label: "+1" }, () =>
      Effect.flatMap(
        Ref.updateAndGet(count, (n) => n + 1),
        (n) => Reply.update({ content: `${n}` })
      )
    )
    yield* Reply.send({ content: `${start ?? 0}`, components: [[more]] })
  })
)

describe("commands", () => {
  it.live("are registered, run, and responded to in one call", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const message = yield* (yield* alice).slash("ping")
      assert.strictEqual(yield* message.content, "pong")
      assert.strictEqual(message.kind, "message")
      const commands = yield* discord.commands()
      assert.deepStrictEqual(
        commands.map(({ name }) => name),
        ["ping"]
      )
    }).pipe(withBot({ interactions: [ping] }))
  )

  it.live("receive resolved users, roles and channels", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bob = yield* discord.user("bob")
      const role = yield* discord.guild.role("admins")
      const values = { who: bob, as: { id: role }, where: { id: discord.guild.channelId } }
      const message = yield* (yield* alice).slash("show", values)
      assert.strictEqual(yield* message.content, `bob admins ${discord.guild.channelId} by alice`)
    }).pipe(
      withBot({
        interactions: [
          Command.slash(
            "show",
            {
              description: "…",
              options: { who: Options.user("…"), as: Options.role("…"), where: Options.channel("…") }
            },
            Effect.fnUntraced(function* ({ as, where, who }) {
              const { user } = yield* Interaction.Interaction
              yield* Reply.send({ content: `${who.username} ${as.name} ${where.id} by ${user.username}` })
            })
          )
        ]
      })
    )
  )

  it.live("fail the layer with InvalidDefinition if two have the same name", () =>
    Effect.gen(function* () {
      const bot = making.layer({ interactions: [ping, ping] })
      const error = yield* Effect.flip(Effect.provide(Effect.void, Layer.provide(bot, FakeDiscord.layer())))
      assert.strictEqual(error._tag, "InvalidDefinition")
      assert.include(error.message, `- command "ping", name: expected a name that no other one has, got "ping"`)
    })
  )

  it.live("are handled although Discord refuses to register one of them", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const fault = yield* discord.faults.restStatus("POST /applications/:application/commands", 400)
      yield* Effect.gen(function* () {
        yield* discord.awaitLog(
          FakeDiscord.is("Request", ({ method, route }) => method === "POST" && /commands/.test(route))
        )
        assert.strictEqual(yield* fault.hits, 1)
        const message = yield* (yield* alice).slash("ping", {}, { unregistered: true })
        assert.strictEqual(yield* message.content, "pong")
      }).pipe(Effect.provide(making.layer({ interactions: [ping] })))
    }).pipe(Effect.provide(FakeDiscord.layer()))
  )
})

describe("bound components", () => {
  it.live("run the closure of their Runtime, and each Runtime has its own state", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const one = yield* user.slash("counter", { start: 41 })
      const two = yield* user.slash("counter")
      yield* one.click("+1")
      yield* two.click("+1")
      yield* two.click("+1")
      assert.deepStrictEqual([yield* one.content, yield* two.content], ["42", "2"])
    }).pipe(withBot({ interactions: [counter] }))
  )

  it.live("run one at a time in order within a Runtime, while other Runtimes go on", () => {
    const log: Array<string> = []
    const gate = Deferred.makeUnsafe<void>()
    const slow = Command.slash("slow", { description: "…" }, () =>
      Effect.gen(function* () {
        const button = yield* Button.bound({ label: "go" }, () =>
          Effect.gen(function* () {
            const { user } = yield* Interaction.Interaction
            log.push(`begin ${user.username}`)
            yield* Deferred.await(gate)
            log.push(`end ${user.username}`)
            yield* Reply.update({ content: user.username })
          })
        )
        yield* Reply.send({ content: "-", components: [[button]] })
      })
    )
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const names = ["a", "b", "c", "d"]
      const users = yield* Effect.forEach(names, (name) => discord.user(name))
      const message = yield* (yield* alice).slash("slow")
      const clicks = yield* Effect.forkChild(
        Effect.forEach(users, (user) => user.click(message, "go"), { concurrency: "unbounded" }),
        { startImmediately: true }
      )
      // Another Runtime responds while this one is held up.
      assert.strictEqual(yield* (yield* (yield* alice).slash("ping")).content, "pong")
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(clicks)
      assert.deepStrictEqual(
        log,
        names.flatMap((name) => [`begin ${name}`, `end ${name}`])
      )
    }).pipe(withBot({ interactions: [slow, ping] }))
  })

  it.live("are disabled when the Runtime expires, and a late click gets one ephemeral reply", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const message = yield* user.slash("counter")
      yield* message.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
      const late = yield* user.click(message, "+1", { stale: true })
      assert.strictEqual(yield* late.content, texts.Expired)
      assert.isTrue(yield* late.ephemeral)
      assert.strictEqual(yield* message.content, "0")
    }).pipe(
      withBot({
        interactions: [counter],
        expiration: Expiration.afterCreation("300 millis"),
        runtimes: { resolution: "100 millis" }
      })
    )
  )

  it.live("are disabled on a message that a click has changed, and independent components stay enabled", () => {
    const other = Button.independent("other", {}, () => Effect.void)
    const two = Command.slash("two", { description: "…" }, () =>
      Effect.gen(function* () {
        const next = yield* Button.bound({ label: "next" }, () =>
          Effect.gen(function* () {
            const end = yield* Button.bound({ label: "end" }, () => Runtime.close)
            yield* Reply.update({ content: "changed", components: [[end, other.with({ label: "other" })]] })
          })
        )
        yield* Reply.send({ components: [[next]], content: "first" })
      })
    )
    return Effect.gen(function* () {
      const user = yield* alice
      const message = yield* user.slash("two")
      yield* message.click("next")
      yield* message.click("end")
      const { buttons } = yield* message.awaitUntil(({ buttons }) => buttons.some(({ disabled }) => disabled))
      assert.deepStrictEqual(
        buttons.map(({ disabled, label }) => [label, disabled]),
        [
          ["end", true],
          ["other", false]
        ]
      )
      const late = yield* user.click(message, "end", { stale: true })
      assert.strictEqual(yield* late.content, texts.Closed)
    }).pipe(withBot({ interactions: [two, other] }))
  })

  it.live("tell the user that the bot has restarted, while independent buttons go on working", () => {
    const join = Button.independent("join", { payload: Schema.Struct({ role: Schema.String }) }, ({ role }) =>
      Reply.send({ content: `joined ${role}`, ephemeral: true })
    )
    const setup = Command.slash("setup", { description: "…" }, () =>
      Effect.gen(function* () {
        const bound = yield* Button.bound({ label: "bound" }, () => Effect.void)
        yield* Reply.send({ content: "…", components: [[bound, join.with({ label: "join" }, { role: "7" })]] })
      })
    )
    const bot = Layer.fresh(making.layer({ interactions: [setup, join], expiration: Expiration.explicit }))
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const user = yield* alice
      const message = yield* Effect.provide(
        Effect.tap(user.slash("setup"), (message) => message.content),
        bot
      )
      yield* discord.awaitLog(FakeDiscord.is("Closed"))
      yield* Effect.gen(function* () {
        const bound = yield* user.click(message, "bound", { stale: true })
        assert.strictEqual(yield* bound.content, texts.Restarted)
        const independent = yield* user.click(message, "join")
        assert.strictEqual(yield* independent.content, "joined 7")
      }).pipe(Effect.provide(Layer.fresh(bot)))
    }).pipe(Effect.provide(FakeDiscord.layer({ identifyInterval: "100 millis" })))
  })
})

describe("when something goes wrong", () => {
  const bad = (
    name: string,
    handler: () => Effect.Effect<unknown, OutOfStock | Reply.ReplyError, Interaction.Provided>
  ) => Command.slash(name, { description: "…" }, handler)

  const interactions = [
    ping,
    bad("fails", () => Effect.fail(new OutOfStock({ item: "tea" }))),
    bad("dies", () => Effect.die(new Error("on purpose"))),
    bad("throws", () => {
      throw new Error("on purpose")
    }),
    bad("interrupts", () => Effect.interrupt),
    bad("silent", () => Effect.void),
    bad("fails-late", () =>
      Effect.andThen(Reply.send({ content: "first" }), Effect.fail(new OutOfStock({ item: "tea" })))
    ),
    bad("defers", () => Effect.andThen(Reply.defer({ ephemeral: true }), Effect.die("on purpose"))),
    bad("twice", () => Effect.andThen(Reply.send({ content: "1" }), Reply.defer())),
    bad("update", () => Reply.update({ content: "…" })),
    Command.slash("decodes", { description: "…", options: { needed: Options.string("…") } }, () => Effect.void),
    Button.independent("payload", { payload: Schema.Struct({ n: Schema.Int }) }, () => Effect.void)
  ]
  const bot = withBot({
    interactions,
    onError: { OutOfStock: ({ item }) => ErrorReply.ephemeral(`No more ${item}.`) }
  })

  const nextWorks = Effect.flatMap(alice, (user) => user.slash("ping")).pipe(
    Effect.flatMap((message) => message.content),
    Effect.map((content) => assert.strictEqual(content, "pong"))
  )

  for (const [name, content] of [
    ["fails", "No more tea."],
    ["dies", texts.Failed],
    ["throws", texts.Failed],
    ["silent", texts.Silent],
    ["defers", texts.Failed],
    ["update", texts.Failed],
    ["interrupts", texts.Shutdown]
  ] as const) {
    it.live(`the user of /${name} gets a reply, and the next command works`, () =>
      Effect.gen(function* () {
        const message = yield* (yield* alice).slash(name)
        // The reference differs each time.
        const said = (yield* message.content).replace(/\(Reference: \w{6}\)$/, "(Reference: {reference})")
        assert.strictEqual(said, content)
        assert.isTrue(yield* message.ephemeral)
        yield* nextWorks
      }).pipe(bot)
    )
  }

  it.live("a failure after a reply is told in a follow-up, and the reply stays as it was", () =>
    Effect.gen(function* () {
      const message = yield* (yield* alice).slash("fails-late")
      const followUp = yield* message.awaitFollowUp()
      assert.strictEqual(yield* message.content, "first")
      assert.strictEqual(yield* followUp.content, "No more tea.")
      assert.isTrue(yield* followUp.ephemeral)
      yield* nextWorks
    }).pipe(bot)
  )

  it.live("a second initial response fails with ReplyError, and Discord receives only the first", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const message = yield* (yield* alice).slash("twice")
      yield* message.awaitFollowUp()
      const callbacks = (yield* discord.log).filter(
        FakeDiscord.is("Request", ({ route }) => route.endsWith("/callback"))
      )
      assert.deepStrictEqual(
        callbacks.map(({ status }) => status),
        [204]
      )
      yield* nextWorks
    }).pipe(bot)
  )

  it.live("a command without a required option gets the text Unknown", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const message = yield* discord.interaction({ data: { id: "1", type: 1, name: "decodes" } })
      assert.strictEqual(yield* message.content, texts.Unknown)
      yield* nextWorks
    }).pipe(bot)
  )

  it.live("a payload that does not fit, and an unknown component, command or handler, get the text Unknown", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      for (const [type, data] of [
        [3, { custom_id: "fc1i:payload:{}", component_type: 2 }],
        [3, { custom_id: "fc1i:nobody:", component_type: 2 }],
        [2, { id: "1", type: 1, name: "nobody" }],
        [5, { custom_id: "fc1b:zz:0", components: [] }]
      ] as const) {
        const message = yield* discord.interaction({ type, data })
        assert.strictEqual(yield* message.content, texts.Unknown)
        assert.isTrue(yield* message.ephemeral)
      }
      yield* nextWorks
    }).pipe(bot)
  )

  it.live("components of other libraries are ignored, and malformed interactions get a reply", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const user = { id: "1", username: "x" }
      const payloads = [
        { type: 3, user, data: { custom_id: "theirs", component_type: 2 } },
        { type: 99, user, data: {} },
        { type: 3, user, data: { custom_id: 7 } },
        { type: 3, user, data: null },
        { type: 2, user, data: undefined },
        { type: 2, data: { name: "ping", type: 1 } }
      ]
      for (const [index, payload] of payloads.entries()) {
        const interaction = { id: `${index}`, application_id: "1", token: "t", ...payload }
        yield* discord.dispatch(0, "INTERACTION_CREATE", interaction)
      }
      yield* nextWorks
      // The fake does not know these tokens; what matters is which of them the bot tries to respond to.
      const tried = (index: number) =>
        FakeDiscord.is("Request", ({ path }) => path === `/interactions/${index}/t/callback`)
      for (const malformed of [2, 3, 4, 5]) yield* discord.awaitLog(tried(malformed))
      const log = yield* discord.log
      assert.deepStrictEqual(
        [0, 1].map((index) => log.some(tried(index))),
        [false, false]
      )
    }).pipe(bot)
  )

  it.live("the default text is used when texts or onError throw, and no other interaction is affected", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const broken = yield* user.slash("fails")
      assert.include(yield* broken.content, "Something went wrong")
      const silent = yield* user.slash("silent")
      assert.strictEqual(yield* silent.content, texts.Silent)
      yield* nextWorks
    }).pipe(
      withBot({
        interactions: [
          ping,
          bad("fails", () => Effect.fail(new OutOfStock({ item: "tea" }))),
          bad("silent", () => Effect.void)
        ],
        onError: {
          OutOfStock: () => {
            throw new Error("on purpose")
          }
        },
        texts: () => {
          throw new Error("on purpose")
        }
      })
    )
  )

  it.live("events that do not fit into the mailbox are refused as Overloaded", () => {
    const begun = Deferred.makeUnsafe<void>()
    const gate = Deferred.makeUnsafe<void>()
    const held = Command.slash("held", { description: "…" }, () =>
      Effect.gen(function* () {
        const button = yield* Button.bound({ label: "go" }, () =>
          Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(gate))
        )
        yield* Reply.send({ content: "…", components: [[button]] })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("held")
      const running = yield* Effect.forkChild(message.click("go"))
      yield* Deferred.await(begun)
      const clicks = [message.click("go"), message.click("go")] as const
      const [waiting, refused] = yield* Effect.all(clicks, { concurrency: "unbounded" })
      assert.strictEqual(yield* refused.content, texts.Overloaded)
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual((yield* Fiber.join(running)).kind, "deferred-update")
      assert.strictEqual(waiting.kind, "deferred-update")
    }).pipe(withBot({ interactions: [held], runtimes: { mailboxCapacity: 1 } }))
  })
})

describe("automatic deferral", () => {
  it.live("is sent in time for a slow handler, time in the mailbox included, and the reply arrives later", () => {
    const gates = { command: Deferred.makeUnsafe<void>(), click: Deferred.makeUnsafe<void>() }
    const slow = Command.slash("slow", { description: "…" }, () =>
      Effect.gen(function* () {
        const button = yield* Button.bound({ label: "go" }, () =>
          Effect.andThen(Deferred.await(gates.click), Reply.update({ content: "clicked" }))
        )
        yield* Deferred.await(gates.command)
        yield* Reply.send({ content: "at last", components: [[button]] })
      })
    )
    return Effect.gen(function* () {
      const user = yield* alice
      const message = yield* user.slash("slow")
      assert.strictEqual(message.kind, "deferred-message")
      yield* Deferred.succeed(gates.command, undefined)
      yield* message.awaitContent("at last")
      const clicks = yield* Effect.all([message.click("go"), message.click("go")], { concurrency: "unbounded" })
      assert.deepStrictEqual(
        clicks.map(({ kind }) => kind),
        ["deferred-update", "deferred-update"]
      )
      yield* Deferred.succeed(gates.click, undefined)
      yield* message.awaitContent("clicked")
    }).pipe(withBot({ interactions: [slow] }))
  })
})
