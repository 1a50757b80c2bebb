/**
 * Components that answer a value: a choice among buttons, a select menu, a field of a modal. Handlers bind them, or wait
 * for their value in direct style.
 */
import type { APIInteractionDataResolved } from "discord-api-types/v10"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as ErrorReply from "../ErrorReply.ts"

/** What a user submitted with one component. */
export interface Submitted {
  /** Of menus, groups of checkboxes and uploads. */
  readonly values?: ReadonlyArray<string> | undefined
  /** Of text inputs, radio groups and checkboxes. */
  readonly value?: string | boolean | null | undefined
  readonly resolved?: APIInteractionDataResolved | undefined
}

/** A component whose use answers an `A`. */
export interface Input<out A> {
  readonly "~fibercord/Input": {
    /** Discord's JSON without the custom id. */
    readonly component: Readonly<Record<string, unknown>>
    /** `undefined` for what the component cannot have submitted. Throws `Denied` for a value that a schema refuses. */
    readonly decode: (submitted: Submitted) => A | undefined
  }
}

/** The value that an input answers. */
export type Value<I> = I extends Input<infer A> ? A : never

/** Makes an input. */
export const make = <A>(
  component: Readonly<Record<string, unknown>>,
  decode: (submitted: Submitted) => A | undefined
): Input<A> => ({ "~fibercord/Input": { component, decode } })

/** Whether something is an input. */
export const isInput = (value: unknown): value is Input<unknown> =>
  typeof value === "object" && value !== null && "~fibercord/Input" in value

/** @internal The component with its custom id, without what was left out. */
export const render = <A>(input: Input<unknown>, customId: string): A =>
  ({ ...given(input["~fibercord/Input"].component), custom_id: customId }) as A

/** @internal An object without its undefined fields. */
export const given = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/**
 * @internal Decodes with a schema. What it refuses is told to the user, under the name that he knows: throws `Denied`.
 */
export const checker = <A>(schema: Schema.Codec<A, string> | Schema.Codec<A, number>) => {
  const decode = Schema.decodeUnknownResult(schema)
  return (name: string, value: unknown): A => {
    const result = decode(value)
    if (Result.isSuccess(result)) return result.success
    throw new ErrorReply.Denied({ content: `**${name}**: ${result.failure.message}`, ephemeral: true })
  }
}
