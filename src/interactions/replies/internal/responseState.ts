/** What Discord holds for an interaction: whether it was answered, and what `@original` is. */
import type * as Discord from "../../../discord/Discord.ts"
import { messageFlag } from "../../../discord/numbers.ts"
import type { AnsweredElsewhere, TooLate } from "../ReplyError.ts"

/**
 * A response was promised. What stands for it:
 * - `public`, `private`: a message that shows that the bot is thinking, for all or for one;
 * - `update`: the message whose component was used, which will change;
 * - `withdrawn`: nothing any more, but something is still owed.
 */
export interface Deferred {
  readonly _tag: "Deferred"
  readonly promise: "public" | "private" | "update" | "withdrawn"
  /** Milliseconds from the interaction's arrival, if it was promised for the handler and not by it. */
  readonly automatic: number | undefined
  /** Whether the message is ephemeral unless it says otherwise; `undefined` leaves it to the defaults. */
  readonly wanted: boolean | undefined
}

/** There was a response. `original` is a message for all or for one, or the source of the component, or nothing. */
export interface Answered {
  readonly _tag: "Answered"
  readonly original: "public" | "private" | "source" | "none"
  /** Whether the original is known to have Components V2. */
  readonly isV2: boolean
}

/** Nothing more can be said. */
export interface Lost {
  readonly _tag: "Lost"
  readonly Reason: typeof AnsweredElsewhere | typeof TooLate
}

/** The state of an interaction. */
export type State = { readonly _tag: "Unanswered" } | Deferred | Answered | Lost

/** There was a response, and no message is left of it. */
export const noOriginal: Answered = { _tag: "Answered", original: "none", isV2: false }

/** The message whose component was used is the response. */
export const sourceIsOriginal: Answered = { _tag: "Answered", original: "source", isV2: false }

/** Whether only one user sees a message. */
export const isPrivate = ({ flags }: { readonly flags?: number | undefined }): boolean =>
  ((flags ?? 0) & messageFlag.ephemeral) !== 0

/** Whether flags are those of a message with Components V2. */
export const hasV2 = (flags = 0): boolean => (flags & messageFlag.componentsV2) !== 0

/** There was a response, and it is this message. */
export const answered = (original: "public" | "private", flags: number): Answered => ({
  _tag: "Answered",
  original,
  isV2: hasV2(flags)
})

/**
 * The state, given what `@original` turned out to be after calls whose outcome is unknown. `possible` are the state before
 * them and those that they would have led to.
 */
export const stateFrom = (
  message: Discord.Message,
  source: Discord.Message | undefined,
  possible: ReadonlyArray<State>
): State => {
  const deferred = (promise: Deferred["promise"]) =>
    possible.find((state): state is Deferred => state._tag === "Deferred" && state.promise === promise)
  if (message.id === source?.id) return deferred("update") ?? sourceIsOriginal
  const flags: number = message.flags ?? 0
  const place = isPrivate(message) ? "private" : "public"
  if ((flags & messageFlag.loading) === 0) return answered(place, flags)
  return deferred(place) ?? { _tag: "Deferred", promise: place, automatic: undefined, wanted: undefined }
}
