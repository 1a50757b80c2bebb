/** Looks up what Discord resolved for the ids of an interaction. Ids come from outside and may be anything. */
import type * as Discord from "../../discord/Discord.ts"

/** The objects that an interaction's ids stand for. */
export type Resolved = Discord.Resolved | undefined

const find = <A>(table: Readonly<Record<string, A>> | undefined, id: string): A | undefined =>
  table !== undefined && Object.hasOwn(table, id) ? table[id] : undefined

/** A user, with the member's data in a guild. */
export interface UserWithMember extends Discord.User {
  readonly member: Discord.ResolvedMember | undefined
}

/** Finds a user. */
export const findUser = (id: string, resolved: Resolved): UserWithMember | undefined => {
  const user = find(resolved?.users, id)
  return user === undefined ? undefined : { ...user, member: find(resolved?.members, id) }
}

/** Finds a role. */
export const findRole = (id: string, resolved: Resolved): Discord.Role | undefined => find(resolved?.roles, id)

/** Finds a user or a role. */
export const findMentionable = (id: string, resolved: Resolved): UserWithMember | Discord.Role | undefined =>
  findUser(id, resolved) ?? findRole(id, resolved)

/** Finds a channel. */
export const findChannel = (id: string, resolved: Resolved): Discord.Channel | undefined => find(resolved?.channels, id)

/** Finds an uploaded file. */
export const findAttachment = (id: string, resolved: Resolved): Discord.Attachment | undefined =>
  find(resolved?.attachments, id)

/** Finds the message of a context menu command. */
export const findMessage = (id: string, resolved: Resolved): Discord.Message | undefined =>
  find((resolved as { readonly messages?: Readonly<Record<string, Discord.Message>> } | undefined)?.messages, id)
