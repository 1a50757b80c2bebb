/** What applications ask for with the tokens of users. Source: Discord, "User Resource" and "OAuth2". */
import { ok } from "./answers.ts"
import { botsCannot, missingAccess, unknownGuild, unknownMember } from "./apiError.ts"
import { grantOf, isBearer, requester } from "./bearer.ts"
import * as payloads from "./payloads.ts"
import type { Answer, Call, Route } from "./routes.ts"

const demandUser = ({ authorization }: Call): void => {
  if (!isBearer(authorization)) throw botsCannot()
}

const member = (call: Call): Answer => {
  demandUser(call)
  const user = requester(call, "guilds.members.read")
  const guild = call.world.guilds.get(call.params["guild"] ?? "")
  if (guild === undefined) throw unknownGuild()
  if (!guild.members.has(user.id)) throw unknownMember()
  return ok(payloads.memberOf(guild, user))
}

// The fake's users are connected to nothing.
const connections = (call: Call): Answer => {
  demandUser(call)
  requester(call, "connections")
  return ok([])
}

const authorization = (call: Call): Answer => {
  const { world } = call
  if (!isBearer(call.authorization)) throw missingAccess()
  const { scopes, until, userId } = grantOf(call)
  const user = scopes.includes("identify") ? world.users.get(userId) : undefined
  return ok({
    application: {
      id: world.settings.applicationId,
      name: world.bot.username,
      icon: null,
      description: "",
      hook: true,
      bot_public: true,
      bot_require_code_grant: false,
      verify_key: world.keys.publicKey
    },
    scopes,
    expires: new Date(until).toISOString(),
    ...(user === undefined ? {} : { user: payloads.user(user) })
  })
}

const get = (pattern: string, handle: (call: Call) => Answer): Route => ({
  method: "GET",
  pattern,
  bot: true,
  bearer: true,
  handle
})

/** The routes. */
export const bearerRoutes: ReadonlyArray<Route> = [
  get("/users/@me/connections", connections),
  get("/users/@me/guilds/:guild/member", member),
  get("/oauth2/@me", authorization)
]
