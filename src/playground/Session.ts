/**
 * What was done on a playground, as a file. It names things as people do, so that it can be played again on another
 * fake, whose ids are others: users, channels and roles by name, messages by the step that made them, and components by
 * label, or by their place if there are several of one label.
 */
import * as Schema from "effect/Schema"
import { Fault, Millis } from "./Protocol.ts"

/** Something with a name. */
export const Named = Schema.Union([
  Schema.Struct({ user: Schema.String }),
  Schema.Struct({ role: Schema.String }),
  Schema.Struct({
    channel: Schema.String,
    /** Whether the bot has made it: a channel or a thread. */
    made: Schema.optionalKey(Schema.Boolean)
  })
])
export type Named = typeof Named.Type

/**
 * A text. Ids of what has a name are names, and what differs from run to run is left open: other ids, and times
 * (Discord's `<t:…>`, and dates of ISO 8601).
 */
export const Text = Schema.Array(
  Schema.Union([Schema.String, Named, Schema.Struct({ any: Schema.Literals(["id", "time", "date"]) })])
)
export type Text = typeof Text.Type

/** A file, with its bytes as base64. */
export const File = Schema.Struct({
  filename: Schema.String,
  contentType: Schema.optionalKey(Schema.String),
  data: Schema.String
})
export type File = typeof File.Type

/** A value that is not a list. */
export const Plain = Schema.Union([Schema.String, Schema.Number, Schema.Boolean, Named, File])
export type Plain = typeof Plain.Type

/** The value of an option, a menu or a field. */
export const Value = Schema.Union([Plain, Schema.Array(Plain)])
export type Value = typeof Value.Type

/** A component or a field: by its label, or the number of its place among those of its kind, from 0. */
export const Component = Schema.Union([
  Schema.Struct({ label: Schema.String }),
  Schema.Struct({ index: Schema.Number })
])
export type Component = typeof Component.Type

/** Where something happens: the first channel of the first guild, unless it says otherwise. */
export const Place = Schema.Struct({
  direct: Schema.optionalKey(Schema.Boolean),
  channel: Schema.optionalKey(Schema.String),
  /** Whether the bot has made that channel, or thread. */
  made: Schema.optionalKey(Schema.Boolean),
  /** A guild other than the first. */
  guild: Schema.optionalKey(Schema.String)
})
export type Place = typeof Place.Type

/** The number of a message in {@link Step}, `seen`. */
const Message = Schema.Number
const user = Schema.String
const values = Schema.Array(Schema.Struct({ name: Schema.String, value: Value }))

/** What was done. */
export const Deed = Schema.Union([
  /** Nothing yet: the bot has done something by itself. */
  Schema.Struct({ type: Schema.Literal("begin") }),
  Schema.Struct({
    type: Schema.Literal("autocomplete"),
    user,
    place: Place,
    name: Schema.String,
    values,
    focused: Schema.String
  }),
  Schema.Struct({ type: Schema.Literal("slash"), user, place: Place, name: Schema.String, values }),
  Schema.Struct({
    type: Schema.Literal("contextMenu"),
    user,
    place: Place,
    name: Schema.String,
    target: Schema.Union([Schema.Struct({ user }), Schema.Struct({ message: Message })])
  }),
  Schema.Struct({ type: Schema.Literal("launch"), user, place: Place }),
  Schema.Struct({ type: Schema.Literal("click"), user, message: Message, button: Component }),
  Schema.Struct({
    type: Schema.Literal("select"),
    user,
    message: Message,
    menu: Component,
    values: Schema.Array(Plain)
  }),
  Schema.Struct({
    type: Schema.Literal("submit"),
    user,
    /** The step that opened the modal. */
    opener: Schema.Number,
    fields: Schema.Array(Schema.Struct({ field: Component, value: Value }))
  }),
  Schema.Struct({
    type: Schema.Literal("say"),
    user,
    place: Place,
    content: Text,
    files: Schema.Array(File),
    replyTo: Schema.optionalKey(Message)
  }),
  Schema.Struct({ type: Schema.Literal("edit"), user, message: Message, content: Text }),
  Schema.Struct({ type: Schema.Literals(["react", "unreact"]), user, message: Message, emoji: Schema.String }),
  Schema.Struct({ type: Schema.Literal("vote"), user, message: Message, answers: Schema.Array(Schema.Number) }),
  Schema.Struct({ type: Schema.Literal("delete"), user, message: Message }),
  Schema.Struct({ type: Schema.Literal("fault"), fault: Fault }),
  /** Withdraws the fault of a step. */
  Schema.Struct({ type: Schema.Literal("clearFault"), fault: Schema.Number }),
  /** Withdraws all faults. */
  Schema.Struct({ type: Schema.Literal("clearFaults") }),
  Schema.Struct({ type: Schema.Literal("advance"), millis: Millis }),
  Schema.Struct({
    type: Schema.Literal("restart"),
    kill: Schema.Boolean,
    /** How many shards were connected, and are to be connected again. */
    shards: Schema.Number
  })
])
export type Deed = typeof Deed.Type

/** Where a message came from. */
export const Origin = Schema.Union([
  /** The initial response of this step or an earlier one, which was deferred. */
  Schema.Struct({ kind: Schema.Literal("reply"), step: Schema.Number }),
  /** A follow-up of this step or an earlier one, counted from 1. */
  Schema.Struct({ kind: Schema.Literal("followUp"), step: Schema.Number, count: Schema.Number }),
  /** The user wrote it. */
  Schema.Struct({ kind: Schema.Literal("said") }),
  /** The bot wrote it by itself; `user` sees it. */
  Schema.Struct({ kind: Schema.Literal("posted"), user, place: Place })
])
export type Origin = typeof Origin.Type

/** What users see of a message after a step. */
export const Seen = Schema.Struct({
  message: Message,
  /** Set when it is seen for the first time. */
  origin: Schema.optionalKey(Origin),
  /** Whether it was complete with the initial response; otherwise it is waited for. */
  atOnce: Schema.Boolean,
  /** Whether it has components of version 2. */
  layout: Schema.Boolean,
  text: Text,
  embeds: Schema.Array(Schema.Struct({ title: Schema.optionalKey(Text), description: Schema.optionalKey(Text) })),
  buttons: Schema.Array(Schema.Struct({ label: Schema.String, disabled: Schema.Boolean })),
  selects: Schema.Array(Schema.Struct({ placeholder: Schema.String, disabled: Schema.Boolean })),
  ephemeral: Schema.Boolean,
  deleted: Schema.Boolean
})
export type Seen = typeof Seen.Type

/** A step. */
export const Step = Schema.Struct({
  do: Deed,
  /** The modal that the bot opened. */
  modal: Schema.optionalKey(Schema.Struct({ title: Schema.String, fields: Schema.Array(Schema.String) })),
  /** Whether the bot did not respond in time. */
  failed: Schema.optionalKey(Schema.Boolean),
  /** The error with which Discord refused it: `NotUsable` or `InvalidCommand`. */
  refused: Schema.optionalKey(Schema.String),
  /** The names of what was suggested. */
  choices: Schema.optionalKey(Schema.Array(Schema.String)),
  /** Messages that are new or have changed. */
  seen: Schema.Array(Seen)
})
export type Step = typeof Step.Type

/** A user of the session. */
const User = Schema.Struct({
  name: Schema.String,
  permissions: Schema.optionalKey(Schema.String),
  locale: Schema.optionalKey(Schema.String)
})

/** Something that was done and cannot be played again. */
export const Skipped = Schema.Struct({
  /** The number of the step that follows, from 0. */
  before: Schema.Number,
  action: Schema.String,
  reason: Schema.String
})
export type Skipped = typeof Skipped.Type

/** A session. */
export const Session = Schema.Struct({
  version: Schema.Literal(1),
  users: Schema.Array(User),
  steps: Schema.Array(Step),
  skipped: Schema.optionalKey(Schema.Array(Skipped))
})
export type Session = typeof Session.Type

/** A session as a file: JSON. */
export const Json = Schema.fromJsonString(Session)
