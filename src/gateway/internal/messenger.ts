/** Makes the messenger of a shard's number. */
import * as Effect from "effect/Effect"
import { opcodes } from "../../discord/gatewayNumbers.ts"
import type { GatewayEvents } from "../GatewayEvents.ts"
import type { ShardId } from "../ShardId.ts"
import type { Payload, ShardMessenger } from "../ShardMessenger.ts"
import * as MemberRequest from "./memberRequest.ts"
import type { Outbox } from "./outbox.ts"

/** What a messenger needs of its manager. A reshard replaces outboxes, so they are asked for each time. */
export interface Services {
  readonly events: GatewayEvents["Service"]
  readonly outbox: () => Outbox
  readonly outboxServing: (guildId: string) => Outbox
  /** See `memberRequest.ts`. */
  readonly onNewSession: MemberRequest.Asked["onNewSession"]
}

/** Makes the messenger. */
export const make = (id: ShardId, services: Services): ShardMessenger => {
  const { events, onNewSession, outbox, outboxServing } = services
  const send = (payload: Payload) => Effect.suspend(() => outbox().send(payload))
  const sendToServing = (guildId: string, payload: Payload) =>
    Effect.suspend(() => outboxServing(guildId).send(payload))
  const shard = { id, events, onNewSession, send, sendToServing }
  return {
    id,
    send,
    setPresence: (presence) => Effect.suspend(() => outbox().setPresence(presence)),
    setActivity: (activity) =>
      Effect.suspend(() =>
        outbox().setPresence({ ...outbox().presence(), activities: activity === undefined ? [] : [activity] })
      ),
    requestMembers: (request) => MemberRequest.members(request, shard),
    requestMemberChunks: (request) => MemberRequest.chunks(request, shard),
    updateVoiceState: ({ channelId, guildId, selfDeaf, selfMute }) =>
      send({
        op: opcodes.voiceStateUpdate,
        d: { guild_id: guildId, channel_id: channelId, self_mute: selfMute ?? false, self_deaf: selfDeaf ?? false }
      }),
    requestSoundboardSounds: (guildIds) =>
      send({ op: opcodes.requestSoundboardSounds, d: { guild_ids: [...guildIds] } })
  }
}
