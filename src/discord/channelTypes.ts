/** Types of channels by name. Source: Discord, "Channel Types". */

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
} as const satisfies Readonly<Record<string, number>>

/** A type of channel, for example `"GuildText"`. */
export type ChannelType = keyof typeof channelTypes

/** Discord's numbers of these types. */
export const channelTypeNumbers = (types: ReadonlyArray<ChannelType> | undefined): Array<number> | undefined =>
  types?.map((type) => channelTypes[type])
