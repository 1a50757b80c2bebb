/**
 * Application commands: slash commands with options, subcommands and groups, and commands of the context menus of users
 * and messages. Each use of a command opens a Runtime, whose first event is the command itself.
 *
 * Source: Discord, "Application Commands".
 */
import type * as Discord from "../../discord/Discord.ts"
import * as Effect from "effect/Effect"
import * as Pipeable from "effect/Pipeable"
import { commandType, contextType, entryPointHandler, integrationType, optionType } from "../../discord/numbers.ts"
import * as Permissions from "../../discord/Permissions.ts"
import { given } from "../../internal/given.ts"
import type { Expiration } from "../../runtime/Expiration.ts"
import { type InGuild, Interaction, type InteractionContext } from "../replies/Interaction.ts"
import type { ReplyDefaults } from "../replies/Message.ts"
import * as Reply from "../replies/Reply.ts"
import type { ReplyError } from "../replies/ReplyError.ts"
import { orOutdated } from "../wire/InvalidOption.ts"
import { commandKey } from "../wire/commandKey.ts"
import { invocationOf } from "../wire/invocation.ts"
import { findMessage, findUser } from "../wire/resolved.ts"
import * as Definition from "./Definition.ts"
import { toLocalizations } from "./internal/localizations.ts"
import { decode, hasSuggestions, suggest, toData } from "./internal/optionParts.ts"
import { dispatch, noSuggestions } from "./internal/subcommands.ts"
import type * as Options from "./Options.ts"

/** Names in the languages of users, for example `{ de: "zähler" }`. */
export interface Localizations {
  /** The name in the languages of users, for example `{ de: "zaehler" }`. Default: none. */
  readonly nameLocalizations?: Discord.Localizations | undefined
  /** The description in the languages of users. Default: none. */
  readonly descriptionLocalizations?: Discord.Localizations | undefined
}

/** Options of every command. */
export interface CommandOptions extends Localizations {
  /**
   * Where it can be used: `"guild"`, `"botDm"`, `"privateChannel"`. A command for user installations wants
   * `"privateChannel"` too. With `["guild"]`, its handlers can use `Interaction.inGuild`. Default: in servers and in direct
   * messages with the bot, not in other direct messages.
   */
  readonly contexts?: ReadonlyArray<InteractionContext> | undefined
  /** For which installations it exists: `"guild"`, `"user"`. Default: those of the application. */
  readonly integrationTypes?: ReadonlyArray<keyof typeof integrationType> | undefined
  /**
   * The permissions that a member needs to see and use it, for example `["BanMembers"]`; `[]` means administrators only.
   * Admins of a guild can override this; see `Middleware.requirePermissions` for what they cannot. Default: everybody.
   */
  readonly defaultMemberPermissions?: ReadonlyArray<Permissions.Permission> | undefined
  /** Whether it is for age-restricted channels only. Default: `false`. */
  readonly nsfw?: boolean | undefined
  /** Lifetime of the Runtimes of this command. Default: the bot's. */
  readonly expiration?: Expiration | undefined
  /** Defaults of its replies. Default: the bot's, field by field. */
  readonly replies?: ReplyDefaults | undefined
  /** When its unanswered interactions are deferred; `false` for never. Default: after 2 seconds. */
  readonly autoDefer?: Definition.AutoDefer | undefined
}

/** What users read under a name, 1 to 100 characters. */
export interface Described {
  /** What it does, at most 100 characters. */
  readonly description: string
}

/** A slash command or subcommand with options, by name: 1 to 32 lower-case characters each. */
export interface WithOptions<F extends Options.Fields> extends Described {
  /** Default: none. */
  readonly options?: F | undefined
}

/** The contexts of a command. */
type Contexts = ReadonlyArray<InteractionContext> | undefined

/** Options with their contexts, by which `InGuild` is satisfied or not. */
interface Within<C extends Contexts> {
  readonly contexts?: C
}

/** What is left to require of a command with these contexts. */
type Outside<R, C extends Contexts> = [C] extends [readonly ["guild"]] ? Exclude<R, InGuild> : R

type NoFields = Readonly<Record<never, never>>

type Json = Readonly<Record<string, unknown>>

/** A subcommand; see {@link sub}. */
export interface Subcommand<out E = unknown, out R = unknown> extends Definition.Handled<E, R> {
  readonly kind: "Subcommand"
  /** What Discord must know of it, without its name. */
  readonly data: Json
}

/** A group of subcommands; see {@link group}. */
export interface SubcommandGroup<out E = unknown, out R = unknown> extends Definition.Handled<E, R> {
  readonly kind: "SubcommandGroup"
  /** What Discord must know of it, without its name. */
  readonly data: Json
}

type Named<S> = Readonly<Record<string, S>>
type ErrorsIn<S extends Named<unknown>> = S[keyof S] extends infer Each
  ? Each extends Definition.Handled<infer E, unknown>
    ? E
    : never
  : never
type RequirementsIn<S extends Named<unknown>> = S[keyof S] extends infer Each
  ? Each extends Definition.Handled<unknown, infer R>
    ? R
    : never
  : never

const toCommand = (type: number, name: string, options: CommandOptions, data: Json) =>
  given({
    ...toLocalizations(options),
    ...data,
    type,
    name,
    contexts: options.contexts?.map((context) => contextType[context]),
    integration_types: options.integrationTypes?.map((type) => integrationType[type]),
    default_member_permissions:
      options.defaultMemberPermissions && Permissions.toBits(options.defaultMemberPermissions),
    nsfw: options.nsfw
  }) as unknown as Discord.CommandBody

const make = <E, R>(
  type: number,
  name: string,
  options: CommandOptions,
  data: Json,
  handled: Pick<Definition.Handled, "autocomplete" | "handler"> & { readonly children?: number }
): Definition.Definition<E, R> =>
  Definition.make({
    kind: "Command",
    name,
    key: commandKey(type, name),
    expiration: options.expiration,
    replies: options.replies,
    autoDefer: options.autoDefer,
    command: toCommand(type, name, options, data),
    children: handled.children,
    ...(isGuildOnly(options.contexts) ? inGuildOnly(name, handled) : handled)
  }) as Definition.Definition<E, R>

const isGuildOnly = (contexts: Contexts): boolean => contexts?.length === 1 && contexts[0] === "guild"

// Discord has an older version of the command if it comes from elsewhere.
const inGuildOnly = (
  name: string,
  { autocomplete, handler }: Pick<Definition.Handled, "autocomplete" | "handler">
): Pick<Definition.Handled, "autocomplete" | "handler"> => ({
  handler: Interaction.use(({ guildId, member }) => {
    orOutdated("guild", guildId && member, guildId, name)
    return handler
  }),
  autocomplete: autocomplete && Interaction.use(({ guildId }) => (guildId === undefined ? noSuggestions : autocomplete))
})

const withOptions = <F extends Options.Fields>(
  fields: F,
  handler: (values: Options.Values<F>) => Effect.Effect<unknown, unknown, unknown>
): Pick<Definition.Handled, "autocomplete" | "handler"> => ({
  // Many commands have none.
  handler:
    Object.keys(fields).length === 0
      ? Effect.suspend(() => handler({} as Options.Values<F>))
      : Interaction.use(({ raw }) => handler(decode(fields, invocationOf(raw)))),
  autocomplete: hasSuggestions(fields)
    ? Interaction.use(({ raw }) => suggest(fields, invocationOf(raw).picked))
    : undefined
})

/**
 * A slash command. The handler receives the options' values; its errors and requirements stay in the type.
 *
 * ```ts
 * import { Command, Options, Reply } from "fibercord"
 *
 * const greet = Command.slash(
 *   "greet",
 *   { description: "Say hello", options: { who: Options.user("Whom") } },
 *   ({ who }) => Reply.send({ content: `Hello, ${who.username}` })
 * )
 * ```
 */
export const slash = <E, R, const F extends Options.Fields = NoFields, const C extends Contexts = undefined>(
  name: string,
  options: CommandOptions & WithOptions<F> & Within<C>,
  handler: (values: Options.Values<F>) => Effect.Effect<unknown, E, R>
): Definition.Definition<E | Options.Errors<F>, Outside<R | Options.Requirements<F>, C> | Interaction> => {
  const fields = options.options ?? ({} as F)
  const data = { description: options.description, options: toData(fields) }
  return make(commandType.chatInput, name, options, data, withOptions(fields, handler))
}

/**
 * A subcommand of {@link parent} or {@link group}. The handler receives the options' values. Middlewares apply to it as
 * they do to a command.
 */
export const sub = <E, R, const F extends Options.Fields = NoFields>(
  options: WithOptions<F> & Localizations,
  handler: (values: Options.Values<F>) => Effect.Effect<unknown, E, R>
): Subcommand<E | Options.Errors<F>, R | Options.Requirements<F> | Interaction> => {
  const fields = options.options ?? ({} as F)
  const data = given({
    ...toLocalizations(options),
    type: optionType.subcommand,
    description: options.description,
    options: toData(fields)
  })
  return Object.assign(Object.create(Pipeable.Prototype), {
    kind: "Subcommand",
    data,
    ...withOptions(fields, handler)
  })
}

const toOptions = (children: Named<Subcommand | SubcommandGroup>) =>
  Object.entries(children).map(([name, { data }]) => ({ name, ...data }))

/**
 * A group of subcommands, by name, within {@link parent}. Discord does not allow a group in a group. A middleware that
 * is applied to a group applies to all its subcommands together: they share one cooldown, for example.
 */
export const group = <const S extends Named<Subcommand>>(
  options: Described & Localizations,
  subcommands: S
): SubcommandGroup<ErrorsIn<S>, RequirementsIn<S> | Interaction> => {
  const data = given({
    ...toLocalizations(options),
    type: optionType.subcommandGroup,
    description: options.description,
    options: toOptions(subcommands)
  })
  return Object.assign(Object.create(Pipeable.Prototype), {
    kind: "SubcommandGroup",
    data,
    ...dispatch(subcommands, 1)
  })
}

/**
 * A slash command that consists of subcommands and groups of them, by name. Users run its subcommands, never the
 * command itself.
 *
 * ```ts
 * import { Command, Middleware, Options, Reply } from "fibercord"
 *
 * const config = Command.parent("config", { description: "Settings" }, {
 *   show: Command.sub({ description: "Show all" }, () => Reply.send({ content: "Nothing is set." })),
 *   roles: Command.group({ description: "Roles" }, {
 *     add: Command.sub({ description: "Add one", options: { role: Options.role("Which") } }, ({ role }) =>
 *       Reply.send({ content: `Added ${role.name}.` })
 *     )
 *   }).pipe(Middleware.requirePermissions(["ManageRoles"]))
 * })
 * ```
 */
export const parent = <const S extends Named<Subcommand | SubcommandGroup>, const C extends Contexts = undefined>(
  name: string,
  options: CommandOptions & Described & Within<C>,
  subcommands: S
): Definition.Definition<ErrorsIn<S>, Outside<RequirementsIn<S>, C> | Interaction> =>
  make(
    commandType.chatInput,
    name,
    options,
    { description: options.description, options: toOptions(subcommands) },
    { ...dispatch(subcommands, 0), children: Object.keys(subcommands).length }
  )

const contextMenu = <A, E, R>(
  type: 2 | 3,
  name: string,
  options: CommandOptions,
  find: (id: string, resolved: Discord.Resolved | undefined) => A | undefined,
  handler: (target: A) => Effect.Effect<unknown, E, R>
): Definition.Definition<E, R | Interaction> =>
  make(
    type,
    name,
    options,
    {},
    {
      autocomplete: undefined,
      handler: Interaction.use(({ raw }) => {
        // The router calls the handler of a context menu command for nothing else.
        const data = raw.data as { readonly target_id: string; readonly resolved?: Discord.Resolved }
        return handler(orOutdated("target", find(data.target_id, data.resolved), data.target_id, name))
      })
    }
  )

/** A command in the context menu of users. The handler receives the user, with the member's data in a guild. */
export const user = <E, R, const C extends Contexts = undefined>(
  name: string,
  options: CommandOptions & Within<C>,
  handler: (target: Options.ResolvedUser) => Effect.Effect<unknown, E, R>
): Definition.Definition<E, Outside<R, C> | Interaction> =>
  contextMenu(commandType.user, name, options, findUser, handler) as never

/** A command in the context menu of messages. The handler receives the message. */
export const message = <E, R, const C extends Contexts = undefined>(
  name: string,
  options: CommandOptions & Within<C>,
  handler: (target: Discord.Message) => Effect.Effect<unknown, E, R>
): Definition.Definition<E, Outside<R, C> | Interaction> =>
  contextMenu(commandType.message, name, options, findMessage, handler) as never

/** Makes the entry point of an application with an Activity. */
export interface MakeEntryPoint {
  /** The bot handles it, for example by `Reply.launchActivity` or with a message. */
  <E, R, const C extends Contexts = undefined>(
    name: string,
    options: CommandOptions & Described & Within<C>,
    handler: () => Effect.Effect<unknown, E, R>
  ): Definition.Definition<E, Outside<R, C> | Interaction>
  /** Discord handles it: it launches the Activity and says so in the channel. */
  (name: string, options: CommandOptions & Described): Definition.Definition<ReplyError, Interaction>
}

/**
 * The entry point: how users launch the application's Activity from the App Launcher. An application has one, which Discord
 * makes when Activities are enabled; a definition replaces it, and without one it stays as it is.
 *
 * ```ts
 * import { Clock, Effect } from "effect"
 * import { Command, Reply } from "fibercord"
 *
 * const launch = Command.entryPoint("launch", { description: "Play" }, () =>
 *   Effect.flatMap(Clock.currentTimeMillis, (now) =>
 *     new Date(now).getUTCHours() < 9 ? Reply.send({ content: "Come back at nine." }) : Reply.launchActivity
 *   )
 * )
 * ```
 *
 * Source: Discord, "Entry Point Commands".
 */
export const entryPoint: MakeEntryPoint = (
  name: string,
  options: CommandOptions & Described,
  // Discord may still have a version of it that the bot handled.
  handler?: () => Effect.Effect<unknown, unknown, unknown>
) =>
  make(
    commandType.entryPoint,
    name,
    options,
    {
      description: options.description,
      handler: handler === undefined ? entryPointHandler.discord : entryPointHandler.app
    },
    { autocomplete: undefined, handler: Effect.suspend(handler ?? (() => Reply.launchActivity)) }
  ) as never
