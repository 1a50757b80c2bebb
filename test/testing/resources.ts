/** A fake whose bot may do everything but administrate, and calls on its resources. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { FakeDiscord } from "../../src/testing/index.ts"
import type { Options } from "../../src/testing/FakeDiscord.ts"
import { call, connect, type Reply } from "./client.ts"

const administrator = 1n << 3n
/** Every permission but that of an administrator, for whom channels take nothing away. */
export const everything = ((1n << 53n) - 1n) & ~administrator
const allIntents = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 21, 24, 25].reduce(
  (bits, bit) => bits | (1 << bit),
  0
)

/** A request that must fail: method, path, body, and the code that is expected. */
export type Refusal = readonly [title: string, method: string, path: string, body: unknown, code: number]

/** Starts the fake. Its bot has a role of these permissions, and an identified client with all intents. */
export const start = (options: Options & { readonly permissions?: bigint } = {}) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make(options)
    const { guild } = discord
    const { permissions = everything } = options
    yield* guild.setBotPermissions("0")
    const role = yield* guild.role("bot", { permissions: String(permissions), position: 5 })
    yield* guild.updateMember(discord.botId, { roles: [role] })
    const client = yield* connect(discord)
    yield* client.identify({ intents: allIntents })
    yield* client.event("GUILD_CREATE")
    const on = (method: string, path: string, body?: unknown, reason?: string): Effect.Effect<Reply> => {
      const why = reason === undefined ? {} : { "x-audit-log-reason": encodeURIComponent(reason) }
      return call(discord, method, path, body, { authorization: `Bot ${Redacted.value(discord.token)}`, ...why })
    }
    /** Sends a request that must succeed, and returns its body. */
    const done = (method: string, path: string, body?: unknown, reason?: string) =>
      Effect.map(on(method, path, body, reason), (reply) => {
        assert.isBelow(reply.status, 300, `${method} ${path}: ${JSON.stringify(reply.body)}`)
        return reply.body
      })
    /** Sends requests that must fail with their codes. */
    const refuses = (...wanted: ReadonlyArray<Refusal>) =>
      Effect.forEach(
        wanted,
        ([title, method, path, body, code]) =>
          Effect.map(on(method, path, body), (reply) => {
            assert.strictEqual(reply.body?.code, code, `${title}: ${reply.status} ${JSON.stringify(reply.body)}`)
            return reply
          }),
        { discard: true }
      )
    /** Takes a permission from the bot in a channel. */
    const deny = (channelId: string, permission: bigint) =>
      guild.updateChannel(channelId, {
        permission_overwrites: [{ id: discord.botId, type: 1, allow: "0", deny: String(permission) }]
      })
    const event = (t: string) => Effect.map(client.event(t), ({ d }) => d)
    return { client, deny, discord, done, event, guild, on, refuses, role }
  })
