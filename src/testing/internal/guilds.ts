/** What happens to guilds. Source: Discord, "Gateway Events". */
import type { Fields, Webhook } from "../Guild.ts"
import * as channels from "./channels.ts"
import { type Json, object } from "./json.ts"
import * as invites from "./invites.ts"
import * as messages from "./messages.ts"
import * as payloads from "./payloads.ts"
import * as pins from "./pins.ts"
import * as scheduledEvents from "./scheduledEvents.ts"
import * as threads from "./threads.ts"
import { startTyping } from "./typing.ts"
import * as userActs from "./userActs.ts"
import * as webhooks from "./webhooks.ts"
import type { ChannelRecord, GuildRecord, MessageRecord, UserRecord, World } from "./world.ts"

/** Something that a test asked for and that is not there. */
const missing = (what: string, id: string): never => {
  throw new Error(`This guild of the fake Discord has no ${what} ${id}`)
}

interface InviteTerms {
  readonly maxAge?: number | undefined
  readonly maxUses?: number | undefined
}

/** What happens to one guild, synchronously. */
export class Actions {
  readonly world: World
  readonly guild: GuildRecord

  constructor(world: World, guild: GuildRecord) {
    this.world = world
    this.guild = guild
  }

  emit(t: string, d: Json): void {
    if (!this.guild.unavailable) this.world.emit(t, d, this.guild.id)
  }

  /** Sends what a session that begins now would get. */
  begin(): void {
    this.emit("GUILD_CREATE", payloads.guildCreate(this.world, this.guild))
  }

  update(fields: Fields): void {
    this.guild.fields = { ...this.guild.fields, ...fields }
    this.emit("GUILD_UPDATE", payloads.guild(this.world, this.guild))
  }

  outage(): void {
    this.emit("GUILD_DELETE", { id: this.guild.id, unavailable: true })
    this.guild.unavailable = true
  }

  recover(): void {
    this.guild.unavailable = false
    this.begin()
  }

  remove(): void {
    const { guild, world } = this
    world.emit("GUILD_DELETE", { id: guild.id }, guild.id)
    world.guilds.delete(guild.id)
    world.formerGuilds.add(guild.id)
    for (const channel of [...guild.channels, ...guild.threads]) this.#forget(channel)
  }

  channel(name: string, fields: Fields): string {
    const { id, type, ...rest } = fields
    const guildId = this.guild.id
    const channel = this.world.addChannel({
      name,
      guildId,
      id: typeof id === "string" ? id : undefined,
      type: typeof type === "number" ? type : 0,
      fields: { ...rest }
    })
    this.emit("CHANNEL_CREATE", payloads.channel(channel))
    return channel.id
  }

  updateChannel(id: string, fields: Fields): void {
    this.emit("CHANNEL_UPDATE", payloads.channel(this.#change(this.guild.channels, "channel", id, fields)))
  }

  deleteChannel(id: string): void {
    const channel = this.guild.channels.find((each) => each.id === id) ?? missing("channel", id)
    channels.remove(this.world, this.guild, channel)
  }

  role(name: string, options: Fields): string {
    const { id, permissions, ...fields } = options
    const role = this.world.addRole(this.guild.id, {
      name,
      id: typeof id === "string" ? id : undefined,
      permissions: typeof permissions === "string" ? permissions : undefined,
      fields: { ...fields }
    })
    this.emit("GUILD_ROLE_CREATE", { guild_id: this.guild.id, role: payloads.role(role) })
    return role.id
  }

  updateRole(id: string, fields: Fields): void {
    const role = this.#change(this.guild.roles, "role", id, fields)
    this.emit("GUILD_ROLE_UPDATE", { guild_id: this.guild.id, role: payloads.role(role) })
  }

  deleteRole(id: string): void {
    const { guild, world } = this
    take(guild.roles, "role", id)
    for (const user of world.members(guild.id)) {
      const roles = payloads.memberOf(guild, user)["roles"]
      if (!Array.isArray(roles) || !roles.includes(id)) continue
      guild.memberFields.set(user.id, {
        ...guild.memberFields.get(user.id),
        roles: roles.filter((each) => each !== id)
      })
    }
    this.emit("GUILD_ROLE_DELETE", { guild_id: guild.id, role_id: id })
  }

  addMember(userId: string, fields: Fields): void {
    const user = this.world.users.get(userId) ?? missing("user", userId)
    this.guild.members.add(userId)
    this.guild.memberFields.set(userId, { ...fields })
    this.emit("GUILD_MEMBER_ADD", { ...this.#member(user), guild_id: this.guild.id })
  }

  updateMember(userId: string, fields: Fields): void {
    const user = this.#memberById(userId)
    this.guild.memberFields.set(userId, { ...this.guild.memberFields.get(userId), ...fields })
    this.emit("GUILD_MEMBER_UPDATE", { ...this.#member(user), guild_id: this.guild.id })
  }

  removeMember(userId: string): void {
    const user = this.#memberById(userId)
    if (this.guild.voice.has(userId)) this.voice(userId, undefined, {})
    this.guild.members.delete(userId)
    this.guild.memberFields.delete(userId)
    this.emit("GUILD_MEMBER_REMOVE", { guild_id: this.guild.id, user: payloads.user(user) })
  }

  /** Bans a user, who is removed if it is a member, and deletes what it wrote in the last `seconds`. */
  ban(userId: string, reason: string | undefined, seconds: number): void {
    const { guild, world } = this
    const user = world.users.get(userId) ?? missing("user", userId)
    const isNew = !guild.bans.has(userId)
    if (guild.members.has(userId)) this.removeMember(userId)
    if (isNew) {
      guild.bans.set(userId, reason)
      this.emit("GUILD_BAN_ADD", { guild_id: guild.id, user: payloads.user(user) })
    }
    for (const channel of [...guild.channels, ...guild.threads]) this.#deleteOf(channel, userId, seconds)
  }

  unban(userId: string): void {
    const user = this.world.users.get(userId) ?? missing("user", userId)
    if (!this.guild.bans.delete(userId)) missing("ban", userId)
    this.emit("GUILD_BAN_REMOVE", { guild_id: this.guild.id, user: payloads.user(user) })
  }

  voice(userId: string, channelId: string | undefined, fields: Fields): void {
    const { guild } = this
    const user = this.#memberById(userId)
    const state: Json = {
      guild_id: guild.id,
      channel_id: channelId ?? null,
      user_id: userId,
      member: this.#member(user),
      session_id: `voice-${userId}`,
      deaf: false,
      mute: false,
      self_deaf: false,
      self_mute: false,
      self_video: false,
      suppress: false,
      request_to_speak_timestamp: null,
      ...fields
    }
    if (channelId === undefined) guild.voice.delete(userId)
    else {
      if (!guild.channels.some(({ id }) => id === channelId)) missing("channel", channelId)
      guild.voice.set(userId, state)
    }
    this.emit("VOICE_STATE_UPDATE", state)
  }

  emoji(name: string, fields: Fields): string {
    const id = this.world.ids.next()
    const made = { id, name, roles: [], require_colons: true, managed: false, animated: false, available: true }
    this.guild.emojis.push({ ...made, ...fields })
    this.#emojis()
    return id
  }

  deleteEmoji(id: string): void {
    take(this.guild.emojis, "emoji", id)
    this.#emojis()
  }

  thread(channelId: string, name: string, fields: Fields): string {
    if (!this.guild.channels.some(({ id }) => id === channelId)) missing("channel", channelId)
    const metadata = { archived: false, auto_archive_duration: 1440, archive_timestamp: this.world.timestamp() }
    const thread = this.world.addChannel({
      name,
      guildId: this.guild.id,
      type: typeof fields["type"] === "number" ? fields["type"] : 11,
      fields: { parent_id: channelId, thread_metadata: { ...metadata, locked: false }, ...fields }
    })
    this.emit("THREAD_CREATE", { ...payloads.channel(thread), newly_created: true })
    threads.watch(this.world, thread)
    return thread.id
  }

  updateThread(id: string, fields: Fields): void {
    const thread = this.#change(this.guild.threads, "thread", id, fields)
    if (object(thread.fields?.["thread_metadata"])["archived"] === true) take(this.guild.threads, "thread", id)
    this.emit("THREAD_UPDATE", payloads.channel(thread))
  }

  deleteThread(id: string): void {
    const thread = take(this.guild.threads, "thread", id)
    this.#forget(thread)
    const { guildId, type } = thread
    this.emit("THREAD_DELETE", { id, guild_id: guildId, parent_id: thread.fields?.["parent_id"], type })
  }

  editMessage(id: string, content: string): void {
    messages.edit(this.world, this.#message(id), { content })
  }

  deleteMessages(ids: ReadonlyArray<string>): void {
    const found = ids.map((id) => this.#message(id))
    const [first] = found
    if (first === undefined) return
    if (found.length === 1) return messages.remove(this.world, first)
    messages.removeMany(this.world, { id: first.channelId, guildId: this.guild.id }, found)
  }

  react(userId: string, messageId: string, key: string, isAdded: boolean): void {
    userActs.react(this.world, this.#memberById(userId), this.#message(messageId), key, isAdded)
  }

  pin(userId: string, messageId: string, isPinned: boolean): void {
    const user = this.#memberById(userId)
    const message = this.#message(messageId)
    const channel = this.world.channels.get(message.channelId) ?? missing("channel", message.channelId)
    if (isPinned) pins.pin(this.world, channel, message, user)
    else pins.unpin(this.world, channel, message)
  }

  scheduledEvent(userId: string, fields: Fields): string {
    const inHours = (hours: number) => new Date(this.world.now() + hours * 3_600_000).toISOString()
    const voice = this.guild.channels.find(({ type }) => type === 2)
    const place =
      voice === undefined
        ? { entity_type: 3, entity_metadata: { location: "here" }, scheduled_end_time: inHours(2) }
        : { entity_type: 2, channel_id: voice.id }
    const event = { name: "event", scheduled_start_time: inHours(1), ...place, ...fields }
    return String(scheduledEvents.add(this.world, this.guild, this.#memberById(userId).id, event)["id"])
  }

  subscribe(userId: string, eventId: string, isIn: boolean): void {
    const { id } = this.#memberById(userId)
    if (!this.guild.scheduledEvents.has(eventId)) missing("scheduled event", eventId)
    scheduledEvents.subscribe(this.world, this.guild, eventId, id, isIn)
  }

  invite(userId: string, channelId: string, terms: InviteTerms): string {
    const channel = this.world.channels.get(channelId) ?? missing("channel", channelId)
    const { maxAge = invites.defaults.maxAge, maxUses = 0 } = terms
    return invites.add(this.world, channel, this.#memberById(userId), { ...invites.defaults, maxAge, maxUses }).code
  }

  join(userId: string, code: string): void {
    const { guild, world } = this
    const invite = invites.byCode(world, code)
    if (invite === undefined || invite.guildId !== guild.id) return missing("invite", code)
    if (guild.bans.has(userId)) return missing("place for the banned user", userId)
    if (guild.members.has(userId)) return
    this.addMember(userId, { roles: invite.roleIds })
    invites.use(world, invite)
  }

  webhook(userId: string, channelId: string, name: string): Webhook {
    const channel = this.world.channels.get(channelId) ?? missing("channel", channelId)
    const { id, token } = webhooks.add(this.world, channel, { name, user: this.#memberById(userId) })
    return { id, token }
  }

  type(userId: string, channelId: string): void {
    const channel = this.world.channels.get(channelId) ?? missing("channel", channelId)
    startTyping(this.world, channel, this.#memberById(userId))
  }

  vote(userId: string, messageId: string, answers: ReadonlyArray<number>): void {
    userActs.vote(this.world, this.#memberById(userId), this.#message(messageId), answers)
  }

  #message(id: string): MessageRecord {
    const found = this.world.messages.get(id)
    return found === undefined || found.deleted ? missing("message", id) : found
  }

  #deleteOf(channel: ChannelRecord, userId: string, seconds: number): void {
    const from = this.world.now() - seconds * 1000
    const written = [...this.world.messages.values()].filter(
      ({ channelId, deleted, raw }) =>
        channelId === channel.id &&
        !deleted &&
        object(raw["author"])["id"] === userId &&
        Date.parse(String(raw["timestamp"])) > from
    )
    if (written.length > 0) messages.removeMany(this.world, channel, written)
  }

  #member(user: UserRecord): Json {
    return payloads.memberOf(this.guild, user)
  }

  #memberById(userId: string): UserRecord {
    return this.world.members(this.guild.id).find(({ id }) => id === userId) ?? missing("member", userId)
  }

  #emojis(): void {
    this.emit("GUILD_EMOJIS_UPDATE", { guild_id: this.guild.id, emojis: [...this.guild.emojis] })
  }

  #forget(channel: ChannelRecord): void {
    this.world.channels.delete(channel.id)
    for (const message of this.world.messages.values()) if (message.channelId === channel.id) message.deleted = true
  }

  #change<R extends { readonly id: string; readonly fields?: Json | undefined }>(
    records: Array<R>,
    what: string,
    id: string,
    fields: Fields
  ): R {
    const at = records.findIndex((record) => record.id === id)
    const before = records[at] ?? missing(what, id)
    const after = { ...before, fields: { ...before.fields, ...fields } }
    records[at] = after
    if (this.world.channels.has(id)) this.world.channels.set(id, after as unknown as ChannelRecord)
    return after
  }
}

const take = <R extends { readonly id?: unknown }>(records: Array<R>, what: string, id: string): R => {
  const at = records.findIndex((record) => record.id === id)
  const [taken] = at < 0 ? [] : records.splice(at, 1)
  return taken ?? missing(what, id)
}
