/**
 * Threads: public and private ones without a message, posts in forums, who is in them, and what changes them. A thread is a channel, so
 * that `Messages.send` sends into it. One at a message is started by `Sent.startThread`.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Messages, Threads } from "fibercord"
 *
 * const ticket = Effect.fn("ticket")(function* (channelId: string, userId: string) {
 *   const thread = yield* Threads.start(channelId, "Ticket of Ann", { private: true })
 *   yield* Threads.addMember(thread, userId)
 *   yield* Messages.send(thread, { content: "How can we help?" })
 *   yield* Threads.edit(thread, { archived: true, locked: true })
 * })
 * ```
 *
 * Everything fails with `MessageError`; with the reason `ThreadClosed` if the thread is archived or locked.
 *
 * Source: Discord, "Threads" and "Channel Resource".
 */
import * as Effect from "effect/Effect"
import { channelTypes } from "../../discord/channelTypes.ts"
import { given } from "../../internal/given.ts"
import type { DiscordRest } from "../../rest/DiscordRest.ts"
import { withId } from "../../rest/shaped.ts"
import { toBody, withFiles } from "./internal/messageBody.ts"
import { call, noteComponents, written } from "./internal/messageCalls.ts"
import { SentMessage } from "./internal/sent.ts"
import { addressOf } from "./internal/sentMessage.ts"
import { throwInvalid } from "./internal/validBody.ts"
import type { Message } from "./Message.ts"
import type { MessageError } from "./MessageError.ts"
import type { Sent, ThreadOptions } from "./Sent.ts"

export type { ThreadOptions } from "./Sent.ts"

type Done<A = void> = Effect.Effect<A, MessageError, DiscordRest>

/** Options of {@link start}. */
export interface StartOptions extends ThreadOptions {
  /** Whether only those see it who are in it, and moderators. In text channels only. Default: `false`. */
  readonly private?: boolean | undefined
  /** Whether those in a private thread may add others; otherwise moderators only. Default: `true`. */
  readonly invitable?: boolean | undefined
  /** Whether the channel is one for announcements, where all threads are public. Default: `false`. */
  readonly announcement?: boolean | undefined
}

/**
 * Starts a thread without a message, and returns its id, which is that of a channel. The bot is in it. The name has 1 to 100
 * characters. Needs the permission `CreatePublicThreads` or `CreatePrivateThreads`.
 */
export const start = (channelId: string, name: string, options: StartOptions = {}): Done<string> => {
  const { announcement, archiveAfter, invitable, private: isPrivate, reason, slowmode } = options
  const type = isPrivate === true ? "PrivateThread" : announcement === true ? "AnnouncementThread" : "PublicThread"
  const body = given({
    name,
    type: channelTypes[type],
    invitable,
    auto_archive_duration: archiveAfter,
    rate_limit_per_user: slowmode
  })
  return Effect.map(
    call("Threads.start", (api) =>
      api.channels.createThread(channelId, body as never, undefined, given({ reason })).then(withId)
    ),
    ({ id }) => id
  )
}

/** Options of {@link post}. */
export interface PostOptions extends ThreadOptions {
  /** The ids of the tags of the forum that it has, at most 5. Default: none. */
  readonly appliedTags?: ReadonlyArray<string> | undefined
}

/**
 * Starts a post in a forum or media channel: a thread with its first message, which is returned. The id of the thread is the
 * `channelId` of its `ids`. The message has neither a poll nor `tts`; a name has 1 to 100 characters. Needs `SendMessages`.
 *
 * Source: Discord, "Start Thread in Forum or Media Channel".
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Threads } from "fibercord"
 *
 * const report = (forumId: string, userId: string) =>
 *   Effect.gen(function* () {
 *     const post = yield* Threads.post(forumId, "A bug", { content: "It does not start." }, { appliedTags: [] })
 *     // The channel of its first message is the thread.
 *     const { channelId: threadId } = yield* post.ids
 *     yield* Threads.join(threadId)
 *     yield* Threads.addMember(threadId, userId)
 *     yield* Threads.removeMember(threadId, userId)
 *     yield* Threads.leave(threadId)
 *   })
 * ```
 */
export const post = (channelId: string, name: string, message: Message, options: PostOptions = {}): Done<Sent> =>
  Effect.gen(function* () {
    const { appliedTags, archiveAfter, reason, slowmode } = options
    const body = yield* written(() => {
      if (message.poll !== undefined) throwInvalid("poll", "none in the first message of a post", "a poll")
      if (message.tts === true) throwInvalid("tts", "nothing read aloud in a post", "tts")
      return toBody(message, "channel")
    })
    const fields = given({
      name,
      applied_tags: appliedTags,
      auto_archive_duration: archiveAfter,
      rate_limit_per_user: slowmode,
      message: withFiles(body)
    })
    const made = yield* call("Threads.post", (api) =>
      api.channels.createForumThread(channelId, fields as never, given({ reason })).then(withId)
    )
    // The first message has the id of its thread.
    const sent = new SentMessage(addressOf({ channelId: made.id, id: made.id }))
    yield* noteComponents(sent.address, { channel_id: made.id, id: made.id }, body)
    return sent
  })

/** What {@link edit} changes; absent fields are left as they are. Source: Discord, "Modify Channel". */
export interface Changes extends ThreadOptions {
  /** 1 to 100 characters. */
  readonly name?: string | undefined
  /** An archived thread leaves the list of channels, and the next message makes it active again. */
  readonly archived?: boolean | undefined
  /** In a locked thread only moderators write, and only they make it active again. Needs `ManageThreads`. */
  readonly locked?: boolean | undefined
  /** Whether those in a private thread may add others; otherwise moderators only. */
  readonly invitable?: boolean | undefined
  /** In forums: the ids of the tags of a post, at most 5. */
  readonly appliedTags?: ReadonlyArray<string> | undefined
}

/**
 * Changes a thread. In one of its own the bot changes `name`, `archived` and `archiveAfter`; everything else needs
 * `ManageThreads`. An archived thread can only be changed together with `archived: false`.
 */
export const edit = (threadId: string, changes: Changes): Done => {
  const { appliedTags, archiveAfter, reason, slowmode, ...same } = changes
  const body = given({
    ...same,
    auto_archive_duration: archiveAfter,
    rate_limit_per_user: slowmode,
    applied_tags: appliedTags
  })
  return Effect.asVoid(call("Threads.edit", (api) => api.channels.edit(threadId, body as never, given({ reason }))))
}

/**
 * Adds a member of the guild to a thread; one who is there already changes nothing. Mentions in a thread do the same. Needs
 * `SendMessagesInThreads`.
 */
export const addMember = (threadId: string, userId: string): Done =>
  call("Threads.addMember", (api) => api.threads.addMember(threadId, userId))

/** Removes a member. Needs `ManageThreads`, or a private thread that the bot has started. */
export const removeMember = (threadId: string, userId: string): Done =>
  call("Threads.removeMember", (api) => api.threads.removeMember(threadId, userId))

/** The bot comes into a thread. */
export const join = (threadId: string): Done => call("Threads.join", (api) => api.threads.join(threadId))

/** The bot leaves a thread. */
export const leave = (threadId: string): Done => call("Threads.leave", (api) => api.threads.leave(threadId))
