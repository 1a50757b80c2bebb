/** Types of channels and the numbers that Discord gives them. Source: Discord, "Channel Types". */
export const channelTypes = {
  GuildText: 0,
  DM: 1,
  GuildVoice: 2,
  GroupDM: 3,
  GuildCategory: 4,
  GuildAnnouncement: 5,
  AnnouncementThread: 10,
  PublicThread: 11,
  PrivateThread: 12,
  GuildStageVoice: 13,
  GuildDirectory: 14,
  GuildForum: 15,
  GuildMedia: 16
} as const satisfies Record<string, number>

/** The name of a channel type. */
export type ChannelType = keyof typeof channelTypes
