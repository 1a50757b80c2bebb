/** Components that have a value when they are used: a choice among buttons, a select menu. See `Reply.ask`. */
import type * as Types from "effect/Types"

/** A component whose use has a value of type `A`. Make one with `Button.choice` or the functions of `Menu`. */
export interface Input<out A> {
  readonly "~fibercord/Input": { readonly _A: Types.Covariant<A> }
}

/**
 * A component whose use opens a form, and has the value of type `A` with those of the form when that is submitted. Make one
 * with `Button.choice` and a `form`, for `Durable.ask` and `Durable.collect`.
 */
export interface FormInput<out A, out F> {
  readonly "~fibercord/FormInput": { readonly _A: Types.Covariant<A>; readonly _F: Types.Covariant<F> }
}

/** The value of an input. */
export type Value<I> = I extends Input<infer A> ? A : never
