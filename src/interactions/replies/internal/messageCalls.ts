/** The calls behind `Sent` and `Messages`. */
import type { API } from "@discordjs/core/http-only"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Discord from "../../../discord/Discord.ts"
import { given } from "../../../internal/given.ts"
import { DiscordRest } from "../../../rest/DiscordRest.ts"
import * as Runtime from "../../../runtime/Runtime.ts"
import type { Message } from "../Message.ts"
import { fromRest, MessageError } from "../MessageError.ts"
import type { ReplyError } from "../ReplyError.ts"
import type { Ids, ThreadOptions } from "../Sent.ts"
import { runtimeState } from "./boundComponents.ts"
import { type Ending, remember } from "./endedComponents.ts"
import { withId } from "../../../rest/shaped.ts"
import { type Body, checkSecrecy, needsAttachments, toChange } from "./messageBody.ts"
import { hasV2, isPrivate } from "./responseState.ts"
import { type Address, change, read } from "./sentMessage.ts"
import { orInvalid } from "./validBody.ts"

type Done<A = void> = Effect.Effect<A, MessageError, DiscordRest>

/** What has an address, which becomes better known. */
export interface Addressed {
  address: Address
}

/** What `write` returns; what Discord would refuse is a failure with `InvalidMessage`. */
export const written = <A>(write: () => A): Effect.Effect<A, MessageError> =>
  Effect.mapError(
    orInvalid(() => Effect.succeed(write())),
    ({ reason }: ReplyError) => new MessageError({ reason: reason as MessageError["reason"] })
  )

/** Makes a call of the API. */
export const call = <A>(operation: string, f: (api: API) => Promise<A>): Done<A> =>
  DiscordRest.use((rest) => Effect.mapError(rest.use(f), (error) => fromRest(operation, error)))

const defaultEnding: Ending = { onEnd: "disable", shutdownBudget: "10 seconds" }

/** Tells the current Runtime, if there is one, which of its components a message shows now. */
export const noteComponents = (
  address: Address,
  { channel_id: channelId, id }: Pick<Discord.Message, "channel_id" | "id">,
  { data }: Body
): Effect.Effect<void, never, DiscordRest> =>
  Effect.contextWith((context: Context.Context<DiscordRest>) => {
    const runtime = Context.getOrUndefined(context as Context.Context<never>, Runtime.Runtime)
    if (runtime === undefined || data.components === undefined) return Effect.void
    const rest = Context.get(context, DiscordRest)
    const { bot } = runtime.local(runtimeState)
    const ends = bot?.rest === rest ? bot : { rest, ending: bot?.ending ?? defaultEnding }
    return remember(ends, runtime, { ...address, channelId, id }, data.components)
  })

/** The ids of a message, which Discord is asked for if they are not known. */
export const idsFrom = (of: Addressed, operation: string): Done<Ids> =>
  Effect.suspend(() => {
    const { address } = of
    const { channelId, id } = address
    if (channelId !== undefined && id !== undefined) return Effect.succeed({ channelId, id })
    return DiscordRest.use((rest) =>
      Effect.map(read(rest, address, operation), (message) => {
        const ids = { channelId: message.channel_id, id: message.id }
        of.address = { ...address, ...ids, isEphemeral: isPrivate(message), isOnItsWay: false }
        return ids
      })
    )
  })

/** Makes a call about a message by its ids. */
export const withIds = <A>(of: Addressed, operation: string, f: (api: API, ids: Ids) => Promise<A>): Done<A> =>
  Effect.flatMap(idsFrom(of, operation), (ids) => call(operation, (api) => f(api, ids)))

/** Changes a message. */
export const editMessage = (of: Addressed, message: Message, operation: string): Done =>
  DiscordRest.use((rest) =>
    Effect.gen(function* () {
      const { address } = of
      yield* written(() => checkSecrecy(message, !address.isEphemeral))
      const source = needsAttachments(message) ? yield* read(rest, address, operation) : undefined
      const attachments = source?.attachments.map(({ id }) => id)
      const isV2 = source !== undefined && hasV2(source.flags)
      const body = yield* written(() => toChange(message, { attachments, isV2, source }))
      const changed = yield* change(rest, address, body, operation)
      of.address = { ...address, id: changed.id, channelId: changed.channel_id }
      yield* noteComponents(of.address, changed, body)
    })
  )

/** An emoji as it stands in a path: `👍`, or `name:id` of a custom one. */
export const emojiPath = (emoji: string): string => emoji.replace(/^<a?:(\w+:\d+)>$/, "$1")

/** Starts a thread at a message. */
export const startThread = (of: Addressed, name: string, options: ThreadOptions): Done<string> =>
  Effect.map(
    withIds(of, "Sent.startThread", (api, { channelId, id }) => {
      const { archiveAfter, reason, slowmode } = options
      const body = given({ name, auto_archive_duration: archiveAfter, rate_limit_per_user: slowmode })
      return api.channels
        .createThread(channelId, body as never, id, reason === undefined ? {} : { reason })
        .then(withId)
    }),
    (thread) => thread.id
  )

/** Ends the poll of a message. */
export const endPoll = (of: Addressed): Done =>
  Effect.asVoid(withIds(of, "Sent.endPoll", (api, { channelId, id }) => api.poll.expirePoll(channelId, id)))
