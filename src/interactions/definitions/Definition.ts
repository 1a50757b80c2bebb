/**
 * What a bot responds to, as values: commands, and components that outlive Runtimes. `Bot.layer` takes a list of
 * definitions, and their errors and requirements stay in its type.
 */
import type * as Discord from "../../discord/Discord.ts"
import type * as Cause from "effect/Cause"
import type * as Effect from "effect/Effect"
import * as Duration from "effect/Duration"
import * as Pipeable from "effect/Pipeable"
import type * as Scope from "effect/Scope"
import type { Expiration } from "../../runtime/Expiration.ts"
import type { MayFail } from "../replies/Bound.ts"
import type { ErrorReply } from "../replies/ErrorReply.ts"
import type { Interaction, Provided, RawInteraction } from "../replies/Interaction.ts"
import type { ReplyDefaults } from "../replies/Message.ts"

/** Anything that a middleware can wrap: definitions, subcommands, and groups of them. */
export interface Handled<out E = unknown, out R = unknown> extends Pipeable.Pipeable {
  /** Handles the current interaction in the current Runtime. */
  readonly handler: Effect.Effect<unknown, E, R>
  /** Suggests values for the option that the user is typing into. It gets no Runtime. */
  readonly autocomplete: Effect.Effect<unknown, E, R> | undefined
}

/** A definition whose handlers may fail with `E` and need `R`. */
export interface Definition<out E = unknown, out R = unknown> extends Handled<E, R> {
  readonly kind: "Command" | "Component" | "Dialogue"
  /** Its name for people: the name of a command, or the stable name of a component. */
  readonly name: string
  /** The key by which the router finds it. Unique among the definitions of its kind. */
  readonly key: string
  /** The command to register with Discord. */
  readonly command: Discord.CommandBody | undefined
  /** How many subcommands and groups a command consists of; `undefined` for one that is run itself. */
  readonly children: number | undefined
  /** The menu of an independent component, without its custom id; `undefined` for anything else. */
  readonly menu: object | undefined
  /** Names what its use is about: uses with the same name are handled one at a time. Default: all at once. */
  readonly serialize: ((raw: RawInteraction) => string) | undefined
  /** Lifetime of the Runtimes that it opens. Default: the bot's. */
  readonly expiration: Expiration | undefined
  /** Defaults of its replies. Default: the bot's, field by field. */
  readonly replies: ReplyDefaults | undefined
  /** Milliseconds until the automatic deferral of an unanswered interaction, or `false`; see {@link AutoDefer}. */
  readonly autoDefer: number | false | undefined
  /** Definitions that belong to it, such as those of components that it sends. One that belongs to several counts once. */
  readonly parts: ReadonlyArray<Any>
  /** Run when the bot is built, with its services, and before anything arrives. Ends with the bot's scope. */
  readonly start: ((host: Host) => Effect.Effect<void, never, R | Scope.Scope>) | undefined
}

/** What a bot does for definitions that act outside of its interactions. */
export interface Host {
  /** What a user is told about a failure, by `onError` and the texts of the bot. Logs defects. */
  readonly replyTo: (
    interaction: Interaction["Service"],
    cause: Cause.Cause<unknown>
  ) => Effect.Effect<ErrorReply | undefined>
}

/**
 * When an interaction that has no answer yet is deferred for its handler: after this time from its arrival, below 3
 * seconds, or never. Default: 2 seconds. A deferral keeps the interaction alive for 15 minutes, but rules out a form:
 * `false` suits a handler that opens one after slow work, and then has Discord's 3 seconds.
 */
export type AutoDefer = Duration.Input | false

/** Any definition. */
export type Any = Definition<unknown, unknown>

/** Gives an object the `pipe` method. */
const pipeable = <A extends object>(fields: A): A & Pipeable.Pipeable =>
  Object.assign(Object.create(Pipeable.Prototype), fields)

/**
 * Makes a definition.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Definition, Reply } from "fibercord"
 *
 * // A command whose JSON is written by hand, as one that was registered by another program.
 * const status = Definition.make({
 *   kind: "Command",
 *   name: "status",
 *   key: "1:status",
 *   command: { type: 1, name: "status", description: "How is it going?" },
 *   handler: Effect.asVoid(Reply.send({ content: "Fine" }))
 * })
 * ```
 */
export const make = <E, R>({
  autoDefer,
  ...fields
}: {
  readonly kind: Any["kind"]
  readonly name: string
  /** Default: the name. Of a command it is its type and name: `1:status` for `/status`. */
  readonly key?: string | undefined
  readonly command?: Discord.CommandBody | undefined
  readonly children?: number | undefined
  readonly menu?: object | undefined
  readonly serialize?: Any["serialize"]
  readonly expiration?: Expiration | undefined
  readonly replies?: ReplyDefaults | undefined
  readonly autoDefer?: AutoDefer | undefined
  readonly handler: Effect.Effect<unknown, E, R>
  readonly autocomplete?: Effect.Effect<unknown, E, R> | undefined
  readonly parts?: ReadonlyArray<Any> | undefined
  readonly start?: ((host: Host) => Effect.Effect<void, never, R | Scope.Scope>) | undefined
}): Definition<E, R> =>
  pipeable({
    start: undefined,
    command: undefined,
    children: undefined,
    menu: undefined,
    serialize: undefined,
    expiration: undefined,
    replies: undefined,
    autocomplete: undefined,
    ...fields,
    parts: fields.parts ?? [],
    autoDefer:
      autoDefer === undefined || autoDefer === false
        ? autoDefer
        : Duration.toMillis(Duration.fromInputUnsafe(autoDefer)),
    key: fields.key ?? fields.name
  })

/**
 * The same with parts, and something to do when the bot is built.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Command, Definition, Reply } from "fibercord"
 *
 * const ping = Command.slash("ping", { description: "Is it there?" }, () => Reply.send({ content: "pong" }))
 *
 * const announced = Definition.withStart(ping, {
 *   parts: ping.parts,
 *   start: () => Effect.log("/ping is ready")
 * })
 * ```
 */
export const withStart = <E, R, R2>(
  self: Definition<E, R>,
  fields: Pick<Definition<unknown, R2>, "parts" | "start">
): Definition<E, R | R2> => pipeable({ ...self, ...fields })

/**
 * Definitions with the parts of each, every one once.
 *
 * ```ts
 * import { Definition } from "fibercord"
 *
 * const isUnique = (definitions: ReadonlyArray<Definition.Any>) => {
 *   const all = Definition.withParts(definitions).map(({ key, kind }) => `${kind} ${key}`)
 *   return new Set(all).size === all.length
 * }
 * ```
 */
export const withParts = (definitions: ReadonlyArray<Any>): ReadonlyArray<Any> => {
  const parts = new Set(definitions.flatMap(({ parts }) => parts))
  return [...definitions, ...[...parts].filter((part) => !definitions.includes(part))]
}

/** A replacement of the handler, the autocompletion, or both. */
export type With<D extends Handled, E, R> = Omit<D, keyof Handled> & Handled<E, R>

/**
 * The same with another handler, or another autocompletion or start. All other fields stay as they are.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Definition } from "fibercord"
 *
 * const logged = <E, R>(self: Definition.Definition<E, R>) =>
 *   Definition.rewrite(self, { handler: Effect.ensuring(self.handler, Effect.log(`/${self.name} is done`)) })
 * ```
 */
export const rewrite = <D extends Handled, E, R>(
  self: D,
  fields: {
    readonly handler: Effect.Effect<unknown, E, R>
    readonly autocomplete?: Effect.Effect<unknown, unknown, R> | undefined
    readonly start?: Any["start"]
  }
): With<D, E, R> =>
  pipeable({
    ...self,
    handler: fields.handler,
    autocomplete: fields.autocomplete ?? self.autocomplete,
    ...(fields.start && { start: fields.start })
  }) as never

/**
 * The kinds and names of definitions, sorted. Components on old messages are found by their names, so keep a snapshot
 * of this in a test: it fails when one is renamed or removed.
 *
 * ```ts
 * import { expect, it } from "@effect/vitest"
 * import { Command, Definition, Reply } from "fibercord"
 *
 * const ping = Command.slash("ping", { description: "Is it there?" }, () => Reply.send({ content: "pong" }))
 *
 * it("names its definitions as old messages do", () => expect(Definition.names([ping])).toMatchInlineSnapshot())
 * ```
 */
export const names = (definitions: ReadonlyArray<Any>): ReadonlyArray<string> =>
  definitions.map(({ key, kind }) => `${kind} ${key}`).toSorted()

/**
 * The errors that a bot with these definitions must handle: those of handlers, and of the components that they send.
 */
export type Errors<D> = D extends Handled<infer E, infer R> ? E | BoundErrors<R> : never

type BoundErrors<R> = R extends MayFail<infer E> ? E : never

/** The services that a bot with these definitions needs. */
export type Requirements<D> = D extends Handled<unknown, infer R> ? Exclude<R, Provided | MayFail<unknown>> : never
