/**
 * What a bot answers to, as values: commands, and components that live longer than a conversation. `Bot.layer` takes a
 * list of definitions, and their errors and requirements stay in its type.
 */
import type { RESTPostAPIApplicationCommandsJSONBody } from "discord-api-types/v10"
import type * as Effect from "effect/Effect"
import type { Expiration } from "../runtime/Expiration.ts"
import type { Provided } from "./Interaction.ts"

/** A definition whose handler may fail with `E` and needs `R`. */
export interface Definition<out E = unknown, out R = unknown> {
  /** Unique among the definitions of its kind. */
  readonly name: string
  readonly kind: "Command" | "Component"
  /** What Discord must know of it: the command to register. */
  readonly command: RESTPostAPIApplicationCommandsJSONBody | undefined
  /** Lifetime of the Runtimes that it opens. Default: the bot's. */
  readonly expiration: Expiration | undefined
  /** Handles the current interaction in the current Runtime. */
  readonly handler: Effect.Effect<unknown, E, R>
}

/** Any definition. */
export type Any = Definition<unknown, unknown>

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
