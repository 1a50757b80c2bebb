import { NodeHttpServer } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { HttpRouter, HttpServer } from "effect/http"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import { createServer, type Server } from "node:http"
import { connect } from "node:net"
import * as HttpInteractions from "../../src/http/HttpInteractions.ts"
import { Replays } from "../../src/http/internal/replays.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Field from "../../src/interactions/definitions/Field.ts"
import type * as Definition from "../../src/interactions/definitions/Definition.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import * as Interactions from "../../src/interactions/router/Interactions.ts"
import * as Modal from "../../src/interactions/definitions/Modal.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import type { DiscordRestError } from "../../src/rest/DiscordRest.ts"
import { DiscordRest } from "../../src/rest/DiscordRest.ts"
import * as Expiration from "../../src/runtime/Expiration.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import * as Discord from "./discord.ts"

const description = "…"
const { defaultTexts: texts } = ErrorReply

/** The URL at which a server listens. */
const endpoint = Effect.map(HttpServer.HttpServer, ({ address }) =>
  "port" in address ? `http://127.0.0.1:${address.port}/interactions` : assert.fail(address._tag)
)

/** The route, on a server of its own. */
const serve = (options?: Partial<HttpInteractions.Options>, makeServer: () => Server = createServer) =>
  HttpRouter.serve(HttpInteractions.layer({ publicKey: Discord.keys.publicKey, ...options }), {
    disableListenLog: true,
    disableLogger: true
  }).pipe(Layer.provideMerge(NodeHttpServer.layer(makeServer, { port: 0, host: "127.0.0.1" })))

/** Runs a test with a bot that has no gateway, and with users whose interactions are posted to it. */
const withBot =
  <const D extends ReadonlyArray<Definition.Any>>(
    options: Interactions.Options<D>,
    relay: { readonly deliveries?: Array<Discord.Delivery>; readonly latency?: number } = {}
  ) =>
  <A, E, R>(test: Effect.Effect<A, E, R>) => {
    const deliveries = relay.deliveries ?? []
    const bot = serve().pipe(Layer.provide(Interactions.layer(options)))
    const discord = Layer.unwrap(
      Effect.map(endpoint, (url) => Discord.layer({ url: Effect.succeed(url), deliveries, latency: relay.latency }))
    )
    return Effect.provide(test, discord.pipe(Layer.provideMerge(bot), Layer.provideMerge(FakeDiscord.layer())))
  }

const alice = FakeDiscord.FakeDiscord.use((discord) => discord.user("alice"))

/** The requests of the bot, as opposed to those of Discord. */
const botRequests = Effect.map(
  FakeDiscord.FakeDiscord.use((discord) => discord.log),
  (log) =>
    log
      .filter(
        FakeDiscord.is(
          "Request",
          ({ query, route }) => !query.includes("by=discord") && /interactions|webhooks/.test(route)
        )
      )
      .map(({ method, route, status }) => `${method} ${route.replace(/^\/webhooks\/:\w+\/:\w+/, "…")} ${status}`)
)

const counter = Command.slash(
  "counter",
  { description, options: { start: Options.optional(Options.integer("…")) } },
  ({ start }) =>
    Effect.gen(function* () {
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

const ping = Command.slash("ping", { description }, () => Reply.send({ content: "pong" }))

const unregistered = { unregistered: true }

describe("a bot without a gateway", () => {
  it.live("responds in the body, without a REST call", () => {
    const deliveries: Array<Discord.Delivery> = []
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("ping", {}, unregistered)
      assert.strictEqual(yield* message.content, "pong")
      assert.deepStrictEqual(
        deliveries.map(({ body, status }) => [status, JSON.parse(body)]),
        [[200, { type: 4, data: { content: "pong" } }]]
      )
      assert.deepStrictEqual(yield* botRequests, [])
    }).pipe(withBot({ interactions: [ping] }, { deliveries }))
  })

  it.live("keeps Runtimes: bound buttons run in theirs, and each Runtime has its own state", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const one = yield* user.slash("counter", { start: 41 }, unregistered)
      const two = yield* user.slash("counter", {}, unregistered)
      yield* one.click("+1")
      yield* two.click("+1")
      yield* two.click("+1")
      yield* one.awaitContent("42")
      yield* two.awaitContent("2")
    }).pipe(withBot({ interactions: [counter] }))
  )

  it.live("disables components when a Runtime ends, even if Discord takes its time to create the message", () =>
    Effect.gen(function* () {
      const message = yield* (yield* alice).slash("counter", {}, unregistered)
      yield* message.awaitUntil(({ buttons }) => buttons.length > 0 && buttons.every(({ disabled }) => disabled))
      const late = yield* message.click("+1", { stale: true })
      assert.strictEqual(yield* late.content, texts.Expired)
    }).pipe(
      withBot(
        {
          interactions: [counter],
          expiration: Expiration.afterCreation("600 millis"),
          runtimes: { resolution: "50 millis" }
        },
        { latency: 150 }
      )
    )
  )
})

describe("the responses of a bot without a gateway", () => {
  it.live("follows up and edits through REST", () => {
    const command = Command.slash("talk", { description }, () =>
      Effect.gen(function* () {
        yield* Reply.defer({ ephemeral: true })
        yield* Effect.sleep("100 millis")
        yield* Reply.send({ content: "first" })
        yield* Reply.followUp({ content: "second" })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("talk", {}, unregistered)
      yield* message.awaitContent("first")
      assert.isTrue(yield* message.ephemeral)
      assert.strictEqual(yield* (yield* message.awaitFollowUp()).content, "second")
      assert.deepStrictEqual(yield* botRequests, ["POST … 200", "POST … 200"])
    }).pipe(withBot({ interactions: [command] }))
  })

  it.live("defers a slow response in time, in the body, and edits it later", () => {
    const deliveries: Array<Discord.Delivery> = []
    const command = Command.slash("slow", { description }, () =>
      Effect.andThen(Effect.sleep("2300 millis"), Reply.send({ content: "at last" }))
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("slow", {}, unregistered)
      assert.strictEqual(message.kind, "deferred-message")
      yield* message.awaitContent("at last")
      assert.deepStrictEqual(
        deliveries.map(({ body, status }) => [status, JSON.parse(body).type]),
        [[200, 5]]
      )
    }).pipe(withBot({ interactions: [command] }, { deliveries }))
  })

  it.live("opens modals, sends suggestions, and tells users about failures", () => {
    const form = Command.slash("form", { description }, () =>
      Effect.gen(function* () {
        const { reason } = yield* Modal.ask({ title: "Why", fields: { reason: Field.short("Reason") } })
        yield* Reply.send({ content: `Because: ${reason}` })
      })
    )
    const options = { what: Options.autocomplete(Options.string("…"), (query) => Effect.succeed([`${query}!`])) }
    const search = Command.slash("search", { description, options }, () => Effect.die("on purpose"))
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.registerCommands([search.command ?? assert.fail()])
      const user = yield* alice
      const modal = yield* (yield* user.slash("form", {}, unregistered)).modal
      assert.strictEqual(yield* (yield* modal.submit({ Reason: "spring" })).content, "Because: spring")
      const found = yield* (yield* user.autocomplete("search", { what: "a" }, "what")).choices
      assert.deepStrictEqual(
        found.map(({ name }) => name),
        ["a!"]
      )
      const failed = yield* user.slash("search", { what: "a" })
      assert.include(yield* failed.content, "Something went wrong")
      assert.isTrue(yield* failed.ephemeral)
    }).pipe(withBot({ interactions: [form, search] }))
  })

  it.live("opens new Runtimes for independent components, and responds to unknown ones", () => {
    const join = Button.independent("join", { payload: Schema.Struct({ role: Schema.String }) }, ({ role }) =>
      Reply.send({ content: `joined ${role}`, ephemeral: true })
    )
    const gone = Button.independent("gone", {}, () => Effect.void)
    const show = Command.slash("show", { description }, () =>
      Reply.send({
        content: "-",
        components: [[join.with({ label: "Join" }, { role: "7" }), gone.with({ label: "Gone" })]]
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("show", {}, unregistered)
      assert.strictEqual(yield* (yield* message.click("Join")).content, "joined 7")
      assert.strictEqual(yield* (yield* message.click("Gone")).content, texts.Unknown)
    }).pipe(withBot({ interactions: [show, join] }))
  })
})

describe("the REST calls of a bot without a gateway", () => {
  it.live("repeats a call that overtakes the initial response", () => {
    const command = Command.slash("hurry", { description }, () =>
      Effect.gen(function* () {
        yield* Reply.send({ content: "first" })
        yield* Reply.followUp({ content: "second" })
        yield* Reply.edit({ content: "third" })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("hurry", {}, unregistered)
      assert.strictEqual(yield* (yield* message.awaitFollowUp()).content, "second")
      yield* message.awaitContent("third")
    }).pipe(withBot({ interactions: [command] }, { latency: 200 }))
  })

  it.live("sends files of any size through REST, leaves the body empty, and still knows the message", () => {
    const deliveries: Array<Discord.Delivery> = []
    const command = Command.slash("export", { description, expiration: Expiration.afterCreation("500 millis") }, () =>
      Effect.gen(function* () {
        const button = yield* Button.bound({ label: "more" }, () => Effect.void)
        const files = [{ name: "all.csv", data: Buffer.alloc(400_000, "x") }]
        yield* Reply.send({ content: "Here.", files, components: [[button]] })
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("export", {}, unregistered)
      assert.strictEqual(yield* message.content, "Here.")
      const { attachments } = yield* message.raw
      assert.deepStrictEqual(
        attachments.map(({ filename, size }) => [filename, size]),
        [["all.csv", 400_000]]
      )
      yield* message.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
      assert.deepStrictEqual(
        deliveries.map(({ body, status }) => [status, body]),
        [[202, ""]]
      )
    }).pipe(withBot({ interactions: [command], runtimes: { resolution: "50 millis" } }, { deliveries }))
  })

  it.live("can respond in the body after Discord has refused a file", () => {
    const command = Command.slash("export", { description }, () =>
      Effect.catchTag(
        Reply.send({ content: "Here.", files: [{ name: "a.txt", data: Buffer.from("a") }] }),
        "ReplyError",
        () => Reply.send({ content: "No file today." })
      )
    )
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.restStatus("POST /interactions/:id/:token/callback", 413)
      const message = yield* (yield* alice).slash("export", {}, unregistered)
      assert.strictEqual(yield* message.content, "No file today.")
    }).pipe(withBot({ interactions: [command] }))
  })
})

describe("a busy bot without a gateway", () => {
  it.live("gives each interaction its own initial response when many users act at once", () => {
    const echo = Command.slash("echo", { description, options: { n: Options.integer("…") } }, ({ n }) =>
      Effect.andThen(Effect.sleep((n * 7) % 50), Reply.send({ content: `${n}` }))
    )
    const deliveries: Array<Discord.Delivery> = []
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const users = yield* Effect.forEach(Array.from({ length: 40 }), (_, n) => discord.user(`u${n}`))
      const messages = yield* Effect.forEach(users.entries(), ([n, user]) => user.slash("echo", { n }, unregistered), {
        concurrency: "unbounded"
      })
      const contents = yield* Effect.forEach(messages, (message) => message.content)
      assert.deepStrictEqual(
        contents,
        users.map((_, n) => `${n}`)
      )
      assert.strictEqual(new Set(deliveries.map(({ id }) => id)).size, 40)
      assert.strictEqual(deliveries.length, 40)
    }).pipe(withBot({ interactions: [echo] }, { deliveries }))
  })

  it.live("waits for running handlers when it ends", () => {
    const entered = Deferred.makeUnsafe<void>()
    const command = Command.slash("work", { description }, () =>
      Effect.andThen(
        Deferred.succeed(entered, undefined),
        Effect.andThen(Effect.sleep("200 millis"), Reply.send({ content: "done" }))
      )
    )
    return Effect.gen(function* () {
      const scope = yield* Scope.make()
      // Otherwise the server waits for its client to close the connection.
      const bot = serve({}, () => createServer({ keepAliveTimeout: 1 })).pipe(
        Layer.provide(Interactions.layer({ interactions: [command] }))
      )
      const services = yield* Layer.buildWithScope(bot, scope)
      const url = yield* Effect.provide(endpoint, services)
      const body = JSON.stringify(interaction({ data: { id: "1", type: 1, name: "work" } }))
      const response = yield* Effect.forkChild(post(url, body))
      yield* Deferred.await(entered)
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(JSON.parse((yield* Fiber.join(response)).body), { type: 4, data: { content: "done" } })
    }).pipe(Effect.provide(FakeDiscord.layer()))
  })
})

const interaction = (fields: object = {}) => ({
  id: "1",
  application_id: "2",
  type: 2,
  token: "t",
  version: 1,
  user: { id: "3", username: "u" },
  data: { id: "4", type: 1, name: "ping" },
  ...fields
})

interface Answer {
  readonly status: number
  readonly body: string
  readonly type: string
}

const request = (url: string, init: RequestInit): Effect.Effect<Answer> =>
  Effect.promise(async (signal) => {
    const response = await fetch(url, { method: "POST", signal, ...init })
    return { status: response.status, body: await response.text(), type: response.headers.get("content-type") ?? "" }
  })

/** Posts a body like Discord. */
const post = (url: string, body: string, by = Discord.keys) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    request(url, { headers: Discord.headersFor(body, Discord.timestampOf(now), by), body })
  )

/** An interactions service that records what it gets. */
const makeStub = () => {
  const handled: Array<unknown> = []
  const sends = Effect.runSync(
    Queue.unbounded<NonNullable<Parameters<Interactions.Interactions["Service"]["handle"]>[1]>>()
  )
  const layer = Layer.succeed(Interactions.Interactions, {
    handle: (raw, sendInitial) => {
      handled.push(raw)
      if (sendInitial !== undefined) Queue.offerUnsafe(sends, sendInitial)
    }
  })
  return { handled, layer, sends }
}

const notNeeded = Effect.die("REST is not needed here")
const noRest = Layer.succeed(DiscordRest, {
  use: () => notNeeded,
  request: () => notNeeded,
  respond: () => notNeeded
})

/** An endpoint on real sockets with a virtual clock, whose interactions get no response by themselves. */
const withEndpoint =
  (stub: ReturnType<typeof makeStub>, options?: Partial<HttpInteractions.Options>) =>
  <A, E, R>(test: Effect.Effect<A, E, R>) =>
    Effect.provide(test, serve(options).pipe(Layer.provide([stub.layer, noRest])))

const pingBody = JSON.stringify({ id: "1", application_id: "2", type: 1, token: "t", version: 1 })
const refused = (problem: string) =>
  Effect.map(Metric.snapshot, (all) => {
    const found = all.find(
      ({ attributes, id }) => id === "fibercord_http_interactions_refused" && attributes?.["problem"] === problem
    )
    return found?.type === "Counter" ? Number(found.state.count) : 0
  })

const other = Discord.makeKeys()
const body = JSON.stringify(interaction())
const at = "1700000000"
const headers = Discord.headersFor(body, at)
const { "x-signature-ed25519": signature } = headers
const latin1 = Buffer.from(JSON.stringify(interaction({ locale: "é" })), "latin1")
const flip = (hex: string, at: number) => hex.slice(0, at) + (hex[at] === "0" ? "1" : "0") + hex.slice(at + 1)

/** What is wrong with a request, the problem that is reported, the status, and the request. */
const refusals = [
  ["no headers", "unsigned", 401, { body }],
  ["no timestamp", "unsigned", 401, { body, headers: { "x-signature-ed25519": signature } }],
  ["no signature", "unsigned", 401, { body, headers: { "x-signature-timestamp": at } }],
  ["an empty signature", "unsigned", 401, { body, headers: { ...headers, "x-signature-ed25519": "" } }],
  ["a short signature", "unsigned", 401, { body, headers: { ...headers, "x-signature-ed25519": signature.slice(2) } }],
  ["no hexadecimal", "unsigned", 401, { body, headers: { ...headers, "x-signature-ed25519": "g".repeat(128) } }],
  ["a timestamp in words", "unsigned", 401, { body, headers: { ...headers, "x-signature-timestamp": "now" } }],
  ["a negative timestamp", "unsigned", 401, { body, headers: Discord.headersFor(body, "-1") }],
  ["another key", "forged", 401, { body, headers: Discord.headersFor(body, at, other) }],
  ["another body", "forged", 401, { body: `${body} `, headers }],
  ["no body", "forged", 401, { headers }],
  ["another timestamp", "forged", 401, { body, headers: { ...headers, "x-signature-timestamp": "1700000001" } }],
  [
    "a longer timestamp",
    "forged",
    401,
    { body: body.slice(1), headers: { ...headers, "x-signature-timestamp": "01700000000" } }
  ],
  ["a flipped bit of R", "forged", 401, { body, headers: { ...headers, "x-signature-ed25519": flip(signature, 3) } }],
  ["a flipped bit of S", "forged", 401, { body, headers: { ...headers, "x-signature-ed25519": flip(signature, 70) } }],
  ["only zeros", "forged", 401, { body, headers: { ...headers, "x-signature-ed25519": "0".repeat(128) } }],
  ["an old timestamp", "stale", 401, { body, headers: Discord.headersFor(body, "1699999939") }],
  ["a future timestamp", "stale", 401, { body, headers: Discord.headersFor(body, "1700000061") }],
  ["text, unsigned", "forged", 401, { body: "{", headers }],
  ["text", "malformed", 400, { body: "{", headers: Discord.headersFor("{", at) }],
  ["nothing", "malformed", 400, { body: "", headers: Discord.headersFor("", at) }],
  ["null", "malformed", 400, { body: "null", headers: Discord.headersFor("null", at) }],
  ["a number", "malformed", 400, { body: "1", headers: Discord.headersFor("1", at) }],
  ["no interaction", "malformed", 400, { body: '{"type":2}', headers: Discord.headersFor('{"type":2}', at) }],
  ["an array", "malformed", 400, { body: "[1]", headers: Discord.headersFor("[1]", at) }],
  ["no UTF-8", "malformed", 400, { body: latin1, headers: Discord.headersFor(latin1, at) }]
] as const

const codeOf = (exit: Exit.Exit<unknown, DiscordRestError>) =>
  Exit.isFailure(exit) ? Effect.map(Effect.flip(exit), ({ code }) => code) : Effect.succeed("taken")
const reply = { type: 4, data: { content: "a" }, files: undefined }

describe("the endpoint", () => {
  it.effect("responds to PING with PONG", () => {
    const stub = makeStub()
    return Effect.gen(function* () {
      const { body, status, type } = yield* post(yield* endpoint, pingBody)
      assert.deepStrictEqual([status, JSON.parse(body)], [200, { type: 1 }])
      assert.include(type, "application/json")
      assert.deepStrictEqual(stub.handled, [])
    }).pipe(withEndpoint(stub))
  })
})

describe("an invalid request", () => {
  for (const [what, problem, status, init] of refusals) {
    it.effect(`with ${what} is refused with ${status}, ${problem}`, () => {
      const stub = makeStub()
      return Effect.gen(function* () {
        yield* TestClock.setTime(1_700_000_000_000)
        const before = yield* refused(problem)
        const answer = yield* request(yield* endpoint, init)
        assert.deepStrictEqual([answer.status, answer.body], [status, problem])
        assert.strictEqual(yield* refused(problem), before + 1)
        assert.deepStrictEqual(stub.handled, [])
      }).pipe(withEndpoint(stub))
    })
  }
})

describe("the checks of the endpoint", () => {
  it.effect("accepts timestamps within its tolerance, in both directions", () => {
    const stub = makeStub()
    return Effect.gen(function* () {
      const url = yield* endpoint
      yield* TestClock.setTime(1_700_000_000_000)
      for (const [seconds, status] of [
        [-5, 200],
        [5, 200],
        [-6, 401],
        [6, 401]
      ] as const) {
        const headers = Discord.headersFor(pingBody, `${1_700_000_000 + seconds}`)
        assert.strictEqual((yield* request(url, { headers, body: pingBody })).status, status)
      }
    }).pipe(withEndpoint(stub, { tolerance: "5 seconds" }))
  })

  it.effect("refuses the same request a second time, for as long as its timestamp is accepted", () => {
    const stub = makeStub()
    return Effect.gen(function* () {
      const url = yield* endpoint
      const now = 1_700_000_000_000
      yield* TestClock.setTime(now)
      // Signed by a clock that is ahead: it is accepted for almost twice the tolerance.
      const headers = Discord.headersFor(pingBody, `${now / 1000 + 59}`)
      const send = (signature = headers["x-signature-ed25519"]) =>
        Effect.map(
          request(url, { headers: { ...headers, "x-signature-ed25519": signature }, body: pingBody }),
          ({ body, status }) => `${status} ${status === 200 ? "" : body}`
        )
      assert.strictEqual(yield* send(), "200 ")
      assert.strictEqual(yield* send(), "401 replayed")
      assert.strictEqual(yield* send(headers["x-signature-ed25519"].toUpperCase()), "401 replayed")
      yield* TestClock.setTime(now + 118_000)
      assert.strictEqual(yield* send(), "401 replayed")
      // The last moment at which its timestamp is accepted.
      const late = Discord.headersFor(pingBody, `${now / 1000 + 60}`)
      yield* TestClock.setTime(now)
      assert.strictEqual((yield* request(url, { headers: late, body: pingBody })).status, 200)
      yield* TestClock.setTime(now + 120_000)
      assert.strictEqual((yield* request(url, { headers: late, body: pingBody })).body, "replayed")
      yield* TestClock.setTime(now + 118_000)
      assert.strictEqual(yield* send(), "401 replayed")
      yield* TestClock.setTime(now + 120_000)
      assert.strictEqual(yield* send(), "401 stale")
      // A forged request leaves no trace: the genuine one is accepted after it.
      const fresh = Discord.headersFor(pingBody, `${now / 1000 + 120}`)
      const forged = { ...fresh, "x-signature-ed25519": flip(fresh["x-signature-ed25519"], 9) }
      assert.strictEqual((yield* request(url, { headers: forged, body: pingBody })).status, 401)
      assert.strictEqual((yield* request(url, { headers: fresh, body: pingBody })).status, 200)
      // Of two at once only one is accepted.
      const twice = Discord.headersFor(pingBody, `${now / 1000 + 121}`)
      const both = yield* Effect.forEach([1, 2], () => request(url, { headers: twice, body: pingBody }), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(both.map(({ status }) => status).toSorted(), [200, 401])
    }).pipe(withEndpoint(stub))
  })

  it.live("refuses bodies above its limit, with and without a content length", () => {
    const stub = makeStub()
    return Effect.gen(function* () {
      const url = yield* endpoint
      const text = (length: number) => JSON.stringify(interaction({ type: 1, padding: "x".repeat(length) }))
      const small = text(0)
      const fits = text(1000 - small.length)
      assert.strictEqual((yield* post(url, fits)).status, 200)
      assert.strictEqual((yield* post(url, `${fits} `)).status, 413)
      const large = text(50_000)
      const headers = Discord.headersFor(large, Discord.timestampOf(yield* Clock.currentTimeMillis))
      const chunks = new ReadableStream<Uint8Array>({
        start: (controller) => {
          for (let at = 0; at < large.length; at += 500) {
            controller.enqueue(new TextEncoder().encode(large.slice(at, at + 500)))
          }
          controller.close()
        }
      })
      const init = { headers, body: chunks, duplex: "half" } as RequestInit
      assert.strictEqual((yield* request(url, init)).status, 413)
      assert.strictEqual((yield* post(url, JSON.stringify({ ...JSON.parse(small), id: "2" }))).status, 200)
    }).pipe(withEndpoint(stub, { maxBodySize: 1000 }))
  })
})

describe("the response of the endpoint", () => {
  it.live("delivers what Discord has sent, and handles only POST at its path", () => {
    const stub = makeStub()
    return Effect.gen(function* () {
      const url = (yield* endpoint).replace("/interactions", "/discord")
      const answer = yield* Effect.forkChild(post(url, body))
      const send = yield* Queue.take(stub.sends)
      assert.deepStrictEqual(stub.handled, [interaction()])
      assert.isUndefined(yield* send({ type: 4, data: { content: "é" }, files: undefined }, 3000))
      const { body: text, status, type } = yield* Fiber.join(answer)
      assert.deepStrictEqual([status, JSON.parse(text)], [200, { type: 4, data: { content: "é" } }])
      assert.include(type, "application/json")
      assert.strictEqual((yield* request(url, { method: "GET" })).status, 404)
      assert.strictEqual((yield* post(yield* endpoint, body)).status, 404)
    }).pipe(withEndpoint(stub, { path: "/discord" }))
  })

  it.effect("ends a request after three seconds without a response, and a later one fails as with Discord", () => {
    const stub = makeStub()
    return Effect.gen(function* () {
      const answer = yield* Effect.forkChild(post(yield* endpoint, body))
      const send = yield* Queue.take(stub.sends)
      // The timeout is set right after the interaction was passed on.
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      yield* TestClock.adjust("2999 millis")
      assert.isUndefined(answer.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* Fiber.join(answer), { status: 202, body: "", type: "" })
      assert.strictEqual(yield* codeOf(yield* Effect.exit(send(reply, 3000))), 10_062)
    }).pipe(withEndpoint(stub))
  })

  it.live("accepts one response only, but another one after a response that cannot be encoded", () => {
    const stub = makeStub()
    return Effect.gen(function* () {
      const answer = yield* Effect.forkChild(post(yield* endpoint, body))
      const send = yield* Queue.take(stub.sends)
      const broken = yield* Effect.flip(send({ type: 4, data: { content: 1n as never }, files: undefined }, 3000))
      assert.strictEqual(broken.reason._tag, "Transport")
      const exits = yield* Effect.forEach([1, 2, 3], () => Effect.exit(send(reply, 3000)), {
        concurrency: "unbounded"
      })
      const codes = yield* Effect.forEach(exits, codeOf)
      assert.deepStrictEqual(codes, ["taken", 10_062, 10_062])
      assert.strictEqual((yield* Fiber.join(answer)).status, 200)
    }).pipe(withEndpoint(stub))
  })
})

describe("the end of a request", () => {
  it.live("fails a later response as Discord would, when Discord hangs up", () => {
    const stub = makeStub()
    const over = Deferred.makeUnsafe<void>()
    const makeServer = () =>
      createServer().on("request", (_request, response) => {
        response.on("close", () => setImmediate(() => Deferred.doneUnsafe(over, Effect.void)))
      })
    return Effect.gen(function* () {
      const answer = yield* Effect.forkChild(post(yield* endpoint, body))
      const send = yield* Queue.take(stub.sends)
      yield* Fiber.interrupt(answer)
      yield* Deferred.await(over)
      assert.strictEqual(yield* codeOf(yield* Effect.exit(send(reply, 3000))), 10_062)
    }).pipe(Effect.provide(serve({}, makeServer).pipe(Layer.provide([stub.layer, noRest]))))
  })

  it.effect("comes in time even if the body never ends", () => {
    const stub = makeStub()
    return Effect.gen(function* () {
      const { hostname, port } = new URL(yield* endpoint)
      const now = Discord.timestampOf(yield* Clock.currentTimeMillis)
      const head = Object.entries({ ...Discord.headersFor("", now), host: hostname, "content-length": "100" })
      const lines = head.map(([name, value]) => `${name}: ${value}\r\n`).join("")
      const over = Deferred.makeUnsafe<void>()
      yield* Effect.acquireRelease(
        Effect.callback<ReturnType<typeof connect>>((resume) => {
          const socket = connect(Number(port), hostname, () => {
            socket.write(`POST /interactions HTTP/1.1\r\n${lines}\r\n{`, () => resume(Effect.succeed(socket)))
          })
          socket.on("error", () => undefined)
          for (const event of ["data", "close"]) socket.once(event, () => Deferred.doneUnsafe(over, Effect.void))
        }),
        (socket) => Effect.sync(() => socket.destroy())
      )
      const pass = Effect.andThen(
        TestClock.adjust("1 second"),
        Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 5)))
      )
      yield* Effect.repeat(pass, { until: () => Deferred.isDoneUnsafe(over) })
      assert.deepStrictEqual(stub.handled, [])
    }).pipe(Effect.scoped, withEndpoint(stub))
  })
})

describe("the public key", () => {
  const { publicKey } = Discord.keys
  const build = (key: HttpInteractions.Options["publicKey"], env: Record<string, string> = {}) =>
    Effect.scoped(Layer.build(serve({ publicKey: key }).pipe(Layer.provide([makeStub().layer, noRest])))).pipe(
      Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env })))
    )

  for (const [what, key] of [
    ["text", publicKey],
    ["upper case", publicKey.toUpperCase()],
    ["text with white space around it", ` ${publicKey}\n`],
    ["redacted", Redacted.make(publicKey)],
    ["a setting", Config.String("KEY")],
    ["a redacted setting", Config.Redacted("KEY")]
  ] as const) {
    it.effect(`may be ${what}`, () => Effect.asVoid(build(key, { KEY: publicKey })))
  }

  for (const [what, key] of [
    ["empty", ""],
    ["too short", publicKey.slice(2)],
    ["too long", `${publicKey}00`],
    ["no hexadecimal", "z".repeat(64)],
    ["a bot token", "MTAwMDAwMDAwMDAwMDAwMDAwMQ.GAAAAA.secret-secret-secret-secret-secret"],
    ["a setting that is wrong", Config.Redacted("WRONG")],
    ["a setting that is missing", Config.String("MISSING")]
  ] as const) {
    it.effect(`leads to one clear error if it is ${what}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(build(key, { WRONG: "secret" }))
        if (error._tag !== "InvalidConfig") return assert.fail(error._tag)
        assert.strictEqual(error.setting, "publicKey")
        assert.match(error.message, /^publicKey (is not a public key|cannot be read): /)
        assert.notInclude(error.message, "secret")
      })
    )
  }
})

describe("the memory of replays", () => {
  it.prop(
    "accepts a signature once per window, and keeps only those of the last window",
    [
      Schema.Array(
        Schema.Struct({
          key: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 30 })),
          wait: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 300 }))
        })
      ).check(Schema.isMaxLength(100))
    ],
    ([steps]) => {
      const replays = new Replays(1000)
      const firsts: Array<{ readonly key: number; readonly at: number }> = []
      let now = 0
      for (const { key, wait } of steps) {
        now += wait
        const known = firsts.some((first) => first.key === key && now - first.at < 1000)
        assert.strictEqual(replays.isFirst(`a${key}`, now), !known)
        assert.strictEqual(replays.isFirst(`A${key}`, now), false)
        if (!known) firsts.push({ key, at: now })
        assert.strictEqual(replays.size, firsts.filter(({ at }) => now - at < 1000).length)
      }
    }
  )

  it("keeps only the newest 100,000 signatures", () => {
    const replays = new Replays(1000)
    for (let n = 0; n < 100_010; n++) replays.isFirst(`${n}`, 0)
    assert.strictEqual(replays.size, 100_000)
    assert.isFalse(replays.isFirst("100009", 0))
    assert.isTrue(replays.isFirst("0", 0))
  })
})
