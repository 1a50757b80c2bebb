/**
 * Discord's way of sending interactions over HTTP. What users of a fake Discord do is signed and posted to an endpoint,
 * and its response is passed back. The fake delivers interactions to gateway connections only, so one shard stands in
 * for this part of Discord. The bot under test has none.
 */
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import { generateKeyPairSync, sign as signBytes } from "node:crypto"
import * as GatewayEvents from "../../src/gateway/GatewayEvents.ts"
import * as ShardManager from "../../src/gateway/ShardManager.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

/** The keys of an application. Node's crypto module signs, so that WebCrypto is not tested against itself. */
export const makeKeys = () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519")
  const { x } = publicKey.export({ format: "jwk" })
  return {
    publicKey: Buffer.from(x ?? "", "base64url").toString("hex"),
    sign: (timestamp: string, body: string | Uint8Array) =>
      signBytes(null, Buffer.concat([Buffer.from(timestamp), Buffer.from(body)]), privateKey).toString("hex")
  }
}

/** The keys of the application of these tests. */
export const keys = makeKeys()

/** The timestamp of a request, from milliseconds. */
export const timestampOf = (millis: number) => `${Math.floor(millis / 1000)}`

/** The headers of a request. */
export const headersFor = (body: string | Uint8Array, timestamp: string, by = keys) => ({
  "content-type": "application/json",
  "x-signature-ed25519": by.sign(timestamp, body),
  "x-signature-timestamp": timestamp
})

/** A response of the endpoint. */
export interface Delivery {
  readonly id: string
  readonly status: number
  readonly body: string
}

/**
 * Posts interactions to an endpoint, and passes the bodies of its responses to the fake after `latency` milliseconds,
 * as if Discord had to create the message first. Deliveries are recorded in the order in which they end.
 */
export const layer = (options: {
  readonly url: Effect.Effect<string>
  readonly deliveries: Array<Delivery>
  readonly latency?: number | undefined
}) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const events = yield* GatewayEvents.GatewayEvents
      const run = yield* FiberSet.makeRuntime<never>()
      const url = yield* options.url
      yield* events.listen("INTERACTION_CREATE", (interaction) => {
        const raw = JSON.stringify(interaction)
        const { id, token } = interaction
        const deliver = Effect.promise(async (signal) => {
          const headers = headersFor(raw, timestampOf(Date.now()))
          const response = await fetch(url, { method: "POST", headers, body: raw, signal })
          const body = await response.text()
          options.deliveries.push({ id, status: response.status, body })
          if (response.status !== 200) return
          await new Promise((resolve) => setTimeout(resolve, options.latency ?? 0))
          const callback = `${discord.apiUrl}/v10/interactions/${id}/${token}/callback?by=discord`
          await fetch(callback, { method: "POST", headers: { "content-type": "application/json" }, body, signal })
        })
        run(Effect.tapCause(deliver, (cause) => Effect.logError("An interaction was not delivered", cause)))
      })
      const manager = yield* ShardManager.ShardManager
      yield* manager.initialize
      yield* manager.awaitReady
    })
  ).pipe(Layer.provide(ShardManager.layer({ shards: "auto", intents: ["Guilds"] })))
