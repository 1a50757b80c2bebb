/** Makes the messenger of a shard's number. */
import * as Effect from "effect/Effect"
import { opcodes } from "../../discord/gatewayNumbers.ts"
import type { GatewayEvents } from "../GatewayEvents.ts"
import type { ShardId } from "../ShardId.ts"
import type { Payload, ShardMessenger } from "../ShardMessenger.ts"
import * as MemberRequest from "./memberRequest.ts"
import type { Outbox } from "./outbox.ts"

/** `outbox` returns the outbox that belongs to this number now: a reshard replaces it. */
export const make = (
  id: ShardId,
  services: { readonly events: GatewayEvents["Service"]; readonly outbox: () => Outbox }
): ShardMessenger => {
  const { events, outbox } = services
  const send = (payload: Payload) => Effect.suspend(() => outbox().send(payload))
  const shard = { id, events, send }
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
