/**
 * Makes the commands that Discord knows equal to the bot's. It runs beside the bot: interactions are handled whether or
 * not it succeeds.
 *
 * Source: Discord, "Bulk Overwrite Global Application Commands".
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { DiscordRest, type DiscordRestError } from "../rest/DiscordRest.ts"
import type * as Definition from "./Definition.ts"

/** Between attempts after a failure that may pass: 1 second, doubled each time, at most 5 minutes, with jitter. */
const retries = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("5 minutes")]).pipe(Schedule.jittered)

/** Overwrites the global commands once. Fails with `DiscordRestError`; Discord's message names what is wrong in which command. */
export const overwrite = Effect.fn("CommandSync.overwrite")(function* (definitions: ReadonlyArray<Definition.Any>) {
  const rest = yield* DiscordRest
  const commands = definitions.flatMap(({ command }) => (command === undefined ? [] : [command]))
  const application = yield* rest.use((api) => api.applications.getCurrent())
  return yield* rest.use((api) => api.applicationCommands.bulkOverwriteGlobalCommands(application.id, commands))
})

/**
 * Overwrites, and retries as long as the failure may pass. Each failure is logged; one that will not pass, such as a
 * command that Discord refuses, ends the attempts.
 */
export const run = (definitions: ReadonlyArray<Definition.Any>): Effect.Effect<void, never, DiscordRest> =>
  overwrite(definitions).pipe(
    Effect.tapError((error) => Effect.logWarning(`The commands could not be registered: ${error.message}`)),
    Effect.retry({ schedule: retries, while: (error: DiscordRestError) => error.isRetryable }),
    Effect.matchCauseEffect({
      onFailure: (cause) => Effect.logError("The commands are not registered, and will not be in this run", cause),
      onSuccess: (commands) => Effect.logDebug(`${commands.length} commands are registered`)
    })
  )
