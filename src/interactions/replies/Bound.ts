/** Components that belong to one Runtime: who may use them, and what binding a handler to one asks of the bot. */
import type * as Runtime from "../../runtime/Runtime.ts"
import type { Denied } from "./ErrorReply.ts"
import type { Interaction, Provided } from "./Interaction.ts"
import type { ReplyError } from "./ReplyError.ts"

/** Who may use a bound component, and how often. */
export interface Use {
  /** Only the user who opened the Runtime. Default: what `Middleware.ownerOnly` says, else everybody. */
  readonly ownerOnly?: boolean | undefined
  /** Only interactions for which this returns `true`. */
  readonly allow?: ((interaction: Interaction["Service"]) => boolean) | undefined
  /** How often it can be used, by all users together. Default: without limit. */
  readonly maxUses?: number | undefined
  /** The same as `maxUses: 1`. */
  readonly once?: boolean | undefined
  /** What a user is told who may not use it. Default: the bot's text for `Denied`. */
  readonly denied?: string | undefined
}

/** Errors for which a bot has an answer without being told how. */
export type AnsweredByDefault = ReplyError | Denied

/**
 * A requirement that only the types know: a bound component of this handler may fail with `E` when it is used.
 * `Bot.layer` meets it, and asks for an answer to `E` in `onError`.
 */
export interface MayFail<out E> {
  readonly "~fibercord/MayFail": E
}

/** What binding a handler asks for: the handler's own requirements, and an answer to its errors. */
export type Binding<E, R> =
  | Runtime.Runtime
  | Exclude<R, Provided>
  | ([Exclude<E, AnsweredByDefault>] extends [never] ? never : MayFail<E>)

/** What becomes of a Runtime's bound components on its messages when it ends. */
export type EndedComponents = "disable" | "remove"
