/** Finds an application's emojis, and uploads those that are missing. */
import type { APIApplicationEmoji } from "../../discord/DiscordApi.ts"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Backoff from "../../internal/backoff.ts"
import { DiscordRest } from "../../rest/DiscordRest.ts"
import type { DiscordRestError } from "../../rest/DiscordRestError.ts"
import { fitting, withId } from "../../rest/shaped.ts"
import type { Emoji, EmojiUnavailable } from "../ApplicationEmojis.ts"
import { dataUri, problemOf } from "./emojiImage.ts"
import { textOf } from "../../internal/thrown.ts"

/** An emoji that is wanted: how its image is read, and who waits for it. */
export interface Wanted {
  readonly image: Effect.Effect<Uint8Array, unknown>
  readonly found: Deferred.Deferred<Emoji, EmojiUnavailable>
}

/** What {@link run} makes of the answers. */
export interface Makers {
  readonly emoji: (raw: APIApplicationEmoji) => Emoji
  readonly unavailable: (name: string, detail: string) => EmojiUnavailable
}

const retries = Backoff.exponential("1 second", "5 minutes")
const imageRetries = Schedule.upTo(Backoff.exponential("1 second", "1 minute"), { times: 4 })

const persist = <A>(call: Effect.Effect<A, DiscordRestError>, what: string): Effect.Effect<A, DiscordRestError> =>
  call.pipe(
    Effect.tapError((error) => Effect.logWarning(`${what}: ${error.message}`)),
    Effect.retry({ schedule: retries, while: (error) => error.isRetryable })
  )

const asEmojis = fitting(
  Schema.Struct({ items: Schema.Array(Schema.Struct({ id: Schema.String, name: Schema.String })) }),
  "a list of emojis"
)

const list = Effect.fnUntraced(function* (rest: DiscordRest["Service"], applicationId: string) {
  const { items } = yield* persist(
    rest.use((api) => api.applications.getEmojis(applicationId).then(asEmojis)),
    "The application's emojis could not be listed"
  )
  return new Map(items.map((item) => [item.name, item] as const))
})

const isRefusal = ({ reason }: DiscordRestError): boolean => reason._tag === "Api" && reason.status === 400

// A name is taken when another process, or an attempt whose answer was lost, has uploaded it before.
const upload = Effect.fnUntraced(function* (
  rest: DiscordRest["Service"],
  applicationId: string,
  name: string,
  bytes: Uint8Array
) {
  const body = { name, image: dataUri(bytes) }
  const call = rest.use((api) => api.applications.createEmoji(applicationId, body).then(withId))
  return yield* persist(call, `The emoji "${name}" could not be uploaded`).pipe(
    Effect.catchIf(isRefusal, (error) =>
      Effect.flatMap(list(rest, applicationId), (taken) => {
        const known = taken.get(name)
        return known === undefined ? Effect.fail(error) : Effect.succeed(known)
      })
    )
  )
})

const provide = Effect.fnUntraced(function* (
  rest: DiscordRest["Service"],
  applicationId: string,
  name: string,
  image: Wanted["image"]
) {
  const bytes = yield* Effect.retry(image, imageRetries)
  const problem = problemOf(bytes)
  if (problem !== undefined) return yield* Effect.fail(`expected ${problem}`)
  return yield* upload(rest, applicationId, name, bytes)
})

const settle = (name: string, wanted: Wanted, makers: Makers, find: Effect.Effect<APIApplicationEmoji, unknown>) =>
  find.pipe(
    Effect.tapCause((cause) => Effect.logError(`The emoji "${name}" is not available until the bot restarts`, cause)),
    Effect.matchEffect({
      onSuccess: (raw) => Deferred.succeed(wanted.found, makers.emoji(raw)),
      onFailure: (error) => Deferred.fail(wanted.found, makers.unavailable(name, textOf(error)))
    }),
    // A source that dies costs one emoji.
    Effect.catchDefect((defect) => Deferred.fail(wanted.found, makers.unavailable(name, textOf(defect))))
  )

/**
 * One request for the list, and one for each emoji that is missing. Temporary failures are retried. Ends when each
 * emoji has been found or given up.
 */
export const run = Effect.fnUntraced(function* (all: ReadonlyMap<string, Wanted>, makers: Makers) {
  const rest = yield* DiscordRest
  const application = persist(
    rest.use((api) => api.applications.getCurrent().then(withId)),
    "The application could not be read"
  )
  const known = yield* application.pipe(
    Effect.flatMap(({ id }) => Effect.map(list(rest, id), (emojis) => ({ id, emojis }))),
    Effect.result
  )
  if (known._tag === "Failure") {
    const { failure } = known
    return yield* Effect.forEach(all, ([name, one]) => settle(name, one, makers, Effect.fail(failure)), {
      discard: true
    })
  }
  const { emojis, id } = known.success
  // Those that exist are there before the first upload, which may take long.
  const missing = [...all].filter(([name, { found }]) => {
    const raw = emojis.get(name)
    if (raw !== undefined) Deferred.doneUnsafe(found, Effect.succeed(makers.emoji(raw)))
    return raw === undefined
  })
  for (const [name, one] of missing) yield* settle(name, one, makers, provide(rest, id, name, one.image))
  if (missing.length > 0) yield* Effect.logInfo(`Emojis that were missing: ${missing.map(([name]) => name).join(", ")}`)
})
