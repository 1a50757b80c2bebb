/** The languages that Discord knows. Source: Discord, "Locales". */

const europe = "bg cs da de el en-GB es-ES fi fr hr hu it lt nl no pl ro ru sv-SE tr uk"
const elsewhere = "en-US es-419 hi id ja ko pt-BR th vi zh-CN zh-TW"

/** All of them. */
export const locales: ReadonlySet<string> = new Set(`${europe} ${elsewhere}`.split(" "))
