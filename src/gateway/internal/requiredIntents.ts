/** Whether a manager has the intents that the parts of its bot need. */
import * as Effect from "effect/Effect"
import { fromReason, type GatewayError, MissingIntents } from "../GatewayError.ts"
import type { IntentRequirement } from "../GatewayEvents.ts"
import * as Intents from "../Intents.ts"

/** Fails with `MissingIntents` unless the bit field has all that is required. */
export const requireIntents = (
  field: number,
  required: ReadonlyArray<IntentRequirement>
): Effect.Effect<void, GatewayError> => {
  const has = new Set<string>(Intents.toNames(field))
  const missing = required.flatMap(({ by, intents }) => {
    const lacking = intents.filter((name) => !has.has(name))
    return lacking.length === 0 ? [] : [{ by, intents: lacking }]
  })
  return missing.length === 0 ? Effect.void : Effect.fail(fromReason(new MissingIntents({ missing })))
}
