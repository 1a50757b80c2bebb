/**
 * Members of a guild, requested over the gateway with `ShardMessenger.requestMembers` or `requestMemberChunks`.
 *
 * Each request is told apart by a nonce, so several requests for one guild may run at the same time. Interrupting the
 * stream abandons the request. When Discord rate-limits a request, it is sent again after the time that Discord names.
 *
 * Sources: Discord, "Request Guild Members", "Guild Members Chunk" and "Rate Limited".
 */
import type { GatewayGuildMembersChunkDispatchData } from "../discord/DiscordApi.ts"
import type * as Duration from "effect/Duration"

/** Which members to request. */
export type Request = {
  /** The id of the guild. */
  readonly guildId: string
  /**
   * Also requests presences, which requires the intent `GuildPresences`. Only `requestMemberChunks` returns them.
   * Default: false.
   */
  readonly presences?: boolean | undefined
  /** The longest wait for the next chunk. Default: 30 seconds. */
  readonly timeout?: Duration.Input | undefined
} & (
  | {
      /**
       * The beginning of the members' names. The empty string with a `limit` of 0 requests all members, and requires
       * the intent `GuildMembers`.
       */
      readonly query: string
      /** The most members to return: up to 100 with a query, 0 for all. Default: 100 with a query, otherwise 0. */
      readonly limit?: number | undefined
    }
  | {
      /** These members, at most 100. */
      readonly userIds: ReadonlyArray<string>
    }
)

/** One chunk of the answer, as Discord sends it. */
export type Chunk = GatewayGuildMembersChunkDispatchData
