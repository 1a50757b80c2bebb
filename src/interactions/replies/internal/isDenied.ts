/** Whether a handler refused, which is no failure. */
import * as Cause from "effect/Cause"
import { Denied } from "../ErrorReply.ts"

/**
 * Whether a cause holds `Denied`: as a failure, or as a defect, which it is where a schema of an option or a field has
 * refused a value.
 */
export const isDenied = (cause: Cause.Cause<unknown>): boolean =>
  cause.reasons.some(
    (reason) =>
      (Cause.isFailReason(reason) && reason.error instanceof Denied) ||
      (Cause.isDieReason(reason) && reason.defect instanceof Denied)
  )
