/** Times, spans of time and sizes, for people. */

/** The time of day with milliseconds. */
export const timeOf = (at: number): string => {
  const date = new Date(at)
  const two = (number: number) => String(number).padStart(2, "0")
  const seconds = `${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`
  return `${two(date.getHours())}:${two(date.getMinutes())}:${seconds}`
}

/** A span of time in milliseconds, in the largest unit that fits. */
export const spanOf = (millis: number): string => {
  const value = Math.abs(millis)
  const sign = millis < 0 ? "−" : ""
  if (value < 1) return `${sign}${value.toFixed(2)} ms`
  if (value < 1000) return `${sign}${Math.round(value)} ms`
  if (value < 60_000) return `${sign}${(value / 1000).toFixed(1)} s`
  if (value < 3_600_000) return `${sign}${Math.floor(value / 60_000)} min ${Math.floor((value % 60_000) / 1000)} s`
  if (value < 86_400_000)
    return `${sign}${Math.floor(value / 3_600_000)} h ${Math.floor((value % 3_600_000) / 60_000)} min`
  return `${sign}${Math.floor(value / 86_400_000)} d ${Math.floor((value % 86_400_000) / 3_600_000)} h`
}

/** Bytes as megabytes. */
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/** JSON with lines, or the text as it is. */
export const readable = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    return text
  }
}

const callbacks: Readonly<Record<number, string>> = {
  4: "message",
  5: "deferred message",
  6: "deferred update",
  7: "update",
  8: "choices",
  9: "modal",
  12: "activity"
}

/** The kind of an initial response. Source: Discord, "Interaction Callback Type". */
export const callbackOf = (type: number | undefined): string =>
  type === undefined ? "none" : (callbacks[type] ?? `type ${type}`)

const kinds: Readonly<Record<number, string>> = {
  2: "command",
  3: "component",
  4: "autocompletion",
  5: "form"
}

/** The kind of an interaction. Source: Discord, "Interaction Type". */
export const kindOf = (type: number): string => kinds[type] ?? `type ${type}`
