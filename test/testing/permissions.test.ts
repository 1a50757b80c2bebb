/** What users and the bot may do on the fake, compared with a small model of Discord's page on permissions. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { FakeDiscord } from "../../src/testing/index.ts"
import { fromOptions } from "../../src/testing/internal/settings.ts"
import * as permissions from "../../src/testing/internal/permissions.ts"
import { Signal } from "../../src/testing/internal/signal.ts"
import { type GuildRecord, type UserRecord, World } from "../../src/testing/internal/world.ts"
import { makeRandom } from "../mutate.ts"
import { call, connect, respond } from "./client.ts"

interface Overwrite {
  readonly id: string
  readonly type: number
  readonly allow: string
  readonly deny: string
}

const names = Object.entries(permissions.Permission)
const bitOf = (name: keyof typeof permissions.Permission) => permissions.Permission[name]
const all = names.reduce((set, [, bit]) => set | bit, 0n)
const now = 1_700_000_000_000

/** A guild with what decides: roles, overwrites, who owns it, who is timed out. */
interface Case {
  readonly world: World
  readonly guild: GuildRecord
  readonly user: UserRecord
  readonly channelType: number
  readonly thread: boolean
  readonly everyone: bigint
  readonly own: bigint
  readonly roles: ReadonlyArray<{ readonly id: string; readonly bits: bigint; readonly has: boolean }>
  readonly overwrites: ReadonlyArray<Overwrite>
  readonly owner: boolean
  readonly timedOut: boolean
}

const generate = (random: (below: number) => number): Case => {
  const chance = (share: number) => random(1000) < share * 1000
  const some = (share: number) => names.reduce((set, [, bit]) => (chance(share) ? set | bit : set), 0n)
  const plain = (share: number) => (chance(0.1) ? some(share) : some(share) & ~bitOf("administrator"))
  const world = new World({ settings: fromOptions({}), signal: new Signal(), now: () => now })
  const guild = world.addGuild({ name: "guild", shardId: 0, shardCount: 1 })
  const [everyone, isBot] = [plain(0.6), chance(0.3)]
  const own = isBot ? plain(0.6) : plain(0.05)
  const user = isBot ? world.bot : world.addUser({ username: "alice", permissions: String(own) })
  if (isBot) guild.botPermissions = String(own)
  guild.roles[0] = { id: guild.id, name: "@everyone", permissions: "0", fields: { permissions: String(everyone) } }
  const roles = [1, 2, 3].map(() => {
    const bits = plain(0.1)
    return { id: world.addRole(guild.id, { name: "role", permissions: String(bits) }).id, bits, has: chance(0.5) }
  })
  const held = roles.filter(({ has }) => has).map(({ id }) => id)
  const [owner, timedOut] = [chance(0.05), chance(0.15)]
  if (owner) guild.fields = { owner_id: user.id }
  const until = new Date(now + (timedOut ? 1000 : -1000)).toISOString()
  guild.memberFields.set(user.id, { roles: held, communication_disabled_until: until })
  const targets: ReadonlyArray<readonly [string, number]> = [
    [guild.id, 0],
    ...roles.map(({ id }) => [id, 0] as const),
    [user.id, 1]
  ]
  const overwrites = targets.flatMap(([id, type]) =>
    chance(0.6) ? [{ id, type, allow: String(some(0.2)), deny: String(some(0.2)) }] : []
  )
  // The order of overwrites says nothing.
  if (chance(0.5)) overwrites.reverse()
  const thread = chance(0.3)
  const channelType = thread ? 11 : chance(0.3) ? 2 : 0
  return { world, guild, user, channelType, thread, everyone, own, roles, overwrites, owner, timedOut }
}

/** Whether a single permission is held, by the last rule that speaks of it. */
const model = (one: Case): bigint => {
  const { channelType, everyone, guild, overwrites, own, owner, roles, thread, timedOut, user, world } = one
  const isBot = user.id === world.bot.id
  const base = roles.reduce((set, { bits, has }) => (has ? set | bits : set), isBot ? own : everyone | own)
  if (owner || (base & bitOf("administrator")) !== 0n) return all
  const of = (ids: ReadonlyArray<string>) => overwrites.filter(({ id }) => ids.includes(id))
  const held = roles.flatMap(({ has, id }) => (has ? [id] : []))
  const holds = (bit: bigint): boolean => {
    let answer = (base & bit) !== 0n
    for (const group of [of([guild.id]), of(held), of([user.id])]) {
      if (group.some(({ deny }) => (BigInt(deny) & bit) !== 0n)) answer = false
      if (group.some(({ allow }) => (BigInt(allow) & bit) !== 0n)) answer = true
    }
    return answer
  }
  const sends = holds(bitOf(thread ? "sendMessagesInThreads" : "sendMessages"))
  const isUseless = (name: string): boolean => {
    if (!holds(bitOf("viewChannel"))) return true
    if (timedOut) return name !== "viewChannel" && name !== "readMessageHistory"
    if (["mentionEveryone", "sendTtsMessages", "attachFiles", "embedLinks"].includes(name)) return !sends
    const connected = ["manageChannels", "prioritySpeaker", "requestToSpeak", "speak", "stream", "useVad"]
    const also = ["useEmbeddedActivities", "useExternalSounds", "useSoundboard"]
    return channelType === 2 && [...connected, ...also].includes(name) && !holds(bitOf("connect"))
  }
  return names.reduce((set, [name, bit]) => {
    const isHeld = name === "sendMessages" ? sends : holds(bit)
    return isHeld && !isUseless(name) ? set | bit : set
  }, 0n)
}

const named = (set: bigint) => names.filter(([, bit]) => (set & bit) !== 0n).map(([name]) => name)

const computed = (one: Case): bigint => {
  const { channelType, guild, overwrites, thread, user, world } = one
  const place = world.addChannel({
    name: "place",
    guildId: guild.id,
    type: thread ? 0 : channelType,
    fields: { permission_overwrites: overwrites }
  })
  if (!thread) return permissions.inChannel(world, place, user)
  const fields = { parent_id: place.id }
  return permissions.inChannel(
    world,
    world.addChannel({ name: "thread", guildId: guild.id, type: channelType, fields }),
    user
  )
}

describe("permissions", () => {
  it("are those of the model in every guild", () => {
    const random = makeRandom(16)
    const seen = { nothing: 0, everything: 0, others: 0 }
    for (let index = 0; index < 600; index++) {
      const one = generate(random)
      const wanted = model(one)
      assert.deepStrictEqual(named(computed(one)), named(wanted), `case ${index}`)
      seen[wanted === 0n ? "nothing" : wanted === all ? "everything" : "others"]++
    }
    for (const [kind, count] of Object.entries(seen)) assert.isAbove(count, 20, kind)
  })

  it.live(
    "of the bot are set for all guilds, for one of them, or by its roles, and interactions and REST have them",
    () =>
      Effect.gen(function* () {
        const bits = { view: 1n << 10n, send: 1n << 11n, tts: 1n << 12n, attach: 1n << 15n, history: 1n << 16n }
        const discord = yield* FakeDiscord.make({ botPermissions: String(bits.view | bits.history) })
        const { guild } = discord
        yield* discord.registerCommands([{ name: "look", description: "…" }])
        const client = yield* connect(discord)
        yield* client.identify()
        const alice = yield* discord.user("alice", { permissions: "4" })
        const send = (channel = guild.channelId, body: object = { content: "hi" }) =>
          Effect.map(
            call(discord, "POST", `/channels/${channel}/messages`, body),
            ({ body, status }) => body.code ?? status
          )
        const had = (channel: string) =>
          Effect.gen(function* () {
            const running = yield* Effect.forkChild(alice.slash("look", {}, { channel }))
            const interaction = yield* client.event("INTERACTION_CREATE")
            yield* respond(discord, interaction, { type: 4, data: { content: "ok" } })
            yield* Fiber.join(running)
            return [interaction.d.app_permissions, interaction.d.member.permissions].map(BigInt)
          })
        assert.strictEqual(yield* send(), 50_013)
        assert.strictEqual((yield* had(guild.channelId))[0], bits.view | bits.history)
        yield* guild.setBotPermissions(String(bits.view | bits.send))
        assert.strictEqual(yield* send(), 200)
        assert.strictEqual(yield* send(guild.channelId, { content: "hi", tts: true }), 50_013)
        const { body: own } = yield* call(discord, "POST", `/channels/${guild.channelId}/messages`, { content: "hi" })
        const reply = { content: "hi", message_reference: { message_id: own.id } }
        assert.strictEqual(yield* send(guild.channelId, reply), 160_002)
        yield* guild.updateMember(discord.botId, {
          roles: [yield* guild.role("bot", { permissions: String(bits.history) })]
        })
        assert.strictEqual(yield* send(guild.channelId, reply), 200)
        const closed = yield* guild.channel("closed", {
          permission_overwrites: [{ id: discord.botId, type: 1, allow: "0", deny: String(bits.send) }]
        })
        assert.strictEqual(yield* send(closed), 50_013)
        assert.strictEqual((yield* had(closed))[0], bits.view | bits.history)
        assert.notStrictEqual(((yield* had(closed))[1] ?? 0n) & 4n, 0n)
        const hidden = yield* guild.channel("hidden", {
          permission_overwrites: [{ id: guild.everyone, type: 0, allow: "0", deny: String(bits.view) }]
        })
        assert.strictEqual(yield* send(hidden), 50_001)
        const soon = new Date(Date.now() + 60_000).toISOString()
        yield* guild.updateMember(discord.botId, { communication_disabled_until: soon })
        assert.strictEqual(yield* send(), 50_013)
        yield* guild.setBotPermissions(undefined)
        yield* guild.updateMember(discord.botId, { communication_disabled_until: null })
        assert.strictEqual(yield* send(), 50_013)
      }).pipe(Effect.scoped)
  )

  it("of somebody who is no member are none", () => {
    const one = generate(makeRandom(1))
    one.guild.members.delete(one.user.id)
    assert.strictEqual(computed(one), 0n)
    assert.strictEqual(permissions.inGuild(one.world, one.guild, one.user), 0n)
  })
})
