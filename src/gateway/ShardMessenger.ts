/**
 * What a bot may tell one shard to do, after serenity's `ShardMessenger`. Everything is limited, ordered and kept over
 * resumes by the shard's `Outbox`.
 */
import type { APIGuildMember } from "discord-api-types/v10"
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { GatewayError } from "./GatewayError.ts"
import type { GatewayEvents } from "./GatewayEvents.ts"
import * as MemberChunks from "./MemberChunks.ts"
import { opcodes, type Outbox, type Payload } from "./Outbox.ts"
import type { Activity, Presence } from "./Presence.ts"
import type { ShardId } from "./ShardId.ts"

/** Where a bot is in a guild's voice channels, as it would like to be. */
export interface VoiceState {
  readonly guildId: string
  /** The channel to join, or `null` to leave. */
  readonly channelId: string | null
  /** Default: false. */
  readonly selfMute?: boolean | undefined
  /** Default: false. */
  readonly selfDeaf?: boolean | undefined
}

/**
 * One shard, to talk to. It stands for the number, not for a running shard: with none running here, sending fails with
 * `ShardNotRunning`, and presences are kept for when one does.
 */
export interface ShardMessenger {
  readonly id: ShardId
  /**
   * Completes when the payload is on its way, which a shard that is not Connected puts off. Fails with
   * `PayloadRejected` when it is over 4096 bytes.
   */
  readonly send: (payload: Payload) => Effect.Effect<void, GatewayError>
  /** What Discord shows about the bot, for the users of this shard's guilds. Only the newest counts. */
  readonly setPresence: (presence: Presence) => Effect.Effect<void>
  /** Replaces the activities and leaves the status. */
  readonly setActivity: (activity: Activity | undefined) => Effect.Effect<void>
  /** Members of a guild of this shard. See `MemberChunks`. */
  readonly requestMembers: (request: MemberChunks.Request) => Stream.Stream<APIGuildMember, GatewayError>
  /** The same with presences and unknown ids, chunk by chunk. */
  readonly requestMemberChunks: (request: MemberChunks.Request) => Stream.Stream<MemberChunks.Chunk, GatewayError>
  /** Joins, moves between, or leaves voice channels. */
  readonly updateVoiceState: (state: VoiceState) => Effect.Effect<void, GatewayError>
  /** Asks for a SOUNDBOARD_SOUNDS event for each guild. */
  readonly requestSoundboardSounds: (guildIds: ReadonlyArray<string>) => Effect.Effect<void, GatewayError>
}

/** Makes the messenger of a shard. */
export const make = (
  id: ShardId,
  services: {
    readonly events: GatewayEvents["Service"]
    /** The outbox of the shard that has this number now. */
    readonly outbox: () => Outbox
  }
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
    requestMembers: (request) => MemberChunks.members(request, shard),
    requestMemberChunks: (request) => MemberChunks.chunks(request, shard),
    updateVoiceState: ({ channelId, guildId, selfDeaf, selfMute }) =>
      send({
        op: opcodes.voiceState,
        d: { guild_id: guildId, channel_id: channelId, self_mute: selfMute ?? false, self_deaf: selfDeaf ?? false }
      }),
    requestSoundboardSounds: (guildIds) =>
      send({ op: opcodes.requestSoundboardSounds, d: { guild_ids: [...guildIds] } })
  }
}
