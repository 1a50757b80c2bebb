/** How a session names what has an id. */
import { isThread } from "../../../testing/internal/threadTypes.ts"
import type { ChannelRecord, World } from "../../../testing/internal/world.ts"
import type { Named, Place, Text } from "../../Session.ts"

const directType = 1
// A timestamp of Discord's markdown, a date of ISO 8601, and a snowflake.
const variable =
  /<t:-?\d+(?::[a-zA-Z])?>|\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|(?<!\d)\d{17,20}(?!\d)/g

const only = <A>(all: ReadonlyArray<A>): A | undefined => (all.length === 1 ? all[0] : undefined)

/** The names in one fake. */
export class Names {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  get #guild() {
    return [...this.#world.guilds.values()][0]
  }

  /** The name of a user; `undefined` for the bot. */
  user(id: string): string | undefined {
    const user = this.#world.users.get(id)
    return user === undefined || user.bot ? undefined : user.username
  }

  #role(id: string): string | undefined {
    const roles = this.#guild?.roles.filter((role) => role.id !== this.#guild?.id) ?? []
    const name = roles.find((role) => role.id === id)?.name
    return only(roles.filter((role) => role.name === name))?.name
  }

  #channel(id: string): string | undefined {
    const channels = this.#guild?.channels ?? []
    const name = channels.find((channel) => channel.id === id)?.name
    return only(channels.filter((channel) => channel.name === name))?.name
  }

  /** A user, role or channel by name, if only one has it. */
  named(id: string): Named | undefined {
    const user = this.user(id)
    if (user !== undefined) return { user }
    const role = this.#role(id)
    if (role !== undefined) return { role }
    const channel = this.#channel(id)
    return channel === undefined ? undefined : { channel }
  }

  /** Where a channel is; `undefined` if another fake has no such place: the bot has made it. */
  place(channel: ChannelRecord | undefined): Place | undefined {
    if (channel === undefined || isThread(channel)) return undefined
    if (channel.type === directType) return { direct: true }
    const guild = this.#world.guilds.get(channel.guildId ?? "")
    if (guild === undefined) return undefined
    const isFirst = guild.channels[0]?.id === channel.id
    if (guild === this.#guild) return isFirst ? {} : { channel: channel.name }
    return isFirst ? { guild: guild.name } : { guild: guild.name, channel: channel.name }
  }

  /** A text in which nothing is left that differs from run to run. */
  text(text: string): Text {
    const parts: Array<Text[number]> = []
    let done = 0
    for (const { 0: found, index } of text.matchAll(variable)) {
      if (index > done) parts.push(text.slice(done, index))
      done = index + found.length
      if (found.startsWith("<t:")) parts.push({ any: "time" })
      else parts.push(found.includes("-") ? { any: "date" } : (this.named(found) ?? { any: "id" }))
    }
    if (done < text.length) parts.push(text.slice(done))
    return parts
  }
}
