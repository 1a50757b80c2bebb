/** Interactions that reach a process which does not have their Runtime. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import type * as Bot from "../../../src/Bot.ts"
import { interactionType } from "../../../src/discord/numbers.ts"
import type { RawInteraction } from "../../../src/interactions/replies/Interaction.ts"
import * as ErrorReply from "../../../src/interactions/replies/ErrorReply.ts"
import * as Interactions from "../../../src/interactions/router/Interactions.ts"
import * as RuntimeOwners from "../../../src/interactions/router/RuntimeOwners.ts"
import * as Expiration from "../../../src/runtime/Expiration.ts"
import * as Runtimes from "../../../src/runtime/Runtimes.ts"
import { FakeDiscord } from "../../../src/testing/index.ts"
import { makeRandom } from "../../mutate.ts"
import { unlessPaused } from "../../support/paused.ts"
import { alice } from "../harness.ts"
import { connect, makeLink, type Mode, register, start } from "../processes.ts"

const { defaultTexts: texts } = ErrorReply
const seed = Number(process.env["FIBERCORD_LAW_SEED"] ?? 7)

const play = <A, E>(test: Effect.Effect<A, E, Bot.Services | FakeDiscord.FakeDiscord | Scope.Scope>) =>
  Effect.provide(Effect.scoped(test), FakeDiscord.layer({ identifyInterval: 0 }))

/** Milliseconds. The owner defers half a second before the others stop waiting for it, and an answer takes many turns. */
const pause = 100

const manyAtOnce = <A, E, R>(one: Effect.Effect<A, E, R>) =>
  Effect.all(
    Array.from({ length: 24 }, () => one),
    { concurrency: "unbounded", discard: true }
  )

const isUse = ({ type }: RawInteraction) => type === interactionType.component || type === interactionType.modalSubmit

/** Two processes, of which "one" gets commands and "two" everything else, unless `uses` names others. */
const two = Effect.fnUntraced(function* (options: Partial<Interactions.BaseOptions> = {}) {
  yield* register
  const lines: Array<string> = []
  const link = yield* makeLink
  const scope = yield* Scope.make()
  yield* Effect.addFinalizer((exit) => Scope.close(scope, exit))
  const one = yield* Scope.provide(start("one", link, lines, options), scope)
  const others = [yield* start("two", link, lines)]
  yield* connect((raw) => {
    const targets = isUse(raw) ? others : [one]
    for (const each of targets) Context.get(each, Interactions.Interactions).handle(raw)
  })
  const user = yield* alice
  return { end: Scope.close(scope, Exit.void), lines, link, one, others, user }
})

/** Nothing was changed on a message, and nothing was said under it. */
const assertUntouched = Effect.fnUntraced(function* (message: FakeDiscord.Response) {
  const seen = yield* message.snapshot
  assert.deepStrictEqual([seen.edits, seen.buttons.map(({ disabled }) => disabled)], [0, [false, false, false]])
  assert.lengthOf(yield* message.followUps, 0)
})

const assertDisabledOnce = Effect.fnUntraced(function* (message: FakeDiscord.Response, by: FakeDiscord.Response) {
  const said = yield* by.awaitFollowUp()
  assert.strictEqual(yield* said.content, texts.Restarted)
  // Whoever else would do so has had the time to.
  yield* Effect.sleep("1500 millis")
  const seen = yield* message.snapshot
  assert.deepStrictEqual([seen.edits, seen.buttons.map(({ disabled }) => disabled)], [1, [true, true, true]])
  assert.lengthOf(yield* by.followUps, 1)
})

describe.concurrent("an interaction that reaches another process than the one with its Runtime", () => {
  it.live("is handled once and answered by its owner, however many hear it, in whatever order", () =>
    Effect.gen(function* () {
      const random = makeRandom(seed)
      const discord = yield* FakeDiscord.FakeDiscord
      yield* register
      const lines: Array<string> = []
      const link = yield* makeLink
      link.delay = () => random(60)
      const names = ["one", "two", "three"]
      const processes = yield* Effect.forEach(names, (name) => start(name, link, lines))
      const run = Effect.runForkWith(yield* Effect.context<never>())
      let forwards = 0
      yield* connect((raw) => {
        const routers = processes.map((each) => Context.get(each, Interactions.Interactions))
        const chosen = isUse(raw) ? routers.filter(() => random(2) === 0) : []
        const heard = chosen.length > 0 ? chosen : [routers[random(3)] ?? assert.fail()]
        forwards += heard.length
        for (const router of heard) {
          run(
            Effect.andThen(
              Effect.sleep(random(120)),
              Effect.sync(() => router.handle(raw))
            )
          )
        }
      })
      const user = yield* alice
      const one = Effect.gen(function* () {
        // Longer than a process waits for another without a link, and long enough to be deferred.
        const millis = [0, random(300), 1200, 2300][random(4)] ?? 0
        const message = yield* user.slash("panel", { millis })
        const name = yield* message.content
        let presses = 0
        for (let n = random(3); n >= 0; n--) {
          const isForm = random(2) === 0
          const pressed = yield* message.click(isForm ? "ask" : "press")
          const response = isForm ? yield* (yield* pressed.modal).submit({ Reason: "spring" }) : pressed
          const expected = `${name} ${++presses}${isForm ? ": spring" : ""}`
          if (response.kind === "deferred-update") {
            assert.strictEqual(yield* (yield* response.awaitFollowUp()).content, expected)
          } else assert.strictEqual(yield* response.content, expected)
        }
        yield* Effect.sleep("3 seconds")
        const seen = yield* message.snapshot
        assert.deepStrictEqual([seen.edits, seen.buttons.map(({ disabled }) => disabled)], [0, [false, false, false]])
      })
      yield* unlessPaused(
        pause,
        Effect.gen(function* () {
          yield* manyAtOnce(one)
          assert.deepStrictEqual(lines, [])
          assert.isAbove(forwards, 24)
          assert.include(link.outcomes, "Handled")
          assert.notIncludeMembers(link.outcomes, ["Gone", "Unreachable", "Responded"])
          const tried = (yield* discord.log).filter(
            FakeDiscord.is("Request", ({ route, status }) => /callback/.test(route) && (status ?? 0) >= 400)
          )
          assert.deepStrictEqual(tried, [])
        })
      )
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(play)
  )

  it.live("has one answer, whatever is wrong with the way to its owner: the owner's if it learns of it", () =>
    Effect.gen(function* () {
      const random = makeRandom(seed + 1)
      yield* register
      const lines: Array<string> = []
      const link = yield* makeLink
      const names = ["one", "two", "three"]
      const processes = yield* Effect.forEach(names, (name) => start(name, link, lines))
      const run = Effect.runForkWith(yield* Effect.context<never>())
      const modes: ReadonlyArray<Mode> = ["works", "fails", "throws", "hangs", "loses"]
      const uses = new Map<string, { readonly mode: Mode; readonly heard: ReadonlyArray<string> }>()
      link.mode = (id) => uses.get(id)?.mode ?? assert.fail(id)
      link.delay = () => random(30)
      yield* connect((raw) => {
        const some = isUse(raw) ? names.filter(() => random(2) === 0) : []
        const heard = some.length > 0 ? some : [names[random(3)] ?? ""]
        uses.set(raw.id, { mode: modes[random(modes.length)] ?? "works", heard })
        for (const name of heard) {
          const process = processes[names.indexOf(name)] ?? assert.fail(name)
          const handle = Effect.sync(() => Context.get(process, Interactions.Interactions).handle(raw))
          run(Effect.andThen(Effect.sleep(random(120)), handle))
        }
      })
      const user = yield* alice
      const seen = new Map<boolean, number>()
      const one = Effect.gen(function* () {
        // Less than a process waits that cannot reach the owner.
        const message = yield* user.slash("panel", { millis: random(500) })
        const name = yield* message.content
        let presses = 0
        for (let n = 0; n < 3; n++) {
          const pressed = yield* message.click("press")
          const { heard, mode } = uses.get(pressed.interactionId) ?? assert.fail(pressed.interactionId)
          const isHeard = heard.includes(name) || mode === "works" || mode === "loses"
          const expected = isHeard ? `${name} ${++presses}` : texts.Restarted
          assert.strictEqual(yield* pressed.content, expected, `${mode}, heard by ${heard.join()}`)
          seen.set(isHeard, (seen.get(isHeard) ?? 0) + 1)
        }
        yield* Effect.sleep("3 seconds")
        yield* assertUntouched(message)
      })
      yield* unlessPaused(
        pause,
        Effect.gen(function* () {
          yield* manyAtOnce(one)
          assert.isTrue(seen.has(true) && seen.has(false))
          assert.deepStrictEqual(
            lines.filter((line) => !/could not be forwarded/.test(line)),
            []
          )
        })
      )
      const discord = yield* FakeDiscord.FakeDiscord
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(play)
  )

  it.live(
    "is told that the bot has restarted, and its message's components are disabled once, if the owner is gone",
    () =>
      Effect.gen(function* () {
        const { lines, link, others, user } = yield* two()
        others.push(yield* start("three", link, lines))
        const message = yield* user.slash("panel", { millis: 0 })
        yield* message.content
        yield* link.kill
        yield* assertDisabledOnce(message, yield* message.click("press"))
        assert.deepStrictEqual(link.outcomes, ["Gone", "Gone"])
        assert.deepStrictEqual(lines, [])
      }).pipe(play)
  )

  it.live("is answered for an owner that ends while it handles it", () =>
    Effect.gen(function* () {
      const { link, user } = yield* two()
      const message = yield* user.slash("panel", { millis: 1200 })
      yield* message.content
      const click = yield* Effect.forkChild(message.click("press"), { startImmediately: true })
      yield* Effect.sleep("300 millis")
      yield* link.kill
      yield* assertDisabledOnce(message, yield* Fiber.join(click))
    }).pipe(play)
  )

  for (const mode of ["fails", "throws", "hangs"] as const) {
    it.live(`is told that the bot has restarted, and nothing is touched, if its way to the owner ${mode}`, () =>
      Effect.gen(function* () {
        const { link, user } = yield* two()
        const message = yield* user.slash("panel", { millis: 0 })
        yield* message.content
        link.mode = mode
        const pressed = yield* message.click("press")
        assert.strictEqual(yield* pressed.content, texts.Restarted)
        assert.isAtLeast(pressed.elapsed, mode === "hangs" ? 2400 : 900)
        yield* assertUntouched(message)
      }).pipe(play)
    )
  }

  for (const mode of ["fails", "hangs"] as const) {
    it.live(`is left to an owner that hears it too, if the way to it ${mode}`, () =>
      Effect.gen(function* () {
        const { lines, link, one, others, user } = yield* two()
        others.push(one)
        const message = yield* user.slash("panel", { millis: 300 })
        yield* message.content
        link.mode = mode
        assert.strictEqual(yield* (yield* message.click("press")).content, "one 1")
        yield* Effect.sleep("2700 millis")
        yield* assertUntouched(message)
        assert.deepStrictEqual(lines, [])
      }).pipe(play)
    )
  }

  it.live("is answered by the owner alone, if only the way back breaks", () =>
    Effect.gen(function* () {
      const { lines, link, user } = yield* two()
      const message = yield* user.slash("panel", { millis: 0 })
      yield* message.content
      link.mode = "loses"
      assert.strictEqual(yield* (yield* message.click("press")).content, "one 1")
      yield* Effect.sleep("2700 millis")
      yield* assertUntouched(message)
      assert.deepStrictEqual(lines, [])
    }).pipe(play)
  )

  it.live("is told by the owner that its Runtime has ended", () =>
    Effect.gen(function* () {
      const { user } = yield* two({
        expiration: Expiration.afterCreation("200 millis"),
        runtimes: { resolution: "20 millis" }
      })
      const message = yield* user.slash("panel", { millis: 0 })
      yield* message.awaitUntil(({ buttons }) => buttons.length > 0 && buttons.every(({ disabled }) => disabled))
      const late = yield* message.click("press", { stale: true })
      assert.strictEqual(yield* late.content, texts.Expired)
    }).pipe(play)
  )

  it.live("is answered by an owner that ends, for as long as its Runtimes linger", () =>
    Effect.gen(function* () {
      const expiration = Expiration.inactivity("5 seconds")
      const { end, lines, user } = yield* two({ expiration, runtimes: { linger: "1 minute", resolution: "20 millis" } })
      const message = yield* user.slash("panel", { millis: 300 })
      yield* message.content
      const ending = yield* Effect.forkChild(end, { startImmediately: true })
      assert.strictEqual(yield* (yield* message.click("press")).content, "one 1")
      const modal = yield* (yield* message.click("ask")).modal
      assert.strictEqual(yield* (yield* modal.submit({ Reason: "spring" })).content, "one 2: spring")
      const refused = yield* user.slash("panel", { millis: 0 })
      assert.strictEqual(yield* refused.content, texts.Shutdown)
      assert.isUndefined(ending.pollUnsafe())
      // It ends as soon as its last Runtime has.
      yield* message.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
      yield* Fiber.join(ending)
      assert.strictEqual(yield* (yield* message.click("press", { stale: true })).content, texts.Restarted)
      assert.deepStrictEqual(lines, [])
    }).pipe(play)
  )

  it.live("is told that the bot has restarted, once the owner has closed", () =>
    Effect.gen(function* () {
      const { end, link, user } = yield* two()
      const message = yield* user.slash("panel", { millis: 0 })
      yield* message.content
      yield* end
      const late = yield* message.click("press", { stale: true })
      assert.strictEqual(yield* late.content, texts.Restarted)
      assert.deepStrictEqual(link.outcomes, ["Gone"])
    }).pipe(play)
  )
})

describe.concurrent("what a process takes from others", () => {
  it.live("are uses of its own Runtimes, whole and new; everything else it leaves", () =>
    Effect.gen(function* () {
      yield* register
      const received = yield* Deferred.make<RuntimeOwners.Receive>()
      const owners = RuntimeOwners.RuntimeOwners.of({
        forward: () => Effect.die("what was forwarded is not forwarded again"),
        own: (_, receive) => Deferred.succeed(received, receive)
      })
      const link = { ...(yield* makeLink), owners }
      const lines: Array<string> = []
      const one = yield* start("one", link, lines)
      const seen: Array<RawInteraction> = []
      yield* connect((raw) => {
        seen.push(raw)
        if (!isUse(raw)) Context.get(one, Interactions.Interactions).handle(raw)
      })
      const { mark, size } = Context.get(one, Runtimes.Runtimes)
      const message = yield* (yield* alice).slash("panel", { millis: 0 })
      yield* message.content
      const click = yield* Effect.forkChild(message.click("press"), { startImmediately: true })
      yield* Effect.sleep("100 millis")
      const receive = yield* Deferred.await(received)
      const [command, press] = seen
      const take = (interaction: unknown, elapsed = 0) =>
        receive({ mark, interaction, elapsed, wantsResponse: false }).pipe(
          Effect.timeout("2 seconds"),
          Effect.map(({ _tag }) => _tag)
        )
      for (const other of [
        undefined,
        null,
        "press",
        {},
        command,
        { ...press, data: { custom_id: "fc1b:zzzzzz0:0" } }
      ]) {
        assert.strictEqual(yield* take(other), "Unreachable")
      }
      // Not even a command has begun.
      assert.strictEqual(yield* size, 1)
      assert.strictEqual(yield* take(press, Number.NaN), "Handled")
      assert.strictEqual(yield* (yield* Fiber.join(click)).content, "one 1")
      assert.strictEqual(yield* take(press), "Handled")
      // Discord's time began at the other process, so that a handler of one second is deferred.
      const slow = yield* (yield* alice).slash("panel", { millis: 1000 })
      yield* slow.content
      const late = yield* Effect.forkChild(slow.click("press"), { startImmediately: true })
      yield* Effect.sleep("100 millis")
      assert.strictEqual(yield* take(seen.at(-1), 1900), "Handled")
      assert.strictEqual((yield* Fiber.join(late)).kind, "deferred-update")
      assert.deepStrictEqual(lines, [])
    }).pipe(play)
  )
})
