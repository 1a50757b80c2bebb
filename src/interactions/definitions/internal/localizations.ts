/** Names and descriptions of commands, subcommands, groups and options in the languages of users. */
import type { Localizations } from "../Command.ts"

/** Discord's JSON of them. */
export const toLocalizations = (options: Localizations) => ({
  name_localizations: options.nameLocalizations,
  description_localizations: options.descriptionLocalizations
})
