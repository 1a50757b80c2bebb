/**
 * What a bot answers to, as values: commands, and components that live longer than a conversation. `Bot.layer` takes a
 * list of definitions, and their errors and requirements stay in its type.
 */
import type { RESTPostAPIApplicationCommandsJSONBody } from "discord-api-types/v10"
import type * as Effect from "effect/Effect"
import * as Pipeable from "effect/Pipeable"
import type { Expiration } from "../../runtime/Expiration.ts"
import type { Denied } from "../replies/ErrorReply.ts"
import type { Provided } from "../replies/Interaction.ts"
import type { ReplyDefaults } from "../replies/Message.ts"
import type { ReplyError } from "../replies/ReplyError.ts"

/** A definition whose handlers may fail with `E` and need `R`. */
export interface Definition<out E = unknown, out R = unknown> extends Pipeable.Pipeable {
  /** Unique among the definitions of its kind. */
  readonly name: string
  readonly kind: "Command" | "Component"
  /** What Discord must know of it: the command to register. */
  readonly command: RESTPostAPIApplicationCommandsJSONBody | undefined
  /** Lifetime of the Runtimes that it opens. Default: the bot's. */
  readonly expiration: Expiration | undefined
  /** What its replies are unless they say otherwise. Default: the bot's, field by field. */
  readonly replies: ReplyDefaults | undefined
  /** Handles the current interaction in the current Runtime. */
  readonly handler: Effect.Effect<unknown, E, R>
  /** Suggests values for the option that the user is typing into. It gets no Runtime. */
  readonly autocomplete: Effect.Effect<unknown, E, R> | undefined
}

/** Any definition. */
export type Any = Definition<unknown, unknown>

/** Makes a definition. */
export const make = <E, R>(fields: {
  readonly name: string
  readonly kind: Any["kind"]
  readonly command?: RESTPostAPIApplicationCommandsJSONBody | undefined
  readonly expiration?: Expiration | undefined
  readonly replies?: ReplyDefaults | undefined
  readonly handler: Effect.Effect<unknown, E, R>
  readonly autocomplete?: Effect.Effect<unknown, E, R> | undefined
}): Definition<E, R> =>
  Object.assign(Object.create(Pipeable.Prototype), {
    command: undefined,
    expiration: undefined,
    replies: undefined,
    autocomplete: undefined,
    ...fields
  })

/** The same definition with another handler. What it has beside a definition's fields stays. */
export const mapHandler = <D extends Any, E, R>(
  self: D,
  f: (handler: D["handler"]) => Effect.Effect<unknown, E, R>
): Omit<D, keyof Any> & Definition<E, R> =>
  Object.assign(Object.create(Pipeable.Prototype), { ...self, handler: f(self.handler) })

/**
 * The kinds and names of definitions, sorted. Components on old messages are found by their names, so keep a snapshot of
 * this in a test: it fails when one is renamed or removed.
 *
 * ```ts
 * expect(Definition.names(interactions)).toMatchInlineSnapshot()
 * ```
 */
export const names = (definitions: ReadonlyArray<Any>): ReadonlyArray<string> =>
  definitions.map(({ kind, name }) => `${kind} ${name}`).toSorted()

/** Errors that a bot answers without being told how. */
export type AnsweredByDefault = ReplyError | Denied

/**
 * A requirement that only the types know: a bound component of this handler may fail with `E` when it is used. It is
 * met by `Bot.layer`, which asks for an answer to `E` in `onError`.
 */
export interface MayFail<out E> {
  readonly "~fibercord/MayFail": E
}

/** What a bot with these definitions must answer: errors of handlers, and of the components that they send. */
export type Errors<D> = D extends Definition<infer E, infer R> ? E | BoundErrors<R> : never

type BoundErrors<R> = R extends MayFail<infer E> ? E : never

/** What a bot with these definitions needs. */
export type Requirements<D> = D extends Definition<unknown, infer R> ? Exclude<R, Provided | MayFail<unknown>> : never
