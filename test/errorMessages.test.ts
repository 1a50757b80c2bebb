/** Messages of public errors say what happened, and what to do about it. */
import { assert, it } from "@effect/vitest"
import { DialogueEnded, StorageFailed } from "../src/durable/DurableError.ts"
import { DiscordRestError, MessageError } from "../src/index.ts"
import * as VoiceError from "../src/voice/VoiceError.ts"

const guildId = "1000000000000000001"
const channelId = "1000000000000000002"
const { DiscordRestError: RestError, RateLimited, Timeout, Transport } = DiscordRestError
const call = { method: "POST", route: "/channels/1/messages" }

const rest = (reason: DiscordRestError.Reason) => new RestError({ reason })

const messages: ReadonlyArray<readonly [error: Error, happened: string, advice: string]> = [
  [rest(new RateLimited({ ...call, retryAfter: 2000, global: true })), "limited for 2000 ms (all calls)", "try again"],
  [
    rest(new RateLimited({ ...call, retryAfter: 5, global: false })),
    "POST /channels/1/messages",
    "try again after that"
  ],
  [rest(new Timeout({ limit: 60_000 })), "no response within 60000 ms", "raise `timeout`"],
  [rest(new Transport({ cause: new Error("read ECONNRESET") })), "(read ECONNRESET)", "check the network"],
  [
    new MessageError.UnknownChannel({ operation: "Messages.send" }),
    "Messages.send: there is no",
    "the id is not that of"
  ],
  [new MessageError.UnknownUser({ operation: "Messages.dm" }), "there is no such user", "the id is not that of a user"],
  [new MessageError.UnknownWebhook({ operation: "Webhook.send" }), "there is no webhook", "its URL is not complete"],
  [new MessageError.CannotMessageUser({ operation: "Messages.dm" }), "takes no direct messages", "Reply where"],
  [new StorageFailed({ operation: "cancel", cause: "disk full" }), "failed (disk full)", "safe to try again"],
  [new DialogueEnded({ id: "d1", status: "done" }), "d1 has ended: it is done", "Begin a new one"],
  [new VoiceError.Kicked({ guildId }), "was disconnected", "join again only if"],
  [new VoiceError.Closed({ guildId }), "was closed", "join again"],
  [new VoiceError.Disconnected({ guildId, detail: "code 4015" }), "was lost (code 4015)", "join again"],
  [new VoiceError.NoPermission({ guildId, channelId, missing: ["Connect"] }), "lacks Connect", "grant it to a role"]
]

it.each(messages)("%s: what happened, and what to do", ({ message }, happened, advice) => {
  assert.include(message, happened)
  assert.include(message, advice)
})
