/** Whether a handler refused, which is no failure. */
import * as Cause from "effect/Cause"
import { Denied } from "../ErrorReply.ts"

/** Whether a cause holds `Denied`. */
export const isDenied = (cause: Cause.Cause<unknown>): boolean =>
  cause.reasons.some((reason) => Cause.isFailReason(reason) && reason.error instanceof Denied)
