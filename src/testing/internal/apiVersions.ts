/** Which versions of the API the fake speaks. Source: Discord, "API Reference", API Versions. */

// Those between these and the discontinued ones are deprecated, and differ.
const spoken: ReadonlySet<string> = new Set(["9", "10"])
const deprecated: ReadonlySet<string> = new Set(["6", "7", "8"])

/** Whether the fake speaks a version. */
export const isSpoken = (version: string | null): boolean => version !== null && spoken.has(version)

/** Whether Discord still speaks a version which the fake does not speak. */
export const isDeprecated = (version: string): boolean => deprecated.has(version)
