/** The interaction of a handler, together with its responder. */
import type * as Discord from "../../../discord/Discord.ts"
import type { RawInteraction } from "../../wire/rawInteraction.ts"
import type { Interaction } from "../Interaction.ts"
import type { Responder } from "./responder.ts"

type Service = Interaction["Service"]

/** The implementation that the router provides. It changes when a handler has waited for another interaction. */
export class CurrentInteraction implements Service {
  #responder: Responder

  constructor(responder: Responder) {
    this.#responder = responder
  }

  moveTo(responder: Responder): void {
    this.#responder = responder
  }

  get responder(): Responder {
    return this.#responder
  }

  get raw(): RawInteraction {
    return this.#responder.raw
  }

  get id(): string {
    return this.raw.id
  }

  // In a guild the user is inside the member. The router has checked that there is one of the two.
  get user(): Discord.User {
    return (this.raw.member?.user ?? this.raw.user) as Discord.User
  }

  get member(): Discord.GuildMember | undefined {
    return this.raw.member
  }

  get guildId(): string | undefined {
    return this.raw.guild_id
  }

  get channelId(): string | undefined {
    return this.raw.channel?.id
  }

  get locale(): string | undefined {
    return this.raw.locale
  }

  get customId(): string | undefined {
    return "custom_id" in this.raw.data ? this.raw.data.custom_id : undefined
  }

  get message(): Discord.Message | undefined {
    return this.#responder.message
  }

  get receivedAt(): number {
    return this.#responder.receivedAt
  }
}

const current = (interaction: Service): CurrentInteraction => {
  if (interaction instanceof CurrentInteraction) return interaction
  throw new TypeError(
    "This Interaction was not provided by fibercord's router, so it cannot be replied to. " +
      "Run the handler through a bot, for example on FakeDiscord."
  )
}

/** The responder of an interaction. Throws a `TypeError` if it was not provided by the router. */
export const responderOf = (interaction: Service): Responder => current(interaction).responder

/** From now on the handler replies to the interaction that it waited for. */
export const moveTo = (interaction: Service, responder: Responder): void => current(interaction).moveTo(responder)
