/** What requests about members share. Source: Discord, "Guild Resource". */
import { unknownMember } from "./apiError.ts"
import * as payloads from "./payloads.ts"
import type { Call } from "./routes.ts"
import type { GuildRecord, UserRecord } from "./world.ts"

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
