/** An interaction as Discord sends it, and what every room reads out of it. */
import type {
  APIApplicationCommandAutocompleteInteraction,
  APIApplicationCommandInteraction,
  APIMessageComponentInteraction,
  APIModalSubmitInteraction
} from "../../discord/DiscordApi.ts"

/** Every interaction but Discord's ping. */
export type RawInteraction =
  | APIApplicationCommandAutocompleteInteraction
  | APIApplicationCommandInteraction
  | APIMessageComponentInteraction
  | APIModalSubmitInteraction

/** The id of the user who caused an interaction: inside `member` in a guild, beside it elsewhere. */
export const userIdOf = (raw: RawInteraction): string => raw.member?.user.id ?? raw.user?.id ?? ""
