/**
 * What the page knows, kept from updates. Elements read it, and are told when anything has changed, at most once a frame.
 */
import type { APIChannel, APIUser } from "../../discord/DiscordApi.ts"
import type {
  FaultView,
  GuildView,
  InteractionView,
  LogLine,
  MessagePage,
  MessageView,
  ProgramView,
  RestCall
} from "../Protocol.ts"
import { compareIds } from "./base/snowflake.ts"
import type { Link, LinkEvent } from "./Link.ts"

/** The messages of a channel, oldest first. */
export interface ChannelMessages {
  messages: Array<MessageView>
  /** Whether there are older ones. */
  more: boolean
  loading: boolean
  /** The connection that they were asked for on: an older one sends no changes any more. */
  epoch: number
}

const pageSize = 50
const outputLines = 2000
const typingMillis = 10_000

/** Where a message belongs among messages that are ordered by id. */
const placeOf = (messages: ReadonlyArray<MessageView>, id: string): { at: number; found: boolean } => {
  let low = 0
  let high = messages.length
  while (low < high) {
    const middle = (low + high) >> 1
    const order = compareIds(messages[middle]?.raw.id ?? "", id)
    if (order === 0) return { at: middle, found: true }
    if (order < 0) low = middle + 1
    else high = middle
  }
  return { at: low, found: false }
}

const putMessage = (messages: Array<MessageView>, message: MessageView): void => {
  const { at, found } = placeOf(messages, message.raw.id)
  // An update that was overtaken by a newer one changes nothing.
  if (found && (messages[at]?.version ?? 0) > message.version) return
  messages.splice(at, found ? 1 : 0, message)
}

export class Store {
  readonly link: Link
  online = false
  /** Whether everything has been sent. */
  ready = false
  /** Grows with every connection. */
  epoch = 0
  /** Grows whenever users may see or run something else than before. */
  access = 0
  bot: APIUser | undefined
  users = new Map<string, APIUser>()
  guilds = new Map<string, GuildView>()
  directs = new Map<string, APIChannel>()
  interactions = new Map<string, InteractionView>()
  channels = new Map<string, ChannelMessages>()
  typing = new Map<string, Map<string, number>>()
  faults: ReadonlyArray<FaultView> = []
  rest: Array<RestCall> = []
  log: Array<LogLine> = []
  /** How many lines came before those that are kept. */
  logFirst = 0
  output: Array<string> = []
  /** How many lines came before those that are kept. */
  outputFirst = 0
  program: ProgramView = { state: "none", starts: 0 }
  canAdvance = false
  recorded = 0
  #clockOffset = 0
  #listeners = new Set<() => void>()
  #told = true

  constructor(link: Link) {
    this.link = link
    link.subscribe((event) => this.receive(event))
  }

  /** The time on the fake's clock, in milliseconds since 1970. */
  now = (): number => Date.now() + this.#clockOffset

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  receive(event: LinkEvent): void {
    this.#apply(event)
    this.touch()
  }

  /** Tells whoever listens that something has changed. */
  touch(): void {
    if (!this.#told) return
    this.#told = false
    requestAnimationFrame(() => this.#tell())
  }

  #tell(): void {
    this.#told = true
    for (const listener of this.#listeners) listener()
  }

  /** Asks for the newest messages of a channel, or for older ones than those that are here. */
  async load(channel: string, older = false): Promise<void> {
    const state = this.channels.get(channel) ?? { messages: [], more: false, loading: false, epoch: 0 }
    this.channels.set(channel, state)
    const { epoch } = this
    if (state.loading || (older ? !state.more : state.epoch === epoch)) return
    state.loading = true
    const before = older ? state.messages[0]?.raw.id : undefined
    const paging = before === undefined ? {} : { before }
    try {
      const page = (await this.link.request({ type: "messages", channel, limit: pageSize, ...paging })) as MessagePage
      if (!older && state.epoch !== epoch) state.messages = []
      for (const message of page.messages) putMessage(state.messages, message)
      state.messages = [...state.messages]
      state.more = page.more
      state.epoch = epoch
    } finally {
      state.loading = false
      this.touch()
    }
  }

  /** Loads older messages until this one is here, or there is none that old. */
  async loadUntil(channel: string, message: string): Promise<void> {
    const state = () => this.channels.get(channel)
    while (state()?.epoch !== this.epoch || state()?.loading === true) {
      await this.load(channel)
      if (state()?.loading === true) await new Promise<void>((done) => requestAnimationFrame(() => done()))
    }
    while (compareIds(state()?.messages[0]?.raw.id ?? "", message) > 0 && state()?.more === true) {
      await this.load(channel, true)
    }
  }

  #apply(event: LinkEvent): void {
    switch (event.type) {
      case "online":
        this.online = true
        return
      case "offline":
        this.online = false
        return
      case "hello":
        return this.#hello(event)
      case "message":
        return this.#message(event.message)
      case "interaction":
        this.interactions.set(event.interaction.id, event.interaction)
        return
      case "typing":
        this.typing.set(
          event.channel,
          new Map(this.typing.get(event.channel)).set(event.user, Date.now() + typingMillis)
        )
        return
      case "commands":
      case "access":
        this.access++
        return
      default:
        return this.#applyThing(event)
    }
  }

  #applyThing(event: Exclude<LinkEvent, { type: "hello" | "message" | "interaction" | "typing" }>): void {
    switch (event.type) {
      case "user":
        this.users.set(event.user.id, event.user)
        return
      case "guild":
        this.guilds.set(event.guild.id, event.guild)
        this.access++
        return
      case "guildGone":
        this.guilds.delete(event.id)
        this.access++
        return
      case "direct":
        this.directs.set(event.channel.id, event.channel)
        return
      case "rest":
        this.rest = [...this.rest, ...event.calls].slice(-outputLines)
        return
      case "log":
        this.#note(event.lines)
        return
      case "output":
        this.#write(event.lines)
        return
      case "faults":
        this.faults = event.faults
        return
      case "program":
        this.program = event.program
        return
      case "clock":
        this.#clockOffset = event.now - Date.now()
        return
      case "recorded":
        this.recorded = event.count
        return
      default:
    }
  }

  #note(lines: ReadonlyArray<LogLine>): void {
    const all = [...this.log, ...lines]
    this.log = all.slice(-outputLines)
    this.logFirst += all.length - this.log.length
  }

  #write(lines: ReadonlyArray<string>): void {
    const all = [...this.output, ...lines]
    this.output = all.slice(-outputLines)
    this.outputFirst += all.length - this.output.length
  }

  #hello(hello: Extract<LinkEvent, { type: "hello" }>): void {
    const byId = <A extends { readonly id: string }>(things: ReadonlyArray<A>) =>
      new Map(things.map((it) => [it.id, it]))
    this.bot = hello.bot
    this.users = byId(hello.users)
    this.guilds = byId(hello.guilds)
    this.directs = byId(hello.directs)
    this.interactions = byId(hello.interactions)
    this.rest = [...hello.rest]
    this.log = [...hello.log]
    this.logFirst = 0
    // It is sent again after the welcome.
    this.output = []
    this.outputFirst = 0
    this.faults = hello.faults
    this.program = hello.program
    this.canAdvance = hello.canAdvance
    this.recorded = hello.recorded
    this.#clockOffset = hello.now - Date.now()
    this.ready = true
    this.online = true
    this.epoch++
    this.access++
  }

  #message(message: MessageView): void {
    const { channel_id: id, author } = message.raw
    const channel = this.channels.get(id)
    const typing = this.typing.get(id)
    if (typing?.has(author.id) === true) {
      this.typing.set(id, new Map([...typing].filter(([user]) => user !== author.id)))
    }
    if (channel === undefined) return
    channel.messages = [...channel.messages]
    putMessage(channel.messages, message)
  }
}
