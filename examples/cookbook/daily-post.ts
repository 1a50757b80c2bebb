/**
 * # A post every morning
 *
 * Sends a message at nine o'clock in the time zone of your choice, once, however many processes the bot has.
 *
 * A `Schedule` says when, and a Layer keeps the fiber that follows it. The layer ends with the bot. What is posted is an
 * Effect, so it can ask a database or an API first.
 *
 * ## What to watch out for
 *
 * - Name the time zone. Servers run on UTC, and summer time moves nine o'clock.
 * - An error that leaves the Effect ends the schedule for good. Handle it inside, and log it.
 * - The `nonce` has the date. If two processes post, or a call is repeated after a lost connection, Discord takes the second
 * message for the first, for some minutes.
 * - A morning on which no process runs is left out. If it must not be, see [durable dialogues](../guide/durable.md).
 */
import { DateTime, Effect, Layer, Schedule } from "effect"
import { Messages } from "fibercord"

const nineOClock = Schedule.cron("0 9 * * *", "Europe/Berlin")

/** Posts what `text` returns into the channel of this id. Merge it with the bot. */
export const dailyPost = <E, R>(channelId: string, text: Effect.Effect<string, E, R>) => {
  const post = Effect.gen(function* () {
    const today = DateTime.formatIsoDateUtc(yield* DateTime.now)
    const content = yield* text
    yield* Messages.send(channelId, { content }, { nonce: `daily-${today}` })
  }).pipe(
    Effect.timeout("5 minutes"),
    Effect.catchCause((cause) => Effect.logError("The daily post has failed", cause))
  )
  return Layer.effectDiscard(post.pipe(Effect.schedule(nineOClock), Effect.forkScoped))
}
