/** What replies go on with of Discord's answers. Whoever answers in Discord's place may send any JSON, or none. */
import * as Predicate from "effect/Predicate"
import type * as Discord from "../../../discord/Discord.ts"
import { DiscordRestError, Transport } from "../../../rest/DiscordRestError.ts"

const hasId = (value: unknown): value is { readonly id: string } =>
  Predicate.hasProperty(value, "id") && typeof value.id === "string" && value.id !== ""

/** Whether it has all of a message that is read here. */
export const isMessage = (answer: unknown): answer is Discord.Message => {
  if (!hasId(answer)) return false
  const { attachments, channel_id: channelId, components } = answer as Partial<Record<string, unknown>>
  return (
    typeof channelId === "string" &&
    Array.isArray(attachments) &&
    attachments.every(hasId) &&
    (components === undefined || Array.isArray(components))
  )
}

// It may have been done all the same.
const unreadable = (what: string): DiscordRestError =>
  new DiscordRestError({ reason: new Transport({ cause: new Error(`the answer is not ${what}`) }) })

/** The answer, which has to be a message. Throws `DiscordRestError`. */
export const asMessage = (answer: unknown): Discord.Message => {
  if (isMessage(answer)) return answer
  throw unreadable("a message")
}

/** The answer, which has to have an id: a channel, or a webhook. Throws `DiscordRestError`. */
export const withId = <A>(answer: A): A => {
  if (hasId(answer)) return answer
  throw unreadable("a thing with an id")
}

/** The answer, which has to be a list of such things. Throws `DiscordRestError`. */
export const listOf =
  <A>(one: (answer: A) => A) =>
  (answer: ReadonlyArray<A>): Array<A> => {
    if (Array.isArray(answer)) return answer.map(one)
    throw unreadable("a list")
  }
