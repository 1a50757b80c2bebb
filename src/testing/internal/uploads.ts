/** The files of messages. Source: Discord, "Uploading Files" and "Attachment Request Structure". */
import { tooLarge, tooManyAttachments, uploadNotFound } from "./apiError.ts"
import { type Json, number, objects, string } from "./json.ts"
import type { World } from "./world.ts"

/** An uploaded file. */
export interface Upload {
  readonly filename: string
  readonly size: number
  readonly contentType: string | undefined
  /** What is in it, if it is known. */
  readonly content?: Uint8Array | undefined
  /** The `n` of `files[n]`, by which `attachments` name it. Default: its place among the files. */
  readonly place?: string | undefined
}

const mebibyte = 1024 * 1024
const perFile = 10 * mebibyte
const perRequest = 25 * mebibyte

// Boosted guilds allow more. Source: Discord's help center, "Server Boosting FAQ".
const boosted: Readonly<Record<number, number>> = { 2: 50 * mebibyte, 3: 100 * mebibyte }

/** How large each file may be in a guild, in bytes. */
const sizeLimit = (world: World, guildId: string | undefined): number =>
  boosted[number(world.guilds.get(guildId ?? "")?.fields["premium_tier"]) ?? 0] ?? perFile

/** Throws Discord's error for files that are too large for a channel. */
export const checkSizes = (world: World, channelId: string, files: ReadonlyArray<Upload>): void => {
  const limit = sizeLimit(world, world.channels.get(channelId)?.guildId)
  const total = files.reduce((sum, { size }) => sum + size, 0)
  if (files.some(({ size }) => size > limit) || total > Math.max(perRequest, limit)) throw tooLarge()
}

const spoiler = 1 << 3

const stored = (world: World, file: Upload, details: Json = {}): Json => {
  const id = world.ids.next()
  const { description, filename: named, is_spoiler: isSpoiler, title } = details
  const filename = string(named) ?? file.filename
  const url = world.files.add(`/attachments/${id}`, filename, file.contentType, file.content)
  return {
    id,
    filename,
    size: file.size,
    content_type: file.contentType,
    url,
    proxy_url: url,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(isSpoiler === true ? { flags: spoiler } : {})
  }
}

// What an edit can change about a file that is there.
const changed = (old: Json, { description, is_spoiler: isSpoiler }: Json): Json => {
  const flags = number(old["flags"]) ?? 0
  return {
    ...old,
    ...(description === undefined ? {} : { description }),
    ...(isSpoiler === undefined ? {} : { flags: isSpoiler === true ? flags | spoiler : flags & ~spoiler })
  }
}

const find = (files: ReadonlyArray<Upload>, id: string): Upload | undefined =>
  files.find(({ place }, index) => (place ?? String(index)) === id)

const maxCount = 10

/**
 * The files of a message. Without `attachments` in the body, uploads are added to those that it has. With it, exactly what
 * it names is on the message afterwards: old files by their id, uploads by the `n` of their `files[n]`.
 *
 * Source: Discord, "Edit Message" and "Uploading Files".
 */
export const attachments = (
  world: World,
  body: Json,
  files: ReadonlyArray<Upload>,
  before: ReadonlyArray<Json>
): ReadonlyArray<Json> => {
  const named = body["attachments"]
  const after = Array.isArray(named)
    ? objects(named).map((attachment) => {
        const id = String(attachment["id"])
        const old = before.find((one) => one["id"] === id)
        if (old !== undefined) return changed(old, attachment)
        const file = find(files, id)
        if (file === undefined) throw uploadNotFound()
        return stored(world, file, attachment)
      })
    : [...before, ...files.map((file) => stored(world, file))]
  if (after.length > maxCount) throw tooManyAttachments()
  return after
}

/** The names that files will have: those that stay, and those that are uploaded. */
export const names = (body: Json, files: ReadonlyArray<Upload>, before: ReadonlyArray<Json>): ReadonlyArray<string> => {
  const named = Array.isArray(body["attachments"]) ? objects(body["attachments"]) : undefined
  if (named === undefined) {
    return [...before.map(({ filename }) => String(filename)), ...files.map(({ filename }) => filename)]
  }
  return named.flatMap((attachment) => {
    const id = String(attachment["id"])
    const old = before.find((one) => one["id"] === id)
    const name = old?.["filename"] ?? attachment["filename"] ?? find(files, id)?.filename
    return name === undefined ? [] : [String(name)]
  })
}
