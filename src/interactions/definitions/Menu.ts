/**
 * Select menus, typed by what can be selected. Like buttons, they can be bound to a Runtime or independent, or a
 * handler can wait for them with `Reply.ask` or {@link ask}.
 *
 * Source: Discord, "String Select", "User Select", "Role Select", "Mentionable Select", "Channel Select".
 */
import type * as Discord from "../../discord/Discord.ts"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type * as Types from "effect/Types"
import { type ChannelType, channelTypeNumbers } from "../../discord/channelTypes.ts"
import { componentType } from "../../discord/numbers.ts"
import { given } from "../../internal/given.ts"
import type { Expiration } from "../../runtime/Expiration.ts"
import type { Runtime } from "../../runtime/Runtime.ts"
import type { Binding, Use } from "../replies/Bound.ts"
import type * as Input from "../replies/Input.ts"
import { Interaction } from "../replies/Interaction.ts"
import { bind } from "../replies/internal/boundComponents.ts"
import * as InputParts from "../replies/internal/input.ts"
import type { Message } from "../replies/Message.ts"
import * as Reply from "../replies/Reply.ts"
import { orOutdated } from "../wire/InvalidOption.ts"
import { findChannel, findMentionable, findRole, findUser, type Resolved } from "../wire/resolved.ts"
import { type Submitted, submittedOf } from "../wire/submitted.ts"
import type * as Choices from "./Choice.ts"
import type { AutoDefer } from "./Definition.ts"
import type { Independent, Serialize } from "./Independent.ts"
import { entriesOf } from "./internal/choices.ts"
import * as Independents from "./internal/independent.ts"
import type { ResolvedUser } from "./Options.ts"

export type { Use } from "../replies/Bound.ts"

/**
 * How a menu looks. Its translations are chosen by the language of the user whose interaction is being handled when it is
 * shown; without one in that language, or in Discord's fallback for it, the text itself is shown.
 */
export interface Look {
  /** Shown while nothing is selected, at most 150 characters. */
  readonly placeholder?: string | undefined
  /** The placeholder in the languages of users, for example `{ de: "Wähle eine Farbe" }`. Default: none. */
  readonly placeholderLocalizations?: Discord.Localizations | undefined
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

/** A choice of a string select: a value, or one with what users see for it. */
export type Choice<V extends string> = Choices.Choice<V, LabelledChoice<V>>

/** A choice of a string select with what users see for it. */
export interface LabelledChoice<out V extends string> extends Choices.Labelled<V> {
  /** The label in the languages of users. Default: none. */
  readonly labelLocalizations?: Discord.Localizations | undefined
  /** At most 100 characters. */
  readonly description?: string | undefined
  /** The description in the languages of users. Default: none. */
  readonly descriptionLocalizations?: Discord.Localizations | undefined
  /** An emoji before the label. Default: none. */
  readonly emoji?: Discord.Emoji | undefined
  /** Selected from the start. Default: `false`. */
  readonly default?: boolean | undefined
}

/** What a channel select may show. */
export interface ChannelLook extends EntityLook {
  /** Default: all types. */
  readonly channelTypes?: ReadonlyArray<ChannelType> | undefined
}

/** What is selected from the start in a menu of one kind: ids, as many as can be selected. */
export interface EntityLook extends Look {
  /** Default: nothing. */
  readonly defaultValues?: ReadonlyArray<string> | undefined
}

/** What is selected from the start in a menu of users and roles. */
export interface MentionableLook extends Look {
  /** As many as can be selected. Default: nothing. */
  readonly defaultValues?: ReadonlyArray<{ readonly id: string; readonly type: "user" | "role" }> | undefined
}

/**
 * A string select whose choices are given when it is shown, to the `with` of {@link independent}. Its value is an `A`.
 */
export interface Dynamic<out A> {
  readonly "~fibercord/DynamicMenu": { readonly _A: Types.Covariant<A> }
}

const range = ({ max, min }: Range) => ({ min_values: min, max_values: max ?? (min === 0 ? 1 : undefined) })

const decodeAll =
  <A>(find: (id: string, resolved: Resolved) => A | undefined) =>
  ({ resolved, values }: Submitted): ReadonlyArray<A> | undefined => {
    const found = values?.map((id) => find(id, resolved))
    return found?.every((each) => each !== undefined) === true ? found : undefined
  }

const single = <A>(many: Input.Input<ReadonlyArray<A>>): Input.Input<A> => {
  const { component, decode } = InputParts.partsOf(many)
  return InputParts.make(component, (submitted) => {
    const values = decode(submitted)
    return values?.length === 1 ? values[0] : undefined
  })
}

/**
 * Several of the choices, of which there may be 25.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Command, Menu, Reply } from "fibercord"
 *
 * const setup = Command.slash("setup", { description: "Chooses where and for whom" }, () =>
 *   Effect.gen(function* () {
 *     const days = yield* Reply.ask({
 *       content: "Which days?",
 *       components: [[Menu.strings({ choices: ["Sat", "Sun"], max: 2 })]]
 *     })
 *     const where = yield* Reply.ask({
 *       content: "Where?",
 *       components: [[Menu.channel({ channelTypes: ["GuildText"] })]]
 *     })
 *     yield* Reply.send({ content: `${days.join(" and ")} in ${where.name}` })
 *   })
 * )
 * ```
 */
export const strings = <const C extends ReadonlyArray<Choice<string>>>(
  options: Look & Range & { readonly choices: C }
): Input.Input<ReadonlyArray<Choices.Value<C[number]>>> => {
  const { disabled, placeholder, placeholderLocalizations } = options
  const entries = entriesOf<string, LabelledChoice<string>>(options.choices)
  const known = new Set(entries.map(({ value }) => value))
  return InputParts.make(
    {
      type: componentType.stringSelect,
      placeholder,
      placeholderLocalizations,
      disabled,
      options: optionsOf(entries),
      ...range(options)
    },
    decodeAll((value) => (known.has(value) ? (value as Choices.Value<C[number]>) : undefined))
  )
}

/** One of the choices, of which there may be 25. */
export const string = <const C extends ReadonlyArray<Choice<string>>>(
  options: Look & { readonly choices: C }
): Input.Input<Choices.Value<C[number]>> => single(strings(options))

/** What Discord calls the things that a menu of one kind selects. */
type Kind = "user" | "role" | "channel"

interface EntityOptions extends Look, Range {
  readonly channelTypes?: ReadonlyArray<ChannelType> | undefined
  readonly defaultValues?: ReadonlyArray<string | { readonly id: string; readonly type: Kind }> | undefined
}

const entities =
  <A>(type: number, find: (id: string, resolved: Resolved) => A | undefined, kind?: Kind) =>
  (options: EntityOptions = {}): Input.Input<ReadonlyArray<A>> =>
    InputParts.make(
      {
        type,
        placeholder: options.placeholder,
        placeholderLocalizations: options.placeholderLocalizations,
        disabled: options.disabled,
        channel_types: channelTypeNumbers(options.channelTypes),
        default_values: options.defaultValues?.map((each) =>
          typeof each === "string" ? { id: each, type: kind } : { id: each.id, type: each.type }
        ),
        ...range(options)
      },
      decodeAll(find)
    )

/** Several users, with their member data in a guild. */
export const users: (options?: EntityLook & Range) => Input.Input<ReadonlyArray<ResolvedUser>> = entities(
  componentType.userSelect,
  findUser,
  "user"
)

/** One user. */
export const user = (options?: EntityLook): Input.Input<ResolvedUser> => single(users(options))

/**
 * Several roles.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Command, Menu, Reply } from "fibercord"
 *
 * const team = Command.slash("team", { description: "Names a team" }, () =>
 *   Effect.gen(function* () {
 *     const roles = yield* Reply.ask({ content: "Which roles?", components: [[Menu.roles({ max: 5 })]] })
 *     const lead = yield* Reply.ask({ content: "Who leads?", components: [[Menu.role({ placeholder: "A role" })]] })
 *     yield* Reply.send({ content: `${roles.length} roles, led by ${lead.name}` })
 *   })
 * )
 * ```
 */
export const roles: (options?: EntityLook & Range) => Input.Input<ReadonlyArray<Discord.Role>> = entities(
  componentType.roleSelect,
  findRole,
  "role"
)

/** One role. */
export const role = (options?: EntityLook): Input.Input<Discord.Role> => single(roles(options))

/**
 * Several users and roles.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Command, Menu, Reply } from "fibercord"
 *
 * const invite = Command.slash("invite", { description: "Invites users and roles" }, () =>
 *   Effect.gen(function* () {
 *     const guests = yield* Reply.ask({ content: "Whom?", components: [[Menu.mentionables({ max: 10 })]] })
 *     const host = yield* Reply.ask({ content: "Who is the host?", components: [[Menu.mentionable()]] })
 *     yield* Reply.send({ content: `${guests.length} guests of <@${host.id}>` })
 *   })
 * )
 * ```
 */
export const mentionables: (
  options?: MentionableLook & Range
) => Input.Input<ReadonlyArray<ResolvedUser | Discord.Role>> = entities<ResolvedUser | Discord.Role>(
  componentType.mentionableSelect,
  findMentionable
)

/** One user or role. */
export const mentionable = (options?: MentionableLook): Input.Input<ResolvedUser | Discord.Role> =>
  single(mentionables(options))

/**
 * Several channels.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Command, Menu, Reply } from "fibercord"
 *
 * const mirror = Command.slash("mirror", { description: "Mirrors channels" }, () =>
 *   Effect.gen(function* () {
 *     const channels = yield* Reply.ask({
 *       content: "Which channels?",
 *       components: [[Menu.channels({ channelTypes: ["GuildText"], max: 3 })]]
 *     })
 *     yield* Reply.send({ content: channels.map(({ id }) => `<#${id}>`).join(" ") })
 *   })
 * )
 * ```
 */
export const channels: (options?: ChannelLook & Range) => Input.Input<ReadonlyArray<Discord.Channel>> = entities(
  componentType.channelSelect,
  findChannel,
  "channel"
)

/** One channel. */
export const channel = (options?: ChannelLook): Input.Input<Discord.Channel> => single(channels(options))

const dynamicMenu = <A>(options: Look & Range, decode: (submitted: Submitted) => A | undefined): Dynamic<A> => ({
  "~fibercord/DynamicMenu": InputParts.make(
    {
      type: componentType.stringSelect,
      placeholder: options.placeholder,
      placeholderLocalizations: options.placeholderLocalizations,
      disabled: options.disabled,
      ...range(options)
    },
    decode
  ) as never
})

/**
 * Several of the choices that are given to `with`, of which there may be 25. Their values are any texts: what an old
 * message offers may no longer exist.
 *
 * ```ts
 * import { Command, Menu, Reply } from "fibercord"
 *
 * const tags = Menu.independent("tags", { menu: Menu.dynamicStrings({ min: 0, max: 3 }) }, (chosen) =>
 *   Reply.update({ content: chosen.join(", ") })
 * )
 * const tag = Command.slash("tag", { description: "Choose tags" }, () =>
 *   Reply.send({ components: [[tags.with(["news", "music", { value: "events-2", label: "Events" }])]] })
 * )
 * ```
 */
export const dynamicStrings = (options: Look & Range = {}): Dynamic<ReadonlyArray<string>> =>
  dynamicMenu(options, ({ values }) => values)

/** One of the choices that are given to `with`; see {@link dynamicStrings}. */
export const dynamicString = (options: Look = {}): Dynamic<string> =>
  dynamicMenu(options, ({ values }) => (values?.length === 1 ? values[0] : undefined))

const selected = <A>(menu: Input.Input<A>): Effect.Effect<A, never, Interaction> =>
  Interaction.useSync(({ raw }) => orOutdated("menu", InputParts.partsOf(menu).decode(submittedOf(raw)), raw.data))

/**
 * A menu of this Runtime: `handler` receives the selection. Otherwise like `Button.bound`.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Menu, Reply } from "fibercord"
 *
 * const offer = Effect.gen(function* () {
 *   const pick = yield* Menu.bound(Menu.user({ placeholder: "Who?" }), (user) =>
 *     Reply.update({ content: user.username })
 *   )
 *   yield* Reply.send({ components: [[pick]] })
 * })
 * ```
 */
export const bound = <A, E, R>(
  menu: Input.Input<A>,
  handler: (value: A) => Effect.Effect<unknown, E, R>,
  use?: Use
): Effect.Effect<Discord.SelectMenu, never, Binding<E, R>> =>
  Effect.map(
    bind<E, R | Interaction>(() => Effect.flatMap(selected(menu), handler), use) as Effect.Effect<
      string,
      never,
      Binding<E, R>
    >,
    (customId) => InputParts.render(menu, customId)
  )

/** Options of {@link independent}. */
export interface IndependentOptions<in out P> {
  /** Default: no payload. */
  readonly payload?: Schema.Codec<P, unknown> | undefined
  /** Lifetime of the Runtime that a selection opens. Default: the bot's. */
  readonly expiration?: Expiration | undefined
  /** When a selection without an answer is deferred. Default: after 2 seconds. */
  readonly autoDefer?: AutoDefer | undefined
  /**
   * Which uses wait for each other: `"message"` for those of one message, or a function of the payload, for those with
   * the same result. They are handled one at a time, in the order in which they arrive, each until its handler ends, in
   * this process. Default: none.
   */
  readonly serialize?: Serialize<P> | undefined
}

/** Makes menus that outlive Runtimes and processes. */
export interface MakeIndependent {
  /** A menu whose choices are given to `with`, before the payload; 1 to 25. */
  <A, E, R, P = void>(
    name: string,
    options: IndependentOptions<P> & { readonly menu: Dynamic<A> },
    handler: (value: A, payload: P) => Effect.Effect<unknown, E, R>
  ): Independent<P, E, R | Interaction, (choices: ReadonlyArray<Choice<string>>, payload: P) => Discord.SelectMenu>
  /** A menu that is always the same. */
  <A, E, R, P = void>(
    name: string,
    options: IndependentOptions<P> & { readonly menu: Input.Input<A> },
    handler: (value: A, payload: P) => Effect.Effect<unknown, E, R>
  ): Independent<P, E, R | Interaction, (payload: P) => Discord.SelectMenu>
}

// As many choices as a dynamic menu needs to be valid, so that the rest of it is checked before the bot starts.
const sampleChoices = (max: unknown): ReadonlyArray<object> =>
  Array.from({ length: typeof max === "number" ? max : 1 }, (_, n) => ({ label: `${n}`, value: `${n}` }))

const optionsOf = (choices: ReadonlyArray<Choice<string>>): ReadonlyArray<object> =>
  entriesOf<string, LabelledChoice<string>>(choices).map((entry) => given({ ...entry }))

/**
 * A menu that outlives Runtimes and processes, like `Button.independent`: `handler` receives the selection and the
 * payload of the message. The choices of a {@link dynamicString} are given when it is shown:
 *
 * ```ts
 * import { Menu, Reply } from "fibercord"
 *
 * const pick = Menu.independent("pick", { menu: Menu.dynamicString() }, (song) =>
 *   Reply.send({ content: `Playing ${song}` })
 * )
 * const offer = Reply.send({ components: [[pick.with(["one", { value: "two", label: "Two" }])]] })
 * ```
 */
export const independent: MakeIndependent = <A, E, R, P = void>(
  name: string,
  options: IndependentOptions<P> & { readonly menu: Dynamic<A> | Input.Input<A> },
  handler: (value: A, payload: P) => Effect.Effect<unknown, E, R>
) => {
  const isDynamic = "~fibercord/DynamicMenu" in options.menu
  const menu = (isDynamic ? options.menu["~fibercord/DynamicMenu"] : options.menu) as unknown as Input.Input<A>
  const { component, decode } = InputParts.partsOf(menu)
  return Independents.make(
    name,
    { ...options, menu: isDynamic ? { ...component, options: sampleChoices(component["max_values"]) } : component },
    (payload) => Effect.flatMap(selected(menu), (value) => handler(value, payload)),
    (customId) =>
      (isDynamic
        ? (choices: ReadonlyArray<Choice<string>>, payload: P) =>
            InputParts.render(InputParts.make({ ...component, options: optionsOf(choices) }, decode), customId(payload))
        : (payload: P) => InputParts.render(menu, customId(payload))) as never
  )
}

/** Shows a menu, waits inside the handler until it is used, and returns what was selected. See `Reply.ask`. */
export const ask = <A, T extends Duration.Input | undefined = undefined>(
  menu: Input.Input<A>,
  message?: Omit<Message, "components"> & Reply.Asking<T>
): Effect.Effect<A, Reply.ReplyError | Reply.Unanswered<T>, Runtime | Interaction> =>
  Reply.ask({ ...message, components: [[menu]] } as Reply.Question<ReadonlyArray<ReadonlyArray<Input.Input<A>>>, T>)
