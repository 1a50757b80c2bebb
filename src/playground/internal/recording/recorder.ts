/**
 * Notes what is done on a fake. A request is noted before it is fulfilled; what users see then is what became of the one
 * before.
 */
import { object, string } from "../../../testing/internal/json.ts"
import * as interactions from "../../../testing/internal/interactions.ts"
import { fieldsOf } from "../../../testing/internal/snapshot.ts"
import type { InteractionRecord, MessageRecord, World } from "../../../testing/internal/world.ts"
import type * as Protocol from "../../Protocol.ts"
import type { Deed, File, Origin, Place, Plain, Seen, Session, Step, Value } from "../../Session.ts"
import * as look from "./look.ts"
import { Names } from "./names.ts"

interface Open {
  readonly deed: Deed
  /** The id of the user, for what leads to an interaction. */
  readonly user: string | undefined
  readonly channel: string | undefined
}

interface Known {
  readonly number: number
  readonly record: MessageRecord
  /** What was seen last, as JSON. */
  before: string
}

/** Deeds that a bot responds to. */
const asked: ReadonlySet<Deed["type"]> = new Set(["slash", "contextMenu", "launch", "click", "select", "submit"])

const isFile = (value: unknown): value is File => object(value)["filename"] !== undefined

/** The recorder of one fake. */
export class Recorder {
  readonly #world: World
  readonly #connected: () => number
  readonly #names: Names
  #steps: Array<Step> = []
  #open: Open | undefined
  readonly #users = new Map<string, Session["users"][number]>()
  /** Messages of the session, by id. */
  readonly #known = new Map<string, Known>()
  /** Messages of before. */
  readonly #older = new Set<string>()
  /** By the ids of interactions, the steps that led to them; `undefined` for those of before. */
  readonly #interactions = new Map<string, number | undefined>()

  /** `connected` says how many shards are. */
  constructor(world: World, connected: () => number) {
    this.#world = world
    this.#connected = connected
    this.#names = new Names(world)
    this.restart()
  }

  /** How many steps were noted. */
  get count(): number {
    return this.#steps.length + (this.#open === undefined ? 0 : 1)
  }

  /** Forgets everything. */
  restart(): void {
    this.#steps = []
    this.#open = undefined
    this.#users.clear()
    this.#known.clear()
    this.#older.clear()
    this.#interactions.clear()
    for (const id of this.#world.messages.keys()) this.#older.add(id)
    for (const id of this.#world.interactions.keys()) this.#interactions.set(id, undefined)
  }

  /** Notes a request that is about to be fulfilled. */
  note(request: Protocol.Request): void {
    const isOver = this.#open !== undefined && !isReading(request)
    if (isOver) this.#complete()
    const deed = this.#deedOf(request)
    if (deed === undefined) return
    this.#open = {
      deed,
      user: "user" in request ? request.user : undefined,
      channel: "channel" in request ? request.channel : undefined
    }
    if ("user" in deed && "user" in request) this.#addUser(request.user)
  }

  /** What was noted so far. */
  get session(): Session {
    if (this.#open !== undefined) this.#complete()
    return { version: 1, users: [...this.#users.values()], steps: [...this.#steps] }
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

  // What a request is in a session; `undefined` if it cannot be played again, or need not be.
  #deedOf(request: Protocol.Request): Deed | undefined {
    switch (request.type) {
      case "fault":
        return { type: "fault", fault: request.fault }
      case "clearFault":
        return { type: "clearFaults" }
      case "advance":
        return { type: "advance", millis: request.millis }
      case "restart":
        return { type: "restart", kill: request.kill === true, shards: this.#connected() }
      case "slash":
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

  #deedAt(request: Extract<Protocol.Action, { readonly channel: string }>): Deed | undefined {
    const place = this.#names.place(this.#world.channels.get(request.channel))
    const user = this.#names.user(request.user)
    if (place === undefined || user === undefined) return undefined
    switch (request.type) {
      case "slash": {
        const values = Object.entries(request.values).map(([name, value]) => ({ name, value: this.#value(value) }))
        return { type: "slash", user, place, name: request.name, values }
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
        return message === undefined ? undefined : { type: "contextMenu", user, place, name, target: { message } }
      }
      case "say": {
        const { content, files = [], replyTo } = request
        const to = replyTo === undefined ? undefined : this.#known.get(replyTo)?.number
        const reply = to === undefined ? {} : { replyTo: to }
        return { type: "say", user, place, content: this.#text(content), files, ...reply }
      }
    }
  }

  #deedOn(request: Extract<Protocol.Action, { readonly message: string }>): Deed | undefined {
    const known = this.#known.get(request.message)
    const user = this.#names.user(request.user)
    if (known === undefined || user === undefined) return undefined
    const { number: message, record } = known
    switch (request.type) {
      case "click": {
        const button = look.button(record, request.customId)
        return button === undefined ? undefined : { type: "click", user, message, button }
      }
      case "select": {
        const { named: menu, options } = look.menu(record, request.customId)
        if (menu === undefined) return undefined
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
        return { type: request.type, user, message, emoji: request.emoji }
    }
  }

  #submit(request: Extract<Protocol.Action, { readonly type: "submit" }>): Deed | undefined {
    const record = this.#world.interactions.get(request.opener)
    const opener = this.#interactions.get(request.opener)
    const user = this.#names.user(request.user)
    if (record === undefined || opener === undefined || user === undefined) return undefined
    const known = fieldsOf(object(record.answer?.data)).map(({ view }) => view.customId)
    const fields = known.flatMap((customId) => {
      const [value, field] = [request.fields[customId], look.field(record, customId)]
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

  /** Notes what became of the step. */
  #complete(): void {
    const open = this.#open
    if (open === undefined) return
    this.#open = undefined
    const step = this.#steps.length
    const interaction = this.#interactionOf(open)
    // The fake has refused it, so that it has changed nothing.
    if (asked.has(open.deed.type) && interaction === undefined) return
    if (interaction !== undefined) this.#interactions.set(interaction.id, step)
    const modal = look.modalOf(interaction)
    this.#steps.push({
      do: open.deed,
      ...(modal === undefined ? {} : { modal }),
      ...(interaction !== undefined && interaction.answer === undefined ? { failed: true } : {}),
      seen: this.#seen(open, interaction)
    })
  }

  #interactionOf({ deed, user }: Open): InteractionRecord | undefined {
    if (!asked.has(deed.type)) return undefined
    for (const [id, record] of this.#world.interactions) {
      const isNew = !this.#interactions.has(id) && record.type !== interactions.Kind.autocomplete
      if (isNew && record.user.id === user) return record
    }
    return undefined
  }

  #seen(open: Open, interaction: InteractionRecord | undefined): ReadonlyArray<Seen> {
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

  #originOf(record: MessageRecord, open: Open): Origin | undefined {
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
    const user = this.#names.user(viewer ?? "") ?? [...this.#users.keys()][0]
    if (user === undefined) return undefined
    this.#addNamed(user)
    return { kind: "posted", user, place }
  }
}

const isReading = ({ type }: Protocol.Request): boolean =>
  type === "autocomplete" || type === "messages" || type === "view" || type === "export"

/** Whether the message is what the initial response has made of it. */
const isAtOnce = (record: MessageRecord, interaction: InteractionRecord | undefined): boolean => {
  if (interaction?.original !== record) return false
  const { answer, source, sourceVersion } = interaction
  if (answer?.type === interactions.Callback.message) return record.version === 0
  return answer?.type === interactions.Callback.update && source === record && record.version === sourceVersion + 1
}
