import { NodeHttpServer } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import { HttpRouter, HttpServer } from "effect/http"
import { createServer } from "node:http"
import { connect } from "node:net"
import * as Bot from "../../src/Bot.ts"
import * as HttpInteractions from "../../src/http/HttpInteractions.ts"
import { Inspector } from "../../src/inspector/index.ts"
import type { State } from "../../src/inspector/InspectorState.ts"
import { Feed } from "../../src/inspector/internal/feed.ts"
import { listen } from "../../src/inspector/internal/server.ts"
import { Watch } from "../../src/inspector/internal/watch.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import { Interaction } from "../../src/interactions/replies/Interaction.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import * as Dialogues from "../../src/durable/Dialogues.ts"
import * as Durable from "../../src/durable/Durable.ts"
import * as Interactions from "../../src/interactions/router/Interactions.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"
import * as Runtimes from "../../src/runtime/Runtimes.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { clusterOfOne, type MakeBot } from "../support/bots.ts"
import { ask, follow, stateAt, until } from "./looking.ts"

const description = "…"
const { Inspector: Service, layer } = Inspector

const ping = Command.slash("ping", { description }, () => Reply.send({ content: "pong" }))

const guess = Command.slash(
  "guess",
  { description },
  Effect.fn("guess")(function* () {
    const choice = yield* Reply.ask({
      content: "which?",
      components: [[Button.choice("left"), Button.choice("right")]]
    })
    yield* Effect.logInfo(`It was ${choice}`)
    yield* Reply.send({ content: choice })
  })
)

const failing = Command.slash("failing", { description }, () => Effect.die(new Error("this is broken")))

// What a bot should not do, and what bots do: it logs everything that it was given.
const leaks = Command.slash("leaks", { description }, () =>
  Effect.gen(function* () {
    const { raw } = yield* Interaction
    const token = raw.token
    yield* Effect.logInfo(raw)
    yield* Effect.logInfo(`the token is ${token}`, JSON.stringify(raw), JSON.stringify(JSON.stringify({ token })))
    yield* Effect.logError(`/webhooks/1/${token}/messages/@original`)
    yield* Effect.annotateLogs(Effect.logWarning("annotated"), { token, nested: { token } })
    yield* Effect.withSpan(Effect.void, "leak", { attributes: { token, raw: JSON.stringify(raw) } })
    yield* Reply.send({ content: "said" })
    yield* Reply.followUp({ content: `more: ${token}` })
    yield* Effect.exit(
      DiscordRest.use((api) => api.webhooks.execute("1", "a-webhook-token-of-somebody", { content: "x" }))
    )
    return yield* Effect.die(new Error(`with ${token}`))
  })
)

/** Runs a test with a bot that can be looked into. */
const looking =
  (make: MakeBot = Bot.layer, options?: Inspector.Options) =>
  <A, E, R>(test: Effect.Effect<A, E, R>) =>
    test.pipe(
      Effect.provide(
        make({ interactions: [ping, guess, failing, leaks] }).pipe(
          Layer.provideMerge(FakeDiscord.layer()),
          Layer.provideMerge(layer(options))
        )
      )
    )

const url = Effect.map(Service, (inspector) => inspector.url)
const user = Effect.flatMap(FakeDiscord.FakeDiscord, (discord) => discord.user("alice"))

describe("what the inspector says of a bot", () => {
  for (const [name, make] of [
    ["Bot", Bot.layer],
    ["ClusterBot", clusterOfOne]
  ] as const) {
    it.live(`of a ${name}: its shards, Runtimes, interactions, requests and logs, linked by the interaction`, () =>
      Effect.gen(function* () {
        const at = yield* url
        const alice = yield* user
        const asked = yield* alice.slash("guess")
        const open = yield* stateAt(at)
        const [shard] = open.shards
        assert.deepInclude(shard, { id: 0, total: 1, stage: "Connected", identifies: 1, resumes: 0 })
        assert.strictEqual(shard?.strip.at(-1)?.stage, "Connected")
        const [first] = open.interactions
        assert.deepInclude(first, {
          name: "guess",
          userName: "alice",
          state: "answered",
          callback: 4,
          definition: "guess"
        })
        assert.include(first?.response, "which?")
        assert.strictEqual(open.runtimes.open, 1)
        const [runtime] = open.runtimes.list
        assert.deepInclude(runtime, {
          id: first?.runtime ?? "",
          definition: "guess",
          opener: alice.id,
          parked: 1,
          depth: 0
        })
        assert.deepInclude(runtime, { isRunning: false })
        assert.closeTo((runtime?.endsAt ?? 0) - (runtime?.openedAt ?? 0), 14.5 * 60_000, 2000)

        yield* asked.click("left")
        const done = yield* stateAt(at)
        const click = done.interactions.at(-1)
        assert.deepInclude(click, { kind: 3, runtime: runtime?.id, state: "answered" })
        const log = done.logs.find(({ message }) => message === "It was left")
        assert.deepInclude(log, { level: "Info", interaction: first?.id, runtime: runtime?.id })
        const span = done.spans.find((one) => one.name === "guess")
        assert.deepInclude(span, { status: "ok", interaction: first?.id })
        const posts = done.rest.filter(({ path }) => path.endsWith("/callback"))
        assert.deepStrictEqual(
          posts.map(({ interaction, method }) => [method, interaction]),
          [
            ["POST", first?.id],
            ["POST", click?.id]
          ]
        )
        assert.isTrue(posts.every(({ endedAt, status }) => endedAt !== undefined && (status ?? 0) < 300))
        assert.deepStrictEqual(
          done.steps.filter((step) => step.runtime === runtime?.id).map(({ step }) => step),
          ["opened", "begun", "parked", "resumed", "handled"]
        )
      }).pipe(looking(make), Effect.scoped)
    )
  }

  it.live("of what failed, and of a connection that was lost", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* user
      yield* alice.slash("failing")
      yield* discord.faults.close(0, 4000)
      yield* discord.awaitLog(FakeDiscord.is("Resumed"))
      const at = yield* url
      let state: State | undefined
      yield* Effect.suspend(() => stateAt(at)).pipe(
        Effect.tap((now) => Effect.sync(() => (state = now))),
        Effect.repeat({ until: (now) => now.shards[0]?.stage === "Connected" && now.shards[0].resumes === 1 })
      )
      assert.strictEqual(state?.interactions[0]?.outcome, "failure")
      assert.isTrue(state?.logs.some(({ cause }) => cause?.includes("this is broken")))
      assert.strictEqual(state?.shards[0]?.lastCode, 4000)
      const stages = state?.shards[0]?.strip.map(({ stage }) => stage) ?? []
      assert.includeMembers(stages, ["Identifying", "Disconnected", "Resuming", "Connected"])
      assert.include(state?.shards[0]?.strip.find(({ stage }) => stage === "Disconnected")?.end, "4000")
    }).pipe(looking(), Effect.scoped)
  )

  it.live("of a bot over HTTP: its interactions with what they were answered in the response", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { address } = yield* HttpServer.HttpServer
      if (!("port" in address)) return assert.fail(address._tag)
      yield* discord.interactionsEndpoint(`http://127.0.0.1:${address.port}/interactions`)
      const alice = yield* user
      yield* alice.slash("ping", {}, { unregistered: true })
      const state = yield* stateAt(yield* url)
      assert.deepStrictEqual(state.shards, [])
      assert.deepInclude(state.interactions[0], { name: "ping", state: "answered", callback: 4 })
      assert.include(state.interactions[0]?.response, "pong")
      assert.strictEqual(state.runtimes.open, 1)
      assert.deepStrictEqual(state.rest, [])
    }).pipe(
      Effect.provide(
        Layer.unwrap(
          Effect.map(FakeDiscord.FakeDiscord, ({ publicKey }) =>
            HttpRouter.serve(HttpInteractions.layer({ publicKey }), { disableListenLog: true, disableLogger: true })
          )
        ).pipe(
          Layer.provide(Interactions.layer({ interactions: [ping] })),
          Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
          Layer.provideMerge(FakeDiscord.layer()),
          Layer.provideMerge(layer())
        )
      )
    )
  )

  it.live("of keyed Runtimes, by their key", () =>
    Effect.gen(function* () {
      const players = Runtimes.keyed(
        (guild: string) => `guild ${guild}`,
        () => Effect.succeed(0)
      )
      yield* players.get("1")
      const { runtimes } = yield* stateAt(yield* url)
      assert.deepInclude(runtimes.list[0], { key: "guild 1" })
    }).pipe(looking(), Effect.scoped)
  )

  it.live("of durable dialogues, with their journal", () =>
    Effect.gen(function* () {
      const at = yield* url
      const alice = yield* user
      yield* alice.slash("request")
      const { dialogues } = yield* stateAt(at)
      const [dialogue] = dialogues?.list ?? []
      assert.deepInclude(dialogue, { name: "request", version: 1, status: "running", userId: alice.id })
      const { status, text } = yield* ask(`${at}/dialogue?id=${encodeURIComponent(dialogue?.id ?? "")}`)
      assert.strictEqual(status, 200)
      assert.deepInclude(JSON.parse(text).steps[0], { kind: "ask", name: "verdict" })
      assert.strictEqual((yield* ask(`${at}/dialogue?id=none`)).status, 404)
    }).pipe(
      Effect.provide(
        Bot.layer({
          interactions: [
            Durable.slash("request", { version: 1, description }, () =>
              Durable.ask("verdict", { to: Durable.reply, content: "?", components: [[Button.choice("yes")]] })
            )
          ],
          onError: { MessageError: ({ message }) => ErrorReply.ephemeral(message) }
        }).pipe(
          Layer.provideMerge(Layer.orDie(Dialogues.layerSqlite({ filename: ":memory:" }))),
          Layer.provideMerge(FakeDiscord.layer()),
          Layer.provideMerge(layer())
        )
      )
    )
  )
})

describe("events of the inspector", () => {
  it.live("are the state, and then what changes; what is not over is told again", () =>
    Effect.gen(function* () {
      const { told } = yield* follow(yield* url)
      yield* until("the state is told", () => told.states.length === 1)
      assert.deepStrictEqual(told.states[0]?.interactions, [])
      const alice = yield* user
      const asked = yield* alice.slash("guess")
      yield* until("the interaction is told", () =>
        told.changes.some(({ interactions }) => interactions?.some(({ state }) => state === "answered"))
      )
      yield* asked.click("right")
      const all = () => told.changes.flatMap(({ interactions = [] }) => interactions)
      yield* until("it is over", () => all().some(({ endedAt, n }) => n === 0 && endedAt !== undefined))
      yield* until("the click is answered", () => all().some(({ n, state }) => n === 1 && state === "answered"))
      const first = all().filter(({ n }) => n === 0)
      assert.isUndefined(first[0]?.endedAt)
      assert.strictEqual(first.at(-1)?.outcome, "success")
      yield* until("its steps are told", () =>
        told.changes.some(({ steps }) => steps?.some(({ step }) => step === "handled"))
      )
      const seen = all().map(({ n, outcome, startedAt, state }) => JSON.stringify([n, startedAt, state, outcome]))
      assert.strictEqual(new Set(seen).size, seen.length)
    }).pipe(looking(), Effect.scoped)
  )

  it.live("are not kept for somebody who does not read them: the connection ends", () =>
    Effect.gen(function* () {
      const watch = new Watch(Context.empty(), yield* Clock.Clock)
      const feed = new Feed(watch)
      const { port } = yield* Effect.acquireRelease(
        Effect.promise(() => listen(feed, "127.0.0.1", 0)),
        ({ close }) => Effect.promise(close)
      )
      const slow = yield* Effect.acquireRelease(
        Effect.sync(() => connect(port, "127.0.0.1")),
        (socket) => Effect.sync(() => socket.destroy())
      )
      slow.pause().write(`GET /events HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`)
      yield* until("it is told something", () => feed.readers === 1)
      const long = "x".repeat(4000)
      const fields = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`field${n}`, long]))
      const lines = Array.from({ length: 100 }, () => Effect.annotateLogs(Effect.logInfo(long), fields))
      yield* Effect.all(lines).pipe(
        Effect.andThen(Effect.sync(() => feed.tell())),
        Effect.andThen(Effect.sleep("10 millis")),
        Effect.repeat({ until: () => feed.readers === 0, times: 400 }),
        Effect.provideContext(watch.watch(Context.make(Logger.CurrentLoggers, new Set<never>())))
      )
      assert.strictEqual(feed.readers, 0)
      // Everybody else is served.
      assert.strictEqual((yield* ask(`http://127.0.0.1:${port}/state`)).status, 200)
    }).pipe(Effect.scoped)
  )
})

describe("who may look", () => {
  const cases: ReadonlyArray<
    readonly [who: string, status: number, (port: number) => Readonly<Record<string, string>>, method?: string]
  > = [
    ["by address", 200, (port) => ({ host: `127.0.0.1:${port}` })],
    ["by name", 200, (port) => ({ host: `localhost:${port}` })],
    ["by the address of IPv6", 200, (port) => ({ host: `[::1]:${port}` })],
    ["its own page", 200, (port) => ({ host: `localhost:${port}`, origin: `http://localhost:${port}` })],
    ["nobody by a name that was rebound to this machine", 403, (port) => ({ host: `evil.example:${port}` })],
    ["nobody by another port", 403, (port) => ({ host: `127.0.0.1:${port + 1}` })],
    ["nobody without a port", 403, () => ({ host: "127.0.0.1" })],
    ["nobody by a name that begins like one of these", 403, (port) => ({ host: `127.0.0.1:${port}.evil.example` })],
    ["no page of another site", 403, (port) => ({ host: `127.0.0.1:${port}`, origin: "https://evil.example" })],
    ["no page of another port", 403, (port) => ({ host: `127.0.0.1:${port}`, origin: "http://127.0.0.1:1" })],
    ["no page without an origin", 403, (port) => ({ host: `127.0.0.1:${port}`, origin: "null" })],
    ["no image of another site", 403, (port) => ({ host: `127.0.0.1:${port}`, "sec-fetch-site": "cross-site" })],
    [
      "no frame of another site",
      403,
      (port) => ({ host: `127.0.0.1:${port}`, "sec-fetch-site": "cross-site", "sec-fetch-dest": "iframe" })
    ],
    [
      "whoever follows a link to it",
      200,
      (port) => ({ host: `127.0.0.1:${port}`, "sec-fetch-site": "cross-site", "sec-fetch-dest": "document" })
    ],
    ["nobody who writes", 405, (port) => ({ host: `127.0.0.1:${port}` }), "POST"],
    ["nobody who deletes", 405, (port) => ({ host: `127.0.0.1:${port}` }), "DELETE"],
    ["nobody who asks what is allowed", 405, (port) => ({ host: `127.0.0.1:${port}` }), "OPTIONS"]
  ]
  it.live("is whoever asks it by its own name on this machine, and nobody else", () =>
    Effect.gen(function* () {
      const { port } = yield* Service
      for (const [who, status, headers, method] of cases) {
        for (const path of ["/state", "/", "/dialogue?id=1"]) {
          const answer = yield* ask(`http://127.0.0.1:${port}${path}`, headers(port), method)
          const expected = status === 200 && path.startsWith("/dialogue") ? 404 : status
          assert.strictEqual(answer.status, expected, `${who}: ${path}`)
          assert.strictEqual(answer.headers["x-content-type-options"], "nosniff")
          assert.include(answer.headers["content-security-policy"], "default-src 'none'")
          assert.isUndefined(answer.headers["access-control-allow-origin"])
        }
      }
    }).pipe(Effect.provide(layer()))
  )

  it.effect("is nobody on another machine: it is bound to loopback only", () =>
    Effect.gen(function* () {
      for (const host of ["0.0.0.0", "::", "", "192.168.0.1", "example.com", "127.0.0.1.example.com"]) {
        const error = yield* Effect.flip(Effect.scoped(Layer.build(layer({ host }))))
        assert.strictEqual(error.reason, "NotLoopback")
        assert.include(error.message, "only for this machine")
      }
    })
  )

  it.live("is nobody before it is provided and after its scope has closed; a taken port is an error", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { port, url } = yield* Effect.map(Layer.buildWithScope(layer(), scope), (context) =>
        context.mapUnsafe.get(Service.key)
      ) as Effect.Effect<Inspector.Inspector["Service"]>
      const taken = yield* Effect.flip(Effect.scoped(Layer.build(layer({ port }))))
      assert.strictEqual(taken.reason, "NotListening")
      const { over } = yield* follow(url)
      yield* Scope.close(scope, Exit.void)
      yield* over
      assert.isTrue(Exit.isFailure(yield* Effect.exit(ask(`${url}/state`))))
    }).pipe(Effect.scoped)
  )
})

describe("tokens", () => {
  it.live("appear in nothing that it says, whatever the bot does with them", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const at = yield* url
      const { told } = yield* follow(at)
      const alice = yield* user
      yield* alice.slash("leaks")
      yield* alice.slash("ping")
      yield* Effect.logError(`Authorization: Bot ${botToken}`, btoa(botToken), { token: botToken })
      yield* until("everything is told", () =>
        told.changes.some(({ logs }) => logs?.some(({ message }) => message.startsWith("Authorization")))
      )
      const state = (yield* ask(`${at}/state`)).text
      const tokens = (yield* discord.log).flatMap(
        (entry) => JSON.stringify(entry).match(/aW50ZXJhY3Rpb246[\w-]+/g) ?? []
      )
      const interactionTokens = (JSON.parse(state) as State).interactions.map(({ id }) =>
        Buffer.from(`interaction:${id}:fake`).toString("base64url")
      )
      assert.lengthOf(interactionTokens, 2)
      for (const said of [state, told.text]) {
        assert.include(said, "annotated")
        for (const token of [
          ...tokens,
          ...interactionTokens,
          botToken,
          btoa(botToken),
          "a-webhook-token-of-somebody"
        ]) {
          assert.notInclude(said, token)
        }
        assert.notInclude(said, "aW50ZXJhY3Rpb246")
      }
    }).pipe(
      Effect.provide(
        Bot.layer({ interactions: [ping, leaks] }).pipe(
          Layer.provideMerge(FakeDiscord.layer({ token: botToken })),
          Layer.provideMerge(layer())
        )
      ),
      Effect.scoped
    )
  )
})

const botToken = "s3cr3t.t0ken.value"

describe("the tracer and the loggers of a bot", () => {
  it.live("still get everything", () =>
    Effect.gen(function* () {
      const names: Array<string> = []
      const lines: Array<string> = []
      const tracer = Tracer.make({
        span: (options) => {
          names.push(options.name)
          return new Tracer.NativeSpan(options)
        }
      })
      const logger = Logger.make(({ message }) => void lines.push(String(message)))
      const state = yield* Effect.gen(function* () {
        const alice = yield* user
        yield* Effect.flatMap(alice.slash("guess"), (asked) => asked.click("left"))
        return yield* stateAt(yield* url)
      }).pipe(looking(), Effect.provide(Layer.merge(Logger.layer([logger]), Layer.succeed(Tracer.Tracer, tracer))))
      assert.include(lines, "It was left")
      assert.includeMembers(names, ["fibercord.interaction", "fibercord.handler", "guess", "fibercord.rest"])
      const [interaction] = state.interactions
      const own = state.spans.find(({ name }) => name === "fibercord.interaction")
      assert.strictEqual(own?.interaction, interaction?.id)
      assert.strictEqual(state.spans.find(({ name }) => name === "fibercord.handler")?.parent, own?.id)
    })
  )

  it.live("make the spans of the library just for the inspector, if that was asked for", () =>
    Effect.gen(function* () {
      const alice = yield* user
      yield* Effect.flatMap(alice.slash("guess"), (asked) => asked.click("left"))
      const { interactions, spans } = yield* stateAt(yield* url)
      const [asked, clicked] = interactions
      const namesOf = (id: string | undefined) =>
        spans.filter(({ interaction }) => interaction === id).map(({ name }) => name)
      const replied = ["fibercord.reply.send", "fibercord.rest"]
      assert.includeMembers(namesOf(asked?.id), ["fibercord.interaction", "fibercord.handler", ...replied])
      // The handler has moved on to the click, which it has waited for.
      assert.deepStrictEqual(namesOf(clicked?.id), replied)
    }).pipe(looking(Bot.layer, { spans: true }))
  )

  it.live("make no spans of the library just for the inspector otherwise", () =>
    Effect.gen(function* () {
      const alice = yield* user
      yield* alice.slash("ping")
      const { interactions, spans } = yield* stateAt(yield* url)
      assert.lengthOf(interactions, 1)
      assert.deepStrictEqual(
        spans.map(({ name }) => name).filter((name) => name.startsWith("fibercord.")),
        []
      )
    }).pipe(looking())
  )
})
