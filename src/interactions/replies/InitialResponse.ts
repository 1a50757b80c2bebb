/** The initial response to an interaction, for code that delivers it in another way than by a REST call. */
import type { RawFile } from "@discordjs/rest"
import type * as Discord from "../../discord/Discord.ts"
import type {
  APIApplicationCommandOptionChoice,
  APIInteractionResponseCallbackData,
  APIModalInteractionResponseCallbackData
} from "../../discord/DiscordApi.ts"
import type * as Effect from "effect/Effect"
import { errorCode } from "../../discord/numbers.ts"
import { Api, DiscordRestError } from "../../rest/DiscordRestError.ts"

/** The initial response as Discord's JSON, and the files beside it. */
export interface InitialResponse {
  /** Source: Discord, "Interaction Callback Type". */
  readonly type: number
  readonly data:
    | APIInteractionResponseCallbackData
    | APIModalInteractionResponseCallbackData
    | { readonly choices: Array<APIApplicationCommandOptionChoice> }
  readonly files: Array<RawFile> | undefined
}

/**
 * Delivers an initial response in another way than by a REST call, such as in the body of an HTTP response. `within` is
 * what is left of the three seconds for which Discord waits, in milliseconds. Returns the created message, if it is
 * known.
 */
export type SendInitial = (
  response: InitialResponse,
  within: number
) => Effect.Effect<Discord.Message | undefined, DiscordRestError>

/** The error that Discord sends for an initial response that is too late, for one that can no longer be delivered. */
export const noLongerAwaited = ({ id }: { readonly id: string }): DiscordRestError =>
  new DiscordRestError({
    reason: new Api({
      method: "POST",
      route: `/interactions/${id}/:token/callback`,
      status: 404,
      code: errorCode.unknownInteraction,
      message: "Unknown interaction: the request that delivered it has ended"
    })
  })
