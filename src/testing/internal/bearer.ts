/** Requests with the token of a user, who has allowed scopes. Source: Discord, "OAuth2". */
import { missingAccess, unauthorized } from "./apiError.ts"
import type { Call } from "./routes.ts"
import type { UserRecord } from "./world.ts"

/** Whether a header has the token of a user. */
export const isBearer = (authorization: string | undefined): boolean => authorization?.startsWith("Bearer ") === true

/** What a user has allowed whose token the request has. Throws Discord's error if the token is not valid. */
export const grantOf = ({ authorization, world }: Call) => {
  const grant = world.grants.byAccess((authorization ?? "").replace(/^Bearer /, ""), world.now())
  if (grant === undefined) throw unauthorized()
  return grant
}

/** The user whose token the request has; the bot, if it has the bot's. Throws Discord's error without the scope. */
export const requester = (call: Call, scope: string): UserRecord => {
  const { authorization, world } = call
  if (!isBearer(authorization)) return world.bot
  const grant = grantOf(call)
  const user = world.users.get(grant.userId)
  if (user === undefined) throw unauthorized()
  if (!grant.scopes.includes(scope)) throw missingAccess()
  return user
}
