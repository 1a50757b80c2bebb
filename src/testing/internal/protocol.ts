/** Discord's numbers for the gateway. Source: Discord, "Opcodes and Status Codes" and "Gateway", List of Intents. */

/** Opcodes. */
export const Op = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  presence: 3,
  voice: 4,
  resume: 6,
  reconnect: 7,
  members: 8,
  invalidSession: 9,
  hello: 10,
  ack: 11,
  soundboard: 31,
  channelInfo: 43
} as const

/** Close codes that Discord sends. */
export const Close = {
  unknownError: 4000,
  unknownOpcode: 4001,
  decodeError: 4002,
  notAuthenticated: 4003,
  authenticationFailed: 4004,
  alreadyAuthenticated: 4005,
  invalidSeq: 4007,
  rateLimited: 4008,
  sessionTimedOut: 4009,
  invalidShard: 4010,
  shardingRequired: 4011,
  invalidVersion: 4012,
  invalidIntents: 4013,
  disallowedIntents: 4014
} as const

/** Close codes of the server that end the session. */
export const endsSession: ReadonlySet<number> = new Set([4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014])

/** The largest frame that a client may send, in bytes. */
export const maxPayload = 4096

/** Bits of the intents. */
export const Intent = {
  guilds: 1 << 0,
  guildMembers: 1 << 1,
  guildExpressions: 1 << 3,
  guildVoiceStates: 1 << 7,
  guildMessages: 1 << 9,
  guildMessageReactions: 1 << 10,
  directMessages: 1 << 12,
  messageContent: 1 << 15,
  guildMessagePolls: 1 << 24
} as const

const knownIntents = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 21, 24, 25]

/** Every bit that is an intent. */
export const allIntents = knownIntents.reduce((bits, bit) => bits | (1 << bit), 0)

/** The intents that let an event of a guild through. Events that are not listed always go through. */
export const intentOf: Readonly<Record<string, number>> = {
  GUILD_CREATE: Intent.guilds,
  GUILD_UPDATE: Intent.guilds,
  GUILD_DELETE: Intent.guilds,
  GUILD_ROLE_CREATE: Intent.guilds,
  GUILD_ROLE_UPDATE: Intent.guilds,
  GUILD_ROLE_DELETE: Intent.guilds,
  CHANNEL_CREATE: Intent.guilds,
  CHANNEL_UPDATE: Intent.guilds,
  CHANNEL_DELETE: Intent.guilds,
  THREAD_CREATE: Intent.guilds,
  THREAD_UPDATE: Intent.guilds,
  THREAD_DELETE: Intent.guilds,
  THREAD_LIST_SYNC: Intent.guilds,
  GUILD_EMOJIS_UPDATE: Intent.guildExpressions,
  VOICE_STATE_UPDATE: Intent.guildVoiceStates,
  GUILD_MEMBER_ADD: Intent.guildMembers,
  GUILD_MEMBER_UPDATE: Intent.guildMembers,
  GUILD_MEMBER_REMOVE: Intent.guildMembers,
  MESSAGE_CREATE: Intent.guildMessages,
  MESSAGE_UPDATE: Intent.guildMessages,
  MESSAGE_DELETE: Intent.guildMessages,
  MESSAGE_DELETE_BULK: Intent.guildMessages,
  MESSAGE_POLL_VOTE_ADD: Intent.guildMessagePolls,
  MESSAGE_POLL_VOTE_REMOVE: Intent.guildMessagePolls,
  MESSAGE_REACTION_ADD: Intent.guildMessageReactions,
  MESSAGE_REACTION_REMOVE: Intent.guildMessageReactions
}
