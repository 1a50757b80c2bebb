/**
 * Questions to all members of a cluster: how many guilds each serves, whether a user is known anywhere.
 *
 * ```ts
 * import { Effect, Schema } from "effect"
 * import { Cluster, Question } from "fibercord/cluster"
 *
 * const guildCount = Question.make("guildCount", { answer: Schema.Int })
 *
 * // Merged with the bot, in every member
 * const AnswerLive = Cluster.layerAnswer(guildCount, () => Effect.succeed(42))
 * // In any member: the answers by member
 * const counts = Cluster.ask(guildCount)
 * ```
 */
import * as Schema from "effect/Schema"

/** A question, which every member of the same program answers. */
export interface Question<P, A> {
  readonly name: string
  /** What is asked, as JSON. */
  readonly payload: Schema.Codec<P, unknown>
  /** What is answered, as JSON. */
  readonly answer: Schema.Codec<A, unknown>
}

/**
 * Makes a question. Its name has to be unique in the program. What is asked and answered goes from process to process as
 * JSON. Default of `payload`: nothing.
 */
export const make = <A, P = void>(
  name: string,
  schemas: { readonly answer: Schema.Codec<A, unknown>; readonly payload?: Schema.Codec<P, unknown> | undefined }
): Question<P, A> => ({
  name,
  payload: schemas.payload ?? (Schema.Void as unknown as Schema.Codec<P, unknown>),
  answer: schemas.answer
})
