/** Questions and forms, with several users, closed forms, limits, forks, and middlewares. */
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import type * as Bot from "../../src/Bot.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Field from "../../src/interactions/definitions/Field.ts"
import * as Menu from "../../src/interactions/definitions/Menu.ts"
import * as Middleware from "../../src/interactions/definitions/Middleware.ts"
import * as Modal from "../../src/interactions/definitions/Modal.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import { Interaction } from "../../src/interactions/replies/Interaction.ts"
import { runtimeState } from "../../src/interactions/replies/internal/boundComponents.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import * as Interactions from "../../src/interactions/router/Interactions.ts"
import * as Runtime from "../../src/runtime/Runtime.ts"
import * as Runtimes from "../../src/runtime/Runtimes.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, bob, withBot } from "./harness.ts"

const { defaultTexts: texts } = ErrorReply
const description = "…"
const reason = { title: "Why", fields: { reason: Field.short("Why") } }

describe("forms", () => {
  const command = Command.slash("open", { description }, () =>
    Effect.gen(function* () {
      const form = yield* Button.bound({ label: "form" }, () =>
        Effect.gen(function* () {
          const opener = yield* Interaction
          const name = opener.user.username
          const values = yield* Modal.ask(reason)
          yield* Reply.send({ content: `${name}: ${values.reason}`, ephemeral: true })
        })
      )
      const other = yield* Button.bound({ label: "other" }, () => Reply.update({ content: "other" }))
      yield* Reply.send({ content: "-", components: [[form, other]] })
    })
  )

  it.live("each opening has its own handler: a submission goes to the one that opened it", () =>
    Effect.gen(function* () {
      const [a, b] = [yield* alice, yield* bob]
      const message = yield* a.slash("open")
      const formA = yield* (yield* a.click(message, "form")).modal
      const formB = yield* (yield* b.click(message, "form")).modal
      const answerB = yield* formB.submit({ Why: "bob's" })
      const answerA = yield* formA.submit({ Why: "alice's" })
      assert.strictEqual(yield* answerB.content, "bob: bob's")
      assert.strictEqual(yield* answerA.content, "alice: alice's")
    }).pipe(withBot({ interactions: [command] }))
  )

  it.live("nothing waits while a form is open", () =>
    Effect.gen(function* () {
      const [a, b] = [yield* alice, yield* bob]
      const message = yield* a.slash("open")
      yield* (yield* a.click(message, "form")).modal
      yield* b.click(message, "other")
      yield* message.awaitContent("other")
    }).pipe(withBot({ interactions: [command] }))
  )

  it.live("a form that its user closed fails with Dismissed when he does something else, and he is told", () =>
    Effect.gen(function* () {
      const [a, b] = [yield* alice, yield* bob]
      const message = yield* a.slash("open")
      const opened = yield* a.click(message, "form")
      const form = yield* opened.modal
      // Somebody else proves nothing.
      yield* b.click(message, "other")
      yield* a.click(message, "other")
      const told = yield* opened.awaitFollowUp(1)
      assert.strictEqual(yield* told.content, texts.Dismissed)
      // The form of another client of his comes too late, and is answered.
      assert.strictEqual(yield* (yield* form.submit({ Why: "late" })).content, texts.Closed)
    }).pipe(withBot({ interactions: [command] }))
  )

  it.live("a form that is submitted before its user does something else is not closed", () => {
    const gate = Deferred.makeUnsafe<void>()
    const busy = Command.slash("busy", { description }, () =>
      Effect.gen(function* () {
        const form = yield* Button.bound({ label: "form" }, () =>
          Effect.flatMap(Modal.ask(reason), (values) => Reply.send({ content: values.reason }))
        )
        const slow = yield* Button.bound({ label: "slow" }, () =>
          Effect.andThen(Reply.deferUpdate, Deferred.await(gate))
        )
        const other = yield* Button.bound({ label: "other" }, () => Reply.deferUpdate)
        yield* Reply.send({ content: "-", components: [[form, slow, other]] })
      })
    )
    return Effect.gen(function* () {
      const [a, b] = [yield* alice, yield* bob]
      const message = yield* a.slash("busy")
      const form = yield* (yield* a.click(message, "form")).modal
      yield* b.click(message, "slow")
      const submitted = yield* Effect.forkChild(form.submit({ Why: "in time" }), { startImmediately: true })
      yield* Effect.sleep("50 millis")
      const other = yield* Effect.forkChild(a.click(message, "other"), { startImmediately: true })
      yield* Effect.sleep("50 millis")
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(yield* (yield* Fiber.join(submitted)).content, "in time")
      yield* Fiber.join(other)
    }).pipe(withBot({ interactions: [busy] }))
  })

  it.live("a form that its user opens again goes on in the same handler", () =>
    Effect.gen(function* () {
      const a = yield* alice
      const message = yield* a.slash("open")
      yield* (yield* a.click(message, "form")).modal
      const again = yield* (yield* a.click(message, "form")).modal
      assert.strictEqual(yield* (yield* again.submit({ Why: "again" })).content, "alice: again")
    }).pipe(withBot({ interactions: [command] }))
  )

  it.live("`timeout` fails with NoAnswer, in the type and with a text of its own", () => {
    const slow = Command.slash("slow", { description }, () => {
      const asked = Modal.ask(reason, { timeout: "100 millis" })
      expectTypeOf(asked).toExtend<
        Effect.Effect<unknown, Reply.ReplyError | Reply.NoAnswer | Modal.Dismissed, unknown>
      >()
      const unlimited = Modal.ask(reason)
      expectTypeOf<Extract<Effect.Error<typeof unlimited>, Reply.NoAnswer>>().toBeNever()
      return asked
    })
    return Effect.gen(function* () {
      const opened = yield* (yield* alice).slash("slow")
      const told = yield* opened.awaitFollowUp(1)
      assert.strictEqual(yield* told.content, texts.NoAnswer)
    }).pipe(withBot({ interactions: [slow] }))
  })
})

describe("a question with a timeout", () => {
  it.live("fails with NoAnswer, and disables its own components and no others", () => {
    const command = Command.slash("quick", { description }, () =>
      Effect.gen(function* () {
        const stays = yield* Button.bound({ label: "stays" }, () => Reply.update({ content: "still here" }))
        const answer = yield* Reply.ask({
          content: "?",
          components: [[Button.choice("yes"), stays]],
          timeout: "200 millis"
        }).pipe(Effect.catchTag("NoAnswer", ({ millis }) => Effect.succeed(`nobody in ${millis} ms`)))
        yield* Reply.followUp({ content: answer })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("quick")
      const said = yield* message.awaitFollowUp(1)
      assert.strictEqual(yield* said.content, "nobody in 200 ms")
      assert.deepStrictEqual(
        (yield* message.buttons).map(({ disabled, label }) => [label, disabled]),
        [
          ["yes", true],
          ["stays", false]
        ]
      )
      yield* message.click("stays")
      yield* message.awaitContent("still here")
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("takes an answer in time, and nothing is disabled later", () => {
    const command = Command.slash("quick", { description }, () =>
      Effect.gen(function* () {
        const answer = yield* Reply.ask({
          content: "?",
          components: [[Button.choice("yes")]],
          timeout: "4 seconds"
        })
        yield* Reply.update({ content: answer })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("quick")
      yield* message.click("yes")
      yield* message.awaitContent("yes")
      yield* Effect.sleep("4300 millis")
      assert.deepStrictEqual(
        (yield* message.buttons).map(({ disabled }) => disabled),
        [false]
      )
    }).pipe(withBot({ interactions: [command] }))
  })
})

describe("who may answer", () => {
  const ask = (by?: Reply.Asking["by"]) =>
    Command.slash("ask", { description }, () =>
      Effect.gen(function* () {
        const { user, value } = yield* Reply.answer({ content: "?", components: [[Button.choice("me")]], by })
        yield* Reply.update({
          content: `${value} ${user.username} ${(yield* Interaction).user.username}`,
          components: []
        })
      })
    )

  it.live("only the user who is asked, by default", () =>
    Effect.gen(function* () {
      const [a, b] = [yield* alice, yield* bob]
      const message = yield* a.slash("ask")
      assert.strictEqual(yield* (yield* b.click(message, "me")).content, texts.Denied)
      yield* a.click(message, "me")
      yield* message.awaitContent("me alice alice")
    }).pipe(withBot({ interactions: [ask()] }))
  )

  it.live("the user of the component, where a component's handler asks", () => {
    const command = Command.slash("open", { description }, () =>
      Effect.gen(function* () {
        const go = yield* Button.bound({ label: "go" }, () =>
          Effect.gen(function* () {
            const answer = yield* Reply.ask({ content: "sure?", components: [[Button.choice("yes")]] })
            yield* Reply.update({ content: answer, components: [] })
          })
        )
        yield* Reply.send({ content: "-", components: [[go]] })
      })
    )
    return Effect.gen(function* () {
      const [a, b] = [yield* alice, yield* bob]
      const message = yield* a.slash("open")
      yield* b.click(message, "go")
      yield* message.awaitContent("sure?")
      assert.strictEqual(yield* (yield* a.click(message, "yes")).content, texts.Denied)
      yield* b.click(message, "yes")
      yield* message.awaitContent("yes")
    }).pipe(withBot({ interactions: [command] }))
  })

  for (const [name, by] of Object.entries({
    anyone: "anyone" as const,
    "a predicate": ({ user }: Interaction["Service"]) => user.username === "bob"
  })) {
    it.live(`${name} with \`by\``, () =>
      Effect.gen(function* () {
        const [a, b] = [yield* alice, yield* bob]
        const message = yield* a.slash("ask")
        yield* b.click(message, "me")
        yield* message.awaitContent("me bob bob")
      }).pipe(withBot({ interactions: [ask(by)] }))
    )
  }
})

describe("what a middleware demands", () => {
  const ban = Command.slash("ban", { description }, () =>
    Effect.gen(function* () {
      const form = yield* Button.bound({ label: "form" }, () =>
        Modal.show(reason, () => Reply.send({ content: "banned" }))
      )
      const open = yield* Button.bound({ label: "open" }, () => Reply.update({ content: "opened" }), {
        unguarded: true
      })
      const confirm = yield* Reply.ask({
        content: "Ban?",
        components: [[Button.choice("yes"), form, open]],
        by: "anyone"
      })
      yield* Reply.update({ content: `banned: ${confirm}`, components: [] })
    })
  ).pipe(Middleware.requirePermissions(["BanMembers"]))

  it.live("holds for questions, components and forms of the command, but for what is unguarded", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const admin = yield* discord.user("admin", { permissions: "8" })
      const member = yield* discord.user("member", { permissions: "0" })
      const message = yield* admin.slash("ban")
      for (const label of ["yes", "form"]) {
        const denied = yield* member.click(message, label)
        assert.strictEqual(yield* denied.content, "You need these permissions to do that: Ban Members.")
      }
      yield* member.click(message, "open")
      yield* message.awaitContent("opened")
      yield* admin.click(message, "yes")
      yield* message.awaitContent("banned: yes")
    }).pipe(withBot({ interactions: [ban] }))
  )
})

describe("clicks that change nothing", () => {
  it.live("are acknowledged silently and at once: a double click, and one on an answered question", () => {
    const answered = Deferred.makeUnsafe<void>()
    const go = Deferred.makeUnsafe<void>()
    // Without automatic deferrals, so that nothing else can be what acknowledges.
    const command = Command.slash("ask", { description, autoDefer: false }, () =>
      Effect.gen(function* () {
        const answer = yield* Reply.ask({ content: "?", components: [[Button.choice("yes"), Button.choice("no")]] })
        yield* Deferred.succeed(answered, undefined)
        yield* Deferred.await(go)
        yield* Reply.send({ content: answer })
      })
    )
    return Effect.gen(function* () {
      const a = yield* alice
      const message = yield* a.slash("ask")
      const first = yield* Effect.forkChild(a.click(message, "yes"), { startImmediately: true })
      yield* Deferred.await(answered)
      for (const label of ["yes", "no"]) {
        const again = yield* a.click(message, label)
        assert.strictEqual(again.kind, "deferred-update")
        assert.deepStrictEqual(yield* again.followUps, [])
      }
      yield* Deferred.succeed(go, undefined)
      assert.strictEqual(yield* (yield* Fiber.join(first)).content, "yes")
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("a refused click does not use up `once`", () => {
    const gate = Deferred.makeUnsafe<void>()
    const command = Command.slash("open", { description }, () =>
      Effect.gen(function* () {
        const slow = yield* Button.bound({ label: "slow" }, () =>
          Effect.andThen(Reply.deferUpdate, Deferred.await(gate))
        )
        const once = yield* Button.bound({ label: "once" }, () => Reply.update({ content: "used" }), { once: true })
        yield* Reply.send({ content: "-", components: [[slow, once]] })
      })
    )
    return Effect.gen(function* () {
      const a = yield* alice
      const message = yield* a.slash("open")
      yield* a.click(message, "slow")
      const waits = yield* Effect.forkChild(a.click(message, "slow"), { startImmediately: true })
      // The bot hears of one after the other.
      const { awaitLog } = yield* FakeDiscord.FakeDiscord
      yield* awaitLog(
        FakeDiscord.is("Dispatched", ({ t }) => t === "INTERACTION_CREATE"),
        { count: 3 }
      )
      assert.strictEqual(yield* (yield* a.click(message, "once")).content, texts.Overloaded)
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(waits)
      yield* a.click(message, "once")
      yield* message.awaitContent("used")
    }).pipe(withBot({ interactions: [command], runtimes: { mailboxCapacity: 1 } }))
  })
})

describe("the interaction of a handler", () => {
  const command = (fork: typeof Runtime.fork) =>
    Command.slash("ask", { description }, () =>
      Effect.gen(function* () {
        yield* fork(
          Effect.andThen(
            Effect.sleep("300 millis"),
            Effect.orDie(
              Effect.flatMap(Interaction, ({ user }) =>
                Reply.followUp({ content: `secret of ${user.username}`, ephemeral: true })
              )
            )
          )
        )
        yield* Reply.ask({ content: "?", components: [[Button.choice("yes")]], by: "anyone" })
        yield* Reply.update({ content: `thanks ${(yield* Interaction).user.username}`, components: [] })
      })
    )

  for (const [name, fork] of Object.entries({
    "Runtime.fork": Runtime.fork,
    "Effect.forkScoped": Effect.forkScoped as never as typeof Runtime.fork
  })) {
    it.live(`is its fork's no longer after a question: ${name} keeps the one that it began with`, () =>
      Effect.gen(function* () {
        const [a, b] = [yield* alice, yield* bob]
        const message = yield* a.slash("ask")
        const answer = yield* b.click(message, "yes")
        yield* message.awaitContent("thanks bob")
        const secret = yield* message.awaitFollowUp(1)
        assert.strictEqual(yield* secret.content, "secret of alice")
        assert.deepStrictEqual(yield* answer.followUps, [])
      }).pipe(withBot({ interactions: [command(fork)] }))
    )
  }

  it.live("stays when only a fork of the handler asks", () => {
    const asks = Command.slash("ask", { description }, () =>
      Effect.gen(function* () {
        yield* Effect.forkScoped(
          Effect.andThen(
            Reply.ask({ content: "?", components: [[Button.choice("yes")]], by: "anyone" }),
            Effect.flatMap(Interaction, ({ user }) => Reply.send({ content: `fork of ${user.username}` }))
          )
        )
        yield* Effect.sleep("400 millis")
        yield* Reply.followUp({ content: `handler of ${(yield* Interaction).user.username}` })
      })
    )
    return Effect.gen(function* () {
      const [a, b] = [yield* alice, yield* bob]
      const message = yield* a.slash("ask")
      const answer = yield* b.click(message, "yes")
      assert.strictEqual(yield* answer.content, "fork of bob")
      assert.strictEqual(yield* (yield* message.awaitFollowUp(1)).content, "handler of alice")
    }).pipe(withBot({ interactions: [asks] }))
  })

  it.live("is the answer's, in a timeout and a race too", () => {
    const timeout = Command.slash("timeout", { description }, () =>
      Effect.gen(function* () {
        yield* Effect.timeoutOption(Reply.ask({ content: "?", components: [[Button.choice("yes")]] }), "10 seconds")
        yield* Effect.raceFirst(
          Menu.ask(Menu.string({ placeholder: "menu", choices: ["a"] }), { content: "!" }),
          Effect.never
        )
        yield* Reply.update({ content: "done", components: [] })
      })
    )
    return Effect.gen(function* () {
      const a = yield* alice
      const message = yield* a.slash("timeout")
      yield* a.click(message, "yes")
      yield* message.awaitContent("!")
      yield* message.select("menu", ["a"])
      yield* message.awaitContent("done")
    }).pipe(withBot({ interactions: [timeout] }))
  })
})

describe("what nobody needs any more", () => {
  const strong = Effect.map(
    Runtimes.Runtimes.use((runtimes) => runtimes.list),
    ([runtime]) =>
      runtime?.local(runtimeState).components.filter((entry) => entry !== undefined && !(entry instanceof WeakRef))
        .length
  )

  it.live("is let go of: a pager of one button keeps one of its closures", () => {
    const show = (n: number): Effect.Effect<void, Reply.ReplyError, Runtime.Runtime | Interaction> =>
      Effect.gen(function* () {
        const next = yield* Button.bound({ label: "next" }, () => show(n + 1))
        yield* (n === 0 ? Reply.send : Reply.update)({ content: `${n}`, components: [[next]] })
      })
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("page")
      for (let n = 1; n <= 50; n++) {
        yield* message.click("next")
        yield* message.awaitContent(`${n}`)
      }
      assert.isAtMost((yield* strong) ?? Infinity, 2)
    }).pipe(withBot({ interactions: [Command.slash("page", { description }, () => show(0))] }))
  })

  it.live("is not what a handler can show again", () => {
    const command = Command.slash("tabs", { description }, () =>
      Effect.gen(function* () {
        const show = (content: string): Effect.Effect<void, Reply.ReplyError, Interaction> =>
          Reply.update({ content, components: [[content === "home" ? away : home]] })
        const home = yield* Button.bound({ label: "home" }, () => show("home"))
        const away = yield* Button.bound({ label: "away" }, () => show("away"))
        yield* Reply.send({ content: "home", components: [[away]] })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("tabs")
      for (const tab of ["away", "home", "away", "home", "away"]) {
        globalThis.gc?.()
        yield* message.click(tab)
        yield* message.awaitContent(tab)
      }
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("is acknowledged silently when somebody clicks on it all the same", () => {
    const command = Command.slash("once", { description }, () =>
      Effect.gen(function* () {
        const answer = yield* Reply.ask({ content: "?", components: [[Button.choice("yes")]] })
        yield* Reply.update({ content: answer })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("once")
      yield* message.click("yes")
      yield* message.awaitContent("yes")
      const late = yield* message.click("yes")
      assert.strictEqual(late.kind, "deferred-update")
      assert.deepStrictEqual(yield* late.followUps, [])
    }).pipe(withBot({ interactions: [command] }))
  })
})

describe("a message with components of several Runtimes", () => {
  it.live("keeps those of living ones when somebody clicks on one that is over", () => {
    const command = Command.slash("two", { description }, () =>
      Effect.gen(function* () {
        const first = yield* Button.bound({ label: "first" }, () => Reply.update({ content: "first" }))
        const open = yield* Runtimes.start(
          Effect.gen(function* () {
            const second = yield* Button.bound({ label: "second" }, () => Effect.void)
            yield* Deferred.succeed(made, second)
          })
        )
        yield* Reply.send({ content: "-", components: [[first, yield* Deferred.await(made)]] })
        yield* Option.getOrThrow(open).close("Closed")
      })
    )
    const made = Deferred.makeUnsafe<Effect.Success<ReturnType<typeof Button.bound>>>()
    return Effect.gen(function* () {
      const user = yield* alice
      const message = yield* user.slash("two")
      const late = yield* message.click("second", { stale: true })
      void late
      const buttons = yield* message.awaitUntil(({ buttons }) => buttons.some(({ disabled }) => disabled))
      assert.deepStrictEqual(
        buttons.buttons.map(({ disabled, label }) => [label, disabled]),
        [
          ["first", false],
          ["second", true]
        ]
      )
      yield* message.click("first")
      yield* message.awaitContent("first")
    }).pipe(withBot({ interactions: [command] }))
  })
})

describe("while the process drains", () => {
  it.live("users are told that the bot restarts, whatever they use", () => {
    const command = Command.slash("slow", { description }, () =>
      Effect.gen(function* () {
        const other = yield* Button.bound({ label: "other" }, () => Effect.void)
        yield* Reply.send({ content: "-", components: [[other]] })
        yield* Effect.sleep("1 second")
      })
    )
    return Effect.gen(function* () {
      const router = Interactions.Interactions
      const scope = yield* Scope.make()
      const discord = yield* FakeDiscord.FakeDiscord
      const services = yield* Effect.context<Bot.Services>()
      const built = yield* Layer.buildWithScope(
        Layer.provide(Interactions.layer({ interactions: [command] }), Layer.succeedContext(services)),
        scope
      )
      const { handle } = Context.get(built, router)
      const said: Array<unknown> = []
      const use = (id: number, data: object, type = 2) =>
        handle(
          {
            id: `${id}`,
            application_id: discord.applicationId,
            token: "token",
            version: 1,
            type,
            user: { id: "5", username: "alice" },
            data,
            ...(type === 3 ? { message: { id: "9" } } : {})
          } as never,
          (response) => Effect.sync(() => void said.push(response.data))
        )
      const [runtimes] = [Context.get(built, Runtimes.Runtimes)]
      use(1, { type: 1, name: "slow", id: "7" })
      const [runtime] = yield* runtimes.list
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      use(2, { type: 1, name: "slow", id: "7" })
      use(3, { component_type: 2, custom_id: `fc1b:${runtime?.id}:0` }, 3)
      yield* Fiber.join(closing)
      const contents = said.map((data) => (data as { readonly content?: string }).content)
      assert.deepStrictEqual(contents, ["-", texts.Shutdown, texts.Shutdown])
    }).pipe(Effect.provide(FakeDiscord.layer()))
  })
})

describe("logs", () => {
  it.live("of a handler carry its Runtime, its interaction and its definition", () => {
    const lines: Array<Record<string, unknown>> = []
    const logger = Logger.make<unknown, void>(({ fiber, message }) => {
      if (String(message).includes("from the handler"))
        lines.push({ ...fiber.getRef(References.CurrentLogAnnotations) })
    })
    const command = Command.slash("log", { description }, () =>
      Effect.andThen(Effect.log("from the handler"), Reply.send({ content: "-" }))
    )
    return Effect.gen(function* () {
      yield* (yield* alice).slash("log")
      assert.strictEqual(lines.length, 1)
      assert.strictEqual(lines[0]?.["definition"], "log")
      assert.isString(lines[0]?.["runtime"])
      assert.match(String(lines[0]?.["interaction"]), /^\d+$/)
    }).pipe(withBot({ interactions: [command] }), Effect.provide(Layer.merge(Logger.layer([logger]), Layer.empty)))
  })
})
