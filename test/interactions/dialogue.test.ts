import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as GatewayEvents from "../../src/gateway/GatewayEvents.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Definition from "../../src/interactions/definitions/Definition.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import * as Field from "../../src/interactions/definitions/Field.ts"
import * as Interaction from "../../src/interactions/replies/Interaction.ts"
import * as Layout from "../../src/interactions/replies/Layout.ts"
import * as Menu from "../../src/interactions/definitions/Menu.ts"
import * as Modal from "../../src/interactions/definitions/Modal.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"
import * as Expiration from "../../src/runtime/Expiration.ts"
import * as Runtimes from "../../src/runtime/Runtimes.ts"
import * as Runtime from "../../src/runtime/Runtime.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, bob, making, requests, withBot } from "./harness.ts"

const { defaultTexts: texts } = ErrorReply
const description = "…"

// The programs below have no type annotations and no casts, as a newcomer would write them.

const wizard = Command.slash("wizard", { description }, () =>
  Effect.gen(function* () {
    const answer = yield* Reply.ask({
      content: "Delete everything?",
      components: [[Button.choice("yes", { style: "danger" }), Button.choice("no")]]
    })
    expectTypeOf(answer).toEqualTypeOf<"yes" | "no">()
    if (answer === "no") return yield* Reply.update({ content: "Kept.", components: [] })
    const form = yield* Modal.ask({ title: "Sure?", fields: { reason: Field.short("Why") } })
    expectTypeOf(form).toEqualTypeOf<{ readonly reason: string }>()
    const what = yield* Menu.ask(Menu.string({ placeholder: "What", choices: ["all", "some"] }), {
      content: `Because ${form.reason}: what?`
    })
    expectTypeOf(what).toEqualTypeOf<"all" | "some">()
    return yield* Reply.update({ content: `Deleted ${what}: ${form.reason}`, components: [] })
  })
)

describe("a dialogue in direct style", () => {
  it.live("goes from a command through a button, a form and a menu to its expiration", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const message = yield* user.slash("wizard")
      const clicked = yield* message.click("yes")
      const form = yield* clicked.modal
      assert.strictEqual(form.title, "Sure?")
      yield* form.submit({ Why: "I can" })
      yield* message.awaitContent("Because I can: what?")
      yield* message.select("What", ["some"])
      yield* message.awaitContent("Deleted some: I can")
      assert.deepStrictEqual(yield* message.components, [])
      const callbacks = yield* requests("POST", /callback$/)
      assert.deepStrictEqual(
        callbacks.map(({ status }) => status),
        [200, 204, 204, 204]
      )
    }).pipe(withBot({ interactions: [wizard] }))
  )

  it.live("ends when the user answers no", () =>
    Effect.gen(function* () {
      const message = yield* (yield* alice).slash("wizard")
      yield* message.click("no")
      assert.strictEqual(yield* message.content, "Kept.")
    }).pipe(withBot({ interactions: [wizard] }))
  )

  it.live("opens the form again when a user closes it and clicks again", () =>
    Effect.gen(function* () {
      const message = yield* (yield* alice).slash("wizard")
      yield* message.click("yes")
      const again = yield* (yield* message.click("yes")).modal
      yield* again.submit({ Why: "second thoughts" })
      yield* message.awaitContent("Because second thoughts: what?")
    }).pipe(withBot({ interactions: [wizard] }))
  )

  it.live("handles other events while a handler waits, which continues when it is the answer's turn", () => {
    const log: Array<string> = []
    const command = Command.slash("wait", { description }, () =>
      Effect.gen(function* () {
        const other = yield* Button.bound({ label: "other" }, () =>
          Effect.gen(function* () {
            const { user } = yield* Interaction.Interaction
            log.push(`other ${user.username}`)
            yield* Reply.deferUpdate
          })
        )
        const answer = yield* Reply.ask({ content: "?", components: [[Button.choice("go"), other]] })
        log.push(answer)
        yield* Reply.update({ content: "gone" })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("wait")
      yield* (yield* alice).click(message, "other")
      yield* (yield* bob).click(message, "other")
      yield* message.click("go")
      assert.deepStrictEqual(log, ["other alice", "other bob", "go"])
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("interrupts a waiting handler when the Runtime closes, and runs its finalizers", () => {
    const ended = Deferred.makeUnsafe<string>()
    const command = Command.slash("wait", { description, expiration: Expiration.afterCreation("200 millis") }, () =>
      Effect.onInterrupt(Reply.ask({ content: "?", components: [[Button.choice("go")]] }), () =>
        Deferred.succeed(ended, "interrupted")
      )
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("wait")
      assert.strictEqual(yield* Deferred.await(ended), "interrupted")
      yield* message.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
      // There was a reply, so the end of the Runtime sends no further one.
      assert.deepStrictEqual(yield* message.followUps, [])
    }).pipe(withBot({ interactions: [command], runtimes: { resolution: "50 millis" } }))
  })

  it.live("may have a timeout of its own", () => {
    const command = Command.slash("wait", { description }, () =>
      Reply.ask({ content: "?", components: [[Button.choice("go")]] }).pipe(
        Effect.timeoutOrElse({
          duration: "100 millis",
          orElse: () => Reply.edit({ content: "too late", components: [] })
        })
      )
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("wait")
      yield* message.awaitContent("too late")
    }).pipe(withBot({ interactions: [command] }))
  })
})

describe("menus", () => {
  const show = (what: unknown) => Reply.update({ content: JSON.stringify(what) })
  const menus = Command.slash("menus", { description }, () =>
    Effect.gen(function* () {
      const text = yield* Menu.bound(
        Menu.strings({
          placeholder: "text",
          min: 1,
          max: 2,
          choices: [
            { value: "a", label: "Alpha" },
            { value: "b", label: "Beta" }
          ]
        }),
        (values) => {
          expectTypeOf(values).toEqualTypeOf<ReadonlyArray<"a" | "b">>()
          return show(values)
        }
      )
      const who = yield* Menu.bound(Menu.user({ placeholder: "who" }), ({ username }) => show(username))
      const role = yield* Menu.bound(Menu.roles({ placeholder: "role", max: 3 }), (roles) =>
        show(roles.map(({ name }) => name))
      )
      const where = yield* Menu.bound(Menu.channel({ placeholder: "where" }), ({ id }) => show(id))
      const any = yield* Menu.bound(Menu.mentionable({ placeholder: "any" }), ({ id }) => show(id))
      yield* Reply.send({ content: "-", components: [[text], [who], [role], [where], [any]] })
    })
  )

  it.live("pass the selected values to the handler, resolved and typed", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const user = yield* alice
      const message = yield* user.slash("menus")
      const role = yield* discord.guild.role("admins")
      const pick = Effect.fnUntraced(function* (menu: string, values: ReadonlyArray<string>) {
        yield* message.select(menu, values)
        return JSON.parse(yield* message.content)
      })
      assert.deepStrictEqual(yield* pick("text", ["Alpha", "Beta"]), ["a", "b"])
      assert.strictEqual(yield* pick("who", [(yield* bob).id]), "bob")
      assert.deepStrictEqual(yield* pick("role", [role]), ["admins"])
      assert.strictEqual(yield* pick("where", [discord.guild.channelId]), discord.guild.channelId)
      assert.strictEqual(yield* pick("any", [role]), role)
    }).pipe(withBot({ interactions: [menus] }))
  )

  it.live("pass the payload too when they are independent", () => {
    const menu = Menu.independent(
      "colour",
      { menu: Menu.string({ placeholder: "colour", choices: ["red"] }), payload: Schema.Struct({ of: Schema.String }) },
      (value, { of }) => Reply.send({ content: `${of} is ${value}` })
    )
    const setup = Command.slash("setup", { description }, () =>
      Reply.send({ content: "-", components: [[menu.with({ of: "tea" })]] })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("setup")
      const answer = yield* message.select("colour", ["red"])
      assert.strictEqual(yield* answer.content, "tea is red")
    }).pipe(withBot({ interactions: [menu, setup] }))
  })

  it.live("keep selections and components through an update with keepSelections and keepComponents", () => {
    const command = Command.slash("keep", { description }, () =>
      Effect.gen(function* () {
        const again = yield* Button.bound({ label: "new" }, () => Effect.void)
        const menu = yield* Menu.bound(Menu.string({ placeholder: "menu", choices: ["a", "b"] }), () =>
          Reply.update({ content: "kept", components: [[again]], keepComponents: true, keepSelections: true })
        )
        yield* Reply.send({ content: "-", components: [[menu]] })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("keep")
      yield* message.select("menu", ["b"])
      yield* message.awaitContent("kept")
      const rows = JSON.parse(JSON.stringify(yield* message.components))
      assert.strictEqual(rows.length, 2)
      assert.strictEqual(rows[0].components[0].label, "new")
      assert.deepStrictEqual(
        rows[1].components[0].options.map((option: { readonly default?: boolean }) => option.default === true),
        [false, true]
      )
    }).pipe(withBot({ interactions: [command] }))
  })
})

describe("modals", () => {
  const form = Command.slash("form", { description }, () =>
    Modal.show(
      {
        title: "About you",
        fields: {
          name: Field.short("Name", { min: 2 }),
          age: Field.short("Age", { schema: Schema.FiniteFromString }),
          bio: Field.paragraph("Bio", { required: false }),
          who: Field.menu("Friend", Menu.user()),
          kind: Field.radio("Kind", { choices: ["cat", "dog"] })
        }
      },
      (values) => {
        expectTypeOf(values.name).toEqualTypeOf<string>()
        expectTypeOf(values.age).toEqualTypeOf<number>()
        expectTypeOf(values.who).toEqualTypeOf<Options.ResolvedUser>()
        expectTypeOf(values.kind).toEqualTypeOf<"cat" | "dog">()
        return Reply.send({ content: `${values.name} ${values.age + 1} ${values.who.username} ${values.kind}` })
      }
    )
  )

  it.live("pass typed values to the handler, and tell the user what a schema refuses", () =>
    Effect.gen(function* () {
      const friend = yield* bob
      const modal = yield* (yield* (yield* alice).slash("form")).modal
      const values = { Name: "Ann", Friend: [friend.id], Kind: "dog" }
      const good = yield* modal.submit({ ...values, Age: "41" })
      assert.strictEqual(yield* good.content, "Ann 42 bob dog")
      const bad = yield* modal.submit({ ...values, Age: "old" })
      assert.include(yield* bad.content, "**Age**")
      assert.isTrue(yield* bad.ephemeral)
    }).pipe(withBot({ interactions: [form] }))
  )

  it.live("have fields that a user may leave empty", () => {
    const poll = Command.slash("poll", { description }, () =>
      Modal.show(
        {
          title: "Poll",
          fields: {
            kind: Field.radio("Kind", { choices: ["cat", "dog"], required: false }),
            who: Field.menu("Friend", Menu.user(), { required: false }),
            all: Field.menu("Friends", Menu.users(), { required: false })
          }
        },
        (values) => {
          expectTypeOf(values.kind).toEqualTypeOf<"cat" | "dog" | undefined>()
          expectTypeOf(values.who).toEqualTypeOf<Options.ResolvedUser | undefined>()
          expectTypeOf(values.all).toEqualTypeOf<ReadonlyArray<Options.ResolvedUser>>()
          return Reply.send({ content: `${values.kind} ${values.who?.username} ${values.all.length}` })
        }
      )
    )
    return Effect.gen(function* () {
      const friend = yield* bob
      const modal = yield* (yield* (yield* alice).slash("poll")).modal
      assert.strictEqual(yield* (yield* modal.submit({})).content, "undefined undefined 0")
      const full = yield* modal.submit({ Kind: "cat", Friend: [friend.id], Friends: [friend.id] })
      assert.strictEqual(yield* full.content, "cat bob 1")
    }).pipe(withBot({ interactions: [poll] }))
  })

  it.live("reply to a user who submits after the Runtime has ended", () =>
    Effect.gen(function* () {
      const modal = yield* (yield* (yield* alice).slash("form")).modal
      yield* Runtimes.Runtimes.use((runtimes) => runtimes.closeAll)
      const answer = yield* modal.submit({ Name: "Ann", Age: "1", Friend: [(yield* bob).id], Kind: "cat" })
      assert.strictEqual(yield* answer.content, texts.Closed)
      assert.isTrue(yield* answer.ephemeral)
    }).pipe(withBot({ interactions: [form] }))
  )

  it.live("do not compile as a response to a modal, and fail with ModalOnModal when the types cannot tell", () => {
    const inner = { title: "b", fields: { b: Field.short("B") } }
    const outer = { title: "a", fields: { a: Field.short("A") } }
    // @ts-expect-error a modal cannot be opened from the submission of a modal
    void (() => Modal.show(outer, () => Modal.ask(inner)))
    const command = Command.slash("two", { description }, () =>
      Effect.gen(function* () {
        yield* Modal.ask(outer)
        yield* Effect.catchTag(Modal.ask(inner), "ReplyError", ({ reason }) => Reply.send({ content: reason._tag }))
      })
    )
    return Effect.gen(function* () {
      const modal = yield* (yield* (yield* alice).slash("two")).modal
      const answer = yield* modal.submit({ A: "x" })
      assert.strictEqual(yield* answer.content, "ModalOnModal")
    }).pipe(withBot({ interactions: [command] }))
  })
})

describe("commands", () => {
  const config = Command.parent(
    "config",
    { description },
    {
      show: Command.sub({ description }, () => Reply.send({ content: "all" })),
      role: Command.group(
        { description },
        {
          add: Command.sub({ description, options: { role: Options.role("…") } }, ({ role }) =>
            Reply.send({ content: `+${role.name}` })
          )
        }
      )
    }
  )

  it.live("run the handler of the subcommand that was used, inside groups too", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const user = yield* alice
      const role = { id: yield* discord.guild.role("admins") }
      assert.strictEqual(yield* (yield* user.slash("config show")).content, "all")
      assert.strictEqual(yield* (yield* user.slash("config role add", { role })).content, "+admins")
    }).pipe(withBot({ interactions: [config] }))
  )

  it.live("receive the user or the message of a context menu", () =>
    Effect.gen(function* () {
      const [user, other] = [yield* alice, yield* bob]
      assert.strictEqual(yield* (yield* user.contextMenu("Greet", other)).content, "hi bob")
      const message = yield* other.say("hello there")
      assert.strictEqual(yield* (yield* user.contextMenu("Quote", message)).content, "> hello there")
    }).pipe(
      withBot({
        interactions: [
          Command.user("Greet", {}, ({ username }) => Reply.send({ content: `hi ${username}` })),
          Command.message("Quote", {}, ({ content }) => Reply.send({ content: `> ${content}` }))
        ],
        gateway: { intents: ["Guilds", "GuildMessages", "MessageContent"] }
      })
    )
  )

  it.live("tell the user when a schema refuses an option, and do not run the handler", () => {
    const command = Command.slash(
      "when",
      { description, options: { date: Options.schema(Options.string("Date"), Schema.DateFromString) } },
      ({ date }) => {
        expectTypeOf(date).toEqualTypeOf<Date>()
        return Reply.send({ content: date.toISOString() })
      }
    )
    return Effect.gen(function* () {
      const user = yield* alice
      const good = yield* user.slash("when", { date: "2026-01-02" })
      assert.include(yield* good.content, "2026-01-02T")
      const bad = yield* user.slash("when", { date: "whenever" })
      assert.include(yield* bad.content, "**Date**")
      assert.isTrue(yield* bad.ephemeral)
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("have typed suggestions, which the next keystroke interrupts and which leave no Runtime open", () => {
    const interrupted = Deferred.makeUnsafe<void>()
    const command = Command.slash(
      "city",
      {
        description,
        options: {
          name: Options.autocomplete(Options.string("…"), (query) =>
            query === "slow"
              ? Effect.onInterrupt(Effect.never, () => Deferred.succeed(interrupted, undefined))
              : Effect.succeed(["Bonn", "Berlin", "Rome"].filter((city) => city.startsWith(query)))
          )
        }
      },
      ({ name }) => Reply.send({ content: name })
    )
    return Effect.gen(function* () {
      const user = yield* alice
      const stale = yield* Effect.forkChild(user.autocomplete("city", { name: "slow" }, "name"), {
        startImmediately: true
      })
      const answer = yield* user.autocomplete("city", { name: "B" }, "name")
      assert.deepStrictEqual(
        (yield* answer.choices).map(({ value }) => value),
        ["Bonn", "Berlin"]
      )
      yield* Deferred.await(interrupted)
      // The stale request gets a response too: an empty list.
      assert.deepStrictEqual(yield* (yield* Fiber.join(stale)).choices, [])
      assert.strictEqual(yield* Runtimes.Runtimes.use((runtimes) => runtimes.size), 0)
    }).pipe(withBot({ interactions: [command] }))
  })
})

describe("a component with restrictions", () => {
  const command = Command.slash("own", { description }, () =>
    Effect.gen(function* () {
      const taken = yield* Ref.make(0)
      const count = Effect.flatMap(
        Ref.updateAndGet(taken, (n) => n + 1),
        (n) => Reply.update({ content: `${n}` })
      )
      const owner = yield* Button.bound({ label: "owner" }, () => count, { by: "opener", denied: "not yours" })
      const once = yield* Button.bound({ label: "once" }, () => count, { once: true })
      const bobs = yield* Button.bound({ label: "bob's" }, () => count, {
        by: ({ user }) => user.username === "bob"
      })
      const broken = yield* Button.bound({ label: "broken" }, () => count, {
        by: () => {
          throw new Error("on purpose")
        }
      })
      yield* Reply.send({ content: "0", components: [[owner, once, bobs, broken]] })
    })
  )

  it.live("tells other users that they may not use it, and does not run its handler", () =>
    Effect.gen(function* () {
      const [owner, other] = [yield* alice, yield* bob]
      const message = yield* owner.slash("own")
      const said = Effect.fnUntraced(function* (user: typeof owner, label: string) {
        const answer = yield* user.click(message, label)
        return [yield* answer.content, yield* answer.ephemeral]
      })
      assert.deepStrictEqual(yield* said(other, "owner"), ["not yours", true])
      assert.deepStrictEqual(yield* said(owner, "owner"), ["1", false])
      assert.deepStrictEqual(yield* said(owner, "bob's"), [texts.Denied, true])
      assert.deepStrictEqual(yield* said(other, "bob's"), ["2", false])
      assert.deepStrictEqual(yield* said(other, "once"), ["3", false])
      assert.deepStrictEqual(yield* said(owner, "once"), [texts.Denied, true])
      assert.include((yield* said(owner, "broken"))[0], "Something went wrong")
      assert.strictEqual(yield* message.content, "3")
    }).pipe(withBot({ interactions: [command] }))
  )
})

describe("replies", () => {
  it.live("merge the defaults of the bot and of the command field by field", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const flags = (name: string) =>
        Effect.flatMap(user.slash(name), (message) => Effect.map(message.raw, ({ flags }) => flags ?? 0))
      assert.strictEqual(yield* flags("bot"), (1 << 6) | (1 << 12))
      assert.strictEqual(yield* flags("command"), 1 << 12)
      assert.strictEqual(yield* flags("reply"), 1 << 6)
    }).pipe(
      withBot({
        interactions: [
          Command.slash("bot", { description }, () => Reply.send({ content: "…" })),
          Command.slash("command", { description, replies: { ephemeral: false } }, () => Reply.send({ content: "hi" })),
          Command.slash("reply", { description }, () => Reply.send({ content: "…", silent: false }))
        ],
        replies: { ephemeral: true, silent: true }
      })
    )
  )

  it.live("stay ephemeral after an automatic deferral that was not ephemeral", () => {
    const gate = Deferred.makeUnsafe<void>()
    const command = Command.slash("slow", { description }, () =>
      Effect.andThen(Deferred.await(gate), Reply.send({ content: "secret", ephemeral: true }))
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("slow")
      assert.strictEqual(message.kind, "deferred-message")
      yield* Deferred.succeed(gate, undefined)
      const secret = yield* message.awaitFollowUp()
      assert.strictEqual(yield* secret.content, "secret")
      assert.isTrue(yield* secret.ephemeral)
      assert.isTrue(yield* message.deleted)
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("from several fibers at once are one initial response and follow-ups, without a loss", () => {
    const command = Command.slash("many", { description }, () =>
      Effect.forEach(["1", "2", "3", "4"], (content) => Reply.send({ content }), { concurrency: "unbounded" })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("many")
      yield* message.awaitFollowUp(3)
      const contents = yield* Effect.forEach(yield* message.followUps, ({ content }) => content)
      assert.deepStrictEqual([yield* message.content, ...contents].toSorted(), ["1", "2", "3", "4"])
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("can be edited, followed up and deleted", () => {
    const command = Command.slash("life", { description }, () =>
      Effect.gen(function* () {
        yield* Effect.catchTag(Reply.edit({ content: "…" }), "ReplyError", ({ reason }) =>
          Reply.send({ content: reason._tag })
        )
        yield* Reply.followUp({ content: "more" })
        yield* Reply.edit({ content: "changed" })
        yield* Reply.delete
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("life")
      const more = yield* message.awaitFollowUp()
      assert.strictEqual(yield* more.content, "more")
      const last = yield* message.awaitUntil(({ deleted }) => deleted)
      assert.strictEqual(last.content, "changed")
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("may have bound components anywhere in a layout, which are disabled when the Runtime ends", () => {
    const command = Command.slash("v2", { description }, () =>
      Effect.gen(function* () {
        const end = yield* Button.bound({ label: "end" }, () => Runtime.close)
        yield* Reply.send({
          components: [
            Layout.container(
              [
                Layout.text("# Hello"),
                Layout.separator({ size: "large" }),
                Layout.section(["Press"], end),
                Layout.gallery(["https://example.com/a.png"])
              ],
              { accentColor: 0x5865f2 }
            )
          ]
        })
      })
    )
    return Effect.gen(function* () {
      const user = yield* alice
      const message = yield* user.slash("v2")
      yield* message.click("end")
      yield* message.awaitUntil(({ buttons }) => buttons.length === 1 && buttons.every(({ disabled }) => disabled))
      const late = yield* user.click(message, "end", { stale: true })
      assert.strictEqual(yield* late.content, texts.Closed)
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("may have the same component several times, and remove it when the Runtime ends if the bot says so", () => {
    const command = Command.slash("twice", { description }, () =>
      Effect.gen(function* () {
        const end = yield* Button.bound({ label: "end" }, () => Runtime.close)
        yield* Reply.send({
          content: "…",
          components: [
            [end, end],
            [end, Button.link("https://example.com", { label: "link" })]
          ]
        })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("twice")
      const buttons = yield* message.buttons
      assert.strictEqual(new Set(buttons.map(({ customId }) => customId)).size, 4)
      yield* message.click(buttons[2]?.customId ?? "")
      const left = yield* message.awaitUntil(({ buttons }) => buttons.length < 4)
      assert.deepStrictEqual(
        left.buttons.map(({ label }) => label),
        ["link"]
      )
    }).pipe(withBot({ interactions: [command], endedComponents: "remove" }))
  })

  it.live("upload files", () => {
    const command = Command.slash("file", { description }, () =>
      Reply.send({ content: "see", files: [{ name: "a.txt", data: "hello" }] })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("file")
      const { attachments } = yield* message.raw
      assert.deepStrictEqual(
        attachments.map(({ filename }) => filename),
        ["a.txt"]
      )
    }).pipe(withBot({ interactions: [command] }))
  })

  it("have keys that a snapshot can compare, so that a rename is noticed", () => {
    const join = Button.independent("join", {}, () => Effect.void)
    assert.deepStrictEqual(Definition.names([wizard, join]), ["Command 1:wizard", "Component join"])
  })

  it.live("choose texts by the locale of the user", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const german = yield* discord.user("gisela", { locale: "de" })
      assert.strictEqual(yield* (yield* german.slash("silent")).content, "Erledigt.")
      assert.strictEqual(yield* (yield* (yield* alice).slash("silent")).content, texts.Silent)
    }).pipe(
      withBot({
        interactions: [Command.slash("silent", { description }, () => Effect.void)],
        texts: (locale) => (locale === "de" ? { Silent: "Erledigt." } : {})
      })
    )
  )
})

describe("Runtimes.start", () => {
  it.live("opens a Runtime from a message listener, and its buttons work", () => {
    const listener = GatewayEvents.on("MESSAGE_CREATE", ({ author, channel_id: channelId }) =>
      author.bot === true
        ? Effect.void
        : Runtimes.start(
            Effect.gen(function* () {
              const rest = yield* DiscordRest.DiscordRest
              const button = yield* Button.bound({ label: "hi" }, () =>
                Reply.update({ content: "hello!", components: [] })
              )
              const components = [{ type: 1 as const, components: [button] }]
              yield* Effect.orDie(
                rest.use((api) => api.channels.createMessage(channelId, { content: "?", components }))
              )
            })
          )
    )
    const bot = listener.pipe(
      Layer.provideMerge(making.layer({ interactions: [], gateway: { intents: ["Guilds", "GuildMessages"] } }))
    )
    return Effect.gen(function* () {
      const user = yield* alice
      yield* user.say("anybody?")
      const message = yield* user.awaitMessage(({ content }) => content === "?")
      yield* message.click("hi")
      yield* message.awaitContent("hello!")
      assert.strictEqual(yield* Runtimes.Runtimes.use((runtimes) => runtimes.size), 1)
    }).pipe(Effect.provide(Layer.provideMerge(bot, FakeDiscord.layer())))
  })
})
