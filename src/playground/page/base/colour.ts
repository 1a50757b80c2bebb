/** Colours that are drawn for what has no picture here. */

/** Dark enough for white letters on them. */
const palette = ["#4a55b8", "#0f6e84", "#2b7a3f", "#8a5a00", "#a33a4a", "#7a3fa0", "#5b6475", "#a1416f"]

/** The same colour for the same id, always. */
export const colourOf = (id: string): string => {
  let hash = 0
  for (const char of id) hash = (hash * 31 + char.charCodeAt(0)) >>> 0
  return palette[hash % palette.length] ?? "#5b6475"
}

/** Discord's colours are numbers. */
export const hex = (colour: number): string => `#${(colour & 0xffffff).toString(16).padStart(6, "0")}`

/** One or two letters of a name. */
export const initialsOf = (name: string): string => {
  const words = name
    .trim()
    .split(/[\s_.-]+/)
    .filter((word) => word !== "")
  const letters = words.slice(0, 2).map((word) => [...word][0] ?? "")
  return letters.join("").toUpperCase() || "?"
}
