/**
 * Discord's side of an interactions endpoint. While there is one, interactions are posted to it, and gateway sessions get
 * none.
 *
 * Source: Discord, "Receiving and Responding" and "Setting Up an Endpoint" in "Preparing for Interactions".
 */
import * as Effect from "effect/Effect"
import type { InteractionsEndpoint } from "../InteractionsEndpoint.ts"
import { EndpointRefused } from "../WebhookEndpoint.ts"
import { ApiError } from "./apiError.ts"
import * as interactions from "./interactions.ts"
import { isObject, object } from "./json.ts"
import { inWords, type Keys, makeKeys, request } from "./webhookEndpoint.ts"
import type { InteractionRecord, World } from "./world.ts"

const agent = "Discord-Interactions"

const parsed = (text: string): Effect.Effect<unknown> =>
  Effect.orElseSucceed(
    Effect.try(() => JSON.parse(text) as unknown),
    () => undefined
  )

const isJson = (type: string): boolean => type.startsWith("application/json")

const inFull = (response: { readonly status: number; readonly type: string } | undefined): string =>
  response?.status === 200 && !isJson(response.type)
    ? `gave 200 with the content type "${response.type}"`
    : inWords(response?.status)

/**
 * Posts an interaction. A 200 is the initial response. A 202 says that it comes by REST, and after anything else it may
 * still do so. Responses must have the content type of JSON. Source: Discord, "Interaction Callback" and "Reference".
 */
const deliver = Effect.fnUntraced(function* (world: World, url: string, record: InteractionRecord, payload: unknown) {
  const response = yield* request(url, world.keys, JSON.stringify(payload), agent)
  const refuse = (what: string): void => void record.refused.push(`the endpoint ${what}`)
  if (response?.status === 202) return
  if (response?.status !== 200 || !isJson(response.type)) return refuse(inFull(response))
  const body = yield* parsed(response.text)
  if (!isObject(body)) return refuse(`gave 200 with what is no JSON object: ${response.text.slice(0, 100)}`)
  try {
    interactions.answer(world, record.id, record.token, body, [])
  } catch (error) {
    // It is noted in the record.
    if (!(error instanceof ApiError)) throw error
  }
})

/** What a PING and a forged signature find wrong. */
const faultOf = Effect.fnUntraced(function* (world: World, url: string) {
  const ping = JSON.stringify({
    id: world.ids.next(),
    application_id: world.settings.applicationId,
    token: "",
    version: 1,
    type: 1
  })
  const ask = (keys: Keys) => request(url, keys, ping, agent)
  const pong = yield* ask(world.keys)
  const isPong = pong?.status === 200 && isJson(pong.type) && object(yield* parsed(pong.text))["type"] === 1
  if (!isPong) return `it ${inFull(pong)} to a PING, expected 200 with a PONG`
  const forged = yield* ask(makeKeys())
  if (forged?.status !== 401) return `it ${inWords(forged?.status)} to a forged signature, expected 401`
  return undefined
})

/** Enters a URL that answers a PING and refuses a forged signature. */
export const add = Effect.fnUntraced(function* (
  world: World,
  url: string,
  run: (effect: Effect.Effect<unknown>) => unknown
): Effect.fn.Return<InteractionsEndpoint, EndpointRefused> {
  const detail = yield* faultOf(world, url)
  if (detail !== undefined) return yield* new EndpointRefused({ url, detail })
  const post = (record: InteractionRecord, payload: unknown) => void run(deliver(world, url, record, payload))
  world.interactionsEndpoint = post
  world.signal.notify()
  const remove = Effect.sync(() => {
    if (world.interactionsEndpoint === post) world.interactionsEndpoint = undefined
  })
  return {
    // Source: Discord, "Setting Up an Endpoint": routine checks, and what follows if they fail.
    check: Effect.tap(faultOf(world, url), (fault) => (fault === undefined ? Effect.void : remove)),
    remove
  }
})
