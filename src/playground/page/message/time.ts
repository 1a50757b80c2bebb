/** Times as Discord writes them. Source: Discord, "Message Formatting", Timestamp Styles. */

const options: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" }
}

const units: ReadonlyArray<readonly [Intl.RelativeTimeFormatUnit, number]> = [
  ["year", 365 * 86_400_000],
  ["month", 30 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000]
]

/** How far away a time is: "in 2 hours". */
export const relative = (at: number, now: number, locale?: string): string => {
  const distance = at - now
  const [unit, millis] = units.find(([, millis]) => Math.abs(distance) >= millis) ?? ["second", 1000]
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.round(distance / millis), unit)
}

/** A timestamp in a style of Discord's; an unknown style is written like the default, `f`. */
export const formatTimestamp = (at: number, style: string, now: number, locale?: string): string => {
  if (Number.isNaN(new Date(at).getTime())) return "Invalid date"
  return style === "R"
    ? relative(at, now, locale)
    : new Intl.DateTimeFormat(locale, options[style] ?? options["f"]).format(at)
}

/** The time beside an author's name. */
export const formatMessageTime = (iso: string, now: number): string => {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return ""
  const time = new Intl.DateTimeFormat(undefined, { timeStyle: "short" }).format(at)
  const day = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
  const days = Math.round((day(new Date(now)) - day(at)) / 86_400_000)
  if (days === 0) return `Today at ${time}`
  if (days === 1) return `Yesterday at ${time}`
  return new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "short" }).format(at)
}

/** A number of bytes for people. */
export const formatBytes = (bytes: number): string => {
  if (bytes < 1024) return `${bytes} bytes`
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(2)} KB`
  return `${(bytes / 1024 ** 2).toFixed(2)} MB`
}
