/** An interaction as Discord sends it, and what every room reads out of it. */
import type { RawInteraction } from "../../discord/Discord.ts"

export type { RawInteraction } from "../../discord/Discord.ts"

/** The id of the user who caused an interaction: inside `member` in a guild, beside it elsewhere. */
export const userIdOf = (raw: RawInteraction): string => raw.member?.user.id ?? raw.user?.id ?? ""
