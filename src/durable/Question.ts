/** What a user is asked, and the answer. */
import type * as Duration from "effect/Duration"
import type * as Discord from "../discord/Discord.ts"
import type { Permission } from "../discord/Permissions.ts"
import type * as Input from "../interactions/replies/Input.ts"
import type { Message } from "../interactions/replies/Message.ts"
import type { Timeout } from "../interactions/replies/NoAnswer.ts"
import type { Destination } from "./Destination.ts"

/** What a row of a question may contain: inputs, with or without a form, and any other component. */
export type Part = Input.Input<unknown> | Input.FormInput<unknown, unknown> | Discord.RowComponent

/** A line of a question: a row, or any top-level component. */
export type Line = ReadonlyArray<Part> | Discord.TopLevelComponent

/**
 * Who may answer: everybody, the user who began the dialogue, or those who are among the users, have one of the roles or
 * one of the permissions.
 */
export type By =
  | "anyone"
  | "opener"
  | {
      /** Ids of users. Default: none. */
      readonly users?: ReadonlyArray<string> | undefined
      /** Ids of roles. Default: none. */
      readonly roles?: ReadonlyArray<string> | undefined
      /** Permissions in the channel, one of which is enough. Default: none. */
      readonly permissions?: ReadonlyArray<Permission> | undefined
    }

/** An answer, and who gave it. */
export interface Answer<out A, out F> {
  readonly value: A
  /** What was filled into the form of the choice; `undefined` for a choice without one. */
  readonly form: F
  readonly user: Discord.User
  /** The user as a member of the guild; `undefined` in direct messages. */
  readonly member: Discord.GuildMember | undefined
}

type AnswerOfPart<P> =
  P extends Input.FormInput<infer A, infer F>
    ? Answer<A, F>
    : P extends Input.Input<infer A>
      ? Answer<A, undefined>
      : never

/** The answer that the components of a question have. */
export type AnswerOf<C> =
  C extends ReadonlyArray<infer L> ? (L extends ReadonlyArray<infer P> ? AnswerOfPart<P> : never) : never

/** `Timeout` where there is one. */
export type Unanswered<T> = [T] extends [undefined] ? never : Timeout

/** A question: a message with at least one input. */
export interface Question<C extends ReadonlyArray<Line>, T extends Duration.Input | undefined = undefined> extends Omit<
  Message,
  "components"
> {
  /** Where the question is asked. */
  readonly to: Destination
  /** Rows and other components, with at least one input. */
  readonly components: C
  /**
   * Who may answer: `"anyone"`, `"opener"`, or any of `users`, `roles` and `permissions`. Default: the user who began the
   * dialogue.
   */
  readonly by?: By | undefined
  /** What a user who may not answer is told. Default: the bot's text for `Denied`. */
  readonly denied?: string | undefined
  /** Fails with `Timeout` after this time, which also passes while no process runs. Default: it waits as long as it takes. */
  readonly timeout?: T
  /** What the message becomes when it is answered. Default: its components are disabled. */
  readonly answered?: ((answer: AnswerOf<C>) => Message) | undefined
}
