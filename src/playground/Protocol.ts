/**
 * What the page and the server of a playground say to each other, as JSON over one WebSocket.
 *
 * The page sends {@link Request}s, each with a `seq` of its own, and gets one {@link Reply} to each. Besides, the server
 * sends {@link Update}s: first everything that there is, then whatever changes. Messages are sent for the channels that
 * a page has asked for ({@link Request}, `messages`). All times are milliseconds since 1970, by the clock of the fake.
 *
 * Users, guilds, channels, messages and commands are Discord's own objects. What users may see and do is decided by the
 * server alone. Addresses of files that the fake keeps are sent as addresses of the server itself, below `/cdn/`.
 */
import * as Schema from "effect/Schema"
import type {
  APIApplicationCommand,
  APIApplicationCommandOptionChoice,
  APIChannel,
  APIEmoji,
  APIMessage,
  APIModalInteractionResponseCallbackData,
  APIRole,
  APIUser
} from "../discord/DiscordApi.ts"

/**
 * The path of the WebSocket.
 *
 * ```ts
 * import { Schema } from "effect"
 * import { Protocol } from "fibercord/playground"
 * import { WebSocket } from "ws"
 *
 * const encode = Schema.encodeSync(Schema.fromJsonString(Protocol.Envelope))
 *
 * // Sends requests to the playground at `url`, and prints the messages that users see from then on.
 * const send = (url: string, requests: ReadonlyArray<Protocol.Request>) => {
 *   const socket = new WebSocket(`${url.replace("http", "ws")}${Protocol.path}`, { origin: url })
 *   socket.on("open", () => {
 *     for (const [seq, request] of requests.entries()) socket.send(encode({ seq, request }))
 *   })
 *   socket.on("message", (data) => {
 *     const said: Protocol.FromServer = JSON.parse(data.toString())
 *     if (said.type === "message") console.log(said.message.raw.content)
 *     if (said.type === "reply" && !said.ok) console.error(said.error.message)
 *   })
 *   return socket
 * }
 * ```
 */
export const path = "/playground"

/** A file that a user sends, as base64. */
export const File = Schema.Struct({
  filename: Schema.String,
  contentType: Schema.optionalKey(Schema.String),
  data: Schema.String
})

/**
 * The value of an option or of a form's field. Users, roles, channels and messages are given by id.
 *
 * ```ts
 * import { Protocol } from "fibercord/playground"
 *
 * const proof: typeof Protocol.File.Type = { filename: "proof.txt", data: btoa("I was there") }
 *
 * const values: Readonly<Record<string, typeof Protocol.Value.Type>> = { start: 41, proof }
 * ```
 */
export const Value = Schema.Union([
  Schema.String,
  Schema.Number,
  Schema.Boolean,
  Schema.Array(Schema.String),
  File,
  Schema.Array(File)
])

const id = Schema.String.check(Schema.isPattern(/^\d{1,20}$/))
const name = Schema.String.check(Schema.isBetweenLength(1, 100))
const times = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))
/**
 * A span of time in milliseconds: a week at most. Clocks are moved in steps of seconds, so that a longer one would keep them
 * busy for many minutes.
 *
 * ```ts
 * import { Schema } from "effect"
 * import { Protocol } from "fibercord/playground"
 *
 * const advance = (hours: number): Protocol.Request => ({
 *   type: "advance",
 *   millis: Schema.decodeSync(Protocol.Millis)(hours * 60 * 60 * 1000)
 * })
 * ```
 */
export const Millis = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 7 * 24 * 60 * 60 * 1000 }))
const shard = Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)))
const values = Schema.Record(Schema.String, Value)
const by = { user: id, channel: id }

/** What a user does. These are what a session records. */
export const Action = Schema.Union([
  /** Runs a slash command; `name` has the subcommand: `"config set"`. */
  Schema.Struct({ type: Schema.Literal("slash"), ...by, name: Schema.String, values }),
  /** Runs a context menu command on a user or a message. */
  Schema.Struct({
    type: Schema.Literal("contextMenu"),
    ...by,
    name: Schema.String,
    target: Schema.Union([Schema.Struct({ user: id }), Schema.Struct({ message: id })])
  }),
  /** Runs the entry point. */
  Schema.Struct({ type: Schema.Literal("launch"), ...by }),
  /** Clicks a button. */
  Schema.Struct({ type: Schema.Literal("click"), user: id, message: id, customId: Schema.String }),
  /** Selects values; those of selects other than string selects are ids. */
  Schema.Struct({
    type: Schema.Literal("select"),
    user: id,
    message: id,
    customId: Schema.String,
    values: Schema.Array(Schema.String)
  }),
  /** Submits the modal that this interaction opened; `fields` by custom id. */
  Schema.Struct({ type: Schema.Literal("submit"), user: id, opener: id, fields: values }),
  /** Writes a message. */
  Schema.Struct({
    type: Schema.Literal("say"),
    ...by,
    content: Schema.String,
    files: Schema.optionalKey(Schema.Array(File)),
    replyTo: Schema.optionalKey(id)
  }),
  /** Changes the content of a message of the user's own. */
  Schema.Struct({ type: Schema.Literal("edit"), user: id, message: id, content: Schema.String }),
  /** Adds a reaction, or takes it back; `emoji` is a Unicode emoji or the id of a custom one. */
  Schema.Struct({ type: Schema.Literals(["react", "unreact"]), user: id, message: id, emoji: name }),
  /** Votes for these answers of a poll, counted from 1, instead of what the user voted for before. */
  Schema.Struct({ type: Schema.Literal("vote"), user: id, message: id, answers: Schema.Array(Schema.Int) }),
  /** Deletes a message of the user's own, or of others with the permission. */
  Schema.Struct({ type: Schema.Literal("delete"), user: id, message: id })
])
export type Action = typeof Action.Type

/** What goes wrong, on demand. Without `shard`, it happens to all shards. */
export const Fault = Schema.Union([
  /** Ends the connection without a close frame. */
  Schema.Struct({ kind: Schema.Literal("drop"), shard }),
  /** Sends op 7. */
  Schema.Struct({ kind: Schema.Literal("reconnect"), shard }),
  /** Sends op 9. */
  Schema.Struct({
    kind: Schema.Literal("invalidSession"),
    resumable: Schema.Boolean,
    shard
  }),
  /** Stops reading and sending, while the connection stays open. */
  Schema.Struct({ kind: Schema.Literal("freeze"), shard }),
  /** Does not acknowledge heartbeats. */
  Schema.Struct({ kind: Schema.Literal("muteAcks"), times }),
  /** Answers REST requests late. `requests` is a pattern of the fake, for example `"POST /channels/:channel/messages"`. */
  Schema.Struct({
    kind: Schema.Literal("slowRest"),
    millis: Millis,
    times,
    requests: Schema.optionalKey(Schema.String)
  }),
  /** Answers REST requests with a status. */
  Schema.Struct({
    kind: Schema.Literal("failRest"),
    status: Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 599 })),
    times,
    requests: Schema.optionalKey(Schema.String)
  }),
  /** Answers REST requests with 429. */
  Schema.Struct({
    kind: Schema.Literal("rateLimit"),
    retryAfterMillis: Millis,
    global: Schema.Boolean,
    times,
    requests: Schema.optionalKey(Schema.String)
  })
])
export type Fault = typeof Fault.Type

/** What the page asks for. */
export const Request = Schema.Union([
  Action,
  /** What a user has typed into an option. Its value is {@link Suggestions}. */
  Schema.Struct({
    type: Schema.Literal("autocomplete"),
    ...by,
    name: Schema.String,
    values,
    focused: Schema.String
  }),
  /** A page of a channel's messages, newest last; from then on its messages are sent. Its value is {@link MessagePage}. */
  Schema.Struct({
    type: Schema.Literal("messages"),
    channel: id,
    before: Schema.optionalKey(id),
    limit: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 })))
  }),
  /** What a user sees and may run. Its value is {@link View}. */
  Schema.Struct({ type: Schema.Literal("view"), user: id, channel: Schema.optionalKey(id) }),
  /** The pinned messages of a channel. Its value is {@link Pins}. */
  Schema.Struct({ type: Schema.Literal("pins"), ...by }),
  /** Pins a message, or unpins it. */
  Schema.Struct({ type: Schema.Literal("pin"), user: id, message: id, pinned: Schema.Boolean }),
  /** The threads of a channel that a user sees. Its value is {@link Threads}. */
  Schema.Struct({ type: Schema.Literal("threads"), ...by }),
  /** Adds a user to the server, or finds the one with this name. Its value is Discord's user. */
  Schema.Struct({
    type: Schema.Literal("addUser"),
    name,
    permissions: Schema.optionalKey(id),
    locale: Schema.optionalKey(Schema.String)
  }),
  Schema.Struct({ type: Schema.Literal("addGuild"), name }),
  Schema.Struct({
    type: Schema.Literal("addChannel"),
    guild: id,
    name,
    /** Discord's type: text (the default), voice, category, announcement, stage, forum or media. */
    kind: Schema.optionalKey(Schema.Int)
  }),
  Schema.Struct({ type: Schema.Literal("addRole"), guild: id, name }),
  /** The direct messages between a user and the bot. Its value is Discord's channel. */
  Schema.Struct({ type: Schema.Literal("direct"), user: id }),
  Schema.Struct({ type: Schema.Literal("fault"), fault: Fault }),
  /** Withdraws an armed fault. */
  Schema.Struct({ type: Schema.Literal("clearFault"), fault: Schema.Int }),
  /** Moves the clocks of Discord and of the bot forward. */
  Schema.Struct({ type: Schema.Literal("advance"), millis: Millis }),
  /** Stops the bot and starts it again: by the signal of a deploy, or without a warning. */
  Schema.Struct({ type: Schema.Literal("restart"), kill: Schema.optionalKey(Schema.Boolean) }),
  /** What was done since the page was started, or since `restartRecording`. Its value is {@link Exported}. */
  Schema.Struct({ type: Schema.Literal("export") }),
  Schema.Struct({ type: Schema.Literal("restartRecording") })
])
export type Request = typeof Request.Type

/** A request as it is sent. */
export const Envelope = Schema.Struct({ seq: Schema.Number, request: Request })

/**
 * What became of a request. The message of an error is for people.
 *
 * ```ts
 * import type { Protocol } from "fibercord/playground"
 *
 * // The values of the replies to these requests.
 * interface Values {
 *   readonly autocomplete: Protocol.Suggestions
 *   readonly messages: Protocol.MessagePage
 *   readonly pins: Protocol.Pins
 *   readonly threads: Protocol.Threads
 *   readonly view: Protocol.View
 *   readonly export: Protocol.Exported
 *   readonly click: Protocol.Acted
 * }
 *
 * const valueOf = <T extends keyof Values>(_: T, reply: Protocol.Reply) =>
 *   reply.ok ? (reply.value as Values[T]) : undefined
 * ```
 */
export type Reply =
  | { readonly type: "reply"; readonly seq: number; readonly ok: true; readonly value?: unknown }
  | {
      readonly type: "reply"
      readonly seq: number
      readonly ok: false
      readonly error: { readonly tag: string; readonly message: string }
    }

/** The value of `autocomplete`. */
export interface Suggestions {
  readonly choices: ReadonlyArray<APIApplicationCommandOptionChoice>
}

/** The value of `messages`. */
export interface MessagePage {
  readonly messages: ReadonlyArray<MessageView>
  /** Whether there are older ones. */
  readonly more: boolean
}

/** The value of `pins`: the newest pin first. */
export interface Pins {
  readonly messages: ReadonlyArray<MessageView>
}

/** The value of `threads`. */
export interface Threads {
  /** Those that are not archived, newest first. */
  readonly active: ReadonlyArray<APIChannel>
  /** Those that are archived, the last one first. */
  readonly archived: ReadonlyArray<APIChannel>
}

/** The value of `view`. */
export interface View {
  /** Ids of the channels and threads that the user sees. */
  readonly channels: ReadonlyArray<string>
  /** The commands that Discord offers the user in the channel that was asked for. */
  readonly commands: ReadonlyArray<APIApplicationCommand>
  /** The user's permissions in that channel, as bits in a decimal string. */
  readonly permissions: string
}

/** The value of `export`. */
export interface Exported {
  /** The session as a file: JSON text. */
  readonly session: string
  /** The source of a test that plays it again. */
  readonly test: string
}

/** The value of an {@link Action} that leads to an interaction. */
export interface Acted {
  readonly interaction: InteractionView
}

/** A message, and what Discord knows about it. */
export interface MessageView {
  readonly raw: APIMessage
  /** The only user who sees it. */
  readonly visibleTo?: string | undefined
  /** The interaction that made it. */
  readonly interaction?: string | undefined
  readonly deleted: boolean
  /** Who has added each reaction: ids of users by the emoji, or by the id of a custom one. */
  readonly reactedBy?: Readonly<Record<string, ReadonlyArray<string>>> | undefined
  /** Who has voted for each answer of the poll: ids of users by the answer. */
  readonly votedBy?: Readonly<Record<string, ReadonlyArray<string>>> | undefined
  /** Whether users see that the bot is thinking. */
  readonly pending: boolean
  readonly version: number
}

/** An interaction. */
export interface InteractionView {
  readonly id: string
  /** Discord's type. */
  readonly kind: number
  readonly user: string
  readonly channel: string
  readonly at: number
  /** What the user did: `/counter start:41`. */
  readonly action: string
  /** Of a slash command, its name alone: `/counter`. */
  readonly command?: string | undefined
  /** The message with the component that was used. */
  readonly source?: string | undefined
  /** `waiting` until the initial response, `failed` if there was none in time. */
  readonly state: "waiting" | "answered" | "failed"
  /** Why it failed, for people. */
  readonly failure?: string | undefined
  /** What the bot tried to respond with and Discord refused, each with its code and message. */
  readonly refused?: ReadonlyArray<string> | undefined
  /** Discord's callback type. */
  readonly callback?: number | undefined
  /** Milliseconds until the initial response. */
  readonly elapsed?: number | undefined
  /** The modal that was opened. */
  readonly modal?: APIModalInteractionResponseCallbackData | undefined
  /** The message that the initial response made or changed. */
  readonly original?: string | undefined
  readonly followUps: ReadonlyArray<string>
}

/** A guild. */
export interface GuildView {
  readonly id: string
  readonly name: string
  readonly owner: string
  readonly channels: ReadonlyArray<APIChannel>
  readonly threads: ReadonlyArray<APIChannel>
  readonly roles: ReadonlyArray<APIRole>
  readonly emojis: ReadonlyArray<APIEmoji>
  readonly members: ReadonlyArray<MemberView>
}

/** A member of a guild. */
export interface MemberView {
  readonly user: string
  readonly nick?: string | undefined
  readonly roles: ReadonlyArray<string>
}

/** A request of the bot to the REST API. */
export interface RestCall {
  readonly index: number
  readonly at: number
  readonly method: string
  readonly path: string
  readonly status: number | undefined
  readonly code?: number | undefined
  readonly body?: unknown
  readonly interaction?: string | undefined
}

/** Another entry of the fake's log: connections, sessions, broken rules. */
export interface LogLine {
  readonly index: number
  readonly at: number
  readonly tag: string
  readonly text: string
}

/** The bot's process. */
export interface ProgramView {
  /** `none` if the bot is part of the program that started the playground. */
  readonly state: "none" | "starting" | "running" | "stopping" | "ended"
  readonly file?: string | undefined
  readonly pid?: number | undefined
  /** How often it was started. */
  readonly starts: number
  /** How it ended, for people. */
  readonly end?: string | undefined
  /** Where its inspector is, on this origin: a path such as `/inspector`. */
  readonly inspector?: string | undefined
}

/** A fault that is armed. */
export interface FaultView {
  readonly id: number
  readonly fault: Fault
  readonly hits: number
}

/** What has changed. Things replace those with the same id. */
export type Update =
  | {
      readonly type: "hello"
      readonly bot: APIUser
      readonly users: ReadonlyArray<APIUser>
      readonly guilds: ReadonlyArray<GuildView>
      readonly directs: ReadonlyArray<APIChannel>
      readonly interactions: ReadonlyArray<InteractionView>
      readonly rest: ReadonlyArray<RestCall>
      readonly log: ReadonlyArray<LogLine>
      readonly faults: ReadonlyArray<FaultView>
      readonly program: ProgramView
      readonly now: number
      /** Whether the clock can be moved. */
      readonly canAdvance: boolean
      /** How many actions were recorded. */
      readonly recorded: number
    }
  | { readonly type: "user"; readonly user: APIUser }
  | { readonly type: "guild"; readonly guild: GuildView }
  | { readonly type: "guildGone"; readonly id: string }
  | { readonly type: "direct"; readonly channel: APIChannel }
  /** The commands of the bot have changed: ask for `view` again. */
  | { readonly type: "commands" }
  /** What users see has changed: ask for `view` again. */
  | { readonly type: "access" }
  | { readonly type: "message"; readonly message: MessageView }
  | { readonly type: "typing"; readonly channel: string; readonly user: string }
  | { readonly type: "interaction"; readonly interaction: InteractionView }
  | { readonly type: "rest"; readonly calls: ReadonlyArray<RestCall> }
  | { readonly type: "log"; readonly lines: ReadonlyArray<LogLine> }
  | { readonly type: "output"; readonly lines: ReadonlyArray<string> }
  | { readonly type: "faults"; readonly faults: ReadonlyArray<FaultView> }
  | { readonly type: "program"; readonly program: ProgramView }
  | { readonly type: "clock"; readonly now: number }
  | { readonly type: "recorded"; readonly count: number }

/** Everything that the server sends. */
export type FromServer = Reply | Update
