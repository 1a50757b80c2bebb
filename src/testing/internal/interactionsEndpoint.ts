/**
 * Discord's side of an interactions endpoint. While there is one, interactions are posted to it, and gateway sessions get
 * none.
 *
 * Source: Discord, "Receiving and Responding" and "Setting Up an Endpoint" in "Preparing for Interactions".
 */
import * as Effect from "effect/Effect"
import { EndpointRefused } from "../WebhookEndpoint.ts"
import { ApiError } from "./apiError.ts"
import * as interactions from "./interactions.ts"
import { object } from "./json.ts"
import { inWords, type Keys, makeKeys, request } from "./webhookEndpoint.ts"
import type { InteractionRecord, World } from "./world.ts"

const agent = "Discord-Interactions"

const parsed = (text: string): Effect.Effect<unknown> =>
  Effect.orElseSucceed(
    Effect.try(() => JSON.parse(text) as unknown),
    () => undefined
  )

/** Posts an interaction. A 200 is the initial response; after anything else, that may still come by REST. */
const deliver = Effect.fnUntraced(function* (world: World, url: string, record: InteractionRecord, payload: unknown) {
  const response = yield* request(url, world.keys, JSON.stringify(payload), agent)
  if (response?.status === 202) return
  if (response?.status !== 200) return void record.refused.push(`the endpoint ${inWords(response?.status)}`)
  const body = yield* parsed(response.text)
  try {
    interactions.answer(world, record.id, record.token, object(body), [])
  } catch (error) {
    // It is noted in the record.
    if (!(error instanceof ApiError)) throw error
  }
})

/** Enters a URL that answers a PING and refuses a forged signature. */
export const add = Effect.fnUntraced(function* (
  world: World,
  url: string,
  run: (effect: Effect.Effect<unknown>) => unknown
) {
  const ping = JSON.stringify({
    id: world.ids.next(),
    application_id: world.settings.applicationId,
    token: "",
    version: 1,
    type: 1
  })
  const ask = (keys: Keys) => request(url, keys, ping, agent)
  const pong = yield* ask(world.keys)
  const isPong = pong?.status === 200 && object(yield* parsed(pong.text))["type"] === 1
  const detail = (what: string) => new EndpointRefused({ url, detail: what })
  if (!isPong) return yield* detail(`it ${inWords(pong?.status)} to a PING, expected 200 with a PONG`)
  const forged = yield* ask(makeKeys())
  if (forged?.status !== 401) return yield* detail(`it ${inWords(forged?.status)} to a forged signature, expected 401`)
  world.interactionsEndpoint = (record, payload) => void run(deliver(world, url, record, payload))
  world.signal.notify()
})
