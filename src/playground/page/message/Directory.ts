/**
 * What a message is drawn with besides itself: names behind ids, and the clock. Whoever shows messages gives one to them.
 */
import type { APIChannel, APIRole, APIUser } from "../../../discord/DiscordApi.ts"

/** Somebody who can be chosen or mentioned. */
export interface Person {
  readonly user: APIUser
  /** The name in the guild. */
  readonly name: string
  /** The colour of the highest role that has one. */
  readonly colour?: number | undefined
}

export interface Directory {
  /** The user who looks at the message. */
  readonly viewer: string
  readonly now: () => number
  readonly person: (id: string) => Person | undefined
  readonly people: () => ReadonlyArray<Person>
  readonly role: (id: string) => APIRole | undefined
  readonly roles: () => ReadonlyArray<APIRole>
  readonly channel: (id: string) => APIChannel | undefined
  readonly channels: () => ReadonlyArray<APIChannel>
  /** Where a file can be loaded from without leaving this origin, if anywhere. */
  readonly media: (url: string) => string | undefined
}

/** Discord's files as the playground serves them; others would be loaded from the internet. */
export const localMedia = (url: string): string | undefined => {
  const match = /^https:\/\/(?:cdn|media)\.discordapp\.(?:com|net)\/((?:ephemeral-)?attachments\/[^?#]+)/.exec(url)
  if (match?.[1] !== undefined) return match[1]
  return /^data:image\/(?:png|jpeg|gif|webp);base64,/.test(url) ? url : undefined
}

/** The name that a user goes by. */
export const nameOf = (user: APIUser): string => user.global_name ?? user.username

const none: ReadonlyArray<never> = []

/** Knows nobody. */
export const emptyDirectory: Directory = {
  viewer: "",
  now: Date.now,
  person: () => undefined,
  people: () => none,
  role: () => undefined,
  roles: () => none,
  channel: () => undefined,
  channels: () => none,
  media: localMedia
}
