import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Line, Outbox } from "../../src/gateway/internal/outbox.ts"

/** Sends on a line until it is interrupted. */
export const sendsOn = (outbox: Outbox, heartbeatInterval: number, line: Line): Effect.Effect<never> =>
  Effect.contextWith((context: Context.Context<never>) => {
    outbox.attach(line, heartbeatInterval, context)
    return Effect.onExit(Effect.never, () => Effect.sync(() => outbox.detach(line)))
  })
