/** Asks Discord for a voice server again, when the one that there was is lost. */
import type { VoiceConnection } from "@discordjs/voice"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Schedule from "effect/Schedule"
import { Disconnected } from "../VoiceError.ts"
import type { Loss, Seat } from "./seat.ts"

/** What it needs. */
export interface Options {
  readonly seat: Seat
  readonly raw: VoiceConnection
  /** What was lost, as often as it was. */
  readonly losses: Queue.Queue<Loss>
  readonly schedule: Schedule.Schedule<unknown>
  /** How long one attempt may take, in milliseconds. */
  readonly limit: number
  /** Sends op 4 with the seat's wish. */
  readonly ask: Effect.Effect<void, { readonly message: string }>
}

class Lost extends Data.TaggedError("Lost")<Loss> {}

/** Completes when the voice server has accepted the bot. */
export const awaitReady = (raw: VoiceConnection): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (raw.state.status === "ready") return Effect.void
    const ready = Deferred.makeUnsafe<void>()
    const listener = () => void Deferred.doneUnsafe(ready, Effect.void)
    raw.on("ready" as never, listener)
    return Effect.ensuring(
      Deferred.await(ready),
      Effect.sync(() => void raw.off("ready" as never, listener))
    )
  })

// Meanwhile Discord may have named another server without being asked.
const isUnderWay = (raw: VoiceConnection): boolean => raw.state.status === "connecting" || raw.state.status === "ready"

const attempt = Effect.fnUntraced(function* ({ ask, losses, raw }: Options, loss: Loss) {
  // What was lost before this attempt is what it is for.
  const before = yield* Queue.clear(losses)
  const isForgotten = [loss, ...before].some(({ kind }) => kind === "session")
  const asked =
    isForgotten || !isUnderWay(raw)
      ? Effect.mapError(ask, ({ message }) => new Lost({ ...loss, detail: message }))
      : Effect.void
  // What is lost meanwhile ends the attempt: what it has asked for is not going to come.
  yield* Effect.raceFirst(
    Effect.andThen(asked, awaitReady(raw)),
    Effect.flatMap(Queue.take(losses), (next) => Effect.fail(new Lost(next)))
  )
})

/**
 * Each loss begins the schedule anew, and each attempt waits for it. When it is exhausted, the seat ends. Runs until
 * then.
 */
export const run = (options: Options): Effect.Effect<void> => {
  const { limit, losses, schedule, seat } = options
  const recover = (first: Loss) => {
    let last: Loss | undefined
    return Effect.suspend(() => {
      const loss = last
      if (loss === undefined) return Effect.fail(new Lost(first))
      return Effect.timeoutOrElse(attempt(options, loss), {
        duration: limit,
        orElse: () => Effect.fail(new Lost({ ...loss, detail: `no voice server accepted the bot within ${limit} ms` }))
      })
    }).pipe(
      Effect.tapError((lost) => {
        // A session that is forgotten stays so until an attempt succeeds.
        last = last?.kind === "session" ? { kind: "session", detail: lost.detail } : lost
        return Effect.logDebug(`Voice in guild ${seat.guildId}: ${lost.detail}`)
      }),
      Effect.retry(schedule)
    )
  }
  return Effect.forever(Effect.flatMap(Queue.take(losses), recover)).pipe(
    Effect.catchTag("Lost", ({ detail }) =>
      Effect.sync(() => seat.end(new Disconnected({ guildId: seat.guildId, detail })))
    ),
    Effect.raceFirst(Effect.ignore(Deferred.await(seat.ended)))
  )
}
