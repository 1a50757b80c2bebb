/**
 * Discord's numbers for the gateway, all in one place. What a close code means is in `CloseCode`.
 *
 * Sources: Discord, "Opcodes and Status Codes", "Sending Events", "Rate Limiting", "Session Start Limit Object" and
 * "Invalid Session".
 */

/** The version of the gateway that fibercord speaks. */
export const gatewayVersion = 10

/** What a payload is, as its `op`. */
export const opcodes = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  presenceUpdate: 3,
  voiceStateUpdate: 4,
  resume: 6,
  reconnect: 7,
  requestGuildMembers: 8,
  invalidSession: 9,
  hello: 10,
  heartbeatAck: 11,
  requestSoundboardSounds: 31,
  requestChannelInfo: 43
} as const

/** How many guilds a shard may serve. With more, Discord closes it with 4011. Source: Discord, "Sharding". */
export const maxGuildsPerShard = 2500

/** For how many guilds Discord recommends one more shard. Not documented, and so for years. */
export const guildsPerRecommendedShard = 1000

/** The largest payload that Discord accepts, in bytes. It closes the connection with 4002 for a larger one. */
export const maxPayloadBytes = 4096

/** The largest presence: IDENTIFY, which is a payload too, carries it beside up to 512 bytes of its own. */
export const maxPresenceBytes = maxPayloadBytes - 512

/** How many payloads one connection may send in a window of so many milliseconds. Discord closes with 4008 beyond. */
export const sendLimit = { payloads: 120, window: 60_000 } as const

/** The time between two IDENTIFYs with the same `shard_id % max_concurrency`, in milliseconds. */
export const identifyInterval = 5_000

/** The bounds of the random wait before the next attempt after an invalid session (op 9), in milliseconds. */
export const invalidSessionWait = { min: 1_000, max: 5_000 } as const

/** The most members that one request may name, by id or as the limit of a query. */
export const maxRequestedMembers = 100
