/** What the fake knows, as the page gets it. */
import type {
  APIChannel,
  APIEmoji,
  APIMessage,
  APIModalInteractionResponseCallbackData,
  APIRole,
  APIUser
} from "../../discord/DiscordApi.ts"
import * as interactions from "../../testing/internal/interactions.ts"
import { array, number, object, string } from "../../testing/internal/json.ts"
import { Flag } from "../../testing/internal/messages.ts"
import * as payloads from "../../testing/internal/payloads.ts"
import { votersOf } from "../../testing/internal/polls.ts"
import { usersOf } from "../../testing/internal/reactions.ts"
import { ownerOf } from "../../testing/internal/permissions.ts"
import type {
  ChannelRecord,
  GuildRecord,
  InteractionRecord,
  MessageRecord,
  UserRecord,
  World
} from "../../testing/internal/world.ts"
import { type Entry, type EntryOf, format } from "../../testing/Log.ts"
import type * as Protocol from "../Protocol.ts"
import { actionText } from "./actionText.ts"

export const user = (record: UserRecord): APIUser => payloads.user(record) as unknown as APIUser

/** A channel; one of direct messages with its recipient. Source: Discord, "Channel Object". */
export const channel = (world: World, record: ChannelRecord): APIChannel => {
  const recipient = world.recipientOf(record)
  const recipients = recipient === undefined ? {} : { recipients: [payloads.user(recipient)] }
  return { ...payloads.channel(record), ...recipients } as unknown as APIChannel
}

const member = (guild: GuildRecord, record: UserRecord): Protocol.MemberView => {
  const whole = payloads.memberOf(guild, record)
  return { user: record.id, nick: string(whole["nick"]), roles: array(whole["roles"]).map(String) }
}

export const guild = (world: World, record: GuildRecord): Protocol.GuildView => ({
  id: record.id,
  name: string(record.fields["name"]) ?? record.name,
  owner: ownerOf(record),
  channels: record.channels.map((one) => channel(world, one)),
  threads: record.threads.map((one) => channel(world, one)),
  roles: record.roles.map(payloads.role) as unknown as ReadonlyArray<APIRole>,
  emojis: record.emojis as unknown as ReadonlyArray<APIEmoji>,
  members: world.members(record.id).map((one) => member(record, one))
})

/** Who has added each reaction of a message, and who has voted for each answer of its poll. */
const whoActed = (record: MessageRecord): Pick<Protocol.MessageView, "reactedBy" | "votedBy"> => {
  const emojis = array(record.raw["reactions"]).map((each) => object(object(each)["emoji"]))
  const answers = array(object(record.raw["poll"])["answers"]).map((each) => number(object(each)["answer_id"]) ?? 0)
  const byEmoji = emojis.map((emoji) => [String(emoji["id"] ?? emoji["name"]), [...(usersOf(record, emoji) ?? [])]])
  const byAnswer = answers.map((answer) => [String(answer), votersOf(record, answer)])
  return {
    reactedBy: byEmoji.length === 0 ? undefined : Object.fromEntries(byEmoji),
    votedBy: byAnswer.length === 0 ? undefined : Object.fromEntries(byAnswer)
  }
}

export const message = (record: MessageRecord): Protocol.MessageView => ({
  raw: record.raw as unknown as APIMessage,
  visibleTo: record.visibleTo,
  interaction: record.interactionId,
  deleted: record.deleted,
  ...whoActed(record),
  pending: ((number(record.raw["flags"]) ?? 0) & Flag.loading) !== 0,
  version: record.version
})

// The words of Discord's client.
const failures: Readonly<Record<number, string>> = {
  [interactions.Kind.command]: "The application did not respond",
  [interactions.Kind.component]: "This interaction failed",
  [interactions.Kind.autocomplete]: "Loading options failed",
  [interactions.Kind.modal]: "Something went wrong. Try again."
}

const stateOf = (world: World, record: InteractionRecord): Protocol.InteractionView["state"] => {
  if (record.answer !== undefined) return "answered"
  return world.now() - record.createdAt >= world.settings.interactionDeadline ? "failed" : "waiting"
}

/** An interaction. `isLate` says that its time is over, although a clock may be a moment behind. */
export const interaction = (world: World, record: InteractionRecord, isLate = false): Protocol.InteractionView => {
  const { answer } = record
  const state = isLate && answer === undefined ? "failed" : stateOf(world, record)
  return {
    id: record.id,
    kind: record.type,
    user: record.user.id,
    channel: record.channelId,
    at: record.createdAt,
    action: actionText(record),
    command: record.action.startsWith("/") ? record.action : undefined,
    source: record.source?.id,
    state,
    failure: state === "failed" ? failures[record.type] : undefined,
    refused: record.refused,
    callback: answer?.type,
    elapsed: answer === undefined ? undefined : answer.at - record.createdAt,
    modal:
      answer?.type === interactions.Callback.modal
        ? (answer.data as unknown as APIModalInteractionResponseCallbackData)
        : undefined,
    original: record.original?.id,
    followUps: record.followUps.map(({ id }) => id)
  }
}

/** What may change about an interaction. */
export const fingerprint = (world: World, record: InteractionRecord): string =>
  `${stateOf(world, record)} ${record.original?.id} ${record.followUps.length} ${record.refused.length}`

/** A request of the bot. `byToken` finds the interaction of a token. */
export const rest = (entry: EntryOf<"Request">, byToken: (token: string) => string | undefined): Protocol.RestCall => {
  const parts = entry.path.split("/")
  const isOfWebhook = parts[1] === "webhooks" && parts[3] !== undefined
  const interaction = parts[1] === "interactions" ? parts[2] : isOfWebhook ? byToken(parts[3] ?? "") : undefined
  return {
    index: entry.index,
    at: entry.at,
    method: entry.method,
    path: entry.path,
    status: entry.status,
    code: entry.code,
    body: entry.body,
    interaction
  }
}

// What happens all the time says nothing.
const quiet: ReadonlySet<Entry["_tag"]> = new Set(["Request", "Heartbeat", "Dispatched"])
const acknowledgement = 11

/** Whether the page shows an entry as a line. */
export const isShown = (entry: Entry): boolean =>
  !quiet.has(entry._tag) && !(entry._tag === "Sent" && entry.op === acknowledgement)

export const line = (entry: Entry): Protocol.LogLine => ({
  index: entry.index,
  at: entry.at,
  tag: entry._tag,
  // Its place, time and tag are fields of their own.
  text: format(entry).split(" ").slice(3).join(" ")
})
