/** The parts of Discord's JSON that clients read: READY, guilds, and the mix of events in a flood. */
import { otherEvent } from "./otherMix.ts"
import { botId, lastId, type Style } from "./protocol.ts"

type Json = Readonly<Record<string, unknown>>

// A fixed seed, so that every run and every machine uses the same bytes.
let seed = 42
/** The next number of the fixed sequence, from 0 to `below` less 1. */
export const random = (below: number): number => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
  return (seed >>> 8) % below
}

const words = [
  "the of and to in is you that it he was for on are as with his they at be this have from or one had by word but",
  "not what all were we when your can said there use an each which she do how their if will up other about out",
  "many then them these so some her would make like him into time has look two more write go see number no way",
  "could people my than first water been call who oil its now find long down day did get come made may part"
].flatMap((line) => line.split(" "))
const sentence = (length: number): string => Array.from({ length }, () => words[random(words.length)]).join(" ")
// Text of users: a quarter has a character outside of Latin-1, which turns the whole payload into a two-byte string.
const writing = (length: number): string => (random(4) === 0 ? `${sentence(length)} 🙂` : sentence(length))
const hex = (length: number): string => Array.from({ length }, () => random(16).toString(16)).join("")

const userCount = 50
const channelCount = 10

const guildId = (index: number): string => String(200_000_000_000_000_000n + (BigInt(index) << 22n))
const channelId = (guild: number, index: number): string =>
  String(300_000_000_000_000_000n + BigInt(guild * 1000 + index))
const roleId = (index: number): string => String(400_000_000_000_000_000n + BigInt(index))

const users: ReadonlyArray<Json> = Array.from({ length: userCount }, (_, index) => ({
  id: String(500_000_000_000_000_000n + BigInt(index)),
  username: `${words[index]}_${words[index + 20]}`,
  global_name: `${words[index + 10]} ${words[index + 3]}`,
  discriminator: "0",
  avatar: hex(32),
  avatar_decoration_data: null,
  public_flags: 0,
  clan: null,
  primary_guild: null
}))

const memberOf = (index: number): Json => ({
  roles: [roleId(1), roleId(2 + (index % 5))],
  premium_since: null,
  pending: false,
  nick: index % 3 === 0 ? `nick ${index}` : null,
  mute: false,
  joined_at: "2024-03-04T15:16:17.000000+00:00",
  flags: 0,
  deaf: false,
  communication_disabled_until: null,
  banner: null,
  avatar: null
})

/** The response to `GET /users/@me`. */
export const self: Json = {
  id: botId,
  username: "bench",
  discriminator: "0000",
  global_name: null,
  avatar: null,
  bot: true,
  verified: true,
  mfa_enabled: true,
  flags: 0,
  public_flags: 0,
  email: null
}

/** The response to `GET /applications/@me`. */
export const application: Json = {
  id: botId,
  name: "bench",
  description: "",
  flags: 0,
  verify_key: hex(64),
  owner: self
}

/** The data of READY. */
export const ready = (session: string, shard: number, total: number, gateway: string, guilds: number): Json => ({
  v: 10,
  user_settings: {},
  user: self,
  session_type: "normal",
  session_id: session,
  resume_gateway_url: gateway,
  relationships: [],
  private_channels: [],
  presences: [],
  guilds: Array.from({ length: guilds }, (_, index) => ({ id: guildId(index), unavailable: true })),
  guild_join_requests: [],
  geo_ordered_rtc_regions: [],
  auth: {},
  application: { id: botId, flags: 0 },
  shard: [shard, total],
  _trace: []
})

/** The data of GUILD_CREATE. */
export const guild = (index: number): Json => ({
  id: guildId(index),
  name: `guild ${index}`,
  owner_id: users[0]?.["id"],
  icon: null,
  splash: null,
  discovery_splash: null,
  banner: null,
  description: null,
  region: "deprecated",
  afk_channel_id: null,
  afk_timeout: 300,
  verification_level: 1,
  default_message_notifications: 0,
  explicit_content_filter: 0,
  mfa_level: 0,
  nsfw: false,
  nsfw_level: 0,
  premium_tier: 0,
  premium_progress_bar_enabled: false,
  preferred_locale: "en-US",
  application_id: null,
  system_channel_id: null,
  system_channel_flags: 0,
  rules_channel_id: null,
  public_updates_channel_id: null,
  safety_alerts_channel_id: null,
  vanity_url_code: null,
  max_members: 500_000,
  max_video_channel_users: 25,
  joined_at: "2024-01-02T03:04:05.000000+00:00",
  large: false,
  unavailable: false,
  member_count: userCount,
  features: [],
  emojis: [],
  stickers: [],
  voice_states: [],
  presences: [],
  threads: [],
  stage_instances: [],
  guild_scheduled_events: [],
  soundboard_sounds: [],
  roles: [guildId(index), ...Array.from({ length: 8 }, (_, role) => roleId(role))].map((id, position) => ({
    id,
    name: position === 0 ? "@everyone" : `role ${position}`,
    position,
    permissions: "1071698660929",
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    icon: null,
    unicode_emoji: null,
    managed: false,
    mentionable: false,
    flags: 0,
    tags: {}
  })),
  channels: Array.from({ length: channelCount }, (_, channel) => ({
    id: channelId(index, channel),
    type: 0,
    name: `channel-${channel}`,
    position: channel,
    topic: null,
    nsfw: false,
    parent_id: null,
    last_message_id: null,
    rate_limit_per_user: 0,
    permission_overwrites: [],
    flags: 0
  })),
  members: users.map((user, member) => ({ ...memberOf(member), user }))
})

/** Where an event happens. */
export const inGuild = () => {
  const guild = random(4)
  return { guild_id: guildId(guild), channel_id: channelId(guild, random(channelCount)) }
}

const attachmentUrl = (host: string, index: number): string =>
  `https://${host}/attachments/300000000000000001/${index}/image.png?ex=${hex(8)}&is=${hex(8)}&hm=${hex(64)}&`

const attachment = (index: number): Json => ({
  id: String(1_350_000_000_000_000_000n + BigInt(index)),
  filename: "image.png",
  size: 123_456,
  url: attachmentUrl("cdn.discordapp.com", index),
  proxy_url: attachmentUrl("media.discordapp.net", index),
  width: 1280,
  height: 720,
  content_type: "image/png",
  placeholder: hex(28),
  placeholder_version: 1,
  content_scan_version: 1
})

/** The data of MESSAGE_CREATE. */
export const message = (index: number): Json => {
  const user = random(userCount)
  const other = random(userCount)
  return {
    type: 0,
    tts: false,
    timestamp: "2026-11-21T12:34:56.789000+00:00",
    pinned: false,
    nonce: String(1_300_000_000_000_000_000n + BigInt(index)),
    mentions: random(3) === 0 ? [{ ...users[other], member: memberOf(other) }] : [],
    mention_roles: [],
    mention_everyone: false,
    member: memberOf(user),
    id: String(1_300_000_000_000_000_000n + BigInt(index)),
    flags: 0,
    embeds: [],
    edited_timestamp: null,
    content: writing(20 + random(40)),
    components: [],
    channel_type: 0,
    author: users[user],
    attachments: random(8) === 0 ? [attachment(index)] : [],
    ...inGuild()
  }
}

/** The data of PRESENCE_UPDATE. */
export const presence = (index: number): Json => ({
  user: { id: users[random(userCount)]?.["id"] },
  status: ["online", "idle", "dnd"][index % 3],
  ...inGuild(),
  client_status: { desktop: ["online", "idle", "dnd"][index % 3] },
  broadcast: null,
  activities: [
    {
      type: 2,
      timestamps: { start: 1_790_000_000_000 + index, end: 1_790_000_200_000 + index },
      sync_id: hex(22),
      state: sentence(3),
      session_id: hex(32),
      party: { id: `spotify:${users[random(userCount)]?.["id"]}` },
      name: "Spotify",
      id: "spotify:1",
      flags: 48,
      details: sentence(5),
      created_at: 1_790_000_000_000 + index,
      assets: { large_text: sentence(4), large_image: `spotify:${hex(40)}` }
    },
    { type: 4, state: sentence(6), name: "Custom Status", id: "custom", created_at: 1_790_000_000_000 + index }
  ]
})

/** The data of TYPING_START. */
export const typing = (): Json => {
  const user = random(userCount)
  return {
    user_id: users[user]?.["id"],
    timestamp: 1_790_000_000,
    member: { ...memberOf(user), user: users[user] },
    ...inGuild()
  }
}

/** The data of GUILD_MEMBER_UPDATE. */
export const memberUpdate = (index: number): Json => {
  const user = random(userCount)
  return { ...memberOf(user), user: users[user], nick: `nick ${index}`, guild_id: inGuild().guild_id }
}

const features = [
  "COMMUNITY",
  "NEWS",
  "ANIMATED_ICON",
  "INVITE_SPLASH",
  "CHANNEL_ICON_EMOJIS_GENERATED",
  "SOUNDBOARD",
  "MEMBER_VERIFICATION_GATE_ENABLED",
  "PREVIEW_ENABLED",
  "AUTO_MODERATION",
  "WELCOME_SCREEN_ENABLED"
]

/** The data of an INTERACTION_CREATE: the slash command `/ping`. */
export const interaction = (id: string): Json => {
  const user = random(userCount)
  const { channel_id, guild_id } = inGuild()
  return {
    version: 1,
    type: 2,
    token: `${hex(60)}${hex(60)}`,
    member: { ...memberOf(user), user: users[user], permissions: "2222085186637376", unusual_dm_activity_until: null },
    locale: "en-US",
    id,
    guild_locale: "en-US",
    guild_id,
    guild: { id: guild_id, locale: "en-US", features },
    entitlements: [],
    entitlement_sku_ids: [],
    data: { type: 1, name: "ping", id: "600000000000000001" },
    context: 0,
    channel_id,
    channel: {
      type: 0,
      topic: null,
      rate_limit_per_user: 0,
      position: 1,
      permissions: "2222085186637376",
      parent_id: null,
      nsfw: false,
      name: "channel-1",
      last_message_id: "1300000000000000000",
      id: channel_id,
      guild_id,
      flags: 0
    },
    authorizing_integration_owners: { "0": guild_id },
    attachment_size_limit: 10_485_760,
    application_id: botId,
    app_permissions: "2222085186637376"
  }
}

/** The response to a callback that asks for the created message. */
export const callbackResponse = (interaction: string): string =>
  JSON.stringify({
    interaction: { id: interaction, type: 2, response_message_id: interaction },
    resource: {
      type: 4,
      message: {
        id: interaction,
        channel_id: channelId(0, 0),
        type: 19,
        content: "pong",
        author: self,
        timestamp: "2026-11-21T12:34:56.789000+00:00",
        edited_timestamp: null,
        flags: 0,
        tts: false,
        pinned: false,
        mention_everyone: false,
        mentions: [],
        mention_roles: [],
        attachments: [],
        embeds: [],
        components: []
      }
    }
  })

/** A kind of event and its data. */
export type Event = readonly [name: string, data: Json]

/** An interaction of a flood, of which the last has an id of its own. */
export const interactionOf = (index: number, isLast: boolean): Event => [
  "INTERACTION_CREATE",
  interaction(isLast ? lastId : String(1_400_000_000_000_000_000n + BigInt(index)))
]

// 70 % messages, 15 % presences, typing and members, 15 % interactions, one of which is the last event.
const mix = "MMIMMPMMMTMMIMMUMMMI"
const mixWithoutInteractions = mix.replaceAll("I", "M")

const eventOf = (index: number, isLast: boolean, kinds: string): Event => {
  switch (isLast ? "I" : kinds[index % kinds.length]) {
    case "P":
      return ["PRESENCE_UPDATE", presence(index)]
    case "T":
      return ["TYPING_START", typing()]
    case "U":
      return ["GUILD_MEMBER_UPDATE", memberUpdate(index)]
    case "I":
      return interactionOf(index, isLast)
    default:
      return ["MESSAGE_CREATE", message(index)]
  }
}

/** A dispatch like those of Discord, with its name and sequence number first, unless other keys are asked for. */
export const dispatch = (name: string, sequence: number, data: Json, keys?: Style["keys"]): string =>
  keys === undefined
    ? `{"t":"${name}","s":${sequence},"op":0,"d":${JSON.stringify(data)}}`
    : `{"op":0,"d":${JSON.stringify(data)},"s":${sequence},"t":"${name}"}`

/** What a flood consists of. */
export interface Flood {
  /** The number of the first event. */
  readonly sequence: number
  readonly count: number
  /** Only the last event is an interaction. */
  readonly withoutInteractions: boolean
  readonly style: Style
}

/** The events of a flood. */
export function* flood({ count, sequence, style, withoutInteractions }: Flood): Generator<string> {
  seed = 42
  const kinds = withoutInteractions ? mixWithoutInteractions : mix
  const event = style.mix === undefined ? eventOf : otherEvent
  for (let index = 0; index < count; index++) {
    const [name, data] = event(index, index === count - 1, kinds)
    yield dispatch(name, sequence + index, data, style.keys)
  }
}
