/** Uses of independent components that are handled one at a time. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Interaction from "../../src/interactions/replies/Interaction.ts"
import * as Menu from "../../src/interactions/definitions/Menu.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { withBot } from "./harness.ts"

const payload = Schema.Struct({ poll: Schema.String })

/** A handler that notes when it begins and ends for whom, and goes on when the test opens the gate. */
const makeHandler = (fails: (name: string) => boolean = () => false) => {
  const log: Array<string> = []
  const gates = new Map<string, Deferred.Deferred<void>>()
  const gate = (name: string): Deferred.Deferred<void> => {
    const known = gates.get(name) ?? Deferred.makeUnsafe<void>()
    gates.set(name, known)
    return known
  }
  const handler = Effect.gen(function* () {
    const { user } = yield* Interaction.Interaction
    log.push(`+${user.username}`)
    yield* Deferred.succeed(gate(`begun ${user.username}`), undefined)
    yield* Deferred.await(gate(user.username))
    if (fails(user.username)) return yield* Effect.die("on purpose")
    yield* Reply.send({ content: user.username })
  }).pipe(
    Effect.orDie,
    Effect.ensuring(Interaction.Interaction.useSync(({ user }) => void log.push(`-${user.username}`)))
  )
  return {
    handler,
    log,
    open: (name: string) => Deferred.succeed(gate(name), undefined),
    begun: (name: string) => Deferred.await(gate(`begun ${name}`))
  }
}

/** A command that shows a poll, whose name is in the payload of its component. */
const show = (component: (poll: string) => Parameters<typeof Reply.send>[0]["components"]) =>
  Command.slash("poll", { description: "…", options: { poll: Options.string("…") } }, ({ poll }) =>
    Reply.send({ content: poll, components: component(poll) })
  )

const start = { startImmediately: true } as const

/** Uses a poll's button as a new user. Uses arrive in the order of these calls. */
const click = (message: Effect.Success<ReturnType<FakeDiscord.User["slash"]>>, name: string) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const user = yield* discord.user(name)
    return yield* Effect.forkChild(user.click(message, "vote"), start)
  })

const poll = (name: string) =>
  Effect.flatMap(
    FakeDiscord.FakeDiscord.use((discord) => discord.user("owner")),
    (owner) => owner.slash("poll", { poll: name })
  )

describe("serialize", () => {
  const test = (serialize: "message" | ((payload: { readonly poll: string }) => string) | undefined) => {
    const record = makeHandler((name) => name === "first")
    const vote = Button.independent("vote", { payload, serialize }, () => record.handler)
    return { ...record, interactions: [vote, show((poll) => [[vote.with({ label: "vote" }, { poll })]])] as const }
  }

  it.live(
    "uses of one message are handled one at a time, in order of arrival, whatever becomes of the one before",
    () => {
      const { begun, interactions, log, open } = test("message")
      return Effect.gen(function* () {
        const message = yield* poll("a")
        const fibers = [yield* click(message, "first"), yield* click(message, "second"), yield* click(message, "third")]
        // A click on another message arrives after them, and does not wait for them.
        const other = yield* click(yield* poll("a"), "other")
        yield* begun("other")
        assert.deepStrictEqual(log, ["+first", "+other"])
        for (const name of ["third", "second", "first"]) yield* open(name)
        for (const fiber of fibers) yield* Fiber.join(fiber)
        yield* begun("third")
        yield* open("other")
        const answer = yield* Fiber.join(other)
        assert.strictEqual(yield* answer.content, "other")
        const third = yield* Fiber.join(fibers[2] as (typeof fibers)[0])
        assert.strictEqual(yield* third.content, "third")
        assert.deepStrictEqual(
          log.filter((line) => !line.includes("other")),
          ["+first", "-first", "+second", "-second", "+third", "-third"]
        )
      }).pipe(withBot({ interactions }))
    }
  )

  it.live("with a function of the payload, uses of several messages with one result wait for each other", () => {
    const { begun, interactions, log, open } = test(({ poll }) => poll)
    return Effect.gen(function* () {
      const [a, again, b] = [yield* poll("a"), yield* poll("a"), yield* poll("b")]
      const first = yield* click(a, "first")
      const second = yield* click(again, "second")
      const other = yield* click(b, "other")
      yield* begun("other")
      assert.deepStrictEqual(log, ["+first", "+other"])
      for (const name of ["second", "first", "other"]) yield* open(name)
      for (const fiber of [first, second, other]) yield* Fiber.join(fiber)
      yield* begun("second")
      assert.isBelow(log.indexOf("-first"), log.indexOf("+second"))
    }).pipe(withBot({ interactions }))
  })

  it.live("without it, uses are handled at once", () => {
    const { begun, interactions, open } = test(undefined)
    return Effect.gen(function* () {
      const message = yield* poll("a")
      const fibers = [yield* click(message, "first"), yield* click(message, "second")]
      yield* begun("second")
      yield* begun("first")
      for (const name of ["first", "second"]) yield* open(name)
      for (const fiber of fibers) yield* Fiber.join(fiber)
    }).pipe(withBot({ interactions }))
  })

  it.live("a menu takes turns like a button, and an automatic deferral counts from the arrival", () => {
    const { begun, handler, log, open } = makeHandler()
    const options = { menu: Menu.string({ placeholder: "vote", choices: ["a", "b"] }), payload }
    const vote = Menu.independent("vote", { ...options, serialize: "message" }, () => handler)
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const message = yield* poll("a")
      const [first, second] = [yield* discord.user("first"), yield* discord.user("second")]
      yield* Effect.forkChild(first.select(message, "vote", ["a"]), start)
      const waiting = yield* Effect.forkChild(second.select(message, "vote", ["b"]), start)
      yield* begun("first")
      // It is answered by the deferral, though its handler has not begun.
      const answer = yield* Fiber.join(waiting)
      assert.strictEqual(answer.kind, "deferred-update")
      assert.deepStrictEqual(log, ["+first"])
      for (const name of ["first", "second"]) yield* open(name)
      yield* second.awaitMessage(({ content }) => content === "second")
    }).pipe(withBot({ interactions: [vote, show((poll) => [[vote.with({ poll })]])] }))
  })
})
