/** Op 8: members in chunks, and the limit on requests for all members. Source: Discord, "Request Guild Members". */
import type { Rule } from "../Log.ts"
import { array, type Json, number, string } from "./json.ts"
import { Intent, Op } from "./protocol.ts"
import type { Session } from "./session.ts"
import * as payloads from "./payloads.ts"
import type { World } from "./world.ts"

const chunkSize = 1000
const maxUserIds = 100
const maxPrefixResults = 100
const maxNonceBytes = 32
// All members of a guild may be requested once in this time.
const fullListInterval = 30_000

/** What Discord does not answer as it was asked, and does not say so. */
const ignored = (session: Session, request: Json): ReadonlyArray<string> => {
  const ids = request["user_ids"]
  const nonce = string(request["nonce"])
  return [
    ...(request["presences"] === true && !session.has(Intent.guildPresences)
      ? ["presences without the intent GUILD_PRESENCES"]
      : []),
    ...(Array.isArray(ids) && ids.length > maxUserIds ? [`${ids.length} user_ids, of which ${maxUserIds} count`] : []),
    ...(nonce !== undefined && Buffer.byteLength(nonce) > maxNonceBytes
      ? [`a nonce of more than ${maxNonceBytes} bytes`]
      : [])
  ]
}

/** Answers a request with GUILD_MEMBERS_CHUNK events, or with RATE_LIMITED. */
export const answerMembers = (options: {
  readonly session: Session
  readonly request: Json
  readonly world: World
  readonly now: number
  /** When all members of a guild were last requested. Kept between calls. */
  readonly requests: Map<string, number>
  /** Refuses in any case, with this many seconds to wait. */
  readonly refuse: number | undefined
  /** Reports a rule that the request breaks. */
  readonly report: (rule: Rule, detail: string) => void
}): void => {
  const { now, refuse, report, request, requests, session, world } = options
  const guildId = String(request["guild_id"])
  const asked = string(request["nonce"])
  // Discord silently ignores a nonce that is too long.
  const nonce = asked !== undefined && Buffer.byteLength(asked) <= maxNonceBytes ? { nonce: asked } : {}
  const query = string(request["query"])
  const limit = number(request["limit"]) ?? 0
  const wantsAll = query === "" && limit === 0
  // Source: issue 5855 of discord-api-docs, and #53 of discordrb: there is no answer at all.
  if (query === "" && !session.has(Intent.guildMembers)) {
    return report("members-request", "all members without the intent GUILD_MEMBERS")
  }
  for (const detail of ignored(session, request)) report("members-request", detail)
  const last = requests.get(guildId)
  const wait = refuse ?? (wantsAll && last !== undefined ? (last + fullListInterval - now) / 1000 : 0)
  if (wait > 0) {
    session.dispatch("RATE_LIMITED", { opcode: Op.members, retry_after: wait, meta: { guild_id: guildId, ...nonce } })
    return
  }
  if (wantsAll) requests.set(guildId, now)
  const wanted = request["user_ids"] ?? undefined
  const ids =
    wanted === undefined
      ? undefined
      : (Array.isArray(wanted) ? array(wanted) : [wanted]).slice(0, maxUserIds).map(String)
  const everybody = world.members(guildId)
  const guild = world.guilds.get(guildId)
  const prefix = query?.toLowerCase() ?? ""
  const matching =
    ids === undefined
      ? everybody.filter((member) => member.username.toLowerCase().startsWith(prefix))
      : everybody.filter((member) => ids.includes(member.id))
  const found = matching.slice(0, ids !== undefined || wantsAll ? undefined : Math.min(limit || 1, maxPrefixResults))
  const missing = ids?.filter((id) => !everybody.some((member) => member.id === id)) ?? []
  const count = Math.max(1, Math.ceil(found.length / chunkSize))
  for (let index = 0; index < count; index++) {
    const part = found.slice(index * chunkSize, (index + 1) * chunkSize)
    const presences = part.map(({ id }) => ({ user: { id }, status: "online", activities: [], client_status: {} }))
    session.dispatch("GUILD_MEMBERS_CHUNK", {
      guild_id: guildId,
      members: part.map((user) => (guild === undefined ? payloads.member(user) : payloads.memberOf(guild, user))),
      chunk_index: index,
      chunk_count: count,
      ...(missing.length > 0 && index === 0 ? { not_found: missing } : {}),
      ...(request["presences"] === true && session.has(Intent.guildPresences) ? { presences } : {}),
      ...nonce
    })
  }
}
