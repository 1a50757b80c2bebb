/**
 * Calls of dialogues wait for Discord's rate limits as long as it takes. REST gives up after a minute, which is right for
 * somebody who waits; but when a process was off over many deadlines, all that is overdue is sent at once.
 */
import * as Effect from "effect/Effect"
import type { MessageError } from "../../interactions/replies/MessageError.ts"

// How often a call is made that has no answer, because it stands behind others in the queue of its route, or because Discord
// gives none. The nonce of a message is known for some minutes only.
const tries = 10

// In milliseconds.
const shortest = 100

/** Makes a call again while limits refuse it. With `isSafe` also when it is not known whether it arrived. */
export const inTurn = <A, R>(
  call: Effect.Effect<A, MessageError, R>,
  { isSafe = true, left = tries - 1 }: { readonly isSafe?: boolean; readonly left?: number } = {}
): Effect.Effect<A, MessageError, R> =>
  Effect.catch(call, (error) => {
    const reason = error.reason._tag === "Rest" ? error.reason.error.reason : undefined
    if (reason?._tag === "RateLimited") {
      const wait = Effect.sleep(Math.max(reason.retryAfter, shortest))
      return Effect.andThen(
        wait,
        Effect.suspend(() => inTurn(call, { isSafe, left }))
      )
    }
    const isAgain = reason?._tag === "Timeout" && isSafe && left > 0
    return isAgain ? Effect.suspend(() => inTurn(call, { isSafe, left: left - 1 })) : Effect.fail(error)
  })
