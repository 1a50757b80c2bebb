/** {@link Sent} over an address. */
import * as Effect from "effect/Effect"
import type * as Discord from "../../../discord/Discord.ts"
import { DiscordRest } from "../../../rest/DiscordRest.ts"
import type { Message } from "../Message.ts"
import type { MessageError } from "../MessageError.ts"
import type { Ids, Sent, ThreadOptions } from "../Sent.ts"
import { editMessage, emojiPath, endPoll, idsFrom, startThread, withIds } from "./messageCalls.ts"
import { type Address, read, remove } from "./sentMessage.ts"

type Done<A = void> = Effect.Effect<A, MessageError, DiscordRest>

// `@discordjs/core` still has the routes that Discord deprecated in June 2025.
const pinPath = ({ channelId, id }: Ids) => `/channels/${channelId}/messages/pins/${id}` as const

/** A message at an address. It is made for every reply, so it holds nothing else. */
export class SentMessage implements Sent {
  readonly "~fibercord/Sent" = true
  // Private, because whoever prints a message must not print the token that reaches it.
  #address: Address

  constructor(address: Address) {
    this.#address = address
  }

  get address(): Address {
    return this.#address
  }

  set address(address: Address) {
    this.#address = address
  }

  get ids(): Done<Ids> {
    return idsFrom(this, "Sent.ids")
  }

  edit(message: Message): Done {
    return editMessage(this, message, "Sent.edit")
  }

  get delete(): Done {
    return DiscordRest.use((rest) => remove(rest, this.address, "Sent.delete"))
  }

  get get(): Done<Discord.Message> {
    return DiscordRest.use((rest) => read(rest, this.address, "Sent.get"))
  }

  react(emoji: string): Done {
    return withIds(this, "Sent.react", (api, { channelId, id }) =>
      api.channels.addMessageReaction(channelId, id, emojiPath(emoji))
    )
  }

  unreact(emoji: string): Done {
    return withIds(this, "Sent.unreact", (api, { channelId, id }) =>
      api.channels.deleteOwnMessageReaction(channelId, id, emojiPath(emoji))
    )
  }

  get pin(): Done {
    return Effect.asVoid(withIds(this, "Sent.pin", (api, ids) => api.rest.put(pinPath(ids))))
  }

  get unpin(): Done {
    return Effect.asVoid(withIds(this, "Sent.unpin", (api, ids) => api.rest.delete(pinPath(ids))))
  }

  startThread(name: string, options: ThreadOptions = {}): Done<string> {
    return startThread(this, name, options)
  }

  get endPoll(): Done {
    return endPoll(this)
  }
}
