/** What requests about members share. Source: Discord, "Guild Resource". */
import { unknownMember } from "./apiError.ts"
import * as payloads from "./payloads.ts"
import type { Answer, Call } from "./routes.ts"
import type { GuildRecord, UserRecord } from "./world.ts"

/** A response with a body. */
export const ok = (body: unknown): Answer => ({ status: 200, body })

/** A response without one. */
export const noContent: Answer = { status: 204 }

/** The member of a path. */
export const memberOf = ({ params, world }: Call, guild: GuildRecord): UserRecord => {
  const id = params["id"] ?? ""
  const user = world.users.get(id)
  if (user === undefined || !guild.members.has(id)) throw unknownMember()
  return user
}

/** Ids of the roles of a member that there are. */
export const roleIds = (guild: GuildRecord, user: UserRecord): ReadonlyArray<string> =>
  payloads.rolesOf(guild, user).map(({ id }) => String(id))
