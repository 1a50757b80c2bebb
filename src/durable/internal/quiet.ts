/**
 * Without what the engine says again and again of messages that nobody has registered for yet. Until a bot has its definitions
 * that is the usual case, and afterwards `upkeep.ts` says it once.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"

const isNoise = (message: unknown): boolean => String(message).startsWith("Could not find entity manager for address")

const withoutNoise = (logger: Logger.Logger<unknown, unknown>): Logger.Logger<unknown, unknown> =>
  Logger.make((options) => (isNoise(options.message) ? undefined : logger.log(options)))

/** The loggers of the process without that. */
export const layer: Layer.Layer<never> = Layer.effect(
  Logger.CurrentLoggers,
  Effect.map(Effect.service(Logger.CurrentLoggers), (loggers) => new Set([...loggers].map(withoutNoise)))
)
