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
  /** The name of the command that an interaction began with, if it did. */
  readonly command?: ((interaction: string) => string | undefined) | undefined
  /** Where the picture of a custom emoji is. Without one, the first letters of its name are drawn. */
  readonly emoji?: ((id: string) => string | undefined) | undefined
  /** Where the picture of a user is on this origin, if the user has one. Without it, initials are drawn. */
  readonly avatar?: ((user: APIUser) => string | undefined) | undefined
  /** Where the picture of a sticker is on this origin. */
  readonly sticker?: ((id: string) => string | undefined) | undefined
}

/** Files of this origin, where the playground serves those of the fake; others would be loaded from the internet. */
export const localMedia = (url: string, origin: string = globalThis.location?.origin): string | undefined => {
  if (/^data:image\/(?:png|jpeg|gif|webp);base64,/.test(url)) return url
  return URL.canParse(url) && new URL(url).origin === origin ? url : undefined
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
