/** What a user can do. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type AwaitTimeout, InvalidAuthorization, InvalidCommand, NotUsable } from "../FakeDiscordError.ts"
import type { Message } from "../Message.ts"
import type { OptionValues, Place, SlashOptions, User } from "../User.ts"
import { commandData, inferCommand, Misfit, nothingResolved, resolve, resolvedField } from "./commandData.ts"
import { type Core, waitFor } from "./core.ts"
import * as handles from "./handles.ts"
import * as interactions from "./interactions.ts"
import { type Json, object } from "./json.ts"
import * as messages from "./messages.ts"
import { consent } from "./oauth2.ts"
import { deadline } from "./runner.ts"
import { snapshot } from "./snapshot.ts"
import * as threads from "./threads.ts"
import type { ChannelRecord, MessageRecord, UserRecord } from "./world.ts"

const chatInput = 1
const userMenu = 2
const messageMenu = 3

const placeOf = (core: Core, user: UserRecord, place: Place): ChannelRecord => {
  const { world } = core
  if (place.direct === true) return world.directChannel(user)
  const wanted = typeof place.guild === "object" ? place.guild.id : place.guild
  const guild = wanted === undefined ? [...world.guilds.values()][0] : world.guilds.get(wanted)
  const channel = place.channel === undefined ? guild?.channels[0] : world.channels.get(place.channel)
  if (channel !== undefined && !threads.isVisible(world, user, channel)) {
    throw new NotUsable({ wanted: channel.name, detail: "invisible", found: ["a private thread"] })
  }
  if (channel !== undefined) return channel
  const found = [...world.channels.keys()]
  throw new NotUsable({ wanted: place.channel ?? wanted ?? "a channel", detail: "absent", found })
}

const locatePlace = (core: Core, user: UserRecord, place: Place): Effect.Effect<ChannelRecord, NotUsable> =>
  Effect.try({
    try: () => placeOf(core, user, place),
    catch: (error) => {
      if (error instanceof NotUsable) return error
      throw error
    }
  })

// Source: Discord, "Interaction Contexts". Without contexts a command is in guilds and in direct messages with the bot.
const isOffered = (command: Json, guildId: string | undefined): boolean =>
  command["guild_id"] !== undefined ||
  !Array.isArray(command["contexts"]) ||
  command["contexts"].includes(guildId === undefined ? 1 : 0)

// Commands are registered after the bot has started, and users cannot run them before that.
const findCommand = (
  core: Core,
  name: string,
  type: number,
  guildId: string | undefined,
  by: number | undefined
): Effect.Effect<Json, InvalidCommand> => {
  const visible = () =>
    core.world
      .visibleCommands(guildId)
      .filter((command) => (command["type"] ?? 1) === type && isOffered(command, guildId))
  const found = () => visible().find((command) => command["name"] === name)
  return waitFor(core, name, found, undefined, { by }).pipe(
    Effect.mapError(() => {
      const names = visible().map((command) => String(command["name"]))
      const detail = `not registered; registered are: ${names.length === 0 ? "none" : names.join(", ")}`
      return new InvalidCommand({ command: name, detail })
    })
  )
}

interface Invocation {
  /** Running a command, or typing into an option. */
  readonly type: number
  readonly name: string
  readonly values: OptionValues
  /** The option that is typed into. */
  readonly focused?: string
  readonly options: SlashOptions
}

const runCommand = Effect.fnUntraced(function* (core: Core, user: UserRecord, invocation: Invocation) {
  const { world } = core
  const { focused, name, options, type, values } = invocation
  const by = deadline()
  const path = `${name} ${options.subcommand ?? ""}`.trim().split(/\s+/)
  const { guildId, id: channelId } = yield* locatePlace(core, user, options)
  const found =
    options.unregistered === true
      ? inferCommand(path, values)
      : yield* findCommand(core, path[0] ?? "", chatInput, guildId, by)
  const data = yield* Effect.try({
    try: () => commandData(world, { command: found, path, values, focused, guildId }),
    catch: (error) => {
      if (error instanceof Misfit) return new InvalidCommand({ command: path.join(" "), detail: error.message })
      throw error
    }
  })
  yield* handles.session(core, channelId, by)
  const action = `/${path.join(" ")}`
  return yield* handles.respond(core, interactions.open(world, { type, user, channelId, action, data }), by)
})

const runContextMenu = Effect.fnUntraced(function* (
  core: Core,
  user: UserRecord,
  name: string,
  target: Message | User,
  options: SlashOptions
) {
  const { world } = core
  const isUser = "slash" in target
  const by = deadline()
  const { guildId, id: channelId } = yield* locatePlace(core, user, options)
  const type = isUser ? userMenu : messageMenu
  const found =
    options.unregistered === true ? { id: "0", name, type } : yield* findCommand(core, name, type, guildId, by)
  const resolved = nothingResolved()
  let extra: Json
  if (isUser) {
    resolve(world, resolved, target.id, guildId, { user: true })
    extra = { target_id: target.id, ...resolvedField(resolved) }
  } else {
    const record = yield* handles.recordOf(target)
    extra = { target_id: record.id, resolved: { messages: { [record.id]: record.raw } } }
  }
  yield* handles.session(core, channelId, by)
  const data = { id: found["id"], name, type, ...extra }
  const kind = interactions.Kind.command
  return yield* handles.respond(core, interactions.open(world, { type: kind, user, channelId, action: name, data }), by)
})

const entryPoint = 4

const launch = Effect.fnUntraced(function* (core: Core, user: UserRecord, place: Place) {
  const { world } = core
  const by = deadline()
  const { guildId, id: channelId } = yield* locatePlace(core, user, place)
  const isEntry = (command: Json) => command["type"] === entryPoint && isOffered(command, guildId)
  const found = yield* waitFor(core, "the entry point", () => world.visibleCommands(guildId).find(isEntry), undefined, {
    by
  }).pipe(Effect.mapError(() => new InvalidCommand({ command: "the entry point", detail: "not registered" })))
  const { handler, id, name } = found
  if (handler !== 1) {
    return yield* new InvalidCommand({ command: String(name), detail: "Discord launches the Activity itself" })
  }
  yield* handles.session(core, channelId, by)
  const data = { id, name, type: entryPoint }
  const kind = interactions.Kind.command
  return yield* handles.respond(
    core,
    interactions.open(world, { type: kind, user, channelId, action: "launch", data }),
    by
  )
})

const viewOf = (core: Core, user: UserRecord, record: MessageRecord): Message =>
  handles.message(core, user, Effect.succeed(record), record.version)

/** Writes a message of a user, who cannot write everywhere. */
const say = (core: Core, user: UserRecord, channel: ChannelRecord, content: string) => {
  if (threads.refusal(core.world, user, channel) !== undefined) {
    return Effect.fail(new NotUsable({ wanted: channel.name, detail: "disabled", found: ["a locked thread"] }))
  }
  const made = messages.create(core.world, { channelId: channel.id, author: user, body: { content } })
  return Effect.succeed(viewOf(core, user, made))
}

/** The messages of a channel that a user sees, oldest first. */
const visibleMessages = ({ world }: Core, user: UserRecord, channelId: string): ReadonlyArray<MessageRecord> =>
  [...world.messages.values()].filter(
    (record) =>
      record.channelId === channelId &&
      !record.deleted &&
      (record.visibleTo === undefined || record.visibleTo === user.id)
  )

/** The actions of one user. */
export const make = (core: Core, user: UserRecord): User => {
  const { autocomplete, command } = interactions.Kind
  return {
    id: user.id,
    username: user.username,
    slash: (name, values = {}, options = {}) => runCommand(core, user, { type: command, name, values, options }),
    autocomplete: (name, values, focused, options = {}) =>
      runCommand(core, user, { type: autocomplete, name, values, focused, options }),
    contextMenu: (name, target, options = {}) => runContextMenu(core, user, name, target, options),
    launch: (place = {}) => launch(core, user, place),
    click: (message, wanted, options) =>
      Effect.flatMap(handles.recordOf(message), (record) => handles.click(core, user, record, wanted, options)),
    select: (message, wanted, values) =>
      Effect.flatMap(handles.recordOf(message), (record) => handles.select(core, user, record, wanted, values)),
    submit: (modal, fields) =>
      Effect.flatMap(handles.openerOf(modal), (opener) => handles.submit(core, user, opener, fields)),
    authorize: (url, { deny = false } = {}) =>
      Effect.suspend(() => {
        const answer = consent(core.world, user.id, url, !deny)
        return "redirect" in answer
          ? Effect.succeed(answer.redirect)
          : Effect.fail(new InvalidAuthorization({ detail: answer.problem }))
      }),
    deauthorize: Effect.sync(() => core.world.grants.withdraw(user.id)),
    say: (content, place = {}) =>
      Effect.flatMap(locatePlace(core, user, place), (channel) => say(core, user, channel, content)),
    messages: (place = {}) =>
      Effect.map(locatePlace(core, user, place), ({ id }) =>
        visibleMessages(core, user, id).map((record) => viewOf(core, user, record))
      ),
    awaitMessage: (wanted, options = {}) =>
      locatePlace(core, user, options).pipe(
        Effect.flatMap(({ id }): Effect.Effect<MessageRecord, AwaitTimeout> =>
          waitFor(
            core,
            "the wanted message",
            () => visibleMessages(core, user, id).findLast((record) => wanted(snapshot(record))),
            options.timeout === undefined ? undefined : Duration.toMillis(options.timeout)
          )
        ),
        Effect.map((record) => viewOf(core, user, record))
      )
  }
}

const named = ({ world }: Core, name: string): UserRecord | undefined =>
  [...world.users.values()].find((user) => user.username === name && !user.bot)

/** The user with a name, who is created on first use. */
export const find = (
  core: Core,
  name: string,
  options?: Omit<Parameters<Core["world"]["addUser"]>[0], "username">
): User => make(core, named(core, name) ?? core.world.addUser({ username: name, ...options }))

/** Sends an interaction with any payload, and waits for the answer. */
export const rawInteraction = Effect.fnUntraced(function* (core: Core, defaultChannel: string, payload: Json) {
  const { world } = core
  const { channel_id: channel, message, type } = payload
  const by = deadline()
  const channelId = typeof channel === "string" && world.channels.has(channel) ? channel : defaultChannel
  yield* handles.session(core, channelId, by)
  const record = interactions.open(world, {
    type: typeof type === "number" ? type : interactions.Kind.command,
    user: named(core, "someone") ?? world.addUser({ username: "someone" }),
    channelId,
    action: "a raw interaction",
    data: {},
    source: world.messages.get(String(object(message)["id"])),
    overrides: payload
  })
  return yield* handles.respond(core, record, by)
})
