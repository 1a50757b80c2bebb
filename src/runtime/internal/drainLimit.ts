/** Who ends the process may have less time than a drain is given. */
import * as Context from "effect/Context"

/**
 * How long, in milliseconds, a drain may take that begins now and was given `drain`. The fake Discord answers with what the
 * test runner leaves, so that the failure of a test is reported and not that its bot took too long to end. Default: `drain`.
 */
export const DrainLimit: Context.Reference<(drain: number) => number> = Context.Reference<(drain: number) => number>(
  "fibercord/runtime/DrainLimit",
  { defaultValue: () => (drain) => drain }
)
