/**
 * The engine warns at every look into its storage of each dialogue for which this process has no code. That is no trouble while
 * another process has it, as in a rolling deploy, and is said once otherwise.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"

const isNoise = (message: unknown): boolean =>
  (Array.isArray(message) ? message : [message]).some(
    (part) => typeof part === "string" && part.startsWith("Could not find entity manager")
  )

/** The current loggers without that line. */
export const layer = Layer.effect(
  Logger.CurrentLoggers,
  Effect.map(
    Effect.service(Logger.CurrentLoggers),
    (loggers) =>
      new Set(
        [...loggers].map((logger) =>
          Logger.make((options) => (isNoise(options.message) ? undefined : logger.log(options)))
        )
      )
  )
)
