/** The state of Discord: the application, users, guilds, channels, messages, commands and interactions. */
import { integrationTypes } from "./applicationRoutes.ts"
import { trimmed } from "./commandForm.ts"
import type { Json } from "./json.ts"
import { Files } from "./files.ts"
import { Grants } from "./oauth2.ts"
import { Observed } from "./observed.ts"
import * as payloads from "./payloads.ts"
import { allButAdministrator } from "./permissions.ts"
import type { Session } from "./session.ts"
import type { Settings } from "./settings.ts"
import type { Signal } from "./signal.ts"
import { Snowflakes } from "./snowflake.ts"
import { isThread } from "./threadTypes.ts"
import { makeKeys } from "./webhookEndpoint.ts"

/** A user, or the bot. */
export interface UserRecord {
  readonly id: string
  readonly username: string
  readonly bot: boolean
  readonly locale: string
  /**
   * Permission bits in every guild, as a decimal string: those of a user are besides what `@everyone` has, those of the bot
   * are instead of it.
   */
  readonly permissions: string
  readonly roles: ReadonlyArray<string>
  /** Whether bots cannot send direct messages to this user. */
  readonly closed?: boolean | undefined
  /** Whether this user has installed the application. */
  readonly installed?: boolean | undefined
  /** Whether this user has enabled age-restricted commands in direct messages. */
  readonly ageRestricted?: boolean | undefined
}

/** A webhook of a channel. */
export interface WebhookRecord {
  readonly id: string
  readonly token: string
  readonly name: string
  readonly channelId: string
  /** The application that made it; `undefined` if a user did. */
  readonly applicationId: string | undefined
  /** Who made it. */
  readonly userId?: string | undefined
  readonly avatar?: string | null | undefined
  /** The announcement channel whose messages it brings, if it is one that follows. */
  readonly sourceChannelId?: string | undefined
}

/** A channel of a guild, or a direct message channel. */
export interface ChannelRecord {
  readonly id: string
  readonly name: string
  readonly type: number
  readonly guildId: string | undefined
  /** Fields that a test has set. */
  readonly fields?: Json | undefined
}

/** A role of a guild. */
export interface RoleRecord {
  readonly id: string
  readonly name: string
  readonly permissions: string
  /** Fields that a test has set. */
  readonly fields?: Json | undefined
}

/** A guild. */
export interface GuildRecord {
  readonly id: string
  readonly name: string
  readonly ownerId: string
  readonly channels: Array<ChannelRecord>
  readonly roles: Array<RoleRecord>
  /** The ids of its members, in the order in which they joined. */
  readonly members: Set<string>
  /** Active threads. */
  readonly threads: Array<ChannelRecord>
  readonly emojis: Array<Json>
  readonly stickers: Array<Json>
  readonly scheduledEvents: Map<string, Json>
  /** Stage instances by channel. */
  readonly stages: Map<string, Json>
  /** Rules of AutoMod. */
  readonly autoModeration: Map<string, Json>
  /** Voice states by user. */
  readonly voice: Map<string, Json>
  /** Banned users, with the reason. */
  readonly bans: Map<string, string | undefined>
  /** Permission bits of the bot without its roles, if a test has set them for this guild. */
  botPermissions?: string | undefined
  /** Fields of members that a test has set, by user. */
  readonly memberFields: Map<string, Json>
  /** Fields that a test has set. */
  fields: Json
  /** Whether it is in an outage. */
  unavailable: boolean
}

/** A message. `raw` is replaced and never mutated, so a reader may keep it. */
export interface MessageRecord {
  readonly id: string
  readonly channelId: string
  raw: Json
  /** What it was before its components were changed last, as a user may still see it. */
  before?: Json | undefined
  deleted: boolean
  /** How often it was changed, including its deletion. */
  version: number
  /** The only user who sees it, if it is ephemeral. */
  readonly visibleTo: string | undefined
  /** The interaction that created it. */
  readonly interactionId: string | undefined
}

/** The initial response to an interaction. */
export interface Answer {
  readonly type: number
  readonly at: number
  readonly data: Json
}

/** An interaction, from the action of the user on. */
export interface InteractionRecord {
  readonly id: string
  readonly token: string
  readonly type: number
  readonly user: UserRecord
  readonly channelId: string
  readonly guildId: string | undefined
  readonly createdAt: number
  /** By what it is authorized: `authorizing_integration_owners`. */
  readonly owners: Json
  /** What the user did, for error messages. */
  readonly action: string
  /** What the bot was sent. */
  readonly data: Json
  /** The message with the component that was used. */
  readonly source: MessageRecord | undefined
  /** The source's version at that moment. */
  readonly sourceVersion: number
  answer: Answer | undefined
  /** The message that `@original` refers to, set by the initial response. */
  original: MessageRecord | undefined
  readonly followUps: Array<MessageRecord>
  /** Callbacks that were refused. */
  readonly refused: Array<string>
}

// What members of a new guild may do.
const memberPermissions = "2248473465835073"

/** Whether two definitions are of the same command, which is identified by its name and type. */
export const isSameCommand = (a: Json, b: Json): boolean =>
  a["name"] === b["name"] && (a["type"] ?? 1) === (b["type"] ?? 1)

/** All state of one fake. */
export class World {
  readonly settings: Settings
  readonly signal: Signal
  readonly ids: Snowflakes
  readonly now: () => number
  readonly bot: UserRecord
  /** The keys with which Discord signs what it posts to the application. */
  readonly keys = makeKeys()
  readonly users = new Observed<string, UserRecord>()
  readonly entitlements = new Map<string, Json>()
  readonly guilds = new Observed<string, GuildRecord>()
  /** The ids of guilds that the bot has left. */
  readonly formerGuilds = new Set<string>()
  readonly channels = new Observed<string, ChannelRecord>()
  /** Who is in a thread, and since when: by the ids of threads and users. */
  readonly threadMembers = new Map<string, Map<string, string>>()
  readonly messages = new Observed<string, MessageRecord>()
  readonly webhooks = new Map<string, WebhookRecord>()
  readonly interactions = new Observed<string, InteractionRecord>()
  /** Application commands by scope, which is the id of a guild or `global`. */
  readonly commands = new Observed<string, ReadonlyArray<Json>>()
  /** Overwrites of commands in guilds: `guild/command`. */
  readonly commandPermissions = new Map<string, ReadonlyArray<Json>>()
  /** The application's own emojis by id. */
  readonly applicationEmojis = new Map<string, Json>()
  /** What was uploaded. */
  readonly files: Files
  /** What users have allowed the application. */
  readonly grants = new Grants()
  /** The fields of linked roles. */
  roleMetadata: ReadonlyArray<Json> = []
  /** The values of linked roles by user. */
  readonly roleConnections = new Map<string, Json>()
  /** Sends an event to the gateway. `intents` are those that let it through, if its name does not say so. */
  emit: (t: string, d: Json, guildId: string | undefined, intents?: number) => void = () => undefined
  /** Runs a task after a number of milliseconds, unless the fake stops first. */
  later: (millis: number, task: () => void) => void = () => undefined
  /** Where interactions are posted, if the application has such an endpoint. */
  interactionsEndpoint: ((record: InteractionRecord, payload: Json) => void) | undefined

  constructor(options: { readonly settings: Settings; readonly signal: Signal; readonly now: () => number }) {
    this.settings = options.settings
    this.signal = options.signal
    this.now = options.now
    this.files = new Files(options.settings.fileLimit)
    this.ids = new Snowflakes(options.now)
    // An application and its bot user have the same id.
    this.bot = this.addUser({
      id: options.settings.applicationId,
      username: "fake-bot",
      bot: true,
      permissions: options.settings.botPermissions
    })
  }

  /** The current time as Discord writes it. */
  timestamp(): string {
    return new Date(this.now()).toISOString().replace("Z", "000+00:00")
  }

  addUser(options: {
    readonly id?: string | undefined
    readonly username: string
    readonly bot?: boolean | undefined
    readonly locale?: string | undefined
    readonly permissions?: string | undefined
    readonly roles?: ReadonlyArray<string> | undefined
    readonly closed?: boolean | undefined
    readonly installed?: boolean | undefined
    readonly ageRestricted?: boolean | undefined
  }): UserRecord {
    const {
      ageRestricted = false,
      bot = false,
      closed = false,
      id = this.ids.next(),
      installed = false,
      locale = "en-US",
      permissions = "0",
      roles = [],
      username
    } = options
    const user: UserRecord = { id, username, bot, locale, permissions, roles, closed, installed, ageRestricted }
    this.users.set(user.id, user)
    // A new user is a member of every guild, because few tests care about membership.
    for (const guild of this.guilds.values()) guild.members.add(user.id)
    return user
  }

  addGuild(options: { readonly name: string; readonly shardId: number; readonly shardCount: number }): GuildRecord {
    const id = this.ids.nextFor(options.shardId, options.shardCount)
    const everyone: RoleRecord = { id, name: "@everyone", permissions: memberPermissions }
    const guild: GuildRecord = {
      id,
      name: options.name,
      ownerId: this.ids.next(),
      channels: [],
      roles: [everyone],
      members: new Set(this.users.keys()),
      threads: [],
      emojis: [],
      stickers: [],
      scheduledEvents: new Map(),
      stages: new Map(),
      autoModeration: new Map(),
      voice: new Map(),
      bans: new Map(),
      memberFields: new Map(),
      fields: {},
      unavailable: false
    }
    this.guilds.set(id, guild)
    this.addChannel({ name: "general", guildId: id })
    this.#addBotRole(guild)
    return guild
  }

  // Source: Discord, "Permissions", role objects: a bot's own role is managed, and its tags name the bot.
  #addBotRole(guild: GuildRecord): void {
    const { botRole } = this.settings
    if (botRole === undefined) return
    const permissions = botRole === true ? allButAdministrator : botRole
    const fields = { managed: true, position: 2, tags: { bot_id: this.bot.id } }
    const { id } = this.addRole(guild.id, { name: this.bot.username, permissions, fields })
    guild.memberFields.set(this.bot.id, { roles: [id] })
  }

  /** Announces a new guild to running sessions. */
  announceGuild(guild: GuildRecord): void {
    this.emit("GUILD_CREATE", payloads.guildCreate(this, guild), guild.id)
  }

  addChannel(options: {
    readonly name: string
    readonly guildId: string | undefined
    readonly type?: number | undefined
    readonly fields?: Json | undefined
    readonly id?: string | undefined
  }): ChannelRecord {
    const { fields, guildId, id = this.ids.next(), name, type = 0 } = options
    const channel: ChannelRecord = { id, name, type, guildId, fields }
    this.channels.set(channel.id, channel)
    const guild = guildId === undefined ? undefined : this.guilds.get(guildId)
    guild?.[isThread(channel) ? "threads" : "channels"].push(channel)
    return channel
  }

  /** Makes a webhook. */
  addWebhook(channelId: string, name: string, applicationId: string | undefined): WebhookRecord {
    const id = this.ids.next()
    const token = Buffer.from(`webhook:${id}:fake`).toString("base64url")
    const webhook: WebhookRecord = { id, token, name, channelId, applicationId }
    this.webhooks.set(id, webhook)
    return webhook
  }

  addRole(
    guildId: string,
    options: {
      readonly name: string
      readonly permissions?: string | undefined
      readonly fields?: Json | undefined
      readonly id?: string | undefined
    }
  ): RoleRecord {
    const { fields, id = this.ids.next(), name, permissions = "0" } = options
    const role: RoleRecord = { id, name, permissions, fields }
    this.guilds.get(guildId)?.roles.push(role)
    return role
  }

  /** The direct message channel with a user, which is created on first use. */
  directChannel(user: UserRecord): ChannelRecord {
    const name = `@${user.username}`
    const known = [...this.channels.values()].find((channel) => channel.type === 1 && channel.name === name)
    return (
      known ?? this.addChannel({ name, guildId: undefined, type: 1, fields: { recipients: [payloads.user(user)] } })
    )
  }

  /** A private channel of a user and others, without the bot: a group of direct messages. */
  privateChannel(user: UserRecord): ChannelRecord {
    const name = `group of ${user.username}`
    const known = [...this.channels.values()].find((channel) => channel.type === 3 && channel.name === name)
    return (
      known ??
      this.addChannel({
        name,
        guildId: undefined,
        type: 3,
        fields: { icon: null, owner_id: user.id, recipients: [payloads.user(user)] }
      })
    )
  }

  /** The user of a direct message channel. */
  recipientOf(channel: ChannelRecord): UserRecord | undefined {
    if (channel.guildId !== undefined) return undefined
    return [...this.users.values()].find(({ username }) => channel.name === `@${username}`)
  }

  members(guildId: string): ReadonlyArray<UserRecord> {
    const ids = this.guilds.get(guildId)?.members ?? new Set<string>()
    return [...ids].flatMap((id) => this.users.get(id) ?? [])
  }

  guildsOf(session: Session): ReadonlyArray<GuildRecord> {
    return [...this.guilds.values()].filter((guild) => session.owns(guild.id))
  }

  /** Replaces the commands of a scope, and returns the new ones. Known commands keep their ids. */
  registerCommands(scope: string, commands: ReadonlyArray<Json>): ReadonlyArray<Json> {
    const before = this.commands.get(scope) ?? []
    const after = commands.map((command) => {
      const known = before.find((other) => isSameCommand(other, command))
      return this.completeCommand(scope, command, known === undefined ? undefined : { id: known["id"] })
    })
    this.saveCommands(scope, after)
    return after
  }

  /** A command with everything that Discord adds, merged over its previous state. */
  completeCommand(scope: string, command: Json, before: Json | undefined): Json {
    return {
      description: "",
      default_member_permissions: null,
      dm_permission: true,
      nsfw: false,
      options: [],
      contexts: null,
      integration_types: scope === "global" ? integrationTypes(this) : [0],
      ...before,
      ...trimmed(command),
      // Those of a guild have no others.
      ...(scope === "global" ? {} : { contexts: null, integration_types: [0] }),
      type: command["type"] ?? before?.["type"] ?? 1,
      id: before?.["id"] ?? this.ids.next(),
      application_id: this.settings.applicationId,
      version: this.ids.next(),
      ...(scope === "global" ? {} : { guild_id: scope })
    }
  }

  saveCommands(scope: string, commands: ReadonlyArray<Json>): void {
    this.commands.set(scope, commands)
    this.signal.notify()
  }

  /** Adds an emoji of the application. */
  addApplicationEmoji(name: string, fields: Json = {}): Json {
    const own = { roles: [], require_colons: true, managed: false, animated: false, available: true }
    return this.saveApplicationEmoji({ ...own, ...fields, id: this.ids.next(), name, user: payloads.user(this.bot) })
  }

  saveApplicationEmoji(emoji: Json): Json {
    this.applicationEmojis.set(String(emoji["id"]), emoji)
    this.signal.notify()
    return emoji
  }

  /** The commands that users of a guild see: its own and the global ones. */
  visibleCommands(guildId: string | undefined): ReadonlyArray<Json> {
    const own = guildId === undefined ? [] : (this.commands.get(guildId) ?? [])
    return [...own, ...(this.commands.get("global") ?? [])]
  }

  interactionByToken(token: string): InteractionRecord | undefined {
    for (const interaction of this.interactions.values()) if (interaction.token === token) return interaction
    return undefined
  }
}
