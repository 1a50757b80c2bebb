/** What a user can do. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type AwaitTimeout, InvalidAuthorization, InvalidCommand, NotUsable } from "../FakeDiscordError.ts"
import type { Message } from "../Message.ts"
import type { OptionValues, Place, SayOptions, SlashOptions, User } from "../User.ts"
import { ApiError } from "./apiError.ts"
import * as autoModeration from "./autoModeration.ts"
import { commandRefusal, ownersOf } from "./commandAccess.ts"
import { commandData, inferCommand, Misfit, nothingResolved, resolve, resolvedField } from "./commandData.ts"
import { type Core, waitFor } from "./core.ts"
import * as handles from "./handles.ts"
import * as interactions from "./interactions.ts"
import { type Json, object } from "./json.ts"
import * as messages from "./messages.ts"
import { consent } from "./oauth2.ts"
import { Permission } from "./permissions.ts"
import { deadline } from "./runner.ts"
import { snapshot } from "./snapshot.ts"
import * as access from "./userAccess.ts"
import * as userActs from "./userActs.ts"
import { visibleIn } from "./uses.ts"
import type { ChannelRecord, MessageRecord, UserRecord } from "./world.ts"

const chatInput = 1
const userMenu = 2
const messageMenu = 3
const entryPoint = 4

const placeOf = (core: Core, user: UserRecord, place: Place): ChannelRecord => {
  const { world } = core
  if (place.direct === true) return world.directChannel(user)
  if (place.privateChannel === true) return world.privateChannel(user)
  const wanted = typeof place.guild === "object" ? place.guild.id : place.guild
  const guild = wanted === undefined ? [...world.guilds.values()][0] : world.guilds.get(wanted)
  const channel = place.channel === undefined ? guild?.channels[0] : world.channels.get(place.channel)
  if (channel !== undefined) {
    const refused = access.refusal(world, channel, user)
    if (refused?.detail === "invisible") access.demand(channel.name, refused)
    return channel
  }
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

// Commands are registered after the bot has started, and users cannot run them before that.
const findCommand = (
  core: Core,
  user: UserRecord,
  name: string,
  type: number,
  channel: ChannelRecord,
  by: number | undefined
): Effect.Effect<Json, InvalidCommand> => {
  const { world } = core
  const visible = () => world.visibleCommands(channel.guildId).filter((command) => (command["type"] ?? 1) === type)
  const named = () => visible().filter((command) => type === entryPoint || command["name"] === name)
  const refusalOf = (command: Json) => commandRefusal(world, command, channel, user)
  const registered = () => {
    const found = named()
    return found.find((command) => refusalOf(command) === undefined) ?? found[0]
  }
  return waitFor(core, name, registered, undefined, { by }).pipe(
    Effect.mapError(() => {
      const names = visible().map((command) => String(command["name"]))
      const detail = `not registered; registered are: ${names.length === 0 ? "none" : names.join(", ")}`
      return new InvalidCommand({ command: name, detail })
    }),
    Effect.flatMap((command) => {
      const detail = refusalOf(command)
      return detail === undefined ? Effect.succeed(command) : Effect.fail(new InvalidCommand({ command: name, detail }))
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
  const channel = yield* locatePlace(core, user, options)
  const found =
    options.unregistered === true
      ? inferCommand(path, values)
      : yield* findCommand(core, user, path[0] ?? "", chatInput, channel, by)
  const data = yield* Effect.try({
    try: () => commandData(world, { command: found, path, values, focused, place: { channel, user } }),
    catch: (error) => {
      if (error instanceof Misfit) return new InvalidCommand({ command: path.join(" "), detail: error.message })
      throw error
    }
  })
  yield* handles.session(core, channel.id, by)
  const action = `/${path.join(" ")}`
  const owners = ownersOf(found, channel, user)
  const made = { type, user, channelId: channel.id, action, data, owners }
  return yield* handles.respond(core, interactions.open(world, made), by)
})

const runContextMenu = Effect.fnUntraced(function* (
  core: Core,
  user: UserRecord,
  name: string,
  target: Message | User,
  options: SlashOptions
) {
  const { world } = core
  const by = deadline()
  const message = "slash" in target ? undefined : yield* handles.recordOf(target)
  // A message has its menu where it is.
  const channel = yield* locatePlace(core, user, message === undefined ? options : { channel: message.channelId })
  const type = message === undefined ? userMenu : messageMenu
  const found =
    options.unregistered === true ? { id: "0", name, type } : yield* findCommand(core, user, name, type, channel, by)
  const resolved = nothingResolved()
  let extra: Json
  if (message === undefined) {
    const id = (target as User).id
    resolve(world, resolved, id, { channel, user }, { user: true })
    extra = { target_id: id, ...resolvedField(resolved) }
  } else {
    yield* handles.usable(() => visibleIn(world, user, message, name))
    extra = { target_id: message.id, resolved: { messages: { [message.id]: message.raw } } }
  }
  yield* handles.session(core, channel.id, by)
  const data = { id: found["id"], name, type, ...extra }
  const owners = ownersOf(found, channel, user)
  const made = { type: interactions.Kind.command, user, channelId: channel.id, action: name, data, owners }
  return yield* handles.respond(core, interactions.open(world, made), by)
})

const launch = Effect.fnUntraced(function* (core: Core, user: UserRecord, place: Place) {
  const { world } = core
  const by = deadline()
  const channel = yield* locatePlace(core, user, place)
  const found = yield* findCommand(core, user, "the entry point", entryPoint, channel, by)
  const { handler, id, name } = found
  if (handler !== 1) {
    return yield* new InvalidCommand({ command: String(name), detail: "Discord launches the Activity itself" })
  }
  yield* handles.session(core, channel.id, by)
  const data = { id, name, type: entryPoint }
  const owners = ownersOf(found, channel, user)
  const made = { type: interactions.Kind.command, user, channelId: channel.id, action: "launch", data, owners }
  return yield* handles.respond(core, interactions.open(world, made), by)
})

const viewOf = (core: Core, user: UserRecord, record: MessageRecord): Message =>
  handles.message(core, user, Effect.succeed(record), record.version)

/** Writes a message of a user, who cannot write everywhere. */
const say = (core: Core, user: UserRecord, channel: ChannelRecord, content: string, options: SayOptions) => {
  const { replyTo } = options
  const body = { content, ...(replyTo === undefined ? {} : { message_reference: { message_id: replyTo } }) }
  const files = (options.files ?? []).map(({ contentType, data, filename, size = data?.length ?? 1 }) => ({
    filename,
    size,
    contentType,
    content: data
  }))
  return handles.usable(() => {
    access.demand(channel.name, access.writeRefusal(core.world, channel, user))
    if (files.length > 0) access.demand("a file", access.refusal(core.world, channel, user, Permission.attachFiles))
    const verdict = autoModeration.judge(core.world, channel, user, content)
    const said = { channel, user, text: content }
    if (verdict.blocked !== undefined) {
      autoModeration.execute(core.world, verdict, said, undefined)
      access.demand(channel.name, { detail: "forbidden", rule: verdict.blocked })
    }
    try {
      const made = messages.create(core.world, { channelId: channel.id, author: user, body, files })
      autoModeration.execute(core.world, verdict, said, made.id)
      return viewOf(core, user, made)
    } catch (error) {
      // What Discord's client does not send.
      if (!(error instanceof ApiError)) throw error
      throw new NotUsable({ wanted: channel.name, detail: "invalid", found: [JSON.stringify(error.body)] })
    }
  })
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
  const withMessage = (message: Message, act: (record: MessageRecord) => void) =>
    Effect.flatMap(handles.recordOf(message), (record) => handles.usable(() => act(record)))
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
    edit: (message, content) => withMessage(message, (record) => userActs.edit(core.world, user, record, content)),
    react: (message, emoji) => withMessage(message, (record) => userActs.react(core.world, user, record, emoji, true)),
    unreact: (message, emoji) =>
      withMessage(message, (record) => userActs.react(core.world, user, record, emoji, false)),
    vote: (message, ...answers) => withMessage(message, (record) => userActs.vote(core.world, user, record, answers)),
    authorize: (url, { deny = false } = {}) =>
      Effect.suspend(() => {
        const answer = consent(core.world, user.id, url, !deny)
        return "redirect" in answer
          ? Effect.succeed(answer.redirect)
          : Effect.fail(new InvalidAuthorization({ detail: answer.problem }))
      }),
    deauthorize: Effect.sync(() => core.world.grants.withdraw(user.id)),
    say: (content, options = {}) =>
      Effect.flatMap(locatePlace(core, user, options), (channel) => say(core, user, channel, content, options)),
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
