/** What users do on the page, done by the users of the fake, so that its rules hold. */
import * as Effect from "effect/Effect"
import { AwaitTimeout, NotUsable } from "../../testing/FakeDiscordError.ts"
import { ApiError } from "../../testing/internal/apiError.ts"
import type { Core } from "../../testing/internal/core.ts"
import * as handles from "../../testing/internal/handles.ts"
import { object } from "../../testing/internal/json.ts"
import * as messages from "../../testing/internal/messages.ts"
import * as userActs from "../../testing/internal/userActs.ts"
import * as users from "../../testing/internal/users.ts"
import type { ChannelRecord, InteractionRecord, MessageRecord, UserRecord } from "../../testing/internal/world.ts"
import type { FieldValues, Response } from "../../testing/Message.ts"
import type { OptionValues, Attachment } from "../../testing/User.ts"
import type * as Protocol from "../Protocol.ts"
import * as access from "./access.ts"
import { absent, invalid, Refusal } from "./refusal.ts"
import * as views from "./views.ts"
import { textOf } from "../../internal/thrown.ts"

type Of<T extends Protocol.Request["type"]> = Extract<Protocol.Request, { readonly type: T }>

export const userOf = ({ world }: Core, id: string): Effect.Effect<UserRecord, Refusal> => {
  const found = world.users.get(id)
  if (found === undefined) return Effect.fail(absent("user", id))
  return found.bot
    ? Effect.fail(invalid(`${found.username} is a bot, which only programs move`))
    : Effect.succeed(found)
}

export const channelOf = ({ world }: Core, id: string): Effect.Effect<ChannelRecord, Refusal> => {
  const found = world.channels.get(id)
  return found === undefined ? Effect.fail(absent("channel", id)) : Effect.succeed(found)
}

/** A message that a user sees. */
export const messageOf = ({ world }: Core, user: UserRecord, id: string): Effect.Effect<MessageRecord, Refusal> => {
  const found = world.messages.get(id)
  const channel = world.channels.get(found?.channelId ?? "")
  const isHidden = found?.visibleTo !== undefined && found.visibleTo !== user.id
  const isSeen = channel !== undefined && access.sees(world, user, channel) && !isHidden
  return found === undefined || found.deleted || !isSeen ? Effect.fail(absent("message", id)) : Effect.succeed(found)
}

const isFile = (value: unknown): value is typeof Protocol.File.Type => object(value)["filename"] !== undefined

/** A file with its bytes. */
const fileOf = (file: typeof Protocol.File.Type): Attachment => {
  const data = Buffer.from(file.data, "base64")
  return { filename: file.filename, size: data.length, contentType: file.contentType, data }
}

const valueOf = (value: typeof Protocol.Value.Type) => {
  if (isFile(value)) return fileOf(value)
  return Array.isArray(value) ? value.map((each: unknown) => (isFile(each) ? fileOf(each) : each)) : value
}

const valuesOf = (values: {
  readonly [name: string]: typeof Protocol.Value.Type
}): { readonly [name: string]: unknown } =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, valueOf(value)]))

/** The interaction of an action, whether or not the bot has responded in time. */
const acted = <E extends { readonly _tag: string; readonly message: string }>(
  core: Core,
  act: Effect.Effect<Response, E>
): Effect.Effect<Protocol.Acted, Refusal> => {
  const view = (id: string, isLate: boolean) =>
    Effect.suspend(() => {
      const record = core.world.interactions.get(id)
      return record === undefined
        ? Effect.fail(absent("interaction", id))
        : Effect.succeed({ interaction: views.interaction(core.world, record, isLate) })
    })
  return act.pipe(
    Effect.matchEffect({
      onSuccess: ({ interactionId }) => view(interactionId, false),
      onFailure: (error) =>
        "interaction" in error && typeof error.interaction === "string"
          ? view(error.interaction, true)
          : Effect.fail(refused(error))
    })
  )
}

// The log is on the page already.
const refused = (error: { readonly _tag: string; readonly message: string }): Refusal =>
  error instanceof AwaitTimeout
    ? new Refusal({ tag: error._tag, detail: `There is no bot that could respond: ${error.wanted} did not come` })
    : new Refusal({ tag: error._tag, detail: error.message })

/** Does something that throws what Discord answers, or what is missing. */
export const attempt = <A>(act: () => A): Effect.Effect<A, Refusal> =>
  Effect.try({
    try: act,
    catch: (error) => {
      if (error instanceof NotUsable) return refused(error)
      if (error instanceof ApiError) return new Refusal({ tag: "ApiError", detail: `${error.code} ${error.message}` })
      return invalid(textOf(error))
    }
  })

const contextMenu = Effect.fnUntraced(function* (core: Core, user: UserRecord, request: Of<"contextMenu">) {
  const { channel, name, target } = request
  const self = users.make(core, user)
  if ("user" in target) {
    const record = core.world.users.get(target.user)
    if (record === undefined) return yield* absent("user", target.user)
    return yield* acted(core, self.contextMenu(name, users.make(core, record), { channel }))
  }
  const record = yield* messageOf(core, user, target.message)
  const message = handles.message(core, user, Effect.succeed(record), record.version)
  return yield* acted(core, self.contextMenu(name, message, { channel }))
})

const submit = Effect.fnUntraced(function* (core: Core, user: UserRecord, request: Of<"submit">) {
  const opener: InteractionRecord | undefined = core.world.interactions.get(request.opener)
  if (opener === undefined) return yield* absent("interaction", request.opener)
  return yield* acted(core, handles.submit(core, user, opener, valuesOf(request.fields) as FieldValues))
})

const say = Effect.fnUntraced(function* (core: Core, user: UserRecord, request: Of<"say">) {
  const { channel, content, files = [], replyTo } = request
  if (replyTo !== undefined) yield* messageOf(core, user, replyTo)
  const options = { channel, files: files.map(fileOf), replyTo }
  const message = yield* Effect.mapError(users.make(core, user).say(content, options), refused)
  return { message: yield* Effect.mapError(message.id, refused) }
})

const edit = Effect.fnUntraced(function* (core: Core, user: UserRecord, request: Of<"edit">) {
  const message = yield* messageOf(core, user, request.message)
  yield* attempt(() => userActs.edit(core.world, user, message, request.content))
})

const react = Effect.fnUntraced(function* (core: Core, user: UserRecord, request: Of<"react" | "unreact">) {
  const message = yield* messageOf(core, user, request.message)
  yield* attempt(() => userActs.react(core.world, user, message, request.emoji, request.type === "react"))
})

const vote = Effect.fnUntraced(function* (core: Core, user: UserRecord, request: Of<"vote">) {
  const message = yield* messageOf(core, user, request.message)
  yield* attempt(() => userActs.vote(core.world, user, message, request.answers))
})

/** Deletes a message of one's own, or of others with Manage Messages. Source: Discord, "Delete Message". */
const remove = Effect.fnUntraced(function* (core: Core, user: UserRecord, request: Of<"delete">) {
  const { world } = core
  const message = yield* messageOf(core, user, request.message)
  const channel = world.channels.get(message.channelId)
  // Who sees a message alone can dismiss it.
  const isOwn = object(message.raw["author"])["id"] === user.id || message.visibleTo === user.id
  const may = channel !== undefined && access.moderates(world, user, channel)
  if (!isOwn && !may) return yield* invalid(`${user.username} may not delete messages of others here`)
  yield* attempt(() => messages.remove(world, message))
})

/** Does what a user does. */
export const perform = Effect.fnUntraced(function* (
  core: Core,
  action: Protocol.Action
): Effect.fn.Return<unknown, Refusal> {
  const user = yield* userOf(core, action.user)
  if ("channel" in action) yield* channelOf(core, action.channel)
  const self = users.make(core, user)
  switch (action.type) {
    case "slash": {
      const values = valuesOf(action.values) as OptionValues
      return yield* acted(core, self.slash(action.name, values, { channel: action.channel }))
    }
    case "contextMenu":
      return yield* contextMenu(core, user, action)
    case "launch":
      return yield* acted(core, self.launch({ channel: action.channel }))
    case "click": {
      const message = yield* messageOf(core, user, action.message)
      return yield* acted(core, handles.click(core, user, message, action.customId))
    }
    case "select": {
      const message = yield* messageOf(core, user, action.message)
      return yield* acted(core, handles.select(core, user, message, action.customId, action.values))
    }
    case "submit":
      return yield* submit(core, user, action)
    case "say":
      return yield* say(core, user, action)
    case "edit":
      return yield* edit(core, user, action)
    case "react":
    case "unreact":
      return yield* react(core, user, action)
    case "vote":
      return yield* vote(core, user, action)
    case "delete":
      return yield* remove(core, user, action)
  }
})

/** What Discord suggests while a user types. */
export const autocomplete = Effect.fnUntraced(function* (
  core: Core,
  request: Of<"autocomplete">
): Effect.fn.Return<Protocol.Suggestions, Refusal> {
  const user = yield* userOf(core, request.user)
  yield* channelOf(core, request.channel)
  const { channel, focused, name } = request
  const values = valuesOf(request.values) as OptionValues
  const response = yield* Effect.mapError(
    users.make(core, user).autocomplete(name, values, focused, { channel }),
    refused
  )
  return { choices: yield* Effect.mapError(response.choices, refused) }
})
