/** Embeds that Discord writes itself keep what they say in their fields, by name. */
import type { APIEmbed } from "../../../discord/DiscordApi.ts"

/** The values of an embed's fields by their names. */
export const valuesOf = ({ fields }: Pick<APIEmbed, "fields">): ReadonlyMap<string, string> =>
  new Map((fields ?? []).map(({ name, value }) => [name, value]))
