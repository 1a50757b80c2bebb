/**
 * Application commands: slash commands with options, subcommands and groups, and commands of the context menus of users
 * and messages. Each use of a command opens a Runtime, in which its handler is the first to run.
 *
 * Source: Discord, "Application Commands".
 */
import type {
  APIApplicationCommandInteractionDataBasicOption,
  APIInteractionDataResolved,
  APIMessage,
  LocalizationMap,
  RESTPostAPIApplicationCommandsJSONBody
} from "discord-api-types/v10"
import * as Effect from "effect/Effect"
import type { Expiration } from "../../runtime/Expiration.ts"
import * as Definition from "./Definition.ts"
import * as Input from "../replies/internal/input.ts"
import { Interaction, type RawInteraction } from "../replies/Interaction.ts"
import type { ReplyDefaults } from "../replies/Message.ts"
import * as Options from "./Options.ts"
import type { ReplyError } from "../replies/ReplyError.ts"

/** Types of commands. Source: Discord, "Application Command Types". */
export const commandType = { chatInput: 1, user: 2, message: 3 } as const satisfies Record<string, number>

const optionKind = { subcommand: 1, group: 2 } as const
const contexts = { guild: 0, botDm: 1, privateChannel: 2 } as const
const integrationTypes = { guild: 0, user: 1 } as const

/** The key under which the router finds a command. */
export const keyOf = (type: number, name: string): string => `${type}:${name}`

/** Names in the languages of users, for example `{ de: "zähler" }`. */
export interface Localizations {
  readonly nameLocalizations?: LocalizationMap | undefined
  readonly descriptionLocalizations?: LocalizationMap | undefined
}

/** What every command may say, beside its name and its handler. */
export interface CommandOptions extends Localizations {
  /** Where it can be used. Default: everywhere. */
  readonly contexts?: ReadonlyArray<keyof typeof contexts> | undefined
  /** For which installations it is there. Default: the application's. */
  readonly integrationTypes?: ReadonlyArray<keyof typeof integrationTypes> | undefined
  /**
   * The permissions that a member needs to see it, as Discord's decimal string of bits; `"0"` leaves it to
   * administrators. Default: everybody.
   */
  readonly defaultMemberPermissions?: string | undefined
  /** Whether it is for age-restricted channels only. Default: `false`. */
  readonly nsfw?: boolean | undefined
  /** Lifetime of the Runtimes of this command. Default: the bot's. */
  readonly expiration?: Expiration | undefined
  /** What its replies are unless they say otherwise. Default: the bot's, field by field. */
  readonly replies?: ReplyDefaults | undefined
}

/** What users read under a name, 1 to 100 characters. */
export interface Described {
  readonly description: string
}

/** A slash command or subcommand with options, by name: 1 to 32 lower-case characters each. */
export interface WithOptions<F extends Options.Fields> extends Described {
  /** Default: none. */
  readonly options?: F | undefined
}

type NoFields = Readonly<Record<never, never>>

type Picked = ReadonlyArray<APIApplicationCommandInteractionDataBasicOption & { readonly focused?: boolean }>

interface Invocation {
  readonly command: string
  readonly picked: Picked
  readonly resolved: APIInteractionDataResolved | undefined
}

/** A subcommand; see {@link sub}. */
export interface Sub<out E, out R> {
  /** @internal */
  readonly data: Readonly<Record<string, unknown>>
  /** @internal */
  readonly find: (path: ReadonlyArray<string>) => Sub<E, R> | undefined
  /** @internal */
  readonly run: (invocation: Invocation) => Effect.Effect<unknown, E, R>
  /** @internal */
  readonly suggest: (invocation: Invocation) => Effect.Effect<unknown, E | ReplyError, R | Interaction>
  /** @internal */
  readonly hasSuggestions: boolean
}

/** Subcommands by name. */
export type Subs = Readonly<Record<string, Sub<unknown, unknown>>>

type ErrorOf<S> = S extends Sub<infer E, unknown> ? E : never
type RequirementOf<S> = S extends Sub<unknown, infer R> ? R : never
type SubErrors<S extends Subs> = ErrorOf<S[keyof S]>
type SubRequirements<S extends Subs> = RequirementOf<S[keyof S]>

const localizations = (options: Localizations) => ({
  name_localizations: options.nameLocalizations,
  description_localizations: options.descriptionLocalizations
})

const toCommand = (type: number, name: string, options: CommandOptions, data: Readonly<Record<string, unknown>>) =>
  Input.given({
    ...localizations(options),
    ...data,
    type,
    name,
    contexts: options.contexts?.map((context) => contexts[context]),
    integration_types: options.integrationTypes?.map((type) => integrationTypes[type]),
    default_member_permissions: options.defaultMemberPermissions,
    nsfw: options.nsfw
  }) as unknown as RESTPostAPIApplicationCommandsJSONBody

/**
 * A subcommand of {@link group}. The handler is given the options' values.
 */
export const sub = <E, R, const F extends Options.Fields = NoFields>(
  options: WithOptions<F> & Localizations,
  handler: (values: Options.Values<F>) => Effect.Effect<unknown, E, R>
): Sub<E | Options.Errors<F>, R | Options.Requirements<F>> => {
  const fields = options.options ?? ({} as F)
  const self: Sub<E | Options.Errors<F>, R | Options.Requirements<F>> = {
    data: Input.given({
      ...localizations(options),
      type: optionKind.subcommand,
      description: options.description,
      options: Options.toData(fields)
    }),
    find: (path) => (path.length === 0 ? self : undefined),
    run: ({ command, picked, resolved }) => handler(Options.decode(command, fields, picked, resolved)),
    suggest: ({ picked }) => Options.suggest(fields, picked),
    hasSuggestions: Object.values(fields).some((option) => option.suggest !== undefined)
  }
  return self
}

const children = <S extends Subs>(subs: S): Omit<Sub<SubErrors<S>, SubRequirements<S>>, "data"> => ({
  find: ([name, ...rest]) =>
    name !== undefined && Object.hasOwn(subs, name)
      ? (subs[name]?.find(rest) as Sub<SubErrors<S>, SubRequirements<S>> | undefined)
      : undefined,
  run: () => Effect.void,
  suggest: () => Effect.void,
  hasSuggestions: Object.values(subs).some(({ hasSuggestions }) => hasSuggestions)
})

const toOptions = (subs: Subs) => Object.entries(subs).map(([name, { data }]) => ({ name, ...data }))

/** A group of subcommands inside of {@link group}. Discord allows no groups inside of it. */
export const subGroup = <const S extends Subs>(
  options: Described & Localizations & { readonly subcommands: S }
): Sub<SubErrors<S>, SubRequirements<S>> => ({
  ...children(options.subcommands),
  data: Input.given({
    ...localizations(options),
    type: optionKind.group,
    description: options.description,
    options: toOptions(options.subcommands)
  })
})

interface PickedNode {
  readonly name: string
  readonly type: number
  readonly options?: ReadonlyArray<PickedNode>
}

// The names of group and subcommand on the way to what the user picked, and what he picked there.
const walk = (
  options: ReadonlyArray<PickedNode>
): { readonly path: ReadonlyArray<string>; readonly picked: Picked } => {
  const [first] = options
  if (first?.type !== optionKind.subcommand && first?.type !== optionKind.group) {
    return { path: [], picked: options as unknown as Picked }
  }
  const { path, picked } = walk(first.options ?? [])
  return { path: [first.name, ...path], picked }
}

const invocationOf = (raw: RawInteraction) => {
  // The router calls a slash command for nothing else.
  const data = raw.data as {
    readonly name: string
    readonly options?: ReadonlyArray<PickedNode>
    readonly resolved?: APIInteractionDataResolved
  }
  const { path, picked } = walk(data.options ?? [])
  return { path, command: [data.name, ...path].join(" "), picked, resolved: data.resolved }
}

const fromSub = <E, R>(name: string, options: CommandOptions & Described, root: Sub<E, R>, nested: unknown) => {
  const onPicked = <A, E2, R2>(f: (sub: Sub<E, R>, invocation: Invocation) => Effect.Effect<A, E2, R2>) =>
    Interaction.use(({ raw }) => {
      const invocation = invocationOf(raw)
      const sub = Options.orOutdated("subcommand", root.find(invocation.path), invocation.path)
      return f(sub, invocation)
    })
  return Definition.make<E | ReplyError, R | Interaction>({
    kind: "Command",
    name: keyOf(commandType.chatInput, name),
    expiration: options.expiration,
    replies: options.replies,
    command: toCommand(commandType.chatInput, name, options, { description: options.description, options: nested }),
    handler: onPicked((sub, invocation) => sub.run(invocation)),
    autocomplete: root.hasSuggestions ? onPicked((sub, invocation) => sub.suggest(invocation)) : undefined
  }) as Definition.Definition<E, R | Interaction>
}

/**
 * A slash command. The handler is given the options' values; its errors and requirements stay in the type.
 *
 * ```ts
 * const greet = Command.slash(
 *   "greet",
 *   { description: "Say hello", options: { who: Options.user("Whom") } },
 *   ({ who }) => Reply.send({ content: `Hello, ${who.username}` })
 * )
 * ```
 */
export const slash = <E, R, const F extends Options.Fields = NoFields>(
  name: string,
  options: CommandOptions & WithOptions<F>,
  handler: (values: Options.Values<F>) => Effect.Effect<unknown, E, R>
): Definition.Definition<E | Options.Errors<F>, R | Options.Requirements<F> | Interaction> => {
  const root = sub(options, handler)
  return fromSub(name, options, root, root.data["options"])
}

/**
 * A slash command that consists of subcommands and groups of them, by name.
 *
 * ```ts
 * Command.group("config", {
 *   description: "Settings",
 *   subcommands: {
 *     show: Command.sub({ description: "Show all" }, () => …),
 *     role: Command.subGroup({ description: "Roles", subcommands: { add: Command.sub({ … }, ({ role }) => …) } })
 *   }
 * })
 * ```
 */
export const group = <const S extends Subs>(
  name: string,
  options: CommandOptions & Described & { readonly subcommands: S }
): Definition.Definition<SubErrors<S>, SubRequirements<S> | Interaction> =>
  fromSub(name, options, { ...children(options.subcommands), data: {} }, toOptions(options.subcommands))

const contextMenu = <A, E, R>(
  type: 2 | 3,
  name: string,
  options: CommandOptions,
  find: (id: string, resolved: APIInteractionDataResolved | undefined) => A | undefined,
  handler: (target: A) => Effect.Effect<unknown, E, R>
): Definition.Definition<E, R | Interaction> =>
  Definition.make({
    kind: "Command",
    name: keyOf(type, name),
    expiration: options.expiration,
    replies: options.replies,
    command: toCommand(type, name, options, {}),
    handler: Interaction.use(({ raw }) => {
      // The router calls a context menu command for nothing else.
      const data = raw.data as { readonly target_id: string; readonly resolved?: APIInteractionDataResolved }
      return handler(Options.orOutdated("target", find(data.target_id, data.resolved), data.target_id))
    })
  })

/** A command in the context menu of users. The handler is given the user, with what is known of the member. */
export const user = <E, R>(
  name: string,
  options: CommandOptions,
  handler: (target: Options.ResolvedUser) => Effect.Effect<unknown, E, R>
): Definition.Definition<E, R | Interaction> => contextMenu(commandType.user, name, options, Options.findUser, handler)

/** A command in the context menu of messages. The handler is given the message. */
export const message = <E, R>(
  name: string,
  options: CommandOptions,
  handler: (target: APIMessage) => Effect.Effect<unknown, E, R>
): Definition.Definition<E, R | Interaction> =>
  contextMenu(commandType.message, name, options, Options.findMessage, handler)
