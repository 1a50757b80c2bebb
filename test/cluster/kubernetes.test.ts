/** What Kubernetes says about members, and what becomes of it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Pods from "../../src/cluster/internal/kubernetes.ts"
import * as FakeDiscord from "../../src/testing/FakeDiscord.ts"
import * as Kubernetes from "./support/kubernetes.ts"
import { startMember } from "./support/members.ts"
import { play, total, untilBalanced } from "./support/play.ts"
import * as Relay from "./support/Relay.ts"
import { freePort } from "./support/freePort.ts"

const bot = { app: "bot" }
const selector = { labelSelector: "app=bot" }

const collect = () => {
  const lines: Array<string> = []
  const logger = Logger.make(({ logLevel, message }) => {
    if (logLevel === "Warn") lines.push(String(message))
  })
  return { lines, layer: Logger.layer([logger]) }
}

const holds = Effect.sleep("1100 millis") // a list of pods, for a second

describe("the API of Kubernetes", () => {
  it.live("says which pods of this namespace are ready, not ready, or gone", () =>
    Effect.gen(function* () {
      const kubernetes = yield* Kubernetes.make
      kubernetes.pods
        .set("10.1.0.1", { labels: bot, isReady: true })
        .set("10.1.0.2", { labels: bot, isReady: false })
        .set("10.1.0.3", { labels: { app: "other" }, isReady: true })
        .set("10.1.0.4", { labels: bot, isReady: false, phase: "Failed" })
      const pods = yield* Pods.make("10.1.0.1", selector).pipe(Effect.provideService(Pods.Access, kubernetes.access))
      const hosts = ["10.1.0.1", "10.1.0.2", "10.1.0.3", "10.1.0.4", "10.1.0.5", "bot-0.bot"]
      assert.deepStrictEqual(yield* Effect.forEach(hosts, pods.stateOf), [
        "ready",
        "notReady",
        "gone",
        "gone",
        "gone",
        "unknown"
      ])
      assert.deepStrictEqual(kubernetes.asked, [
        "/api/v1/namespaces/bots/pods?resourceVersion=0&labelSelector=app%3Dbot"
      ])
    }).pipe(Effect.scoped)
  )

  it.live(
    "says nothing when it refuses, fails or hangs, or lists other pods, which is logged once with what is missing",
    () =>
      Effect.gen(function* () {
        const make = Effect.tap(Kubernetes.make, ({ pods }) =>
          Effect.sync(() =>
            pods.set("10.1.0.1", { labels: bot, isReady: true }).set("10.1.0.2", { labels: bot, isReady: false })
          )
        )
        const expected: ReadonlyArray<readonly [Kubernetes.Kubernetes["mode"], RegExp]> = [
          [403, /answers with 403\. .*a Role in the namespace bots .*\["pods"\] and verbs \["list"\]/],
          [401, /answers with 401/],
          [500, /answers with 500/],
          ["hangs", /does not answer within 1000 ms/]
        ]
        const says = Effect.fnUntraced(function* ([mode, line]: (typeof expected)[number]) {
          const kubernetes = yield* make
          const { layer, lines } = collect()
          kubernetes.mode = mode
          yield* Effect.gen(function* () {
            const pods = yield* Pods.make("10.1.0.1", selector)
            assert.strictEqual(yield* pods.stateOf("10.1.0.2"), "unknown")
            yield* holds
            assert.strictEqual(yield* pods.stateOf("10.1.0.9"), "unknown")
            assert.lengthOf(lines, 1)
            assert.match(lines[0] ?? "", line)
            kubernetes.mode = "works"
            yield* holds
            assert.strictEqual(yield* pods.stateOf("10.1.0.9"), "gone")
          }).pipe(Effect.provideService(Pods.Access, kubernetes.access), Effect.provide(layer))
        })
        yield* Effect.forEach(expected, says, { concurrency: "unbounded" })
        const kubernetes = yield* make
        const { layer, lines } = collect()
        const pods = yield* Pods.make("10.1.0.7", selector).pipe(Effect.provideService(Pods.Access, kubernetes.access))
        assert.strictEqual(yield* Effect.provide(pods.stateOf("10.1.0.1"), layer), "unknown")
        const folder = yield* Kubernetes.folderWith({
          token: "t",
          namespace: "bots",
          "ca.crt": "-----BEGIN CERTIFICATE-----"
        })
        const unreadable = yield* Pods.make("10.1.0.1", {}).pipe(
          Effect.provideService(Pods.Access, { ...kubernetes.access, folder })
        )
        assert.strictEqual(yield* Effect.provide(unreadable.stateOf("10.1.0.2"), layer), "unknown")
        assert.lengthOf(lines, 2)
        assert.match(lines.join(), /no pod that app=bot selects has the address of this one, 10\.1\.0\.7/)
      }).pipe(Effect.scoped)
  )
})

describe("a member on Kubernetes", () => {
  it.live(
    "joins and keeps its shards while the API refuses, and loses them when its pod is gone and it does not answer",
    () =>
      play((storage) =>
        Effect.gen(function* () {
          const kubernetes = yield* Kubernetes.make
          // Longer than is waited for anything below: whoever waited for its end would be seen.
          const cluster = { health: { k8s: selector }, lease: "10 minutes" } as const
          const { layer, lines } = collect()
          kubernetes.mode = 403
          yield* Effect.gen(function* () {
            const listenPort = yield* freePort
            const way = yield* Relay.make(listenPort)
            const one = yield* startMember({ storage, total, cluster: { ...cluster, host: "127.0.0.2" } })
            const two = yield* startMember({ storage, total, port: way.port, listenPort, cluster })
            yield* untilBalanced([one, two], [4, 4])
            // Two looks of Effect Cluster at who lives.
            yield* Effect.sleep("5 seconds")
            yield* untilBalanced([one, two], [4, 4])
            const refused = lines.filter((line) => line.includes("answers with 403"))
            assert.isAtLeast(refused.length, 1)
            assert.isAtMost(refused.length, 2)
            kubernetes.pods.set("127.0.0.2", { labels: bot, isReady: true })
            kubernetes.pods.set("127.0.0.1", { labels: bot, isReady: false })
            kubernetes.mode = "works"
            yield* holds
            // It answers, although it is not ready.
            yield* untilBalanced([one, two], [4, 4])
            kubernetes.pods.delete("127.0.0.1")
            yield* way.cut
            yield* Effect.gen(function* () {
              while (HashMap.size(yield* one.manager.runners) < total) yield* Effect.sleep("20 millis")
            }).pipe(Effect.timeout("1 minute"))
            yield* way.heal
            yield* two.stop
            yield* one.stop
            const discord = yield* FakeDiscord.FakeDiscord
            assert.deepStrictEqual(yield* discord.violations, [])
          }).pipe(Effect.provideService(Pods.Access, kubernetes.access), Effect.provide(Layer.mergeAll(layer)))
        })
      ),
    240_000
  )
})
