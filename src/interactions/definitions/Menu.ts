/**
 * Select menus, typed by what can be selected. Like buttons they can be bound to a conversation, be independent of all,
 * or be waited for: put one into `Runtime.ask`, or use {@link prompt}.
 *
 * Source: Discord, "String Select", "User Select", "Role Select", "Mentionable Select", "Channel Select".
 */
import type {
  APIInteractionDataResolved,
  APIInteractionDataResolvedChannel,
  APIMessageComponentEmoji,
  APIRole,
  APISelectMenuComponent,
  ChannelType
} from "discord-api-types/v10"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { Expiration } from "../../runtime/Expiration.ts"
import type { Runtime } from "../../runtime/Runtime.ts"
import { ask } from "../replies/internal/ask.ts"
import * as Independent from "./internal/independent.ts"
import { bind, type Binding, type Use } from "../replies/internal/boundComponents.ts"
import { submittedOf } from "../wire/submitted.ts"
import * as Input from "../replies/internal/input.ts"
import { Interaction } from "../replies/Interaction.ts"
import type { Message } from "../replies/Message.ts"
import * as Options from "./Options.ts"
import type { ReplyError } from "../replies/ReplyError.ts"

/** Types of select menus. Source: Discord, "Component Types". */
const menuType = { string: 3, user: 5, role: 6, mentionable: 7, channel: 8 } as const satisfies Record<string, number>

/** How a menu looks. */
export interface Look {
  /** Shown while nothing is selected, at most 150 characters. */
  readonly placeholder?: string | undefined
  /** Default: `false`. */
  readonly disabled?: boolean | undefined
}

/** How many may be selected. */
export interface Range {
  /** 0 to 25. Default: 1. */
  readonly min?: number | undefined
  /** 1 to 25. Default: 1. */
  readonly max?: number | undefined
}

/** An entry of a string select. */
export interface Entry {
  readonly label: string
  readonly description?: string | undefined
  readonly emoji?: APIMessageComponentEmoji | undefined
  /** Selected from the start. Default: `false`. */
  readonly default?: boolean | undefined
}

/** Entries of a string select, at most 25: values that are their own labels, or what is shown for each value. */
export type Entries<V extends string> = ReadonlyArray<V> | Readonly<Record<V, string | Entry>>

const entriesOf = <V extends string>(entries: Entries<V>) =>
  Array.isArray(entries)
    ? entries.map((value: V) => ({ label: value, value }))
    : Object.entries<string | Entry>(entries).map(([value, entry]) =>
        typeof entry === "string" ? { label: entry, value } : { ...Input.given({ ...entry }), value }
      )

const one = <A>(values: ReadonlyArray<A> | undefined): A | undefined => (values?.length === 1 ? values[0] : undefined)

const range = ({ max, min }: Range) => ({ min_values: min, max_values: max ?? (min === 0 ? 1 : undefined) })

const decodeAll =
  <A>(find: (id: string, resolved: APIInteractionDataResolved | undefined) => A | undefined) =>
  ({ resolved, values }: Input.Submitted): ReadonlyArray<A> | undefined => {
    const found = values?.map((id) => find(id, resolved))
    return found?.every((each) => each !== undefined) === true ? found : undefined
  }

/** Several of the entries. */
export const strings = <const V extends string>(
  options: Look & Range & { readonly options: Entries<V> }
): Input.Input<ReadonlyArray<V>> => {
  const { disabled, options: entries, placeholder } = options
  const known = new Set<string>(Array.isArray(entries) ? entries : Object.keys(entries))
  return Input.make(
    { type: menuType.string, placeholder, disabled, options: entriesOf(entries), ...range(options) },
    decodeAll((value): V | undefined => (known.has(value) ? (value as V) : undefined))
  )
}

/** One of the entries. */
export const string = <const V extends string>(options: Look & { readonly options: Entries<V> }): Input.Input<V> =>
  single(strings(options))

const single = <A>(many: Input.Input<ReadonlyArray<A>>): Input.Input<A> => {
  const { component, decode } = many["~fibercord/Input"]
  return Input.make(component, (submitted) => one(decode(submitted)))
}

const entities =
  <A>(type: number, find: (id: string, resolved: APIInteractionDataResolved | undefined) => A | undefined) =>
  (
    options: Look & Range & { readonly channelTypes?: ReadonlyArray<ChannelType> } = {}
  ): Input.Input<ReadonlyArray<A>> =>
    Input.make(
      {
        type,
        placeholder: options.placeholder,
        disabled: options.disabled,
        channel_types: options.channelTypes,
        ...range(options)
      },
      decodeAll(find)
    )

const findMentionable = (id: string, resolved: APIInteractionDataResolved | undefined) =>
  Options.findUser(id, resolved) ?? Options.findRole(id, resolved)

/** Several users, with what is known of the members. */
export const users: (options?: Look & Range) => Input.Input<ReadonlyArray<Options.ResolvedUser>> = entities(
  menuType.user,
  Options.findUser
)

/** One user. */
export const user = (options?: Look): Input.Input<Options.ResolvedUser> => single(users(options))

/** Several roles. */
export const roles: (options?: Look & Range) => Input.Input<ReadonlyArray<APIRole>> = entities(
  menuType.role,
  Options.findRole
)

/** One role. */
export const role = (options?: Look): Input.Input<APIRole> => single(roles(options))

/** Several users and roles. */
export const mentionables: (options?: Look & Range) => Input.Input<ReadonlyArray<Options.ResolvedUser | APIRole>> =
  entities<Options.ResolvedUser | APIRole>(menuType.mentionable, findMentionable)

/** One user or role. */
export const mentionable = (options?: Look): Input.Input<Options.ResolvedUser | APIRole> =>
  single(mentionables(options))

/** What a channel select may show. */
export interface ChannelLook extends Look {
  /** Default: all types. */
  readonly channelTypes?: ReadonlyArray<ChannelType>
}

/** Several channels. */
export const channels: (
  options?: ChannelLook & Range
) => Input.Input<ReadonlyArray<APIInteractionDataResolvedChannel>> = entities(menuType.channel, Options.findChannel)

/** One channel. */
export const channel = (options?: ChannelLook): Input.Input<APIInteractionDataResolvedChannel> =>
  single(channels(options))

const selected = <A>(menu: Input.Input<A>): Effect.Effect<A, never, Interaction> =>
  Interaction.useSync(({ raw }) =>
    Options.orOutdated("menu", menu["~fibercord/Input"].decode(submittedOf(raw)), raw.data)
  )

/**
 * A menu of this conversation: `handler` is given what was selected. Otherwise like `Button.bound`.
 *
 * ```ts
 * const pick = yield* Menu.bound(Menu.user({ placeholder: "Who?" }), (user) => Reply.update({ content: user.username }))
 * ```
 */
export const bound = <A, E, R>(
  menu: Input.Input<A>,
  handler: (value: A) => Effect.Effect<unknown, E, R>,
  use?: Use
): Effect.Effect<APISelectMenuComponent, never, Binding<E, R>> =>
  Effect.map(
    bind<E, R | Interaction>(() => Effect.flatMap(selected(menu), handler), use) as Effect.Effect<
      string,
      never,
      Binding<E, R>
    >,
    (customId) => Input.render(menu, customId)
  )

/**
 * A menu that outlives conversations and processes, like `Button.independent`: `handler` is given what was selected, and
 * the payload of the message.
 */
export const independent = <A, E, R, P = void>(
  name: string,
  options: {
    readonly menu: Input.Input<A>
    /** Default: no payload. */
    readonly payload?: Schema.Codec<P, unknown> | undefined
    /** Lifetime of the Runtime that a selection opens. Default: the bot's. */
    readonly expiration?: Expiration | undefined
  },
  handler: (value: A, payload: P) => Effect.Effect<unknown, E, R>
): Independent.Independent<P, E, R | Interaction, (payload: P) => APISelectMenuComponent> =>
  Independent.make(
    name,
    options,
    (payload) => Effect.flatMap(selected(options.menu), (value) => handler(value, payload)),
    (customId) => (payload: P) => Input.render(options.menu, customId(payload))
  )

/** Shows a menu, waits inside of the handler for its use, and answers what was selected. See `Runtime.ask`. */
export const prompt = <A>(
  menu: Input.Input<A>,
  message?: Omit<Message, "components"> & Use
): Effect.Effect<A, ReplyError, Runtime | Interaction> =>
  ask({ ...message, components: [[menu]] }) as Effect.Effect<A, ReplyError, Runtime | Interaction>
