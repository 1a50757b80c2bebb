/** A bot that administers a guild of the fake: what tests of those routes share. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { FakeDiscord } from "../../src/testing/index.ts"
import { call, connect, type Reply } from "./client.ts"

/** Bits of permissions. */
export const P = {
  invite: 0,
  kick: 1,
  ban: 2,
  admin: 3,
  channels: 4,
  guild: 5,
  audit: 7,
  view: 10,
  send: 11,
  connect: 20,
  mute: 22,
  deafen: 23,
  move: 24,
  ownNick: 26,
  nicks: 27,
  roles: 28,
  speakRequest: 32,
  moderate: 40
} as const

/** Permissions as Discord writes them. */
export const bits = (...all: ReadonlyArray<number>): string =>
  String(all.reduce((set, bit) => set | (1n << BigInt(bit)), 0n))

/** All of those above, except for that of administrators. */
export const most = Object.values(P).filter((bit) => bit !== P.admin)

/** The code of an error, or else the status. */
export const codeOf = ({ body, status }: Reply): number => (typeof body?.code === "number" ? body.code : status)

/** A fake with a bot, which is connected and has these permissions in its guild, by a role in position 5. */
export const administering = Effect.fnUntraced(function* (
  options: FakeDiscord.Options & { readonly permissions?: ReadonlyArray<number> } = {}
) {
  const { permissions = most, ...rest } = options
  const discord = yield* FakeDiscord.make({ botPermissions: bits(P.view, P.connect), ...rest })
  const { guild } = discord
  const role = yield* guild.role("bot", { permissions: bits(...permissions), position: 5 })
  yield* guild.updateMember(discord.botId, { roles: [role] })
  const client = yield* connect(discord)
  yield* client.identify({ intents: 1 | 2 | 4 | 128 | 512 })
  yield* client.event("GUILD_CREATE")
  /** A call below `/guilds/:guild`. */
  const on = (method: string, path: string, body?: unknown, reason?: string) => {
    const why = reason === undefined ? {} : { "x-audit-log-reason": encodeURIComponent(reason) }
    const headers = { authorization: `Bot ${Redacted.value(discord.token)}`, ...why }
    return call(discord, method, `/guilds/${guild.id}${path}`, body, headers)
  }
  const code = (...given: Parameters<typeof on>) => Effect.map(on(...given), codeOf)
  /** What the audit log has, oldest first: types, targets and reasons. */
  const entries = Effect.map(on("GET", "/audit-logs?after=0&limit=100"), ({ body }) =>
    body.audit_log_entries.map((one: Record<string, unknown>) => [one["action_type"], one["target_id"], one["reason"]])
  )
  return { client, code, discord, entries, guild, on, role }
})
