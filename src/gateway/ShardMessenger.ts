/**
 * What a bot may tell one shard to do, modelled on serenity's `ShardMessenger`. Everything is sent in order, within
 * Discord's limits, and waits while the shard resumes.
 */
import type {
  APIGuildMember,
  GatewayRequestChannelInfoData,
  GatewayRequestGuildMembersData,
  GatewayRequestSoundboardSoundsData,
  GatewayVoiceStateUpdateData
} from "../discord/DiscordApi.ts"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { GatewayError } from "./GatewayError.ts"
import type * as MemberChunks from "./MemberChunks.ts"
import type { Activity, Presence } from "./Presence.ts"
import type { ShardId } from "./ShardId.ts"

/**
 * A payload that a bot may send by hand. IDENTIFY, RESUME and heartbeats belong to the shard, and `setPresence` sends
 * presences. Source: Discord, "Send Events".
 */
export type Payload =
  /** Update Voice State. `updateVoiceState` sends it too. */
  | { readonly op: 4; readonly d: GatewayVoiceStateUpdateData }
  /** Request Guild Members. `requestMembers` also collects the answer. */
  | { readonly op: 8; readonly d: GatewayRequestGuildMembersData }
  /** Request Soundboard Sounds. `requestSoundboardSounds` sends it too. */
  | { readonly op: 31; readonly d: GatewayRequestSoundboardSoundsData }
  /** Request Channel Info. */
  | { readonly op: 43; readonly d: GatewayRequestChannelInfoData }

/** Where the bot wants to be in a guild's voice channels. */
export interface VoiceState {
  /** The id of the guild. */
  readonly guildId: string
  /** The channel to join, or `null` to leave. */
  readonly channelId: string | null
  /** Whether the bot says nothing. Default: `false`. */
  readonly selfMute?: boolean | undefined
  /** Whether the bot hears nothing. Default: `false`. */
  readonly selfDeaf?: boolean | undefined
}

/**
 * One shard to talk to. A messenger stands for the shard's number, not for a running shard: while none runs here,
 * sending fails with `ShardNotRunning`, and a presence is kept for the shard's next start.
 */
export interface ShardMessenger {
  readonly id: ShardId
  /**
   * Sends a payload, and completes when it has been written to the connection, which waits until the shard is
   * Connected. Fails with `PayloadRejected` when the payload is larger than 4096 bytes, is no JSON, is about a guild whose
   * id is none, or its opcode is not a bot's to send, and with `ShardNotRunning` when the shard does not run or stops.
   */
  readonly send: (payload: Payload) => Effect.Effect<void, GatewayError>
  /**
   * Sets what Discord shows about the bot to the users of this shard's guilds. Only the newest presence is sent. Fails
   * with `PayloadRejected` when its JSON is larger than 3584 bytes: IDENTIFY carries it beside other data, and may not
   * be larger than 4096 bytes.
   */
  readonly setPresence: (presence: Presence) => Effect.Effect<void, GatewayError>
  /** Replaces the activities of the presence, or removes them, and keeps its status. Fails like {@link setPresence}. */
  readonly setActivity: (activity: Activity | undefined) => Effect.Effect<void, GatewayError>
  /**
   * Requests members of a guild that this shard serves. Fails with `RequestTimedOut` when Discord does not answer in
   * time, and like {@link send}. See `MemberChunks`.
   */
  readonly requestMembers: (request: MemberChunks.Request) => Stream.Stream<APIGuildMember, GatewayError>
  /** Like {@link requestMembers}, chunk by chunk, with presences and the ids that Discord did not find. */
  readonly requestMemberChunks: (request: MemberChunks.Request) => Stream.Stream<MemberChunks.Chunk, GatewayError>
  /** Joins a voice channel, moves to another, or leaves it. Fails like {@link send}. */
  readonly updateVoiceState: (state: VoiceState) => Effect.Effect<void, GatewayError>
  /** Requests one SOUNDBOARD_SOUNDS event for each guild. Fails like {@link send}. */
  readonly requestSoundboardSounds: (guildIds: ReadonlyArray<string>) => Effect.Effect<void, GatewayError>
}
