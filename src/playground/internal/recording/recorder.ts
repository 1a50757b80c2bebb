/**
 * Notes what is done on a fake. A request is noted before it is fulfilled; what users see then is what became of the one
 * before.
 */
import { object, own, string } from "../../../testing/internal/json.ts"
import * as interactions from "../../../testing/internal/interactions.ts"
import { fieldsOf } from "../../../testing/internal/snapshot.ts"
import type { InteractionRecord, MessageRecord, World } from "../../../testing/internal/world.ts"
import type * as Protocol from "../../Protocol.ts"
import type { Outcome } from "../../Parts.ts"
import type { Deed, File, Origin, Place, Plain, Seen, Session, Skipped, Step, Value } from "../../Session.ts"
import * as look from "./look.ts"
import { Names } from "./names.ts"

/** Something that was done. Numbers of steps in it are places in the recorder's list, of which some may be dropped. */
interface Entry {
  readonly deed: Deed
  /** The id of the user. */
  readonly user: string | undefined
  readonly channel: string | undefined
  interaction: InteractionRecord | undefined
  /** Whether the request was fulfilled, or refused. */
  isSettled: boolean
  /** The error of the fake, if it has refused it. */
  refused: string | undefined
  /** Whether it is none of the session: it has changed nothing. */
  isDropped: boolean
  seen: ReadonlyArray<Seen>
}

interface Known {
  readonly number: number
  readonly record: MessageRecord
  /** What was seen last, as JSON. */
  before: string
}

/** Why something is not part of a session, for people. */
class Unplayable {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }
}

const unknownMessage = new Unplayable("the message is from before the recording")
const unknownPlace = new Unplayable("the channel has no name of its own, or is a thread from before the recording")
const unknownComponent = new Unplayable("the message has no such component")

/** Deeds that a bot responds to. */
const asked: ReadonlySet<Deed["type"]> = new Set([
  "slash",
  "autocomplete",
  "contextMenu",
  "launch",
  "click",
  "select",
  "submit"
])

/** Refusals of Discord that are the same when it is done again. */
const lasting: ReadonlySet<string> = new Set(["NotUsable", "InvalidCommand"])

const isFile = (value: unknown): value is File => object(value)["filename"] !== undefined

/** The recorder of one fake. */
export class Recorder {
  readonly #world: World
  readonly #connected: () => ReadonlyArray<number>
  readonly #names: Names
  #entries: Array<Entry> = []
  #open: Entry | undefined
  #skipped: Array<Skipped> = []
  readonly #byRequest = new WeakMap<Protocol.Request, Entry>()
  readonly #users = new Map<string, Session["users"][number]>()
  /** Channels that were there from the beginning, or made on the page. */
  readonly #given = new Set<string>()
  /** Messages of the session, by id. */
  readonly #known = new Map<string, Known>()
  /** Messages of before. */
  readonly #older = new Set<string>()
  /** By the ids of interactions, the entries that led to them; `undefined` for those of before. */
  readonly #interactions = new Map<string, number | undefined>()
  /** By the ids of faults, the entries that armed them. */
  readonly #faults = new Map<number, number>()

  /** `connected` returns the shards that are. */
  constructor(world: World, connected: () => ReadonlyArray<number>) {
    this.#world = world
    this.#connected = connected
    this.#names = new Names(world, (channel) => this.#given.has(channel))
    this.restart()
  }

  /** How many steps were noted. */
  get count(): number {
    return this.#entries.filter(({ isDropped }) => !isDropped).length + (this.#open === undefined ? 0 : 1)
  }

  /** Forgets everything. */
  restart(): void {
    this.#entries = []
    this.#open = undefined
    this.#skipped = []
    this.#users.clear()
    this.#given.clear()
    this.#known.clear()
    this.#older.clear()
    this.#interactions.clear()
    this.#faults.clear()
    for (const id of this.#world.channels.keys()) this.#given.add(id)
    for (const id of this.#world.messages.keys()) this.#older.add(id)
    for (const id of this.#world.interactions.keys()) this.#interactions.set(id, undefined)
  }

  /** Notes a request that is about to be fulfilled. */
  note(request: Protocol.Request): void {
    if (isReading(request)) return
    if (this.#open !== undefined) this.#complete()
    else if (this.#entries.length === 0) this.#begin(request)
    if (request.type === "restart" && this.#reopened()) return
    const deed = this.#deedOf(request)
    if (deed === undefined) return
    if (deed instanceof Unplayable) return this.#skip(request, deed.reason)
    this.#open = entryOf(deed, request)
    this.#byRequest.set(request, this.#open)
    if ("user" in deed && "user" in request) this.#addUser(request.user)
  }

  /** A bot that is restarted until it works is restarted once, if nobody has seen anything of it meanwhile. */
  #reopened(): boolean {
    const last = this.#entries.at(-1)
    if (last?.deed.type !== "restart" || last.isDropped || last.seen.length > 0) return false
    this.#open = this.#entries.pop()
    return true
  }

  /** Notes what became of a request. */
  settled(request: Protocol.Request, outcome: Outcome): void {
    const value = "value" in outcome ? object(outcome.value) : undefined
    if (request.type === "addChannel" || request.type === "addGuild") {
      const id = string(value?.["id"]) ?? ""
      this.#given.add(id)
      for (const channel of this.#world.guilds.get(id)?.channels ?? []) this.#given.add(channel.id)
    }
    const entry = this.#byRequest.get(request)
    if (entry === undefined) return
    entry.isSettled = true
    const at = this.#entries.indexOf(entry)
    const place = at < 0 ? this.#entries.length : at
    if ("refused" in outcome) {
      if (lasting.has(outcome.refused) && entry.deed.type !== "delete") entry.refused = outcome.refused
      else entry.isDropped = true
      if (entry.isDropped && this.#open === entry) this.#open = undefined
      return
    }
    const fault = value?.["fault"]
    if (typeof fault === "number") this.#faults.set(fault, place)
    const id = string(object(value?.["interaction"])["id"])
    const interaction = id === undefined ? undefined : this.#world.interactions.get(id)
    if (interaction === undefined) return
    entry.interaction = interaction
    this.#interactions.set(interaction.id, place)
  }

  /** What was noted so far. */
  get session(): Session {
    if (this.#open !== undefined) this.#complete()
    const kept = this.#entries.filter((entry) => this.#isKept(entry))
    const numbers = new Map(kept.map((entry, index) => [this.#entries.indexOf(entry), index]))
    const skipped = this.#skipped.map((one) => ({
      ...one,
      before: this.#entries.slice(0, one.before).filter((entry) => this.#isKept(entry)).length
    }))
    return {
      version: 1,
      users: [...this.#users.values()],
      steps: kept.map((entry) => renumbered(this.#stepOf(entry), numbers)),
      ...(skipped.length === 0 ? {} : { skipped })
    }
  }

  // What the fake has refused without a rule has changed nothing.
  #isKept({ deed, interaction, isDropped, refused }: Entry): boolean {
    return !isDropped && (!asked.has(deed.type) || interaction !== undefined || refused !== undefined)
  }

  #stepOf({ deed, interaction, isSettled, refused, seen }: Entry): Step {
    const modal = look.modalOf(interaction)
    const choices = look.choicesOf(interaction)
    const isOver =
      interaction !== undefined && this.#world.now() - interaction.createdAt >= this.#world.settings.interactionDeadline
    const isFailed = interaction !== undefined && interaction.answer === undefined && (isSettled || isOver)
    return {
      do: deed,
      ...(modal === undefined ? {} : { modal }),
      ...(choices === undefined ? {} : { choices }),
      ...(isFailed ? { failed: true } : {}),
      ...(refused === undefined ? {} : { refused }),
      seen
    }
  }

  /** What the bot has done by itself until now. */
  #begin(request: Protocol.Request): void {
    const user = "user" in request ? request.user : this.#anyone
    const entry = { ...entryOf({ type: "begin" }, request), user }
    entry.seen = this.#seen(entry, undefined)
    if (entry.seen.length > 0) this.#entries.push(entry)
  }

  get #anyone(): string | undefined {
    return [...this.#world.users.values()].find(({ bot }) => !bot)?.id
  }

  #skip(request: Protocol.Request, reason: string): void {
    const user = "user" in request ? `${this.#names.user(request.user) ?? request.user}: ` : ""
    this.#skipped.push({ before: this.#entries.length, action: `${user}${request.type}`, reason })
  }

  #addUser(id: string | undefined): void {
    const user = this.#world.users.get(id ?? "")
    if (user === undefined || this.#users.has(user.username)) return
    this.#users.set(user.username, {
      name: user.username,
      ...(user.permissions === "0" ? {} : { permissions: user.permissions }),
      ...(user.locale === "en-US" ? {} : { locale: user.locale })
    })
  }

  // What a request is in a session; `undefined` if it needs not be played.
  #deedOf(request: Protocol.Request): Deed | Unplayable | undefined {
    switch (request.type) {
      case "fault":
        return { type: "fault", fault: this.#onlyShard(request.fault) }
      case "clearFault": {
        const fault = this.#faults.get(request.fault)
        return fault === undefined
          ? new Unplayable("the fault is from before the recording")
          : { type: "clearFault", fault }
      }
      case "advance":
        return { type: "advance", millis: request.millis }
      case "restart":
        return { type: "restart", kill: request.kill === true, shards: this.#connected().length }
      case "slash":
      case "autocomplete":
      case "contextMenu":
      case "launch":
      case "say":
        return this.#deedAt(request)
      case "click":
      case "select":
      case "edit":
      case "react":
      case "unreact":
      case "vote":
      case "delete":
        return this.#deedOn(request)
      case "submit":
        return this.#submit(request)
      default:
        return undefined
    }
  }

  /** All shards are the only one, if there is one. */
  #onlyShard(fault: Protocol.Fault): Protocol.Fault {
    const [shard, ...others] = this.#connected()
    const isOfAll = !("times" in fault) && fault.shard === undefined
    return isOfAll && shard !== undefined && others.length === 0 ? { ...fault, shard } : fault
  }

  #deedAt(
    request: Extract<Protocol.Request, { readonly type: "slash" | "autocomplete" | "contextMenu" | "launch" | "say" }>
  ): Deed | Unplayable | undefined {
    const place = this.#names.place(this.#world.channels.get(request.channel))
    const user = this.#names.user(request.user)
    if (user === undefined) return undefined
    if (place === undefined) return unknownPlace
    switch (request.type) {
      case "slash":
      case "autocomplete": {
        const { name } = request
        const values = Object.entries(request.values).map(([name, value]) => ({ name, value: this.#value(value) }))
        if (request.type === "slash") return { type: "slash", user, place, name, values }
        this.#forgetTyped(request.user, name, request.focused)
        return { type: "autocomplete", user, place, name, values, focused: request.focused }
      }
      case "launch":
        return { type: "launch", user, place }
      case "contextMenu": {
        const { name, target } = request
        if ("user" in target) {
          const whom = this.#names.user(target.user)
          this.#addUser(target.user)
          return whom === undefined ? undefined : { type: "contextMenu", user, place, name, target: { user: whom } }
        }
        const message = this.#known.get(target.message)?.number
        return message === undefined ? unknownMessage : { type: "contextMenu", user, place, name, target: { message } }
      }
      case "say": {
        const { content, files = [], replyTo } = request
        const to = replyTo === undefined ? undefined : this.#known.get(replyTo)?.number
        if (replyTo !== undefined && to === undefined) return unknownMessage
        const reply = to === undefined ? {} : { replyTo: to }
        return { type: "say", user, place, content: this.#text(content), files, ...reply }
      }
    }
  }

  /** Only what was typed at last counts, of one word that somebody types. */
  #forgetTyped(user: string, name: string, focused: string): void {
    const last = this.#entries.at(-1)
    if (last?.deed.type !== "autocomplete" || last.user !== user) return
    if (last.deed.name === name && last.deed.focused === focused && last.seen.length === 0) last.isDropped = true
  }

  #deedOn(request: Extract<Protocol.Action, { readonly message: string }>): Deed | Unplayable | undefined {
    const known = this.#known.get(request.message)
    const user = this.#names.user(request.user)
    if (user === undefined) return undefined
    if (known === undefined) return unknownMessage
    const { number: message, record } = known
    switch (request.type) {
      case "click": {
        const button = look.button(record, request.customId)
        return button === undefined ? unknownComponent : { type: "click", user, message, button }
      }
      case "select": {
        const { named: menu, options } = look.menu(record, request.customId)
        if (menu === undefined) return unknownComponent
        const labelOf = (value: string): string => {
          const option = options.find((one) => one.value === value)
          const meant = options.filter((one) => one.label === option?.label || one.value === option?.label)
          return option !== undefined && meant.length === 1 ? option.label : value
        }
        const values = request.values.map((value) => this.#plain(labelOf(value)))
        return { type: "select", user, message, menu, values }
      }
      case "edit":
        return { type: "edit", user, message, content: this.#text(request.content) }
      case "vote":
        return { type: "vote", user, message, answers: request.answers }
      case "delete":
        return { type: "delete", user, message }
      default:
        if (/^\d+$/.test(request.emoji)) return new Unplayable("another server has no such emoji")
        return { type: request.type, user, message, emoji: request.emoji }
    }
  }

  #submit(request: Extract<Protocol.Action, { readonly type: "submit" }>): Deed | Unplayable | undefined {
    const record = this.#world.interactions.get(request.opener)
    const opener = this.#interactions.get(request.opener)
    const user = this.#names.user(request.user)
    if (user === undefined) return undefined
    if (record === undefined || opener === undefined) return new Unplayable("the form is from before the recording")
    const known = fieldsOf(object(record.answer?.data)).map(({ view }) => view.customId)
    const fields = known.flatMap((customId) => {
      const [value, field] = [own(request.fields, customId), look.field(record, customId)]
      return value === undefined || field === undefined ? [] : [{ field, value: this.#value(value) }]
    })
    return { type: "submit", user, opener, fields }
  }

  #plain(value: string): Plain {
    const named = this.#names.named(value)
    if (named !== undefined && "user" in named) this.#addUser(value)
    return named ?? value
  }

  #value(value: typeof Protocol.Value.Type): Value {
    if (typeof value === "string") return this.#plain(value)
    if (typeof value === "number" || typeof value === "boolean" || isFile(value)) return value
    return value.map((each: string | File) => (typeof each === "string" ? this.#plain(each) : each))
  }

  #text(text: string) {
    const parts = this.#names.text(text)
    for (const [id] of text.matchAll(/\d{17,20}/g)) if (this.#names.user(id) !== undefined) this.#addUser(id)
    return parts
  }

  /** Notes what users see now: what became of the step. */
  #complete(): void {
    const entry = this.#open
    if (entry === undefined) return
    this.#open = undefined
    entry.interaction ??= this.#interactionOf(entry)
    if (entry.interaction !== undefined) this.#interactions.set(entry.interaction.id, this.#entries.length)
    this.#entries.push(entry)
    entry.seen = this.#seen(entry, entry.interaction)
  }

  #interactionOf({ deed, refused, user }: Entry): InteractionRecord | undefined {
    if (!asked.has(deed.type) || refused !== undefined) return undefined
    const isTyped = deed.type === "autocomplete"
    for (const [id, record] of this.#world.interactions) {
      const isSame = isTyped === (record.type === interactions.Kind.autocomplete)
      if (isSame && !this.#interactions.has(id) && record.user.id === user) return record
    }
    return undefined
  }

  #seen(open: Entry, interaction: InteractionRecord | undefined): ReadonlyArray<Seen> {
    const all: Array<Seen> = []
    for (const record of this.#world.messages.values()) {
      if (this.#older.has(record.id) || look.isPending(record)) continue
      const known = this.#known.get(record.id)
      const current = look.look(this.#names, record)
      const json = JSON.stringify(current)
      const atOnce = isAtOnce(record, interaction)
      if (known !== undefined) {
        if (known.before !== json) all.push({ message: known.number, atOnce, ...current })
        known.before = json
        continue
      }
      const origin = this.#originOf(record, open)
      if (origin === undefined) {
        this.#older.add(record.id)
        continue
      }
      const number = this.#known.size
      this.#known.set(record.id, { number, record, before: json })
      for (const part of current.text) if (typeof part === "object" && "user" in part) this.#addNamed(part.user)
      all.push({ message: number, origin, atOnce, ...current })
    }
    return all
  }

  #addNamed(name: string): void {
    this.#addUser([...this.#world.users.values()].find(({ username }) => username === name)?.id)
  }

  #originOf(record: MessageRecord, open: Entry): Origin | undefined {
    const author = string(object(record.raw["author"])["id"]) ?? ""
    if (this.#names.user(author) !== undefined) {
      return open.deed.type === "say" && author === open.user ? { kind: "said" } : undefined
    }
    const made = this.#world.interactions.get(record.interactionId ?? "")
    const step = this.#interactions.get(made?.id ?? "")
    if (made !== undefined && step !== undefined) {
      if (made.original === record) return { kind: "reply", step }
      const count = made.followUps.indexOf(record) + 1
      if (count > 0) return { kind: "followUp", step, count }
    }
    const channel = this.#world.channels.get(record.channelId)
    const place: Place | undefined = this.#names.place(channel)
    if (channel === undefined || place === undefined) return undefined
    const viewer = this.#world.recipientOf(channel)?.id ?? record.visibleTo ?? open.user
    const user = this.#names.user(viewer ?? "") ?? [...this.#users.keys()][0] ?? this.#names.user(this.#anyone ?? "")
    if (user === undefined) return undefined
    this.#addNamed(user)
    return { kind: "posted", user, place }
  }
}

const isReading = ({ type }: Protocol.Request): boolean => type === "messages" || type === "view" || type === "export"

const entryOf = (deed: Deed, request: Protocol.Request): Entry => ({
  deed,
  user: "user" in request ? request.user : undefined,
  channel: "channel" in request ? request.channel : undefined,
  interaction: undefined,
  isSettled: false,
  refused: undefined,
  isDropped: false,
  seen: []
})

/** A step with the numbers that steps have when some are dropped. */
const renumbered = (step: Step, numbers: ReadonlyMap<number, number>): Step => {
  const of = (number: number): number => numbers.get(number) ?? number
  const { do: deed, seen } = step
  return {
    ...step,
    do:
      deed.type === "submit"
        ? { ...deed, opener: of(deed.opener) }
        : deed.type === "clearFault"
          ? { ...deed, fault: of(deed.fault) }
          : deed,
    seen: seen.map((one) =>
      one.origin !== undefined && "step" in one.origin
        ? { ...one, origin: { ...one.origin, step: of(one.origin.step) } }
        : one
    )
  }
}

/** Whether the message is what the initial response has made of it. */
const isAtOnce = (record: MessageRecord, interaction: InteractionRecord | undefined): boolean => {
  if (interaction?.original !== record) return false
  const { answer, source, sourceVersion } = interaction
  if (answer?.type === interactions.Callback.message) return record.version === 0
  return answer?.type === interactions.Callback.update && source === record && record.version === sourceVersion + 1
}
