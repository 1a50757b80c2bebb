import { NodeHttpServer } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { HttpRouter, HttpServer } from "effect/http"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import { createServer } from "node:http"
import * as WebhookEvents from "../../src/http/WebhookEvents.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import * as Discord from "./discord.ts"

const entitlement = { id: "1", sku_id: "2", application_id: "3", user_id: "4", type: 8, deleted: false }

const serve = <const H extends WebhookEvents.Handlers>(
  handlers: H,
  options: Partial<Omit<WebhookEvents.Options<H>, "handlers">> = {}
) =>
  Layer.unwrap(
    Effect.map(FakeDiscord.FakeDiscord, ({ publicKey }) =>
      HttpRouter.serve(WebhookEvents.layer({ publicKey, handlers, ...options }), {
        disableListenLog: true,
        disableLogger: true
      }).pipe(Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })))
    )
  )

const url = Effect.map(HttpServer.HttpServer, ({ address }) =>
  "port" in address ? `http://127.0.0.1:${address.port}/webhook-events` : assert.fail(address._tag)
)

const accepted = Effect.flatMap(url, (url) => FakeDiscord.FakeDiscord.use((discord) => discord.webhookEndpoint(url)))

const quick = { retryAfter: "5 millis" } as const

const live =
  <ROut, E, RIn>(layer: Layer.Layer<ROut, E, RIn>) =>
  <A, E, R>(test: Effect.Effect<A, E, R>) =>
    test.pipe(Effect.provide(Layer.provideMerge(layer, FakeDiscord.layerServer())), Effect.scoped)

class Orders extends Context.Service<Orders, { readonly add: (id: string) => Effect.Effect<void> }>()("test/Orders") {}

describe("webhook events", () => {
  it.live("Discord accepts the endpoint, and its events reach their handlers with data and services", () =>
    Effect.gen(function* () {
      const orders = yield* Queue.unbounded<string>()
      const left = yield* Queue.unbounded<string>()
      const layer = serve({
        ENTITLEMENT_CREATE: (data, event) =>
          Orders.use(({ add }) => add(`${data.sku_id} ${event.type} ${event.applicationId}`)),
        APPLICATION_DEAUTHORIZED: ({ user }) => Queue.offer(left, user.id)
      }).pipe(Layer.provide(Layer.succeed(Orders, { add: (id) => Effect.asVoid(Queue.offer(orders, id)) })))
      yield* Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const endpoint = yield* accepted
        const { acknowledged } = yield* endpoint.send("ENTITLEMENT_CREATE", entitlement)
        assert.isTrue(acknowledged)
        assert.strictEqual(yield* Queue.take(orders), `2 ENTITLEMENT_CREATE ${discord.applicationId}`)
        yield* endpoint.send("APPLICATION_DEAUTHORIZED", { user: { id: "7" } })
        assert.strictEqual(yield* Queue.take(left), "7")
      }).pipe(live(layer))
    })
  )

  it.live("a delivery that Discord repeats is handled once, another of the same kind again", () =>
    Effect.gen(function* () {
      const handled = yield* Queue.unbounded<string>()
      yield* Effect.gen(function* () {
        const endpoint = yield* accepted
        const { statuses } = yield* endpoint.send("ENTITLEMENT_CREATE", entitlement, { ...quick, loseResponses: 3 })
        assert.deepStrictEqual(statuses, [204, 204, 204, 204])
        yield* endpoint.send("ENTITLEMENT_CREATE", { ...entitlement, id: "9" })
        assert.deepStrictEqual([yield* Queue.take(handled), yield* Queue.take(handled)], ["1", "9"])
        assert.strictEqual(yield* Queue.size(handled), 0)
      }).pipe(live(serve({ ENTITLEMENT_CREATE: ({ id }) => Queue.offer(handled, id) })))
    })
  )

  it.live("the response does not wait for the handler, and a handler that fails changes nothing for the others", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const release = yield* Deferred.make<void>()
      const ended = yield* Deferred.make<void>()
      yield* Effect.gen(function* () {
        const endpoint = yield* accepted
        const first = yield* endpoint.send("ENTITLEMENT_UPDATE", entitlement)
        assert.deepStrictEqual(first.statuses, [204])
        yield* Deferred.await(begun)
        assert.isTrue((yield* endpoint.send("ENTITLEMENT_DELETE", entitlement)).acknowledged)
        assert.isTrue((yield* endpoint.send("APPLICATION_AUTHORIZED", { user: { id: "1" } })).acknowledged)
        yield* Deferred.succeed(release, undefined)
        yield* Deferred.await(ended)
      }).pipe(
        live(
          serve({
            ENTITLEMENT_UPDATE: () =>
              Deferred.succeed(begun, undefined).pipe(
                Effect.andThen(Deferred.await(release)),
                Effect.andThen(Deferred.succeed(ended, undefined))
              ),
            ENTITLEMENT_DELETE: () => {
              throw new Error("a bug")
            }
          })
        )
      )
    })
  )

  it.live("an event that finds no room is refused, comes again, and is handled", () =>
    Effect.gen(function* () {
      const release = yield* Deferred.make<void>()
      const handled = yield* Queue.unbounded<string>()
      yield* Effect.gen(function* () {
        const endpoint = yield* accepted
        yield* endpoint.send("ENTITLEMENT_UPDATE", entitlement)
        const second = yield* Effect.forkChild(endpoint.send("ENTITLEMENT_CREATE", entitlement, quick), {
          startImmediately: true
        })
        const probe = { type: 1, application_id: "1", event: { type: "ENTITLEMENT_CREATE", timestamp: "t", data: {} } }
        assert.strictEqual(yield* endpoint.post(probe), 503)
        yield* Deferred.succeed(release, undefined)
        const { acknowledged, statuses } = yield* Fiber.join(second)
        assert.isTrue(acknowledged)
        assert.strictEqual(statuses.at(-1), 204)
        assert.strictEqual(yield* Queue.take(handled), "1")
      }).pipe(
        live(
          serve(
            {
              ENTITLEMENT_UPDATE: () => Deferred.await(release),
              ENTITLEMENT_CREATE: ({ id }) => Queue.offer(handled, id)
            },
            { maxRunning: 1 }
          )
        )
      )
    })
  )

  it.live("what is unsigned, forged, stale or no event is refused; an unknown event is acknowledged", () =>
    Effect.gen(function* () {
      const endpoint = yield* accepted
      const target = yield* url
      const send = (headers: Record<string, string>, body: string) =>
        Effect.promise(() => fetch(target, { method: "POST", headers, body }).then(({ status }) => status))
      assert.strictEqual(yield* send({}, "{}"), 401)
      assert.strictEqual(yield* send(Discord.headersFor("{}", Discord.timestampOf(Date.now())), "{}"), 401)
      assert.strictEqual(yield* endpoint.post({ type: 1, event: "nothing" }), 400)
      assert.strictEqual(yield* endpoint.post([]), 400)
      for (const type of ["SOMETHING_NEW", "toString", "ENTITLEMENT_DELETE"]) {
        assert.deepStrictEqual((yield* endpoint.send(type, {})).statuses, [204])
      }
    }).pipe(live(serve({ ENTITLEMENT_CREATE: () => Effect.die("nobody called it") })))
  )

  it.live("a layer that closes lets a handler end, and refuses what comes then", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const release = yield* Deferred.make<void>()
      let ended = false
      const handler = Deferred.succeed(begun, undefined).pipe(
        Effect.andThen(Deferred.await(release)),
        Effect.andThen(Effect.sync(() => void (ended = true)))
      )
      yield* Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const scope = yield* Scope.make()
        const server = yield* Layer.buildWithScope(serve({ ENTITLEMENT_CREATE: () => handler }), scope)
        const endpoint = yield* discord.webhookEndpoint(yield* Effect.provideContext(url, server))
        yield* endpoint.send("ENTITLEMENT_CREATE", entitlement)
        yield* Deferred.await(begun)
        const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
        assert.isFalse(ended)
        yield* Deferred.succeed(release, undefined)
        yield* Fiber.join(closing)
        assert.isTrue(ended)
      }).pipe(Effect.provide(FakeDiscord.layerServer()), Effect.scoped)
    })
  )

  it.live("the fake accepts no endpoint that believes a forged signature, or that does not acknowledge a PING", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const answering = (status: number) =>
        Effect.acquireRelease(
          Effect.callback<{ readonly url: string; readonly close: () => void }>((resume) => {
            const server = createServer((_request, response) => response.writeHead(status).end())
            server.listen(0, "127.0.0.1", () => {
              const address = server.address()
              const port = typeof address === "object" ? address?.port : 0
              resume(Effect.succeed({ url: `http://127.0.0.1:${port}/`, close: () => void server.close() }))
            })
          }),
          ({ close }) => Effect.sync(close)
        )
      const naive = yield* Effect.flip(discord.webhookEndpoint((yield* answering(204)).url))
      assert.include(naive.message, "forged signature, expected 401")
      const strange = yield* Effect.flip(discord.webhookEndpoint((yield* answering(200)).url))
      assert.include(strange.message, "gave 200 to a PING")
    }).pipe(Effect.provide(FakeDiscord.layerServer()), Effect.scoped)
  )
})
