/** Components that belong to one Runtime: who may use them, and what a bot needs for them. */
import type * as Runtime from "../../runtime/Runtime.ts"
import type { Denied, Text } from "./ErrorReply.ts"
import type { Interaction, Provided } from "./Interaction.ts"
import type { Dismissed, NoAnswer, Timeout } from "./NoAnswer.ts"
import type { ReplyError } from "./ReplyError.ts"

/**
 * Who may use a component: everybody, the user who opened the Runtime, users with these ids, or those whose interaction
 * the function accepts.
 */
export type By = "anyone" | "opener" | ReadonlyArray<string> | ((interaction: Interaction["Service"]) => boolean)

/** Who may use a bound component, and how often. */
export interface Use {
  /**
   * Who may use it: `"anyone"`, `"opener"` (who opened the Runtime), a list of user ids, or a predicate over the
   * interaction. Default: `"anyone"`, or `"opener"` with `Middleware.ownerOnly`.
   */
  readonly by?: By | undefined
  /** How often it can be used, by all users together. Default: no limit. */
  readonly maxUses?: number | undefined
  /** The same as `maxUses: 1`. Default: `false`. */
  readonly once?: boolean | undefined
  /** What a user who may not use it is told. Default: the bot's text for `Denied`. */
  readonly denied?: Text | undefined
  /**
   * Whether it is exempt from middlewares such as `Middleware.requirePermissions`, which restrict all components of a
   * command. Default: `false`.
   */
  readonly unguarded?: boolean | undefined
}

/** Errors that a bot handles even without `onError`. */
export type AnsweredByDefault = ReplyError | Denied | NoAnswer | Dismissed | Timeout

/**
 * A requirement that exists only in the types: a bound component of this handler may fail with `E` when it is used.
 * `Bot.layer` satisfies it, and requires `onError` to handle `E`.
 */
export interface MayFail<out E> {
  readonly "~fibercord/MayFail": E
}

/** What binding a handler requires: the handler's own requirements, and that `onError` handles its errors. */
export type Binding<E, R> =
  | Runtime.Runtime
  | Exclude<R, Provided>
  | ([Exclude<E, AnsweredByDefault>] extends [never] ? never : MayFail<E>)

/** What happens to a Runtime's bound components on its messages when it ends. */
export type EndedComponents = "disable" | "remove"
