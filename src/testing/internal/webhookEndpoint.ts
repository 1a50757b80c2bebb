/** Discord's side of webhook events: signs them, posts them, and repeats what was not acknowledged. */
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type Delivery, EndpointRefused, type SendOptions, type WebhookEndpoint } from "../WebhookEndpoint.ts"

/** The keys of an application. */
export interface Keys {
  /** As the developer portal shows it. */
  readonly publicKey: string
  readonly privateKey: KeyObject
}

/** Makes the keys of an application. */
export const makeKeys = (): Keys => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519")
  const { x = "" } = publicKey.export({ format: "jwk" })
  return { publicKey: Buffer.from(x, "base64url").toString("hex"), privateKey }
}

const deadline = 3000
const retriesEnd = 10 * 60_000

/** Posts a signed body, and returns what came within 3 seconds. */
export const request = Effect.fnUntraced(function* (url: string, keys: Keys, body: string, agent: string) {
  const timestamp = `${Math.floor((yield* Clock.currentTimeMillis) / 1000)}`
  const signature = sign(null, Buffer.from(timestamp + body), keys.privateKey).toString("hex")
  const headers = {
    "content-type": "application/json",
    "user-agent": `${agent}/1.0 (+https://discord.com)`,
    "x-signature-ed25519": signature,
    "x-signature-timestamp": timestamp
  }
  return yield* Effect.tryPromise(async (signal) => {
    const response = await fetch(url, { method: "POST", headers, body, signal })
    const type = response.headers.get("content-type") ?? ""
    return { status: response.status, text: await response.text(), type }
  }).pipe(
    Effect.timeoutOrElse({ duration: deadline, orElse: () => Effect.undefined }),
    Effect.orElseSucceed(() => undefined)
  )
})

const post = (url: string, keys: Keys, body: string) =>
  Effect.map(request(url, keys, body, "Discord-Webhook"), (response) => response?.status)

/** What a response was, for people. */
export const inWords = (status: number | undefined): string =>
  status === undefined ? "did not respond" : `gave ${status}`

const deliver = Effect.fnUntraced(function* (url: string, keys: Keys, body: string, options: SendOptions = {}) {
  const statuses: Array<number | undefined> = []
  const begin = yield* Clock.currentTimeMillis
  let lost = options.loseResponses ?? 0
  let wait = Duration.toMillis(Duration.fromInputUnsafe(options.retryAfter ?? "1 second"))
  for (;;) {
    const status = yield* post(url, keys, body)
    statuses.push(status)
    const acknowledged = status === 204
    if (acknowledged && lost-- <= 0) return { statuses, acknowledged } satisfies Delivery
    if ((yield* Clock.currentTimeMillis) + wait > begin + retriesEnd) return { statuses, acknowledged: false }
    yield* Effect.sleep(wait)
    wait *= 2
  }
})

/** Discord accepts a URL that acknowledges a PING and refuses what is not signed by Discord. */
export const add = Effect.fnUntraced(function* (
  url: string,
  keys: Keys,
  application: { readonly id: string; readonly now: () => string }
) {
  const wrap = (fields: object) => JSON.stringify({ version: 1, application_id: application.id, ...fields })
  const ping = yield* post(url, keys, wrap({ type: 0 }))
  if (ping !== 204) return yield* new EndpointRefused({ url, detail: `it ${inWords(ping)} to a PING, expected 204` })
  const forged = yield* post(url, makeKeys(), wrap({ type: 0 }))
  if (forged !== 401) {
    return yield* new EndpointRefused({ url, detail: `it ${inWords(forged)} to a forged signature, expected 401` })
  }
  const endpoint: WebhookEndpoint = {
    send: (type, data, options) =>
      Effect.suspend(() => {
        const timestamp = application.now().replace(/\+00:00$/, "")
        return deliver(url, keys, wrap({ type: 1, event: { type, timestamp, data } }), options)
      }),
    post: (body) => post(url, keys, JSON.stringify(body))
  }
  return endpoint
})
