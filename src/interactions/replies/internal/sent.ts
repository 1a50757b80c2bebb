/** {@link Sent} over an address. */
import type * as Effect from "effect/Effect"
import type * as Discord from "../../../discord/Discord.ts"
import { DiscordRest } from "../../../rest/DiscordRest.ts"
import type { Message } from "../Message.ts"
import type { MessageError } from "../MessageError.ts"
import type { Ids, Sent, ThreadOptions } from "../Sent.ts"
import { editMessage, emojiPath, endPoll, idsFrom, startThread, withIds } from "./messageCalls.ts"
import { type Address, read, remove } from "./sentMessage.ts"

type Done<A = void> = Effect.Effect<A, MessageError, DiscordRest>

/** A message at an address. It is made for every reply, so it holds nothing else. */
export class SentMessage implements Sent {
  readonly "~fibercord/Sent" = true
  address: Address

  constructor(address: Address) {
    this.address = address
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
    return withIds(this, "Sent.pin", (api, { channelId, id }) => api.channels.pinMessage(channelId, id))
  }

  get unpin(): Done {
    return withIds(this, "Sent.unpin", (api, { channelId, id }) => api.channels.unpinMessage(channelId, id))
  }

  startThread(name: string, options: ThreadOptions = {}): Done<string> {
    return startThread(this, name, options)
  }

  get endPoll(): Done {
    return endPoll(this)
  }
}
