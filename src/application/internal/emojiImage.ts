/** Images as Discord takes them for emojis. Source: Discord, "Emoji Formats" and "Image Data". */
import * as limits from "../../discord/limits.ts"

type Pattern = readonly [offset: number, bytes: string]

const gif: Pattern = [0, "GIF8"]
const riff: Pattern = [0, "RIFF"]

const formats: ReadonlyArray<readonly [type: string, patterns: ReadonlyArray<Pattern>]> = [
  ["image/png", [[0, "\x89PNG\r\n\x1a\n"]]],
  ["image/jpeg", [[0, "\xff\xd8\xff"]]],
  ["image/gif", [gif]],
  ["image/webp", [riff, [8, "WEBP"]]],
  ["image/avif", [[4, "ftypavi"]]]
]

const begins = (bytes: Uint8Array, [offset, text]: Pattern): boolean =>
  bytes.length >= offset + text.length && [...text].every((one, at) => bytes[offset + at] === one.codePointAt(0))

const typeOf = (bytes: Uint8Array): string | undefined =>
  formats.find(([, patterns]) => patterns.every((pattern) => begins(bytes, pattern)))?.[0]

/** What is wrong with an image, in words; `undefined` if Discord takes it. */
export const problemOf = (bytes: Uint8Array): string | undefined => {
  const { max, min } = limits.applicationEmoji.size
  if (bytes.length < min || bytes.length > max) return `an image of ${min} to ${max} bytes, got ${bytes.length} bytes`
  return typeOf(bytes) === undefined ? "a PNG, JPEG, GIF, WebP or AVIF image, got something else" : undefined
}

// The arguments of a call are limited, so large images are converted in parts.
const part = 8192

const toBase64 = (bytes: Uint8Array): string => {
  let text = ""
  for (let at = 0; at < bytes.length; at += part) text += String.fromCharCode(...bytes.subarray(at, at + part))
  return btoa(text)
}

/** The image as Discord's API takes it, a data URI. */
export const dataUri = (bytes: Uint8Array): string => `data:${typeOf(bytes) ?? ""};base64,${toBase64(bytes)}`
