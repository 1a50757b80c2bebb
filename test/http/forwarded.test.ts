/** Interactions that Discord posts to another process than the one with their Runtime, as a balancer does. */
import { NodeHttpServer } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { HttpRouter, HttpServer } from "effect/http"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { createServer } from "node:http"
import type * as Bot from "../../src/Bot.ts"
import * as HttpInteractions from "../../src/http/HttpInteractions.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import type { BaseOptions, ProvidedByRouter } from "../../src/interactions/router/Interactions.ts"
import * as Expiration from "../../src/runtime/Expiration.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice } from "../interactions/harness.ts"
import { makeLink, register, start } from "../interactions/processes.ts"

const { defaultTexts: texts } = ErrorReply

const play = <A, E>(test: Effect.Effect<A, E, Bot.Services | FakeDiscord.FakeDiscord | Scope.Scope>) =>
  Effect.provide(Effect.scoped(test), FakeDiscord.layer())

/** The URL of a server of this process's own, which notes the statuses that it responds with. */
const serve = Effect.fnUntraced(function* (bot: Context.Context<ProvidedByRouter>, statuses: Array<number>) {
  const { publicKey } = yield* FakeDiscord.FakeDiscord
  const makeServer = () => {
    const server = createServer()
    server.on("request", (_, response) => response.on("finish", () => statuses.push(response.statusCode)))
    return server
  }
  const server = HttpRouter.serve(HttpInteractions.layer({ publicKey }), {
    disableListenLog: true,
    disableLogger: true
  }).pipe(
    Layer.provideMerge(NodeHttpServer.layer(makeServer, { port: 0, host: "127.0.0.1" })),
    Layer.provide(Layer.succeedContext(bot))
  )
  const { address } = Context.get(yield* Layer.build(server), HttpServer.HttpServer)
  return "port" in address ? `http://127.0.0.1:${address.port}/interactions` : assert.fail(address._tag)
})

/** A panel of the process "one", whose clicks are posted to "two". */
const panelOfOne = Effect.fnUntraced(function* (millis: number, options: Partial<BaseOptions> = {}) {
  yield* register
  const discord = yield* FakeDiscord.FakeDiscord
  const lines: Array<string> = []
  const link = yield* makeLink
  const statuses: Array<number> = []
  const one = yield* serve(yield* start("one", link, lines, options), [])
  const two = yield* serve(yield* start("two", link, lines), statuses)
  yield* discord.interactionsEndpoint(one)
  const user = yield* alice
  const message = yield* user.slash("panel", { millis })
  assert.strictEqual(yield* message.content, "one")
  yield* discord.interactionsEndpoint(two)
  // Those of the developer portal's checks.
  statuses.length = 0
  return { lines, link, message, statuses }
})

const callbacks = Effect.map(
  FakeDiscord.FakeDiscord.use(({ log }) => log),
  (log) => log.filter(FakeDiscord.is("Request", ({ route }) => /callback/.test(route))).map(({ status }) => status)
)

describe.concurrent("an interaction that is posted to another process than the one with its Runtime", () => {
  it.live("gets the owner's answer in the body: messages, forms and what they lead to", () =>
    Effect.gen(function* () {
      const { lines, link, message } = yield* panelOfOne(0)
      const pressed = yield* message.click("press")
      assert.strictEqual(yield* pressed.content, "one 1")
      const modal = yield* (yield* message.click("ask")).modal
      assert.strictEqual(yield* (yield* modal.submit({ Reason: "spring" })).content, "one 2: spring")
      assert.deepStrictEqual(link.outcomes, ["Responded", "Responded", "Responded"])
      assert.deepStrictEqual(yield* callbacks, [])
      assert.deepStrictEqual((yield* message.snapshot).edits, 0)
      assert.deepStrictEqual(lines, [])
    }).pipe(play)
  )

  it.live("is deferred in time by its owner, in the body, and answered later", () =>
    Effect.gen(function* () {
      const { link, message } = yield* panelOfOne(2300)
      const pressed = yield* message.click("press")
      assert.strictEqual(pressed.kind, "deferred-update")
      assert.deepStrictEqual(link.outcomes, ["Responded"])
      assert.strictEqual(yield* (yield* pressed.awaitFollowUp()).content, "one 1")
    }).pipe(play)
  )

  it.live("gets files of its owner from there, and the request ends without a body", () =>
    Effect.gen(function* () {
      const { lines, link, message, statuses } = yield* panelOfOne(0)
      const pressed = yield* message.click("upload")
      assert.strictEqual(yield* pressed.content, "one 1")
      const [file] = (yield* pressed.raw).attachments
      assert.deepStrictEqual([file?.filename, file?.size], ["a.bin", 3])
      // Not only when Discord's three seconds are over.
      yield* Effect.sleep("500 millis")
      assert.deepStrictEqual(statuses, [202])
      assert.deepStrictEqual(link.outcomes, ["Handled"])
      assert.lengthOf(yield* callbacks, 1)
      assert.deepStrictEqual(lines, [])
    }).pipe(play)
  )

  it.live("is told by the owner that its Runtime has ended", () =>
    Effect.gen(function* () {
      const expiration = Expiration.afterCreation("200 millis")
      const { message } = yield* panelOfOne(0, { expiration, runtimes: { resolution: "20 millis" } })
      yield* message.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
      const late = yield* message.click("press", { stale: true })
      assert.strictEqual(yield* late.content, texts.Expired)
    }).pipe(play)
  )

  it.live("is told that the bot has restarted, and its components are disabled, if the owner ends meanwhile", () =>
    Effect.gen(function* () {
      const { lines, link, message } = yield* panelOfOne(1500)
      yield* Effect.forkChild(Effect.delay(link.kill, "300 millis"))
      const pressed = yield* message.click("press")
      assert.strictEqual(yield* (yield* pressed.awaitFollowUp()).content, texts.Restarted)
      const seen = yield* message.snapshot
      assert.deepStrictEqual([seen.edits, seen.buttons.map(({ disabled }) => disabled)], [1, [true, true, true]])
      // What the owner goes on to say is refused.
      yield* Effect.sleep("1500 millis")
      assert.lengthOf(yield* pressed.followUps, 1)
      assert.match(lines.join(), /A handler failed/)
    }).pipe(play)
  )

  for (const mode of ["fails", "throws", "hangs", "loses"] as const) {
    it.live(`is told that the bot has restarted, and nothing is touched, if its way ${mode}`, () =>
      Effect.gen(function* () {
        const { link, message } = yield* panelOfOne(0)
        link.mode = mode
        const pressed = yield* message.click("press")
        assert.strictEqual(yield* pressed.content, texts.Restarted)
        const seen = yield* message.snapshot
        assert.deepStrictEqual([seen.edits, seen.buttons.map(({ disabled }) => disabled)], [0, [false, false, false]])
      }).pipe(play)
    )
  }
})
