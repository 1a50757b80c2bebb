/**
 * Notices what changes in the fake, and says so as updates. What has not changed is never looked at: maps of the world
 * tell when a record comes, records of messages when their version is written, and events of the gateway which guild
 * they are about. Interactions are compared while their tokens live.
 */
import type { Core } from "../../testing/internal/core.ts"
import { watch } from "../../testing/internal/observed.ts"
import type { InteractionRecord, MessageRecord } from "../../testing/internal/world.ts"
import { type Entry, is } from "../../testing/Log.ts"
import type * as Protocol from "../Protocol.ts"
import * as views from "./views.ts"

/** Takes an update; of a message only if the page has asked for its channel. */
export type Publish = (update: Protocol.Update, channel?: string) => void

// How much of the past a page gets at first.
const recent = 500

const isAboutGuild = /^(?:GUILD_(?!MEMBERS_CHUNK|AUDIT|BAN|INTEGRATIONS)|CHANNEL_(?!PINS)|THREAD_)/

/** The changes of one fake. */
export class Changes {
  readonly #core: Core
  readonly #publish: Publish
  readonly #stops: Array<() => void> = []
  /** Messages by channel, oldest first. */
  readonly #byChannel = new Map<string, Array<MessageRecord>>()
  readonly #tokens = new Map<string, string>()
  readonly #open = new Map<InteractionRecord, string>()
  readonly #messages = new Set<MessageRecord>()
  readonly #users = new Set<string>()
  readonly #guilds = new Set<string>()
  readonly #directs = new Set<string>()
  #haveCommands = false
  #entries: Array<Entry> = []

  constructor(core: Core, publish: Publish) {
    this.#core = core
    this.#publish = publish
    const { world } = core
    for (const message of world.messages.values()) this.#addMessage(message)
    for (const interaction of world.interactions.values()) this.#addInteraction(interaction)
    this.#stops.push(
      world.messages.observe((_, message) => message !== undefined && this.#addMessage(message)),
      world.interactions.observe((_, one) => one !== undefined && this.#addInteraction(one)),
      world.users.observe((id) => this.#noteUser(id)),
      world.guilds.observe((id) => this.#note(this.#guilds, id)),
      world.channels.observe((id, channel) => {
        const guildId = channel?.guildId
        if (guildId !== undefined) this.#note(this.#guilds, guildId)
        else if (channel !== undefined) this.#note(this.#directs, id)
      }),
      world.commands.observe(() => {
        this.#haveCommands = true
        core.signal.notify()
      }),
      this.#listenToEvents(),
      core.journal.listen((entry) => this.#entries.push(entry)),
      core.signal.listen(() => this.flush())
    )
  }

  /** Ends it. */
  stop(): void {
    for (const stop of this.#stops.splice(0)) stop()
  }

  /** Everything that there is, without messages. */
  hello(): Omit<
    Extract<Protocol.Update, { readonly type: "hello" }>,
    "faults" | "program" | "canAdvance" | "recorded"
  > {
    const { journal, world } = this.#core
    const isDirect = ({ guildId, type }: { readonly guildId: string | undefined; readonly type: number }) =>
      guildId === undefined && type === 1
    return {
      type: "hello",
      bot: views.user(world.bot),
      users: [...world.users.values()].map(views.user),
      guilds: [...world.guilds.values()].map((guild) => views.guild(world, guild)),
      directs: [...world.channels.values()].filter(isDirect).map((channel) => views.channel(world, channel)),
      interactions: [...world.interactions.values()].slice(-recent).map((one) => views.interaction(world, one)),
      rest: journal.entries.filter(is("Request")).slice(-recent).map(this.#rest),
      log: journal.entries.filter(views.isShown).slice(-recent).map(views.line),
      now: world.now()
    }
  }

  /** A page of a channel's messages, newest last. */
  page(channel: string, before: string | undefined, limit: number): Protocol.MessagePage {
    const all = this.#byChannel.get(channel) ?? []
    let at = before === undefined ? all.length : firstFrom(all, BigInt(before))
    const messages: Array<Protocol.MessageView> = []
    while (at > 0 && messages.length < limit) {
      const record = all[--at]
      if (record !== undefined && !record.deleted) messages.push(views.message(record))
    }
    const oldest = all.findIndex(({ deleted }) => !deleted)
    return { messages: messages.toReversed(), more: oldest >= 0 && oldest < at }
  }

  /** Says what has changed since the last time. */
  flush(): void {
    const { world } = this.#core
    for (const id of drain(this.#users)) {
      const user = world.users.get(id)
      if (user !== undefined) this.#publish({ type: "user", user: views.user(user) })
    }
    const guilds = drain(this.#guilds)
    for (const id of guilds) {
      const guild = world.guilds.get(id)
      this.#publish(
        guild === undefined ? { type: "guildGone", id } : { type: "guild", guild: views.guild(world, guild) }
      )
    }
    if (guilds.length > 0) this.#publish({ type: "access" })
    for (const id of drain(this.#directs)) {
      const channel = world.channels.get(id)
      if (channel !== undefined) this.#publish({ type: "direct", channel: views.channel(world, channel) })
    }
    if (this.#haveCommands) this.#publish({ type: "commands" })
    this.#haveCommands = false
    for (const message of drain(this.#messages)) {
      this.#publish({ type: "message", message: views.message(message) }, message.channelId)
    }
    this.#flushInteractions()
    this.#flushEntries()
  }

  #flushInteractions(): void {
    const { world } = this.#core
    for (const [interaction, before] of this.#open) {
      const now = views.fingerprint(world, interaction)
      if (now !== before) {
        this.#open.set(interaction, now)
        this.#publish({ type: "interaction", interaction: views.interaction(world, interaction) })
      }
      if (world.now() - interaction.createdAt > world.settings.tokenLifetime) this.#open.delete(interaction)
    }
  }

  #flushEntries(): void {
    const entries = this.#entries
    this.#entries = []
    const calls = entries.filter(is("Request")).map(this.#rest)
    const lines = entries.filter(views.isShown).map(views.line)
    if (calls.length > 0) this.#publish({ type: "rest", calls })
    if (lines.length > 0) this.#publish({ type: "log", lines })
    for (const { method, path, status } of calls) {
      const channel = /^\/channels\/(\d+)\/typing$/.exec(path)?.[1]
      if (channel === undefined || method !== "POST" || status !== 204) continue
      this.#publish({ type: "typing", channel, user: this.#core.world.bot.id })
    }
  }

  readonly #rest = (entry: Extract<Entry, { readonly _tag: "Request" }>): Protocol.RestCall =>
    views.rest(entry, (token) => this.#tokens.get(token))

  #addMessage(message: MessageRecord): void {
    const known = this.#byChannel.get(message.channelId)
    if (known === undefined) this.#byChannel.set(message.channelId, [message])
    else known.push(message)
    watch(message, "version", () => this.#note(this.#messages, message))
    this.#note(this.#messages, message)
  }

  #addInteraction(interaction: InteractionRecord): void {
    this.#tokens.set(interaction.token, interaction.id)
    this.#open.set(interaction, "")
    this.#awaitEnd(interaction)
    this.#core.signal.notify()
  }

  /** Looks at it again when it has failed, of which nothing else tells. */
  #awaitEnd(interaction: InteractionRecord): void {
    const { settings, signal, time } = this.#core
    if (interaction.answer !== undefined) return
    const left = interaction.createdAt + settings.interactionDeadline - time.now()
    // A timer may be a moment earlier than the clock.
    if (left > 0) time.after(Math.max(1, left), () => this.#awaitEnd(interaction))
    else signal.notify()
  }

  #noteUser(id: string): void {
    // A new user is in every guild.
    for (const guild of this.#core.world.guilds.keys()) this.#guilds.add(guild)
    this.#note(this.#users, id)
  }

  #note<A>(changed: Set<A>, what: A): void {
    changed.add(what)
    this.#core.signal.notify()
  }

  #listenToEvents(): () => void {
    const { world } = this.#core
    const before = world.emit
    let isStopped = false
    world.emit = (t, d, guildId, intents) => {
      before(t, d, guildId, intents)
      if (!isStopped && guildId !== undefined && isAboutGuild.test(t)) this.#note(this.#guilds, guildId)
    }
    return () => {
      isStopped = true
    }
  }
}

const drain = <A>(changed: Set<A>): ReadonlyArray<A> => {
  const all = [...changed]
  changed.clear()
  return all
}

/** The place of the first message that is not older, by bisection. Ids grow with time. */
const firstFrom = (messages: ReadonlyArray<MessageRecord>, id: bigint): number => {
  let [low, high] = [0, messages.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (BigInt(messages[middle]?.id ?? 0) < id) low = middle + 1
    else high = middle
  }
  return low
}
