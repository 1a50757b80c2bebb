/**
 * What callers go on with of Discord's answers. Whoever answers in Discord's place may send any JSON, and what is read of
 * that would be a defect far from its cause. All of these throw `DiscordRestError`.
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { DiscordRestError, Transport } from "./DiscordRestError.ts"

/** The error for an answer that is not what it should be. What was asked for may have been done all the same. */
export const unreadable = (what: string): DiscordRestError =>
  new DiscordRestError({ reason: new Transport({ cause: new Error(`the answer is not ${what}`) }) })

/** Whether it has an id. */
export const hasId = (value: unknown): value is { readonly id: string } =>
  Predicate.hasProperty(value, "id") && typeof value.id === "string" && value.id !== ""

/** The answer, which has to have an id: a channel, or a webhook. */
export const withId = <A>(answer: A): A => {
  if (hasId(answer)) return answer
  throw unreadable("a thing with an id")
}

/** The answer, which has to be a list of such things. */
export const listOf =
  <A>(one: (answer: A) => A) =>
  (answer: ReadonlyArray<A>): Array<A> => {
    if (Array.isArray(answer)) return answer.map(one)
    throw unreadable("a list")
  }

/** The answer as it is, which has to fit a schema. `what` is what it should be. */
export const fitting = (schema: Schema.Codec<unknown, unknown>, what: string): (<A>(answer: A) => A) => {
  const decode = Schema.decodeUnknownOption(schema)
  return (answer) => {
    if (Option.isSome(decode(answer))) return answer
    throw unreadable(what)
  }
}
