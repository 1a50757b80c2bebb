/** The source of a test that plays a session again. */
import type * as Protocol from "../../Protocol.ts"
import type { Component, Deed, File, Named, Place, Plain, Seen, Session, Step, Text, Value } from "../../Session.ts"
import type { Asked } from "./describe.ts"
import { expectations } from "./expectations.ts"
import * as literals from "./literals.ts"
import { key, quote } from "./literals.ts"

/** A message that has a variable. */
interface Held {
  readonly variable: string
  /** The user to whom the handle belongs. */
  readonly user: string
}

const units: ReadonlyArray<readonly [number, string]> = [
  [3_600_000, "hours"],
  [60_000, "minutes"],
  [1000, "seconds"]
]

const duration = (millis: number): string => {
  const [size, unit] = units.find(([size]) => millis >= size && millis % size === 0) ?? [1, "millis"]
  return quote(`${millis / size} ${unit}`)
}

const file = ({ contentType, data, filename }: File): string => {
  const size = Buffer.from(data, "base64").length
  const type = contentType === undefined ? "" : `, contentType: ${quote(contentType)}`
  const bytes = size === 0 ? "" : `, data: Buffer.from(${quote(data)}, "base64")`
  return `{ filename: ${quote(filename)}, size: ${size}${type}${bytes} }`
}

const object = (entries: ReadonlyArray<readonly [string, string]>): string =>
  entries.length === 0
    ? "{}"
    : `{ ${entries.map(([name, value]) => (name === value ? name : `${name}: ${value}`)).join(", ")} }`

/** Writes the body of a test. */
export class Writer {
  readonly lines: Array<string> = []
  readonly #session: Session
  readonly #variables = new literals.Variables()
  readonly #users = new Map<string, string>()
  readonly #ids = new Map<string, string>()
  readonly #guilds = new Map<string, string>()
  readonly #messages = new Map<number, Held>()
  readonly #before = new Map<number, Seen>()
  readonly #responses = new Map<number, string>()
  readonly #modals = new Map<number, string>()
  readonly #faults = new Map<number, string>()
  /** Steps whose response is needed later. */
  readonly #needed: ReadonlySet<number>

  /** Messages that something is done with, or that change later. */
  readonly #used: ReadonlySet<number>

  constructor(session: Session) {
    this.#session = session
    this.#used = new Set(
      session.steps.flatMap(({ do: deed, seen }) => [
        ...seen.flatMap(({ message, origin }) => (origin === undefined ? [message] : [])),
        ...("message" in deed ? [deed.message] : []),
        ...("replyTo" in deed && deed.replyTo !== undefined ? [deed.replyTo] : []),
        ...("target" in deed && "message" in deed.target ? [deed.target.message] : [])
      ])
    )
    this.#needed = new Set(
      session.steps.flatMap(({ seen }) =>
        seen.flatMap(({ origin }) => (origin?.kind === "reply" || origin?.kind === "followUp" ? [origin.step] : []))
      )
    )
  }

  write(): ReadonlyArray<string> {
    for (const { locale, name, permissions } of this.#session.users) {
      const variable = this.#variables.name(name, "user")
      this.#users.set(name, variable)
      const options = object([
        ...(permissions === undefined ? [] : [["permissions", quote(permissions)] as const]),
        ...(locale === undefined ? [] : [["locale", quote(locale)] as const])
      ])
      const more = options === "{}" ? "" : `, ${options}`
      this.lines.push(`const ${variable} = yield* discord.user(${quote(name)}${more})`)
    }
    const { skipped = [], steps } = this.#session
    for (const [index, step] of [...steps, undefined].entries()) {
      for (const { action, before, reason } of skipped) {
        if (before === index) this.lines.push("", `// Not played: ${literals.comment(`${action}: ${reason}`)}.`)
      }
      if (step !== undefined) this.#step(step, index)
    }
    return this.lines
  }

  #user(name: string): string {
    const known = this.#users.get(name)
    if (known !== undefined) return known
    const variable = this.#variables.name(name, "user")
    this.#users.set(name, variable)
    this.lines.push(`const ${variable} = yield* discord.user(${quote(name)})`)
    return variable
  }

  /** An expression for the id of what has a name. */
  readonly #id = (named: Named): string => {
    if ("user" in named) return `${this.#user(named.user)}.id`
    if ("channel" in named) return this.#channel("discord.guild", named)
    const known = this.#ids.get(JSON.stringify(named))
    if (known !== undefined) return known
    const variable = this.#variables.name(`${named.role} role`, "role")
    this.#ids.set(JSON.stringify(named), variable)
    this.lines.push(`const ${variable} = yield* discord.guild.role(${quote(named.role)})`)
    return variable
  }

  #channel(guild: string, { channel: name, made = false }: { readonly channel: string; readonly made?: boolean }) {
    if (name === "general" && !made) return `${guild}.channelId`
    const place = `${guild} ${name} ${made}`
    const known = this.#ids.get(place)
    if (known !== undefined) return known
    const variable = this.#variables.name(`${name} channel`, "channel")
    this.#ids.set(place, variable)
    const id = made ? `awaitChannel(({ name }) => name === ${quote(name)})` : `channel(${quote(name)})`
    this.lines.push(`const ${variable} = yield* ${guild}.${id}`)
    return variable
  }

  #guild(name: string): string {
    const known = this.#guilds.get(name)
    if (known !== undefined) return known
    const variable = this.#variables.name(`${name} guild`, "guild")
    this.#guilds.set(name, variable)
    this.lines.push(`const ${variable} = yield* discord.addGuild(${quote(name)})`)
    return variable
  }

  #place(place: Place): ReadonlyArray<readonly [string, string]> {
    if (place.direct === true) return [["direct", "true"]]
    const guild = place.guild === undefined ? "discord.guild" : this.#guild(place.guild)
    const { channel, made = false } = place
    if (channel !== undefined) return [["channel", this.#channel(guild, { channel, made })]]
    return place.guild === undefined ? [] : [["guild", guild]]
  }

  #plain(value: Plain): string {
    if (typeof value === "string") return quote(value)
    if (typeof value !== "object") return String(value)
    return "filename" in value ? file(value) : this.#id(value)
  }

  #value(value: Value): string {
    if (!Array.isArray(value)) return this.#plain(value as Plain)
    return `[${(value as ReadonlyArray<Plain>).map((one) => this.#plain(one)).join(", ")}]`
  }

  #text(text: Text): string {
    return literals.text(text, this.#id)
  }

  #component(component: Component, all: string): string {
    return "label" in component ? quote(component.label) : `(${all})[${component.index}]?.customId ?? ""`
  }

  #held(message: number): Held {
    return this.#messages.get(message) ?? { variable: "message", user: "" }
  }

  #step(step: Step, index: number): void {
    const { do: deed } = step
    this.lines.push("")
    if (deed.type === "begin" || deed.type === "fault") {
      if (deed.type === "fault") this.#fault(deed.fault, index)
      for (const seen of step.seen) this.#expect(seen)
      return
    }
    const action = this.#deed(deed)
    if (deed.type === "restart") {
      this.#restart(action, deed.shards)
    } else if (step.failed === true) {
      this.lines.push(`assert.strictEqual((yield* Effect.flip(${action}))._tag, "NoAnswer")`)
    } else if (step.refused !== undefined) {
      this.lines.push(`assert.strictEqual((yield* Effect.flip(${action}))._tag, ${quote(step.refused)})`)
    } else if (step.choices !== undefined) {
      const names = `(yield* (yield* ${action}).choices).map(({ name }) => name)`
      this.lines.push(`assert.deepStrictEqual(${names}, [${step.choices.map(quote).join(", ")}])`)
    } else if (step.modal !== undefined) {
      this.#modal(step, index, action)
    } else if (deed.type === "say") {
      const made = step.seen.find(({ origin }) => origin?.kind === "said")
      this.#bind(action, made === undefined ? undefined : this.#hold(made.message, "message", deed.user))
    } else if (this.#needed.has(index) && "user" in deed) {
      const reply = this.#repliesOf(index)
      const variable = this.#variables.name("name" in deed ? deed.name : "reply", "reply")
      this.#responses.set(index, variable)
      if (reply !== undefined) this.#messages.set(reply, { variable, user: deed.user })
      this.#bind(action, variable)
    } else {
      this.#bind(action, undefined)
    }
    for (const seen of step.seen) this.#expect(seen)
  }

  /** Causes a fault. One that is withdrawn later has a name. */
  #fault(caused: Protocol.Fault, index: number): void {
    if (isOfAllShards(caused)) {
      this.lines.push("for (const { connected, shardId } of yield* discord.sessions) {")
      this.lines.push(`  if (connected) yield* ${fault(caused, "shardId")}`, "}")
      return
    }
    const isCleared = this.#session.steps.some(({ do: deed }) => deed.type === "clearFault" && deed.fault === index)
    const variable = isCleared ? this.#variables.name("fault", "fault") : undefined
    if (variable !== undefined) this.#faults.set(index, variable)
    this.#bind(fault(caused, "0"), variable)
  }

  /** Restarts the bot, and waits until it hears of users again. */
  #restart(action: string, shards: number): void {
    const since = this.#variables.name("since", "since")
    if (shards > 0) this.lines.push(`const ${since} = yield* discord.mark`)
    this.lines.push(`yield* ${action}`)
    const entry = '({ _tag }) => _tag === "Ready" || _tag === "Resumed"'
    const count = shards === 1 ? "" : `, count: ${shards}`
    const options = `{ ${since === "since" ? since : `since: ${since}`}${count} }`
    if (shards > 0) this.lines.push(`yield* discord.awaitLog(${entry}, ${options})`)
  }

  /** The message that the response to a step is about. */
  #repliesOf(index: number): number | undefined {
    for (const { seen } of this.#session.steps) {
      const found = seen.find(({ origin }) => origin?.kind === "reply" && origin.step === index)
      if (found !== undefined) return found.message
    }
    return undefined
  }

  #bind(action: string, variable: string | undefined): void {
    this.lines.push(variable === undefined ? `yield* ${action}` : `const ${variable} = yield* ${action}`)
  }

  #hold(message: number, name: string, user: string): string {
    const variable = this.#variables.name(name, "message")
    this.#messages.set(message, { variable, user })
    return variable
  }

  #modal({ modal }: Step, index: number, action: string): void {
    const variable = this.#variables.name("form", "form")
    this.#modals.set(index, variable)
    this.lines.push(`const ${variable} = yield* (yield* ${action}).modal`)
    this.lines.push(`assert.strictEqual(${variable}.title, ${quote(modal?.title ?? "")})`)
  }

  #expect(seen: Seen): void {
    const { origin } = seen
    if (origin?.kind === "followUp") {
      const response = this.#responses.get(origin.step) ?? "response"
      const variable = this.#hold(seen.message, "followUp", this.#userOf(origin.step))
      const count = origin.count === 1 ? "" : String(origin.count)
      this.lines.push(`const ${variable} = yield* ${response}.awaitFollowUp(${count})`)
    }
    if (origin?.kind === "posted") this.#posted(seen, origin)
    const { variable } = this.#held(seen.message)
    const before = this.#before.get(seen.message)
    this.#before.set(seen.message, seen)
    if (origin?.kind === "said" || origin?.kind === "posted") return
    this.lines.push(...expectations(variable, seen, before, this.#id))
  }

  /** Waits for a message of the bot. */
  #posted(seen: Seen, { place, user }: Extract<Seen["origin"], { readonly kind: "posted" }>): void {
    const who = this.#user(user)
    const where = object(this.#place(place))
    const wanted = literals.fits("text", seen.text, this.#id)
    const action = `${who}.awaitMessage(({ text }) => ${wanted}${where === "{}" ? "" : `, ${where}`})`
    // Its text is what it was found by.
    const rest = (variable: string) =>
      expectations(variable, { ...seen, layout: false }, { ...seen, embeds: [], buttons: [], selects: [] }, this.#id)
    if (rest("").length === 0 && !this.#used.has(seen.message)) return this.#bind(action, undefined)
    const variable = this.#hold(seen.message, "posted", user)
    this.#bind(action, variable)
    this.lines.push(...rest(variable))
  }

  #userOf(step: number): string {
    const deed = this.#session.steps[step]?.do
    return deed !== undefined && "user" in deed ? deed.user : ""
  }

  /** An expression of what was done. */
  #deed(deed: Deed): string {
    switch (deed.type) {
      case "advance":
        return `clock.advance(${duration(deed.millis)})`
      case "restart":
        return `program.restart(${deed.kill ? "{ kill: true }" : ""})`
      case "clearFaults":
        return "discord.faults.clear"
      case "clearFault":
        return `${this.#faults.get(deed.fault) ?? "discord.faults"}.clear`
      case "begin":
      case "fault":
        return "Effect.void"
      case "say": {
        const options = [
          ...this.#place(deed.place),
          ...(deed.files.length === 0 ? [] : [["files", `[${deed.files.map(file).join(", ")}]`] as const]),
          ...(deed.replyTo === undefined
            ? []
            : [["replyTo", `yield* ${this.#held(deed.replyTo).variable}.id`] as const])
        ]
        const more = options.length === 0 ? "" : `, ${object(options)}`
        return `${this.#user(deed.user)}.say(${this.#text(deed.content)}${more})`
      }
      case "edit":
        return `${this.#user(deed.user)}.edit(${this.#held(deed.message).variable}, ${this.#text(deed.content)})`
      case "react":
      case "unreact":
      case "vote":
      case "delete":
        return this.#actOn(deed)
      default:
        return this.#ask(deed)
    }
  }

  #actOn(deed: Extract<Deed, { readonly type: "react" | "unreact" | "vote" | "delete" }>): string {
    const { variable } = this.#held(deed.message)
    if (deed.type === "delete") return `discord.guild.deleteMessages([yield* ${variable}.id])`
    const how = deed.type === "vote" ? deed.answers.join(", ") : quote(deed.emoji)
    return `${this.#user(deed.user)}.${deed.type}(${[variable, how].filter((one) => one !== "").join(", ")})`
  }

  #ask(deed: Asked): string {
    const user = this.#user(deed.user)
    const call = (name: string, message: Held, args: ReadonlyArray<string>) =>
      message.user === deed.user
        ? `${message.variable}.${name}(${args.join(", ")})`
        : `${user}.${name}(${[message.variable, ...args].join(", ")})`
    switch (deed.type) {
      case "autocomplete": {
        const place = object(this.#place(deed.place))
        const values = object(deed.values.map(({ name, value }) => [key(name), this.#value(value)]))
        const args = [quote(deed.name), values, quote(deed.focused), ...(place === "{}" ? [] : [place])]
        return `${user}.autocomplete(${args.join(", ")})`
      }
      case "slash": {
        const place = object(this.#place(deed.place))
        const values = object(deed.values.map(({ name, value }) => [key(name), this.#value(value)]))
        const args = place === "{}" ? (values === "{}" ? [] : [values]) : [values, place]
        return `${user}.slash(${[quote(deed.name), ...args].join(", ")})`
      }
      case "launch": {
        const place = object(this.#place(deed.place))
        return `${user}.launch(${place === "{}" ? "" : place})`
      }
      case "contextMenu": {
        const place = object(this.#place(deed.place))
        const { target } = deed
        const on = "user" in target ? this.#user(target.user) : this.#held(target.message).variable
        return `${user}.contextMenu(${[quote(deed.name), on, ...(place === "{}" ? [] : [place])].join(", ")})`
      }
      case "click": {
        const message = this.#held(deed.message)
        return call("click", message, [this.#component(deed.button, `yield* ${message.variable}.buttons`)])
      }
      case "select": {
        const message = this.#held(deed.message)
        const menu = this.#component(deed.menu, `yield* ${message.variable}.selects`)
        return call("select", message, [menu, this.#value(deed.values)])
      }
      case "submit": {
        const form = this.#modals.get(deed.opener) ?? "form"
        const fields = deed.fields.map(({ field, value }) => {
          const name = "label" in field ? key(field.label) : `[${this.#component(field, `${form}.fields`)}]`
          return [name, this.#value(value)] as const
        })
        return `${form}.submit(${object(fields)})`
      }
    }
  }
}

const when = (fault: { readonly times: number }, more = ""): string => `{ times: ${fault.times}${more} }`

/** Whether it happens to every shard that is connected. */
const isOfAllShards = (fault: Protocol.Fault): boolean => !("times" in fault) && fault.shard === undefined

const fault = (fault: Protocol.Fault, anyShard: string): string => {
  const requests = "requests" in fault && fault.requests !== undefined ? quote(fault.requests) : "/./"
  const shard = "shard" in fault ? (fault.shard ?? anyShard) : anyShard
  switch (fault.kind) {
    case "drop":
      return `discord.faults.dropConnection(${shard})`
    case "reconnect":
      return `discord.faults.reconnect(${shard})`
    case "invalidSession":
      return `discord.faults.invalidSession(${shard}, ${fault.resumable})`
    case "freeze":
      return `discord.faults.pauseSocket(${shard})`
    case "muteAcks":
      return `discord.faults.muteAcks(${when(fault)})`
    case "slowRest":
      return `discord.faults.restDelay(${requests}, ${duration(fault.millis)}, ${when(fault)})`
    case "failRest":
      return `discord.faults.restStatus(${requests}, ${fault.status}, ${when(fault)})`
    case "rateLimit": {
      const scope = `, scope: ${fault.global ? '"global"' : '"user"'}`
      return `discord.faults.restRateLimit(${requests}, ${fault.retryAfterMillis / 1000}, ${when(fault, scope)})`
    }
  }
}
