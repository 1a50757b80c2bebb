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
  readonly #isGiven: (channel: string) => boolean

  /** `isGiven` says whether a channel was there from the beginning, or was made by somebody on the page. */
  constructor(world: World, isGiven: (channel: string) => boolean) {
    this.#world = world
    this.#isGiven = isGiven
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

  #channel(id: string): Named | undefined {
    const channel = this.#world.channels.get(id)
    return channel === undefined || channel.guildId !== this.#guild?.id ? undefined : this.#named(channel)
  }

  /** The name of a channel of a guild; `undefined` if another one has it, or it is a thread of before. */
  #named({ guildId, id, name, type }: ChannelRecord): Extract<Named, { readonly channel: string }> | undefined {
    const isGiven = this.#isGiven(id)
    if (isGiven && isThread({ type })) return undefined
    const same = [...this.#world.channels.values()].filter((one) => one.guildId === guildId && one.name === name)
    if (only(same) === undefined) return undefined
    return isGiven ? { channel: name } : { channel: name, made: true }
  }

  /** A user, role or channel by name, if only one has it. */
  named(id: string): Named | undefined {
    const user = this.user(id)
    if (user !== undefined) return { user }
    const role = this.#role(id)
    if (role !== undefined) return { role }
    return this.#channel(id)
  }

  /** Where a channel is; `undefined` if it cannot be told from another one. */
  place(channel: ChannelRecord | undefined): Place | undefined {
    if (channel === undefined) return undefined
    if (channel.type === directType) return { direct: true }
    const guild = this.#world.guilds.get(channel.guildId ?? "")
    if (guild === undefined) return undefined
    const where = guild === this.#guild ? {} : { guild: guild.name }
    if (guild.channels[0]?.id === channel.id) return where
    const named = this.#named(channel)
    return named === undefined ? undefined : { ...where, ...named }
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
