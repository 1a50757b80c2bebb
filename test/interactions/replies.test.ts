/** Single sentences about replies; what holds for all sequences of them is in `replies.laws.test.ts`. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as Bot from "../../src/Bot.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Field from "../../src/interactions/definitions/Field.ts"
import * as Modal from "../../src/interactions/definitions/Modal.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import * as Layout from "../../src/interactions/replies/Layout.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import { Interaction } from "../../src/interactions/replies/Interaction.ts"
import type { ReplyError } from "../../src/interactions/replies/ReplyError.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"
import * as Runtime from "../../src/runtime/Runtime.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, bob, requests, withBot } from "./harness.ts"

const description = "…"
const { defaultTexts: texts } = ErrorReply

/** Collects log lines as they are written. */
const collecting = (lines: Array<string>) =>
  Effect.provide(
    Logger.layer([
      Logger.make(({ logLevel, message }) => {
        lines.push(`${logLevel} ${[message].flat().map(String).join(" ")}`)
      })
    ])
  )

/** What an initial response said. */
const dataOf = (request: FakeDiscord.EntryOf<"Request"> | undefined) =>
  (request?.body as { readonly data: Readonly<Record<string, unknown>> } | undefined)?.data ?? {}

const callback = "POST /interactions/:id/:token/callback"

describe("what was promised", () => {
  it.live("the first follow-up after a deferral is the deferred message", () => {
    const command = Command.slash("x", { description }, () =>
      Effect.gen(function* () {
        yield* Reply.defer({ ephemeral: true })
        yield* Reply.followUp({ content: "one" })
        yield* Reply.followUp({ content: "two" })
        yield* Reply.edit({ content: "one, changed" })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      const { ephemeral } = yield* message.awaitContent("one, changed")
      assert.isTrue(ephemeral)
      const [two, ...more] = yield* message.followUps
      assert.strictEqual((yield* two?.snapshot ?? Effect.die("none")).content, "two")
      assert.isFalse((yield* two?.snapshot ?? Effect.die("none")).ephemeral)
      assert.deepStrictEqual(more, [])
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("delete leaves a state from which send works, and edit says that there is nothing to change", () => {
    const reasons: Array<string> = []
    const command = Command.slash("x", { description }, () =>
      Effect.gen(function* () {
        yield* Reply.defer()
        yield* Reply.delete
        yield* Effect.catch(Reply.edit({ content: "…" }), ({ reason }) => Effect.sync(() => reasons.push(reason._tag)))
        yield* Reply.send({ content: "new" })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      const sent = yield* message.awaitFollowUp()
      assert.strictEqual(yield* sent.content, "new")
      assert.isTrue(yield* message.deleted)
      assert.deepStrictEqual(reasons, ["NotAnswered"])
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("to promise twice is no error, and the second promise says who sees the message", () => {
    const command = Command.slash("x", { description }, () =>
      Effect.gen(function* () {
        yield* Reply.defer()
        yield* Reply.defer({ ephemeral: true })
        yield* Reply.send({ content: "secret" })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      const secret = yield* message.awaitFollowUp()
      assert.strictEqual(yield* secret.content, "secret")
      assert.isTrue(yield* secret.ephemeral)
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("a message that a click has deleted is not asked for again", () => {
    const reasons: Array<string> = []
    const command = Command.slash("x", { description }, () =>
      Effect.gen(function* () {
        const remove = yield* Button.bound({ label: "remove" }, () =>
          Effect.gen(function* () {
            yield* Reply.deferUpdate
            yield* Reply.delete
            yield* Effect.catch(Reply.update({ content: "…" }), ({ reason }) =>
              Effect.sync(() => reasons.push(reason._tag))
            )
            yield* Reply.send({ content: "gone", ephemeral: true })
          })
        )
        yield* Reply.send({ content: "…", components: [[remove]] })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      const clicked = yield* message.click("remove")
      assert.strictEqual(yield* (yield* clicked.awaitFollowUp()).content, "gone")
      assert.deepStrictEqual(reasons, ["NoMessage"])
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("a field that is undefined does not make public what is private by default", () =>
    Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      assert.isTrue(yield* message.ephemeral)
    }).pipe(
      withBot({
        interactions: [
          Command.slash("x", { description, replies: { ephemeral: undefined } }, () =>
            Reply.send({ content: "secret", ephemeral: undefined })
          )
        ],
        replies: { ephemeral: true }
      })
    )
  )

  it.live("a private question after a click on a public message is a message of its own", () => {
    const command = Command.slash("x", { description }, () =>
      Effect.gen(function* () {
        const ask = yield* Button.bound({ label: "ask" }, () =>
          Reply.ask({ content: "secret?", ephemeral: true, components: [Button.choices(["yes"])] })
        )
        yield* Reply.send({ content: "public", components: [[ask]] })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      const question = yield* message.click("ask")
      assert.strictEqual(yield* question.content, "secret?")
      assert.isTrue(yield* question.ephemeral)
      assert.strictEqual(yield* message.content, "public")
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("an interrupted handler leaves nobody waiting for what it promised", () => {
    const command = Command.slash("x", { description }, () => Effect.andThen(Reply.defer(), Effect.interrupt))
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      const told = yield* message.awaitFollowUp()
      assert.strictEqual(yield* told.content, texts.Shutdown)
      assert.isTrue(yield* told.ephemeral)
      assert.isTrue(yield* message.deleted)
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("a promise that gave way to a message which then failed is still owed", () => {
    const command = Command.slash("x", { description }, () =>
      Effect.gen(function* () {
        const { faults } = yield* FakeDiscord.FakeDiscord
        yield* Reply.defer()
        yield* faults.restStatus(/^POST .webhooks/, 503)
        yield* Effect.ignore(Reply.send({ content: "secret", ephemeral: true }))
        return yield* Effect.interrupt
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      const told = yield* message.awaitFollowUp()
      assert.strictEqual(yield* told.content, texts.Shutdown)
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("a failure after the handler has moved on is told to the user of the latest interaction", () => {
    const command = Command.slash("x", { description }, () =>
      Effect.gen(function* () {
        yield* Reply.ask({ content: "?", components: [Button.choices(["yes"])], by: "anyone" })
        return yield* Effect.die("on purpose")
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      const clicked = yield* (yield* bob).click(message, "yes")
      assert.include(yield* clicked.content, texts.Failed.slice(0, 20))
      assert.isTrue(yield* clicked.ephemeral)
      assert.deepStrictEqual(yield* message.followUps, [])
      assert.strictEqual(yield* message.content, "?")
    }).pipe(withBot({ interactions: [command] }))
  })
})

describe("another process", () => {
  it.live("whose answer came first is noticed: nothing more is said, and one log line says why", () => {
    const reasons: Array<string> = []
    const lines: Array<string> = []
    const command = Command.slash("x", { description }, () =>
      Effect.gen(function* () {
        const failed = ({ reason }: ReplyError) => Effect.sync(() => reasons.push(reason._tag))
        yield* Effect.catch(Reply.send({ content: "ours" }), failed)
        yield* Effect.catch(Reply.followUp({ content: "ours" }), failed)
        yield* Reply.send({ content: "ours" })
      })
    )
    const body = { code: 40_060, message: "Interaction has already been acknowledged." }
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const user = yield* alice
      for (const n of [1, 2]) {
        yield* discord.faults.restStatus(callback, 400, { body })
        yield* Effect.forkScoped(Effect.ignore(user.slash("x")))
        yield* Effect.sleep("5 millis").pipe(Effect.repeat({ until: () => reasons.length === 2 * n }))
      }
      yield* Effect.sleep("30 millis")
      assert.deepStrictEqual(
        reasons,
        Array.from({ length: 4 }, () => "AnsweredElsewhere")
      )
      assert.strictEqual((yield* requests("POST", /callback/)).length, 2)
      assert.deepStrictEqual(yield* requests("POST", /webhooks/), [])
      const serious = lines.filter((line) => /^(Warn|Error|Fatal)/.test(line))
      assert.strictEqual(serious.length, 1, serious.join("\n"))
      assert.include(serious[0], "two processes")
    }).pipe(withBot({ interactions: [command] }), collecting(lines), Effect.scoped)
  })
})

describe("Components V2", () => {
  const v2 = [Layout.text("# V2")]

  it.live("a message with content becomes one of Components V2, by an update and by an edit", () => {
    const command = Command.slash("x", { description }, () =>
      Effect.gen(function* () {
        const turn = yield* Button.bound({ label: "turn" }, () => Reply.update({ components: v2 }))
        yield* Reply.send({ content: "old", embeds: [{ title: "old" }], components: [[turn]] })
      })
    )
    const edited = Command.slash("y", { description }, () =>
      Effect.andThen(Reply.send({ content: "old", embeds: [{ title: "old" }] }), Reply.edit({ components: v2 }))
    )
    return Effect.gen(function* () {
      const user = yield* alice
      const message = yield* user.slash("x")
      yield* message.click("turn")
      for (const turned of [message, yield* user.slash("y")]) {
        const { content, embeds, text } = yield* turned.awaitUntil(({ text }) => text === "# V2")
        assert.deepStrictEqual([content, embeds, text], ["", [], "# V2"])
      }
    }).pipe(withBot({ interactions: [command, edited] }))
  })

  it.live("what is one already is not reset again", () => {
    const command = Command.slash("x", { description }, () =>
      Effect.gen(function* () {
        const turn = yield* Button.bound({ label: "turn" }, () => Reply.update({ components: v2 }))
        yield* Reply.send({ components: [Layout.text("first"), Layout.row([turn])] })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      yield* message.click("turn")
      const [, update] = yield* requests("POST", /callback/)
      assert.notProperty(dataOf(update), "content")
    }).pipe(withBot({ interactions: [command] }))
  })
})

describe("files", () => {
  const names = (message: FakeDiscord.Message) =>
    Effect.map(message.raw, ({ attachments }) => attachments.map(({ filename }) => filename))
  const picture = (n: number) => ({ name: `${n}.png`, data: "…" })

  it.live("the picture of a pager does not pile up, by updates before and after the response", () => {
    const command = Command.slash("pager", { description }, () =>
      Effect.gen(function* () {
        let page = 0
        const next = yield* Button.bound({ label: "next" }, () => Reply.update({ files: [picture(++page)] }))
        const later = yield* Button.bound({ label: "later" }, () =>
          Effect.andThen(Reply.deferUpdate, Reply.update({ files: [picture(++page)] }))
        )
        yield* Reply.send({ content: "page", files: [picture(page)], components: [[next, later]] })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("pager")
      assert.deepStrictEqual(yield* names(message), ["0.png"])
      yield* message.click("next")
      yield* message.awaitUntil(({ raw }) => raw.attachments[0]?.filename === "1.png")
      assert.deepStrictEqual(yield* names(message), ["1.png"])
      yield* message.click("later")
      yield* message.awaitUntil(({ raw }) => raw.attachments[0]?.filename === "2.png")
      assert.deepStrictEqual(yield* names(message), ["2.png"])
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("keepAttachments keeps all, none, or some; without files everything stays", () => {
    const steps: ReadonlyArray<Reply.Message> = [
      { content: "untouched" },
      { content: "one more", files: [picture(3)], keepAttachments: true },
      { content: "none", keepAttachments: false }
    ]
    const command = Command.slash("x", { description }, () =>
      Effect.gen(function* () {
        let n = 0
        const update = yield* Button.bound({ label: "update" }, () => Reply.update(steps[n++ % 3] ?? {}))
        const edit = yield* Button.bound({ label: "edit" }, () =>
          Effect.andThen(Reply.deferUpdate, Reply.edit(steps[n++ % 3] ?? {}))
        )
        const reset = yield* Button.bound({ label: "reset" }, () =>
          Reply.update({ content: "reset", files: [picture(1), picture(2)] })
        )
        yield* Reply.send({ content: "…", files: [picture(1), picture(2)], components: [[update, edit, reset]] })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      for (const way of ["update", "edit"]) {
        yield* message.click("reset")
        yield* message.awaitContent("reset")
        for (const [content, expected] of [
          ["untouched", ["1.png", "2.png"]],
          ["one more", ["1.png", "2.png", "3.png"]],
          ["none", []]
        ] as const) {
          yield* message.click(way)
          yield* message.awaitContent(content)
          assert.deepStrictEqual(yield* names(message), [...expected], `${way}: ${content}`)
        }
      }
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("keepAttachments keeps those with the given ids", () => {
    const command = Command.slash("x", { description }, () =>
      Effect.gen(function* () {
        const keep = yield* Button.bound({ label: "keep" }, () =>
          Interaction.use(({ message }) => {
            const [, second] = message?.attachments ?? []
            return Reply.update({ files: [picture(3)], keepAttachments: [second?.id ?? ""] })
          })
        )
        yield* Reply.send({ content: "…", files: [picture(1), picture(2)], components: [[keep]] })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      yield* message.click("keep")
      assert.deepStrictEqual(yield* names(message), ["2.png", "3.png"])
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("keepAttachments changes the details of what it keeps", () => {
    const command = Command.slash("x", { description }, () =>
      Effect.gen(function* () {
        const hide = yield* Button.bound({ label: "hide" }, () =>
          Interaction.use(({ message }) => {
            const [first, second] = message?.attachments ?? []
            const hidden = { id: first?.id ?? "", description: "a dog", spoiler: true }
            return Reply.update({ keepAttachments: [hidden, { id: second?.id ?? "", spoiler: false }] })
          })
        )
        const pictures = [picture(1), { ...picture(2), description: "a cat", spoiler: true }]
        yield* Reply.send({ content: "…", files: pictures, components: [[hide]] })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      yield* message.click("hide")
      const { attachments } = yield* message.raw
      assert.deepStrictEqual(
        attachments.map(({ description, flags }) => [description, (flags ?? 0) & (1 << 3)]),
        [
          ["a dog", 1 << 3],
          ["a cat", 0]
        ]
      )
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("an update without files names those of the message, because Discord might remove them", () => {
    const command = Command.slash("x", { description }, () =>
      Effect.gen(function* () {
        const next = yield* Button.bound({ label: "next" }, () => Reply.update({ content: "changed" }))
        yield* Reply.send({ content: "…", files: [picture(1)], components: [[next]] })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      yield* message.click("next")
      const [, update] = yield* requests("POST", /callback/)
      const { attachments } = yield* message.raw
      assert.deepStrictEqual(dataOf(update)["attachments"], [{ id: attachments[0]?.id }])
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("carry a description, and may be a spoiler", () => {
    const command = Command.slash("x", { description }, () =>
      Reply.send({ content: "…", files: [picture(1), { ...picture(2), description: "a cat", spoiler: true }] })
    )
    return Effect.gen(function* () {
      const { attachments } = yield* (yield* (yield* alice).slash("x")).raw
      assert.deepStrictEqual(
        attachments.map(({ description, filename, flags }) => [filename, description, flags]),
        [
          ["1.png", undefined, undefined],
          ["2.png", "a cat", 1 << 3]
        ]
      )
    }).pipe(withBot({ interactions: [command] }))
  })
})

// Components of two messages have the same ids.
const withoutIds = (components: unknown): unknown => JSON.parse(JSON.stringify(components).replaceAll(/,"id":\d+/g, ""))

describe("the end of a Runtime", () => {
  it.live("disables its components on the message as it is now, and touches nothing else", () => {
    const other = Command.slash("other", { description }, () =>
      Effect.gen(function* () {
        const living = yield* Button.bound({ label: "living" }, () => Reply.send({ content: "alive" }))
        yield* Reply.send({ content: "other", components: [[living]] })
      })
    )
    let end: Effect.Effect<void> = Effect.void
    const command = Command.slash("x", { description }, () =>
      Effect.gen(function* () {
        const runtime = yield* Runtime.current
        end = Effect.andThen(runtime.close("Closed"), Effect.asVoid(runtime.closed))
        const mine = yield* Button.bound({ label: "mine" }, () => Effect.void)
        yield* Reply.send({ content: "as sent", components: [[mine]], files: [{ name: "a.txt", data: "a" }] })
      })
    )
    return Effect.gen(function* () {
      const user = yield* alice
      const message = yield* user.slash("x")
      const [living] = (yield* (yield* user.slash("other")).raw).components ?? []
      const { channel_id: channel, components = [], id } = yield* message.raw
      // Somebody changes it through REST, and puts a component of another Runtime on it.
      yield* DiscordRest.use((api) =>
        api.channels.editMessage(channel, id, {
          content: "as edited",
          components: withoutIds([...components, living]) as typeof components
        })
      )
      yield* end
      const after = yield* message.snapshot
      assert.deepStrictEqual(
        after.buttons.map(({ disabled, label }) => [label, disabled]),
        [
          ["mine", true],
          ["living", false]
        ]
      )
      assert.strictEqual(after.content, "as edited")
      assert.strictEqual(after.raw.attachments.length, 1)
    }).pipe(withBot({ interactions: [command, other] }))
  })

  it.live("leaves a deleted message alone, without a word in the log", () => {
    const lines: Array<string> = []
    let end: Effect.Effect<void> = Effect.void
    const command = Command.slash("x", { description }, () =>
      Effect.gen(function* () {
        const runtime = yield* Runtime.current
        end = Effect.andThen(runtime.close("Closed"), Effect.asVoid(runtime.closed))
        const mine = yield* Button.bound({ label: "mine" }, () => Effect.void)
        yield* Reply.send({ content: "…", components: [[mine]] })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      const { channel_id: channel, id } = yield* message.raw
      yield* DiscordRest.use((api) => api.channels.deleteMessage(channel, id))
      yield* end
      assert.deepStrictEqual(yield* requests("PATCH", /./), [])
      assert.deepStrictEqual(
        lines.filter((line) => line.includes("kept its components")),
        []
      )
    }).pipe(
      withBot({ interactions: [command] }),
      collecting(lines),
      Effect.provideService(References.MinimumLogLevel, "Debug")
    )
  })

  it.live("removes accessories and keeps the texts beside them, and shows files as before", () => {
    const command = Command.slash("x", { description }, () =>
      Effect.gen(function* () {
        const runtime = yield* Runtime.current
        const end = yield* Button.bound({ label: "end" }, () => runtime.close("Closed"))
        yield* Reply.send({
          files: [{ name: "a.txt", data: "a" }],
          components: [
            Layout.container([Layout.section(["beside", "it"], end), Layout.file("a.txt"), Layout.row([end])]),
            Layout.text("stays")
          ]
        })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      yield* message.click("end")
      const { raw, text } = yield* message.awaitUntil(({ buttons }) => buttons.length === 0)
      assert.strictEqual(text, "beside\nit\nstays")
      assert.strictEqual(raw.attachments.length, 1)
    }).pipe(withBot({ interactions: [command], endedComponents: "remove" }))
  })

  it.live("at a shutdown takes no longer for its messages than the drain allows", () => {
    const command = Command.slash("x", { description }, () =>
      Effect.gen(function* () {
        const mine = yield* Button.bound({ label: "mine" }, () => Effect.void)
        yield* Reply.send({ content: "…", components: [[mine]] })
      })
    )
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const services = yield* Effect.context<Bot.Services>()
      const scope = yield* Scope.make()
      yield* Layer.buildWithScope(
        Layer.provide(
          Bot.layer({ interactions: [command], runtimes: { drain: "200 millis" } }),
          Layer.succeedContext(services)
        ),
        scope
      )
      yield* (yield* alice).slash("x")
      yield* discord.faults.restHang(/messages/, { times: Infinity })
      // A call would be waited for by the minute.
      yield* Effect.timeout(Scope.close(scope, Exit.void), "50 seconds")
    }).pipe(Effect.provide(FakeDiscord.layer()))
  })

  it.live("a late click disables what is over, and no component of a Runtime that lives", () => {
    const living = Command.slash("living", { description }, () =>
      Effect.gen(function* () {
        const button = yield* Button.bound({ label: "living" }, () => Reply.send({ content: "alive" }))
        yield* Reply.send({ content: "…", components: [[button]] })
      })
    )
    const over = Command.slash("over", { description }, () =>
      Effect.gen(function* () {
        const button = yield* Button.bound({ label: "over" }, () => Effect.void)
        yield* Reply.send({ content: "…", components: [[button]] })
        yield* Runtime.close
      })
    )
    return Effect.gen(function* () {
      const user = yield* alice
      const [first] = (yield* (yield* user.slash("living")).raw).components ?? []
      const message = yield* user.slash("over")
      const ended = yield* message.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
      const [second] = ended.raw.components ?? []
      // What the bot could not disable when the Runtime ended.
      const enabled = JSON.parse(JSON.stringify([first, second]).replaceAll('"disabled":true', '"disabled":false'))
      yield* DiscordRest.use((api) =>
        api.channels.editMessage(ended.channelId, ended.id, { components: withoutIds(enabled) as never })
      )
      yield* message.click("over")
      yield* message.awaitUntil(({ buttons }) => buttons.some(({ disabled }) => disabled))
      assert.deepStrictEqual(
        (yield* message.buttons).map(({ disabled, label }) => [label, disabled]),
        [
          ["living", false],
          ["over", true]
        ]
      )
      assert.strictEqual(yield* (yield* message.click("living")).content, "alive")
    }).pipe(withBot({ interactions: [living, over] }))
  })
})

describe("automatic deferral", () => {
  it.live("Reply.defer after it is no error, and says who sees the reply", () => {
    const gate = Deferred.makeUnsafe<void>()
    const command = Command.slash("x", { description, autoDefer: "20 millis" }, () =>
      Effect.gen(function* () {
        yield* Deferred.await(gate)
        yield* Reply.defer({ ephemeral: true })
        yield* Reply.send({ content: "secret" })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      assert.strictEqual(message.kind, "deferred-message")
      yield* Deferred.succeed(gate, undefined)
      const secret = yield* message.awaitFollowUp()
      assert.strictEqual(yield* secret.content, "secret")
      assert.isTrue(yield* secret.ephemeral)
      assert.isTrue(yield* message.deleted)
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("Reply.deferUpdate after it is no error either", () => {
    const gate = Deferred.makeUnsafe<void>()
    const command = Command.slash("x", { description, autoDefer: "20 millis" }, () =>
      Effect.gen(function* () {
        const button = yield* Button.bound({ label: "slow" }, () =>
          Effect.gen(function* () {
            yield* Deferred.await(gate)
            yield* Reply.deferUpdate
            yield* Reply.update({ content: "updated" })
          })
        )
        const other = yield* Button.bound({ label: "other" }, () =>
          Effect.gen(function* () {
            yield* Effect.sleep("60 millis")
            yield* Reply.defer({ ephemeral: true })
            yield* Reply.send({ content: "secret" })
          })
        )
        yield* Reply.send({ content: "…", components: [[button, other]] })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      assert.strictEqual((yield* message.click("slow")).kind, "deferred-update")
      yield* Deferred.succeed(gate, undefined)
      yield* message.awaitContent("updated")
      const secret = yield* (yield* message.click("other")).awaitFollowUp()
      assert.strictEqual(yield* secret.content, "secret")
      assert.isTrue(yield* secret.ephemeral)
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("a submission that says nothing is confirmed, also when it was deferred without a sign", () => {
    const command = Command.slash("x", { description, autoDefer: "20 millis" }, () =>
      Effect.gen(function* () {
        const button = yield* Button.bound({ label: "form" }, () =>
          Modal.show({ title: "…", fields: { a: Field.short("a") } }, () => Effect.sleep("60 millis"))
        )
        yield* Reply.send({ content: "…", components: [[button]] })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      const form = yield* (yield* message.click("form")).modal
      const submitted = yield* form.submit({ a: "a" })
      assert.strictEqual(submitted.kind, "deferred-update")
      const told = yield* submitted.awaitFollowUp()
      assert.strictEqual(yield* told.content, texts.Silent)
      assert.isTrue(yield* told.ephemeral)
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("does not take the place of an answer that is on its way", () => {
    const command = Command.slash("x", { description, autoDefer: "20 millis" }, () =>
      Effect.gen(function* () {
        const { faults } = yield* FakeDiscord.FakeDiscord
        yield* faults.restSlowAnswer(callback, "80 millis")
        yield* Reply.send({ content: "public" })
        yield* Effect.sleep("20 millis")
        yield* Reply.send({ content: "secret", ephemeral: true })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      assert.strictEqual(yield* (yield* message.awaitFollowUp()).content, "secret")
      assert.strictEqual(yield* message.content, "public")
      assert.isFalse(yield* message.deleted)
      assert.strictEqual((yield* requests("POST", /callback/)).length, 1)
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("a form after it fails, and says what happened and what to do", () => {
    const told = Deferred.makeUnsafe<string>()
    const command = Command.slash("x", { description, autoDefer: "20 millis" }, () =>
      Effect.andThen(
        Effect.sleep("100 millis"),
        Effect.catch(
          Modal.show({ title: "…", fields: { a: Field.short("a") } }, () => Effect.void),
          (error) => Deferred.succeed(told, error.message)
        )
      )
    )
    return Effect.gen(function* () {
      yield* (yield* alice).slash("x")
      const text = yield* Deferred.await(told)
      assert.include(text, "deferred automatically after 0.02 s")
      assert.include(text, "autoDefer")
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("autoDefer: false leaves the time to open a form, for the components of the command too", () => {
    const form = Effect.andThen(
      Effect.sleep("2300 millis"),
      Modal.show({ title: "late", fields: { a: Field.short("a") } }, () => Effect.void)
    )
    const command = Command.slash("x", { description, autoDefer: false }, () =>
      Effect.gen(function* () {
        const button = yield* Button.bound({ label: "form" }, () => form)
        yield* Reply.send({ content: "…", components: [[button]] })
      })
    )
    const independent = Button.independent("form", { autoDefer: false }, () => form)
    const show = Command.slash("y", { description }, () =>
      Reply.send({ content: "…", components: [[independent.with({ label: "form" }, undefined)]] })
    )
    return Effect.gen(function* () {
      const user = yield* alice
      const messages = [yield* user.slash("x"), yield* user.slash("y")]
      const clicked = yield* Effect.forEach(messages, (message) => message.click("form"), { concurrency: "unbounded" })
      for (const { modal } of clicked) assert.strictEqual((yield* modal).title, "late")
    }).pipe(withBot({ interactions: [command, independent, show] }))
  })

  it.live("the submission of a form that a component opened defers the component's message", () => {
    const gate = Deferred.makeUnsafe<void>()
    const command = Command.slash("x", { description, autoDefer: "20 millis" }, () =>
      Effect.gen(function* () {
        const button = yield* Button.bound({ label: "form" }, () =>
          Modal.show({ title: "…", fields: { a: Field.short("a") } }, () =>
            Effect.andThen(Deferred.await(gate), Reply.update({ content: "submitted" }))
          )
        )
        yield* Reply.send({ content: "…", components: [[button]] })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      const { modal } = yield* message.click("form")
      const submitted = yield* (yield* modal).submit({ a: "a" })
      assert.strictEqual(submitted.kind, "deferred-update")
      yield* Deferred.succeed(gate, undefined)
      yield* message.awaitContent("submitted")
    }).pipe(withBot({ interactions: [command] }))
  })
})

describe("suggestions", () => {
  const city = (suggestions: ReadonlyArray<string | { readonly value: string; readonly label: string }>) =>
    Command.slash(
      "city",
      {
        description,
        options: { name: Options.autocomplete(Options.string("…"), () => Effect.succeed(suggestions)) }
      },
      ({ name }) => Reply.send({ content: name })
    )

  it.live("that are too long are cut, impossible ones are left out, and there are 25", () => {
    const good = Array.from({ length: 40 }, (_, n) => `city ${n}`)
    return Effect.gen(function* () {
      const answer = yield* (yield* alice).autocomplete("city", { name: "c" }, "name")
      const choices = yield* answer.choices
      assert.strictEqual(choices.length, 25)
      assert.deepStrictEqual(choices[0], { name: "n".repeat(100), value: "long" })
      assert.deepStrictEqual(choices[1], { name: "x".repeat(99), value: "pair" })
      assert.strictEqual(choices[2]?.value, "city 0")
    }).pipe(
      withBot({
        interactions: [
          city([
            { value: "long", label: "n".repeat(120) },
            // A character of two code units is not cut in half.
            { value: "pair", label: `${"x".repeat(99)}😀` },
            "",
            { value: "empty", label: " " },
            "v".repeat(101),
            ...good
          ])
        ]
      })
    )
  })

  it.live("values that are not of the option's type are left out", () => {
    const integer = Options.autocomplete(Options.integer("…"), () => Effect.succeed([1, 1.5, 2 ** 60, NaN, 2]))
    const command = Command.slash("pick", { description, options: { n: integer } }, () => Effect.void)
    return Effect.gen(function* () {
      const answer = yield* (yield* alice).autocomplete("pick", { n: 1 }, "n")
      assert.deepStrictEqual(
        (yield* answer.choices).map(({ value }) => value),
        [1, 2]
      )
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("that come when the user has typed on are no errors", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.restStatus(callback, 404, { body: { code: 10_062, message: "Unknown interaction" } })
      const user = yield* alice
      yield* Effect.forkScoped(Effect.ignore(user.autocomplete("city", { name: "c" }, "name")))
      yield* discord.awaitLog(FakeDiscord.is("Request", ({ code }) => code === 10_062))
      yield* Effect.sleep("30 millis")
      assert.deepStrictEqual(
        lines.filter((line) => /^(Warn|Error|Fatal)/.test(line)),
        []
      )
    }).pipe(withBot({ interactions: [city(["a"])] }), collecting(lines), Effect.scoped)
  })
})

class Oops extends Schema.TaggedError<Oops>("test/Oops")("Oops", {}) {}

describe("onError", () => {
  it.effect("that hangs is given up after five seconds, and the user is told that something failed", () =>
    Effect.gen(function* () {
      const message = yield* (yield* alice).slash("x")
      assert.strictEqual(yield* message.content, "working")
      yield* TestClock.adjust("6 seconds")
      const told = yield* message.awaitFollowUp()
      assert.include(yield* told.content, texts.Failed.slice(0, 20))
    }).pipe(
      withBot({
        interactions: [
          Command.slash("x", { description }, () =>
            Effect.andThen(Reply.send({ content: "working" }), Effect.fail(new Oops()))
          )
        ],
        onError: { Oops: () => Effect.never }
      })
    )
  )
})

describe("an interaction's token", () => {
  // Discord's id of something that was made at this time.
  const idAt = (millis: number) => String(BigInt(millis - 1_420_070_400_000) << 22n)

  it.live("is counted from the creation of an interaction that is delivered late, not from its arrival", () => {
    const reasons: Array<string> = []
    const command = Command.slash("x", { description }, () =>
      Effect.catch(Reply.send({ content: "in time" }), ({ reason }) => Effect.sync(() => reasons.push(reason._tag)))
    )
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      assert.strictEqual(yield* (yield* (yield* alice).slash("x")).content, "in time")
      const id = idAt(Date.now() - 16 * 60_000)
      const data = { id: "1", name: "x", type: 1 }
      yield* Effect.forkScoped(Effect.ignore(discord.interaction({ id, type: 2, data })))
      yield* Effect.sleep("5 millis").pipe(Effect.repeat({ until: () => reasons.length > 0 }))
      assert.deepStrictEqual(reasons, ["TokenExpired"])
    }).pipe(withBot({ interactions: [command] }), Effect.scoped)
  })
})
