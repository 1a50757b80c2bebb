/**
 * Discord's objects, as this library's functions accept and return them. Types only; `DiscordApi` has all of them,
 * under the names of `discord-api-types`.
 *
 * Each interface is the object of Discord's documentation that its comment names. It has the same fields, so raw
 * objects and objects of `discord-api-types` can be passed too.
 */
import type * as Api from "./DiscordApi.ts"

export type { ChannelType } from "./channelTypes.ts"

/** A user. Source: Discord, "User Object". */
export interface User extends Api.APIUser {}

/** The user of an interaction as a member of its guild. Source: Discord, "Guild Member Object". */
export interface GuildMember extends Api.APIInteractionGuildMember {
  user: User
}

/** A member who was selected or named, without the user. Source: Discord, "Resolved Data Structure". */
export interface ResolvedMember extends Api.APIInteractionDataResolvedGuildMember {}

/** A role. Source: Discord, "Role Object". */
export interface Role extends Api.APIRole {}

/** A channel that was selected or named; `thread_metadata` is there for threads. Source: Discord, "Resolved Data". */
export interface Channel
  extends
    Api.APIInteractionDataResolvedChannelBase<Api.ChannelType>,
    Partial<Pick<Api.APIThreadChannel, "parent_id" | "thread_metadata">> {
  /** What the bot may do there, if it is in the guild. */
  app_permissions?: Api.Permissions
}

/** A file that was uploaded. Source: Discord, "Attachment Object". */
export interface Attachment extends Api.APIAttachment {}

/**
 * A kind of file: `image`, `video` or `audio`, or an extension with its dot. It is compared with the name of the file and
 * not with its content. Source: Discord, "File Type Filtering".
 */
export type FileType = "image" | "video" | "audio" | `.${string}`

/** A purchase, or what else gives a user or a guild access to an SKU. Source: Discord, "Entitlement Object". */
export interface Entitlement extends Api.APIEntitlement {}

/** What an interaction says of its guild. Source: Discord, "Interaction Structure". */
export interface InteractionGuild extends Api.APIPartialInteractionGuild {}

/** The channel of an interaction, with the user's permissions in it. Source: Discord, "Interaction Structure". */
export type InteractionChannel = NonNullable<RawInteraction["channel"]>

/** A message as Discord sends it. Source: Discord, "Message Object". */
export interface Message extends Api.APIMessage {
  author: User
  mentions: Array<User>
  attachments: Array<Attachment>
  embeds: Array<Embed>
  components?: Array<TopLevelComponent>
}

/** An embed. Source: Discord, "Embed Object". */
export interface Embed extends Api.APIEmbed {}

/**
 * A file to send.
 *
 * ```ts
 * import { type Discord, Reply } from "fibercord"
 *
 * const table: Discord.Upload = { name: "scores.csv", data: "name,score\nalice,3", contentType: "text/csv" }
 *
 * const send = Reply.send({ content: "The scores", files: [table] })
 * ```
 */
export interface Upload {
  /** Its name, which components refer to as `attachment://name`. */
  readonly name: string
  /** The content: bytes, or text that is sent as UTF-8. */
  readonly data: Uint8Array | string
  /** Its media type. Default: Discord's guess from the name. */
  readonly contentType?: string | undefined
}

/**
 * Who may be mentioned. An empty object mentions nobody. Source: Discord, "Allowed Mentions Object".
 *
 * ```ts
 * import { type Discord, Reply } from "fibercord"
 *
 * const nobody: Discord.AllowedMentions = { parse: [] }
 *
 * const repeat = (text: string) => Reply.send({ content: text, allowedMentions: nobody })
 * ```
 */
export interface AllowedMentions {
  /** All mentions of these kinds in the content. */
  readonly parse?: ReadonlyArray<"everyone" | "roles" | "users"> | undefined
  /** Ids of roles, at most 100. */
  readonly roles?: ReadonlyArray<string> | undefined
  /** Ids of users, at most 100. */
  readonly users?: ReadonlyArray<string> | undefined
  /** Whether the author of the message that this one replies to is mentioned. Default: `false`. */
  readonly replied_user?: boolean | undefined
}

/** A language of Discord, for example `en-GB`. Source: Discord, "Locales". */
export type Locale = `${Api.Locale}`

/** Translations by language, for example `{ de: "zähler" }`. */
export type Localizations = { readonly [L in Locale]?: string | null | undefined }

/** An emoji of a button or of a choice: `{ name: "🔥" }`, or `{ id }` for a custom one. */
export interface Emoji extends Api.APIMessageComponentEmoji {}

/** A button that causes an interaction. Source: Discord, "Button". */
export interface Button extends Api.APIButtonComponentWithCustomId {}

/** A button that opens a URL. Source: Discord, "Button". */
export interface LinkButton extends Api.APIButtonComponentWithURL {}

/** A button that opens a purchase. Source: Discord, "Button". */
export interface PremiumButton extends Api.APIButtonComponentWithSKUId {}

/** Any button. */
export type AnyButton = Button | LinkButton | PremiumButton

/** A select menu with choices of the bot. Source: Discord, "String Select". */
export interface StringSelect extends Api.APIStringSelectComponent {}

/** A select menu of users. Source: Discord, "User Select". */
export interface UserSelect extends Api.APIUserSelectComponent {}

/** A select menu of roles. Source: Discord, "Role Select". */
export interface RoleSelect extends Api.APIRoleSelectComponent {}

/** A select menu of users and roles. Source: Discord, "Mentionable Select". */
export interface MentionableSelect extends Api.APIMentionableSelectComponent {}

/** A select menu of channels. Source: Discord, "Channel Select". */
export interface ChannelSelect extends Api.APIChannelSelectComponent {}

/** Any select menu. */
export type SelectMenu = StringSelect | UserSelect | RoleSelect | MentionableSelect | ChannelSelect

/** What a row of a message can contain. */
export type RowComponent = AnyButton | SelectMenu

/** A row of up to five buttons, or of one select menu. Source: Discord, "Action Row". */
export interface ActionRow extends Api.APIActionRowComponent<Api.APIComponentInMessageActionRow> {
  components: Array<RowComponent>
}

/** Markdown. Source: Discord, "Text Display". */
export interface TextDisplay extends Api.APITextDisplayComponent {}

/** A small picture beside a section. Source: Discord, "Thumbnail". */
export interface Thumbnail extends Api.APIThumbnailComponent {}

/** Texts with a button or a thumbnail at their side. Source: Discord, "Section". */
export interface Section extends Api.APISectionComponent {
  components: Array<TextDisplay>
  accessory: SectionAccessory
}

/** What can be beside the texts of a section. */
export type SectionAccessory = AnyButton | Thumbnail

/** Pictures and videos. Source: Discord, "Media Gallery". */
export interface Gallery extends Api.APIMediaGalleryComponent {}

/** A file of the message. Source: Discord, "File". */
export interface File extends Api.APIFileComponent {}

/** Space between components. Source: Discord, "Separator". */
export interface Separator extends Api.APISeparatorComponent {}

/** A box around components. Source: Discord, "Container". */
export interface Container extends Api.APIContainerComponent {
  components: Array<ContainerComponent>
}

/** What a container can contain. */
export type ContainerComponent = ActionRow | TextDisplay | Section | Gallery | File | Separator

/** What a message can contain at its top level. */
export type TopLevelComponent = ContainerComponent | Container

/**
 * What users, members, channels and so on Discord sends with an interaction, by id. Source: Discord, "Resolved Data".
 *
 * ```ts
 * import type { Discord } from "fibercord"
 *
 * // What Discord sends with a user who was selected: the user, and the member apart from it.
 * const nickOf = ({ members, users }: Discord.Resolved, id: string) => {
 *   const member: Discord.ResolvedMember | undefined = members?.[id]
 *   return member?.nick ?? users?.[id]?.username
 * }
 * ```
 */
export interface Resolved extends Api.APIInteractionDataResolved {
  users?: Record<string, User>
  roles?: Record<string, Role>
  members?: Record<string, ResolvedMember>
  channels?: Record<string, Channel>
  attachments?: Record<string, Attachment>
  messages?: Record<string, Message>
}

/** The use of a slash command. Source: Discord, "Interaction Object". */
export interface SlashInteraction extends Api.APIChatInputApplicationCommandInteraction {
  user?: User
  member?: GuildMember
}

/** The use of a command in the context menu of users. Source: Discord, "Interaction Object". */
export interface UserCommandInteraction extends Api.APIUserApplicationCommandInteraction {
  user?: User
  member?: GuildMember
}

/** The use of a command in the context menu of messages. Source: Discord, "Interaction Object". */
export interface MessageCommandInteraction extends Api.APIMessageApplicationCommandInteraction {
  user?: User
  member?: GuildMember
}

/** The start of an activity. Source: Discord, "Interaction Object". */
export interface EntryPointInteraction extends Api.APIPrimaryEntryPointCommandInteraction {
  user?: User
  member?: GuildMember
}

/** The use of any command. */
export type CommandInteraction =
  | SlashInteraction
  | UserCommandInteraction
  | MessageCommandInteraction
  | EntryPointInteraction

/** A keystroke in an option with suggestions. Source: Discord, "Interaction Object". */
export interface AutocompleteInteraction extends Api.APIApplicationCommandAutocompleteInteraction {
  user?: User
  member?: GuildMember
}

/** The use of a button or a select menu. Source: Discord, "Interaction Object". */
export interface ComponentInteraction extends Api.APIMessageComponentInteraction {
  user?: User
  member?: GuildMember
  message: Message
}

/** The submission of a modal. Source: Discord, "Interaction Object". */
export interface ModalInteraction extends Api.APIModalSubmitInteraction {
  user?: User
  member?: GuildMember
  message?: Message
}

/** Any interaction that a bot responds to: all except Discord's ping. */
export type RawInteraction = CommandInteraction | AutocompleteInteraction | ComponentInteraction | ModalInteraction

/** A slash command to register. Source: Discord, "Create Global Application Command". */
export interface SlashCommandBody extends Api.RESTPostAPIChatInputApplicationCommandsJSONBody {}

/** A command of a context menu to register. Source: Discord, "Create Global Application Command". */
export interface ContextMenuCommandBody extends Api.RESTPostAPIContextMenuApplicationCommandsJSONBody {}

/** An activity's command to register. Source: Discord, "Create Global Application Command". */
export interface EntryPointCommandBody extends Api.RESTPostAPIPrimaryEntryPointApplicationCommandJSONBody {}

/** Any command to register. */
export type CommandBody = SlashCommandBody | ContextMenuCommandBody | EntryPointCommandBody

/** A command that is registered. Source: Discord, "Application Command Object". */
export interface RegisteredCommand extends Api.APIApplicationCommand {}
