/**
 * The sentences of JDA-Commands' page "Runtime Concept", one test each, by the sentence's words. What this library does
 * otherwise on purpose is said at the test.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Field from "../../src/interactions/definitions/Field.ts"
import * as Menu from "../../src/interactions/definitions/Menu.ts"
import * as Modal from "../../src/interactions/definitions/Modal.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import * as Expiration from "../../src/runtime/Expiration.ts"
import * as Runtime from "../../src/runtime/Runtime.ts"
import * as Runtimes from "../../src/runtime/Runtimes.ts"
import { alice, bob, withBot } from "./harness.ts"

const description = "…"

/** Replies with the id of the Runtime that handles it. */
const sayRuntime = Effect.flatMap(Runtime.id, (content) => Reply.send({ content }))
const updateRuntime = Effect.flatMap(Runtime.id, (content) => Reply.update({ content }))
const opened = Runtimes.Runtimes.use((runtimes) => runtimes.size)

const runtime = Command.slash("runtime", { description }, () =>
  Effect.gen(function* () {
    const button = yield* Button.bound({ label: "bound" }, () => updateRuntime)
    const menu = yield* Menu.bound(Menu.string({ placeholder: "menu", choices: ["a"] }), () => updateRuntime)
    const form = yield* Button.bound({ label: "form" }, () =>
      Modal.show({ title: "Form", fields: { a: Field.short("A") } }, () => updateRuntime)
    )
    yield* Reply.send({ content: yield* Runtime.id, components: [[button, form], [menu]] })
  })
)
const independent = Button.independent("independent", {}, () => sayRuntime)
const showIndependent = Command.slash("independent", { description }, () =>
  Reply.send({ content: "-", components: [[independent.with({ label: "independent" })]] })
)

/** A command with two buttons that note when they begin and end. */
const working = (log: Array<string>) =>
  Command.slash("working", { description }, () =>
    Effect.gen(function* () {
      const work = (name: string) =>
        Button.bound({ label: name }, () =>
          Effect.gen(function* () {
            log.push(`${name} begins`)
            yield* Effect.sleep("100 millis")
            log.push(`${name} ends`)
            yield* Reply.deferUpdate
          })
        )
      yield* Reply.send({ content: "-", components: [[yield* work("a"), yield* work("b")]] })
    })
  )

describe("overview", () => {
  it.live(
    "a new Runtime is created each time a command is provided, or if an interaction is marked as independent",
    () =>
      Effect.gen(function* () {
        const user = yield* alice
        const ids = new Set<string>()
        for (let n = 0; n < 2; n++) ids.add(yield* (yield* user.slash("runtime")).content)
        const message = yield* user.slash("independent")
        for (let n = 0; n < 2; n++) ids.add(yield* (yield* message.click("independent")).content)
        assert.strictEqual(ids.size, 4)
      }).pipe(withBot({ interactions: [runtime, independent, showIndependent] }))
  )

  it.live("Runtimes are executed in parallel, but events are processed sequentially by each Runtime", () => {
    const log: Array<string> = []
    return Effect.gen(function* () {
      const [user, other] = [yield* alice, yield* bob]
      const [first, second] = [yield* user.slash("working"), yield* other.slash("working")]
      yield* Effect.all([user.click(first, "a"), user.click(first, "b")], { concurrency: "unbounded" })
      assert.deepStrictEqual(log.splice(0), ["a begins", "a ends", "b begins", "b ends"])
      yield* Effect.all([user.click(first, "a"), other.click(second, "b")], { concurrency: "unbounded" })
      assert.deepStrictEqual(log, ["a begins", "b begins", "a ends", "b ends"])
    }).pipe(withBot({ interactions: [working(log)] }))
  })

  it.live("every handler called by a Runtime is executed in its own fiber, isolated from the Runtime", () => {
    const fibers = new Set<number>()
    const command = Command.slash("fiber", { description }, () =>
      Effect.gen(function* () {
        const note = Effect.withFiber((fiber) => Effect.sync(() => void fibers.add(fiber.id)))
        yield* note
        const die = yield* Button.bound({ label: "die" }, () => Effect.andThen(note, Effect.die("on purpose")))
        const go = yield* Button.bound({ label: "go" }, () => Effect.andThen(note, Reply.update({ content: "gone" })))
        yield* Reply.send({ content: "-", components: [[die, go]] })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("fiber")
      yield* message.click("die")
      yield* message.click("go")
      yield* message.awaitContent("gone")
      assert.strictEqual(fibers.size, 3)
    }).pipe(withBot({ interactions: [command] }))
  })
})

describe("threading model", () => {
  it.live("it will create a new Runtime or use an existing one, depending on the type of event", () =>
    Effect.gen(function* () {
      const message = yield* (yield* alice).slash("runtime")
      const id = yield* message.content
      yield* message.click("bound")
      yield* message.awaitContent(id)
      assert.strictEqual(yield* opened, 1)
    }).pipe(withBot({ interactions: [runtime] }))
  )

  it.live("other incoming events are only executed when the previous one has finished", () => {
    const log: Array<string> = []
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("working")
      const first = yield* Effect.forkChild(message.click("a"), { startImmediately: true })
      yield* message.click("b")
      yield* Fiber.join(first)
      assert.isBelow(log.indexOf("a ends"), log.indexOf("b begins"))
    }).pipe(withBot({ interactions: [working(log)] }))
  })

  it.live("you can call blocking methods safely: a handler that waits blocks no other Runtime and no event", () => {
    const wait = Command.slash("wait", { description }, () => Effect.never)
    return Effect.gen(function* () {
      const user = yield* alice
      yield* Effect.forkChild(user.slash("wait"), { startImmediately: true })
      assert.isNotEmpty(yield* (yield* user.slash("runtime")).content)
    }).pipe(withBot({ interactions: [wait, runtime], runtimes: { drain: "100 millis" } }))
  })
})

describe("lifetime", () => {
  const open = (expiration?: Expiration.Expiration) =>
    Runtimes.Runtimes.use((runtimes) => Effect.map(runtimes.open(expiration), Option.getOrThrow))
  const withRuntimes = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.scoped(Effect.provide(effect, Runtimes.layer()))

  // A little earlier than the token ends, so that the components of ephemeral messages can still be disabled.
  it.effect(
    "by default every Runtime will be closed 15 minutes after its creation, oriented towards the token's lifespan",
    () =>
      Effect.gen(function* () {
        const handle = yield* open()
        yield* TestClock.adjust("14 minutes")
        assert.isUndefined(handle.closeReason)
        yield* TestClock.adjust("61 seconds")
        assert.strictEqual(handle.closeReason, "Expired")
      }).pipe(withRuntimes)
  )

  it.effect("EXPLICIT will prevent any Runtime from closing until close is explicitly called", () =>
    Effect.gen(function* () {
      const handle = yield* open(Expiration.explicit)
      yield* TestClock.adjust("365 days")
      assert.isUndefined(handle.closeReason)
      yield* handle.close("Closed")
      assert.strictEqual(yield* handle.closed, "Closed")
    }).pipe(withRuntimes)
  )

  it.effect("you can adjust the time frame for a Runtime to be closed: Inactivity(20)", () =>
    Effect.gen(function* () {
      const handle = yield* open(Expiration.inactivity("20 minutes"))
      for (let n = 0; n < 3; n++) {
        yield* TestClock.adjust("19 minutes")
        handle.offer({ run: Effect.void, refuse: () => Effect.void })
      }
      assert.isUndefined(handle.closeReason)
      yield* TestClock.adjust("21 minutes")
      assert.strictEqual(handle.closeReason, "Expired")
    }).pipe(withRuntimes)
  )
})

describe("components and modals", () => {
  it.live(
    "by default, buttons, select menus and modals are Runtime-bound: they use the Runtime that replied with them",
    () =>
      Effect.gen(function* () {
        const message = yield* (yield* alice).slash("runtime")
        const id = yield* message.content
        yield* message.click("bound")
        yield* message.select("menu", ["a"])
        yield* (yield* (yield* message.click("form")).modal).submit({ A: "x" })
        yield* message.awaitContent(id)
        assert.strictEqual(yield* opened, 1)
      }).pipe(withBot({ interactions: [runtime] }))
  )

  const closing = Command.slash("closing", { description }, () =>
    Effect.gen(function* () {
      const button = yield* Button.bound({ label: "bound" }, () => Effect.die("its Runtime is closed"))
      yield* Reply.send({ content: "-", components: [[button]] })
      yield* Runtime.close
    })
  )

  it.live("they cannot be executed any more after the Runtime is closed, and the component is removed", () =>
    Effect.gen(function* () {
      const message = yield* (yield* alice).slash("closing")
      yield* message.awaitUntil(({ buttons }) => buttons.length === 0)
    }).pipe(withBot({ interactions: [closing], endedComponents: "remove" }))
  )

  it.live("an ephemeral reply says that the component is no longer available, and the message can be customized", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const message = yield* user.slash("closing")
      yield* message.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
      const late = yield* message.click("bound", { stale: true })
      assert.strictEqual(yield* late.content, "It is over.")
      assert.isTrue(yield* late.ephemeral)
      assert.notStrictEqual(ErrorReply.defaultTexts.Closed, "It is over.")
    }).pipe(withBot({ interactions: [closing], texts: { Closed: "It is over." } }))
  )

  it.live("independent components create a new Runtime every time they are executed", () =>
    Effect.gen(function* () {
      const message = yield* (yield* alice).slash("independent")
      const first = yield* (yield* message.click("independent")).content
      const second = yield* (yield* message.click("independent")).content
      assert.notStrictEqual(first, second)
      assert.strictEqual(yield* opened, 3)
    }).pipe(withBot({ interactions: [independent, showIndependent] }))
  )

  it("modals cannot be independent, because they need a parent interaction that triggers them", () => {
    assert.notProperty(Modal, "independent")
  })
})
