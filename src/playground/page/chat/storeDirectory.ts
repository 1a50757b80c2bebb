/** Names as a user sees them in a channel. */
import type { APIChannel, APIRole, APIUser } from "../../../discord/DiscordApi.ts"
import type { GuildView, View } from "../../Protocol.ts"
import { localMedia, nameOf, type Directory, type Person } from "../message/Directory.ts"
import type { Store } from "../Store.ts"

/** The colour of the highest role that has one. Source: Discord, "Role Object". */
const colourIn = (roles: ReadonlyArray<APIRole>, ids: ReadonlyArray<string>): number | undefined =>
  roles
    .filter(({ color, id }) => color !== 0 && ids.includes(id))
    .toSorted((a, b) => b.position - a.position)
    .at(0)?.color

const peopleOf = (store: Store, guild: GuildView | undefined): ReadonlyMap<string, Person> => {
  const members = new Map(guild?.members.map((member) => [member.user, member]))
  const users = [...store.users.values(), ...(store.bot === undefined ? [] : [store.bot])]
  return new Map(
    users.map((user) => {
      const member = members.get(user.id)
      const colour = guild === undefined || member === undefined ? undefined : colourIn(guild.roles, member.roles)
      return [user.id, { user, name: member?.nick ?? nameOf(user), colour }]
    })
  )
}

/** Where the playground serves the picture of a user. Source: Discord, "CDN Endpoints". */
export const pictureOfUser = ({ avatar, id }: APIUser): string | undefined =>
  avatar == null || !/^\w+$/.test(avatar) || !/^\d+$/.test(id) ? undefined : `cdn/avatars/${id}/${avatar}.png`

export const makeDirectory = (
  store: Store,
  viewer: string,
  guild: GuildView | undefined,
  view: View | undefined,
  channel: string | undefined
): Directory => {
  const people = peopleOf(store, guild)
  const members = new Set(guild?.members.map(({ user }) => user))
  const present = [...people.values()].filter(({ user }) =>
    guild === undefined ? user.id === viewer || user.id === store.bot?.id : members.has(user.id)
  )
  const allChannels: ReadonlyArray<APIChannel> = [...store.guilds.values()].flatMap((each) => [
    ...each.channels,
    ...each.threads
  ])
  const channels = new Map(allChannels.map((each) => [each.id, each]))
  const seen = view === undefined ? undefined : new Set(view.channels)
  const visible = [...(guild?.channels ?? []), ...(guild?.threads ?? [])].filter(({ id }) => seen?.has(id) ?? true)
  const direct = channel === undefined ? undefined : store.directs.get(channel)
  return {
    viewer,
    now: store.now,
    person: (id) => people.get(id),
    people: () => present,
    role: (id) => guild?.roles.find((role) => role.id === id),
    roles: () => guild?.roles ?? [],
    channel: (id) => channels.get(id) ?? (direct?.id === id ? direct : undefined),
    channels: () => visible,
    media: localMedia,
    command: (interaction) =>
      store.interactions.get(interaction)?.command ?? store.interactions.get(interaction)?.action,
    avatar: pictureOfUser,
    sticker: (id) => `cdn/stickers/${id}.png`,
    emoji: (id) => (guild?.emojis.some((emoji) => emoji.id === id) === true ? `cdn/emojis/${id}` : undefined)
  }
}
