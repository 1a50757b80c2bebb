/** Plays a session on a fake. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as FakeDiscord from "../../../testing/FakeDiscord.ts"
import type { Guild } from "../../../testing/Guild.ts"
import type { Message, Modal, Response, Snapshot } from "../../../testing/Message.ts"
import * as Program from "../../../testing/Program.ts"
import type { Attachment, OptionValue, Place as FakePlace, User } from "../../../testing/User.ts"
import * as VirtualClock from "../../../testing/VirtualClock.ts"
import type { Fault } from "../../../testing/Faults.ts"
import type { Component, Deed, File, Named, Place, Plain, Seen, Session, Step, Text, Value } from "../../Session.ts"
import { SessionDiffers } from "../../SessionDiffers.ts"
import { describe, type Asked } from "./describe.ts"
import { cause } from "./faults.ts"
import { toPattern, toReadable } from "./pattern.ts"

type Failure = { readonly _tag: string; readonly message: string }

const attachment = ({ contentType, data, filename }: File): Attachment => {
  const bytes = Buffer.from(data, "base64")
  return { filename, contentType, data: bytes, size: bytes.length }
}

const isFile = (value: Plain): value is File => typeof value === "object" && "filename" in value

/** What is kept while a session is played. */
export class Player {
  readonly #discord: FakeDiscord.FakeDiscord["Service"]
  readonly #program: Program.Program["Service"] | undefined
  readonly #clock: VirtualClock.VirtualClock["Service"] | undefined
  readonly #users = new Map<string, User>()
  readonly #guilds = new Map<string, Guild>()
  readonly #ids = new Map<string, string>()
  readonly #messages = new Map<number, Message>()
  readonly #responses = new Map<number, Response>()
  readonly #modals = new Map<number, Modal>()
  readonly #faults = new Map<number, Fault>()
  readonly #session: Session
  readonly #patience: Duration.Input | undefined

  constructor(
    session: Session,
    patience: Duration.Input | undefined,
    services: {
      readonly discord: FakeDiscord.FakeDiscord["Service"]
      readonly program: Program.Program["Service"] | undefined
      readonly clock: VirtualClock.VirtualClock["Service"] | undefined
    }
  ) {
    this.#session = session
    this.#patience = patience
    this.#discord = services.discord
    this.#program = services.program
    this.#clock = services.clock
  }

  readonly play: Effect.Effect<void, SessionDiffers> = Effect.suspend(() => Effect.asVoid(this.#play()))

  readonly #play = Effect.fnUntraced(function* (this: Player) {
    for (const { locale, name, permissions } of this.#session.users) {
      this.#users.set(name, yield* this.#discord.user(name, { permissions, locale }))
    }
    for (const [index, step] of this.#session.steps.entries()) {
      const differs = (expected: string, got: string) =>
        new SessionDiffers({ step: index + 1, action: describe(step.do), expected, got })
      const failure = yield* Effect.matchEffect(this.#do(step.do, index), {
        onSuccess: () => Effect.undefined,
        onFailure: (error) => Effect.succeed(error)
      })
      if (step.failed === true && failure?._tag !== "NoAnswer") {
        return yield* differs("no response in time", failure?.message ?? "one")
      }
      if (step.refused !== undefined && failure?._tag !== step.refused) {
        return yield* differs(`a refusal: ${step.refused}`, failure?.message ?? "none")
      }
      if (step.failed !== true && step.refused === undefined && failure !== undefined) {
        return yield* differs("no failure", failure.message)
      }
      if (step.choices !== undefined) {
        const choices = yield* this.#choices(index)
        if (JSON.stringify(choices) !== JSON.stringify(step.choices)) {
          return yield* differs(JSON.stringify(step.choices), JSON.stringify(choices))
        }
      }
      yield* this.#checkModal(step, index)
      for (const seen of step.seen) yield* this.#check(seen, index, step)
    }
    return undefined
  })

  #choices(index: number): Effect.Effect<ReadonlyArray<string> | undefined> {
    const choices = this.#responses.get(index)?.choices ?? Effect.succeed([])
    return Effect.match(choices, { onSuccess: (all) => all.map(({ name }) => name), onFailure: () => undefined })
  }

  #user(name: string): Effect.Effect<User> {
    const known = this.#users.get(name)
    return known === undefined ? this.#discord.user(name) : Effect.succeed(known)
  }

  readonly #id = Effect.fnUntraced(function* (this: Player, named: Named): Effect.fn.Return<string, Failure> {
    if ("user" in named) return (yield* this.#user(named.user)).id
    const { guild } = this.#discord
    if ("channel" in named) return yield* this.#channel(guild, named)
    const key = JSON.stringify(named)
    const id = this.#ids.get(key) ?? (yield* guild.role(named.role))
    this.#ids.set(key, id)
    return id
  })

  // Another fake has no more than the first channel of a guild, and what the bot makes.
  readonly #channel = Effect.fnUntraced(function* (
    this: Player,
    guild: Guild,
    { channel, made }: { readonly channel: string; readonly made?: boolean }
  ): Effect.fn.Return<string, Failure> {
    const key = `${guild.id} ${channel} ${made === true}`
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const id =
      made === true
        ? yield* guild.awaitChannel(({ name }) => name === channel, { timeout: this.#patience })
        : channel === "general"
          ? guild.channelId
          : yield* guild.channel(channel)
    this.#ids.set(key, id)
    return id
  })

  readonly #place = Effect.fnUntraced(function* (this: Player, place: Place): Effect.fn.Return<FakePlace, Failure> {
    if (place.direct === true) return { direct: true }
    const guild = place.guild === undefined ? this.#discord.guild : yield* this.#guild(place.guild)
    const { channel, made = false } = place
    if (channel !== undefined) return { channel: yield* this.#channel(guild, { channel, made }) }
    return place.guild === undefined ? {} : { guild }
  })

  readonly #guild = Effect.fnUntraced(function* (this: Player, name: string) {
    const guild = this.#guilds.get(name) ?? (yield* this.#discord.addGuild(name))
    this.#guilds.set(name, guild)
    return guild
  })

  readonly #plain = Effect.fnUntraced(function* (this: Player, value: Plain) {
    if (typeof value !== "object") return value
    return isFile(value) ? attachment(value) : yield* this.#id(value)
  })

  #value(value: Value) {
    return Array.isArray(value)
      ? Effect.forEach(value as ReadonlyArray<Plain>, (one) => this.#plain(one))
      : this.#plain(value as Plain)
  }

  readonly #text = Effect.fnUntraced(function* (this: Player, text: Text) {
    let whole = ""
    for (const part of text) {
      if (typeof part === "string") whole += part
      else whole += "any" in part ? toReadable([part]) : yield* this.#id(part)
    }
    return whole
  })

  readonly #pattern = Effect.fnUntraced(function* (this: Player, text: Text) {
    const ids = new Map<string, string>()
    for (const part of text) {
      if (typeof part === "object" && !("any" in part)) ids.set(JSON.stringify(part), yield* this.#id(part))
    }
    return new RegExp(toPattern(text, (named) => ids.get(JSON.stringify(named)) ?? ""))
  })

  #message(number: number): Effect.Effect<Message, Failure> {
    const message = this.#messages.get(number)
    return message === undefined
      ? Effect.fail({ _tag: "NoMessage", message: `no message ${number}` })
      : Effect.succeed(message)
  }

  readonly #do = Effect.fnUntraced(function* (
    this: Player,
    deed: Deed,
    index: number
  ): Effect.fn.Return<void, Failure> {
    switch (deed.type) {
      case "begin":
        return
      case "fault": {
        const armed = yield* cause(this.#discord, deed.fault)
        if (armed !== undefined) this.#faults.set(index, armed)
        return
      }
      case "clearFault":
        return yield* this.#faults.get(deed.fault)?.clear ?? Effect.void
      case "clearFaults":
        return yield* this.#discord.faults.clear
      case "advance":
        if (this.#clock === undefined) return yield* Effect.fail(missing("VirtualClock"))
        return yield* this.#clock.advance(deed.millis)
      case "restart":
        if (this.#program === undefined) return yield* Effect.fail(missing("Program"))
        return yield* this.#restart(this.#program, deed)
      case "say":
      case "edit":
      case "react":
      case "unreact":
      case "vote":
      case "delete":
        return yield* this.#actAlone(deed)
      default: {
        const response = yield* this.#ask(deed)
        this.#responses.set(index, response)
        if (response.kind === "modal") this.#modals.set(index, yield* response.modal)
      }
    }
  })

  readonly #restart = Effect.fnUntraced(function* (
    this: Player,
    program: Program.Program["Service"],
    { kill, shards }: Extract<Deed, { readonly type: "restart" }>
  ): Effect.fn.Return<void, Failure> {
    const since = yield* this.#discord.mark
    yield* program.restart({ kill })
    if (shards > 0) {
      yield* this.#discord.awaitLog(({ _tag }) => _tag === "Ready" || _tag === "Resumed", { since, count: shards })
    }
  })

  readonly #actAlone = Effect.fnUntraced(function* (
    this: Player,
    deed: Extract<Deed, { readonly type: "say" | "edit" | "react" | "unreact" | "vote" | "delete" }>
  ): Effect.fn.Return<void, Failure> {
    const user = yield* this.#user(deed.user)
    if (deed.type === "say") {
      const replyTo = deed.replyTo === undefined ? undefined : yield* (yield* this.#message(deed.replyTo)).id
      const options = { ...(yield* this.#place(deed.place)), files: deed.files.map(attachment), replyTo }
      const made = yield* user.say(yield* this.#text(deed.content), options)
      this.#said = made
      return
    }
    const message = yield* this.#message(deed.message)
    if (deed.type === "edit") return yield* user.edit(message, yield* this.#text(deed.content))
    switch (deed.type) {
      case "delete":
        return yield* this.#discord.guild.deleteMessages([yield* message.id])
      case "vote":
        return yield* user.vote(message, ...deed.answers)
      default:
        return yield* user[deed.type](message, deed.emoji)
    }
  })

  /** What was written last. */
  #said: Message | undefined

  readonly #ask = Effect.fnUntraced(function* (this: Player, deed: Asked): Effect.fn.Return<Response, Failure> {
    const user = yield* this.#user(deed.user)
    switch (deed.type) {
      case "slash":
      case "autocomplete": {
        const given: Array<readonly [string, OptionValue]> = []
        for (const { name, value } of deed.values) given.push([name, (yield* this.#value(value)) as OptionValue])
        const [values, place] = [Object.fromEntries(given), yield* this.#place(deed.place)]
        if (deed.type === "slash") return yield* user.slash(deed.name, values, place)
        return yield* user.autocomplete(deed.name, values, deed.focused, place)
      }
      case "launch":
        return yield* user.launch(yield* this.#place(deed.place))
      case "contextMenu": {
        const { target } = deed
        const on = "user" in target ? yield* this.#user(target.user) : yield* this.#message(target.message)
        return yield* user.contextMenu(deed.name, on, yield* this.#place(deed.place))
      }
      case "click": {
        const message = yield* this.#message(deed.message)
        return yield* user.click(message, idOf(deed.button, yield* message.buttons))
      }
      case "select": {
        const message = yield* this.#message(deed.message)
        const values = yield* Effect.forEach(deed.values, (value) => this.#plain(value))
        return yield* user.select(message, idOf(deed.menu, yield* message.selects), values.map(String))
      }
      case "submit": {
        const modal = this.#modals.get(deed.opener)
        if (modal === undefined) return yield* Effect.fail({ _tag: "NoModal", message: "no modal was opened" })
        const fields: Array<readonly [string, never]> = []
        for (const { field, value } of deed.fields) {
          fields.push([idOf(field, modal.fields), (yield* this.#value(value)) as never])
        }
        return yield* user.submit(modal, Object.fromEntries(fields))
      }
    }
  })

  #checkModal({ do: deed, modal }: Step, index: number): Effect.Effect<void, SessionDiffers> {
    if (modal === undefined) return Effect.void
    const got = this.#modals.get(index)
    const [expected, found] = [
      JSON.stringify(modal),
      got === undefined
        ? "no modal"
        : JSON.stringify({ title: got.title, fields: got.fields.map(({ label }) => label) })
    ]
    return expected === found
      ? Effect.void
      : Effect.fail(new SessionDiffers({ step: index + 1, action: describe(deed), expected, got: found }))
  }

  readonly #check = Effect.fnUntraced(function* (this: Player, seen: Seen, index: number, step: Step) {
    let last: Snapshot | undefined
    const found = Effect.gen({ self: this }, function* () {
      const text = yield* this.#pattern(seen.text)
      const embeds: Array<Embed> = []
      for (const { description = [], title = [] } of seen.embeds) {
        embeds.push({ title: yield* this.#pattern(title), description: yield* this.#pattern(description) })
      }
      const fits = (message: Snapshot): boolean => {
        last = message
        return fitsSeen(message, seen, { text, embeds })
      }
      const message = this.#messages.get(seen.message) ?? (yield* this.#find(seen, fits))
      this.#messages.set(seen.message, message)
      last = yield* message.snapshot
      yield* message.awaitUntil(fits, { timeout: this.#patience })
    })
    const show = (what: object, text: string) => `${JSON.stringify(text)} with ${JSON.stringify(what)}`
    yield* Effect.mapError(
      found,
      (error: Failure) =>
        new SessionDiffers({
          step: index + 1,
          action: describe(step.do),
          expected: show(visible(seen), toReadable(seen.text)),
          got: last === undefined ? error.message : show(visible(last), last.text)
        })
    )
  })

  readonly #find = Effect.fnUntraced(function* (
    this: Player,
    { origin }: Seen,
    fits: (message: Snapshot) => boolean
  ): Effect.fn.Return<Message, Failure> {
    switch (origin?.kind) {
      case "reply": {
        const response = this.#responses.get(origin.step)
        return response ?? (yield* Effect.fail({ _tag: "NoMessage", message: "no response" }))
      }
      case "followUp": {
        const response = this.#responses.get(origin.step)
        return response === undefined
          ? yield* Effect.fail({ _tag: "NoMessage", message: "no response" })
          : yield* response.awaitFollowUp(origin.count, { timeout: this.#patience })
      }
      case "posted": {
        const user = yield* this.#user(origin.user)
        return yield* user.awaitMessage(fits, { ...(yield* this.#place(origin.place)), timeout: this.#patience })
      }
      default:
        return this.#said ?? (yield* Effect.fail({ _tag: "NoMessage", message: "no message" }))
    }
  })
}

const missing = (service: string): Failure => ({
  _tag: "Missing",
  message: `no ${service}: provide ${service}.layer where the session is played`
})

interface Embed {
  readonly title: RegExp
  readonly description: RegExp
}

const idOf = (component: Component, all: ReadonlyArray<{ readonly customId: string }>): string =>
  "label" in component ? component.label : (all[component.index]?.customId ?? `component ${component.index + 1}`)

type Visible = Pick<Snapshot | Seen, "deleted" | "ephemeral"> & {
  readonly buttons: ReadonlyArray<{ readonly label: string; readonly disabled: boolean }>
  readonly selects: ReadonlyArray<{ readonly placeholder: string; readonly disabled: boolean }>
}

const visible = ({ buttons, deleted, ephemeral, selects }: Visible) => ({
  buttons: buttons.map(({ disabled, label }) => ({ label, disabled })),
  selects: selects.map(({ disabled, placeholder }) => ({ placeholder, disabled })),
  ephemeral,
  deleted
})

const fitsSeen = (
  message: Snapshot,
  seen: Seen,
  { embeds, text }: { readonly text: RegExp; readonly embeds: ReadonlyArray<Embed> }
): boolean =>
  text.test(message.text) &&
  JSON.stringify(visible(message)) === JSON.stringify(visible(seen)) &&
  message.embeds.length === embeds.length &&
  embeds.every(({ description, title }, index) => {
    const embed = message.embeds[index]
    return title.test(embed?.title ?? "") && description.test(embed?.description ?? "")
  })

/** Plays a session. */
export const play = Effect.fnUntraced(function* (
  session: Session,
  { patience }: { readonly patience?: Duration.Input | undefined } = {}
) {
  const discord = yield* FakeDiscord.FakeDiscord
  const program = Option.getOrUndefined(yield* Effect.serviceOption(Program.Program))
  const clock = Option.getOrUndefined(yield* Effect.serviceOption(VirtualClock.VirtualClock))
  yield* new Player(session, patience, { discord, program, clock }).play
})
