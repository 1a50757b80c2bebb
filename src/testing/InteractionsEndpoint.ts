/** The endpoint that interactions are posted to. */
import type * as Effect from "effect/Effect"

/** An endpoint that Discord has accepted. */
export interface InteractionsEndpoint {
  /**
   * Discord's routine check: a PING, and a request with a forged signature. Returns what is wrong, and removes the
   * endpoint then, so that interactions go to gateway sessions again; `undefined` if all is well.
   */
  readonly check: Effect.Effect<string | undefined>
  /** Removes the endpoint: interactions go to gateway sessions again. */
  readonly remove: Effect.Effect<void>
}
