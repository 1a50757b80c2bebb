/** Components that have a value when they are used: a choice among buttons, a select menu. See `Reply.ask`. */
import type * as Types from "effect/Types"

/** A component whose use has a value of type `A`. Make one with `Button.choice` or the functions of `Menu`. */
export interface Input<out A> {
  readonly "~fibercord/Input": { readonly _A: Types.Covariant<A> }
}

/** The value of an input. */
export type Value<I> = I extends Input<infer A> ? A : never
