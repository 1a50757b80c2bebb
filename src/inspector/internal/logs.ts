/** A logger that remembers lines, beside those that are there. */
import * as Cause from "effect/Cause"
import * as Logger from "effect/Logger"
import type * as LogLevel from "effect/LogLevel"
import * as References from "effect/References"
import * as Inspection from "../../internal/Inspection.ts"
import type { LogView } from "../InspectorState.ts"
import { fieldsOf, textOf } from "./text.ts"

/** A line of the log, as it was logged. */
export interface Note {
  readonly at: number
  readonly level: LogLevel.LogLevel
  readonly message: unknown
  readonly cause: Cause.Cause<unknown>
  readonly annotations: Readonly<Record<string, unknown>>
}

/** Lines of the log. */
export const lines: Inspection.Topic<Note> = Inspection.topic("logs")

/** Makes it. */
export const logger = (ring: Inspection.Ring<Note>): Logger.Logger<unknown, void> =>
  Logger.make(({ cause, date, fiber, logLevel, message }) => {
    if (!ring.takes) return
    ring.push({
      at: date.getTime(),
      level: logLevel,
      message,
      cause,
      annotations: fiber.getRef(References.CurrentLogAnnotations)
    })
  })

const idOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)

/** A note, for people. */
export const view = (n: number, { annotations, at, cause, level, message }: Note): LogView => ({
  n,
  at,
  level,
  message: (Array.isArray(message) ? message : [message]).map((part) => textOf(part)).join(" "),
  cause: cause.reasons.length === 0 ? undefined : textOf(Cause.pretty(cause)),
  annotations: fieldsOf(Object.entries(annotations)),
  interaction: idOf(annotations["interaction"]),
  runtime: idOf(annotations["runtime"])
})
