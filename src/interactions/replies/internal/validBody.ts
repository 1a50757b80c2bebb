/**
 * Checks what is sent against Discord's rules before Discord is asked. Bodies are written by plain functions, so an invalid
 * one is thrown, and {@link orInvalid} makes a failure of it.
 */
import * as Effect from "effect/Effect"
import type { Problem } from "../../wire/check.ts"
import { validateForm } from "../../wire/validateForm.ts"
import { type Sent, validateMessage } from "../../wire/validateMessage.ts"
import { InvalidMessage, ReplyError } from "../ReplyError.ts"

const orThrow = <A>(value: A, problems: ReadonlyArray<Problem>): A => {
  if (problems.length === 0) return value
  throw new ReplyError({ reason: new InvalidMessage({ problems }) })
}

/** Throws `ReplyError`: a field of a message is not what a place takes. */
export const throwInvalid = (path: string, rule: string, actual: string): never =>
  orThrow<never>(undefined as never, [{ path, rule, actual }])

/** The body of a message. A new one shows only files that come with it. Throws `ReplyError`. */
export const validBody = <B extends Sent>(body: B, isNew: boolean): B => orThrow(body, validateMessage(body, isNew))

/** The data of a form. Throws `ReplyError`. */
export const validForm = <F extends object>(form: F): F => orThrow(form, validateForm(form))

/** What `f` returns. A `ReplyError` that it throws is a failure. */
export const tried = <A, R>(f: () => Effect.Effect<A, ReplyError, R>): Effect.Effect<A, ReplyError, R> => {
  try {
    return f()
  } catch (error) {
    if (error instanceof ReplyError) return Effect.fail(error)
    throw error
  }
}

/** The same, later. */
export const orInvalid = <A, R>(f: () => Effect.Effect<A, ReplyError, R>): Effect.Effect<A, ReplyError, R> =>
  Effect.suspend(() => tried(f))
