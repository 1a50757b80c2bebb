/**
 * `FIBERCORD_LAW_RUNS` and `FIBERCORD_LAW_SEED` choose how many guilds are generated, and which.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Permissions from "../../src/discord/Permissions.ts"
import { makeRandom } from "../mutate.ts"

const runs = Number(process.env["FIBERCORD_LAW_RUNS"] ?? 3000)
const seed = Number(process.env["FIBERCORD_LAW_SEED"] ?? 11)
const now = Date.UTC(2026, 0, 1)
const names = Object.keys(Permissions.bits) as ReadonlyArray<Permissions.Permission>

const guildId = "100"
const everyone = { id: guildId, permissions: Permissions.toBits(["ViewChannel", "SendMessages"]), position: 0 }
const role = (id: string, position: number, ...permissions: Array<Permissions.Permission>): Permissions.Role => ({
  id,
  position,
  permissions: Permissions.toBits(permissions)
})
const member = (id: string, roles: Array<string> = [], until?: number): Permissions.Member => ({
  user: { id },
  roles,
  communication_disabled_until: until === undefined ? null : new Date(until).toISOString()
})
const over = (id: string, type: number, allow: Array<Permissions.Permission>, deny: Array<Permissions.Permission>) => ({
  id,
  type,
  allow: Permissions.toBits(allow),
  deny: Permissions.toBits(deny)
})
const guildOf = (...roles: Array<Permissions.Role>): Permissions.Guild => ({
  id: guildId,
  owner_id: "1",
  roles: [everyone, ...roles]
})
const namesIn = (where: Omit<Permissions.Where, "now">) =>
  Permissions.fromBits(Permissions.inChannel({ ...where, now }))

/** Reads Discord's rules one permission at a time, with sets of names. */
const naive = (where: Permissions.Where): Set<string> => {
  const { guild, member } = where
  const isIn = (id: string, name: Permissions.Permission) =>
    guild.roles.some(
      (role) => role.id === id && ((BigInt(role.permissions) >> BigInt(Permissions.bits[name])) & 1n) === 1n
    )
  const hasFromGuild = (name: Permissions.Permission) =>
    isIn(guild.id, name) || member.roles.some((id) => isIn(id, name))
  if (member.user.id === guild.owner_id || hasFromGuild("Administrator")) return new Set(names)
  const isThread = [10, 11, 12].includes(where.channel.type)
  const place = isThread ? where.parent : where.channel
  if (place === undefined) return new Set()
  const says = (name: Permissions.Permission, side: "allow" | "deny", type: number, ids: ReadonlyArray<string>) =>
    (place.permission_overwrites ?? []).some(
      (each) => each.type === type && ids.includes(each.id) && Permissions.fromBits(each[side]).includes(name)
    )
  const decide = (name: Permissions.Permission): boolean => {
    if (says(name, "allow", 1, [member.user.id])) return true
    if (says(name, "deny", 1, [member.user.id])) return false
    const roles = member.roles.filter((id) => id !== guild.id)
    if (says(name, "allow", 0, roles)) return true
    if (says(name, "deny", 0, roles)) return false
    if (says(name, "allow", 0, [guild.id])) return true
    if (says(name, "deny", 0, [guild.id])) return false
    return hasFromGuild(name)
  }
  const found = new Set<string>(names.filter(decide))
  if (isThread) {
    if (found.has("SendMessagesInThreads")) found.add("SendMessages")
    else found.delete("SendMessages")
  }
  if (!found.has("ViewChannel")) return new Set()
  if (!found.has("SendMessages"))
    for (const name of ["MentionEveryone", "SendTTSMessages", "AttachFiles", "EmbedLinks"]) found.delete(name)
  if ((where.channel.type === 2 || where.channel.type === 13) && !found.has("Connect"))
    for (const name of [
      "ManageChannels",
      "PrioritySpeaker",
      "RequestToSpeak",
      "Speak",
      "Stream",
      "UseEmbeddedActivities",
      "UseExternalSounds",
      "UseSoundboard",
      "UseVAD"
    ])
      found.delete(name)
  const until = member.communication_disabled_until
  if (until !== null && until !== undefined && new Date(until).getTime() > where.now)
    for (const name of found) if (name !== "ViewChannel" && name !== "ReadMessageHistory") found.delete(name)
  return found
}

const generate = (random: (below: number) => number): Permissions.Where => {
  // Half of the bits are those that others depend on, so that these are often missing.
  const some = (odds: number) =>
    names.filter((name) => (name === "Administrator" ? random(60) === 0 : random(odds) === 0))
  const roles = Array.from({ length: random(5) }, (_, at) => role(String(200 + at), random(3), ...some(4)))
  const ids = ["1", "2", guildId, "999", ...roles.map(({ id }) => id)]
  const channel = (type: number): Permissions.Channel => ({
    type,
    permission_overwrites: ids.flatMap((id) =>
      random(2) === 0 ? [over(id, id.length < 2 ? 1 : random(8) === 0 ? 1 : 0, some(3), some(3))] : []
    )
  })
  const type = [0, 2, 5, 10, 11, 12, 13, 15][random(8)] as number
  return {
    guild: {
      id: guildId,
      owner_id: random(10) === 0 ? "2" : "1",
      roles: [{ ...everyone, permissions: Permissions.toBits(some(2)) }, ...roles]
    },
    member: member(
      "2",
      roles.filter(() => random(2) === 0).map(({ id }) => id),
      random(4) === 0 ? now + random(3) - 1 : undefined
    ),
    channel: channel(type),
    parent: random(6) === 0 ? undefined : channel(0),
    now
  }
}

describe("Permissions", () => {
  it("names and bits translate into each other, and bits without a name are left out", () => {
    for (const name of names) assert.deepStrictEqual(Permissions.fromBits(Permissions.toBits([name])), [name])
    assert.deepStrictEqual(Permissions.fromBits(Permissions.all), names)
    assert.deepStrictEqual(Permissions.fromBits(String((1n << 90n) | 8n)), ["Administrator"])
    assert.isTrue(Permissions.has("8", "BanMembers", "ViewChannel"))
    assert.isFalse(Permissions.has(Permissions.toBits(["BanMembers"]), "BanMembers", "ViewChannel"))
  })

  it(`what a member may do in a channel is what Discord's rules say, in ${runs} generated guilds`, () => {
    const random = makeRandom(seed)
    for (let run = 0; run < runs; run++) {
      const where = generate(random)
      const found = new Set<string>(Permissions.fromBits(Permissions.inChannel(where)))
      assert.deepStrictEqual([...found].toSorted(), [...naive(where)].toSorted(), JSON.stringify(where))
    }
  })

  it("the permissions in the guild are those in a channel without overwrites, but for what channels imply", () => {
    const guild = guildOf(role("200", 1, "BanMembers"), role("201", 2, "Administrator"))
    const of = (who: Permissions.Member) => Permissions.fromBits(Permissions.inGuild({ guild, member: who, now }))
    assert.deepStrictEqual(of(member("2", ["200"])), ["BanMembers", "ViewChannel", "SendMessages"])
    assert.deepStrictEqual(of(member("2", ["200"], now + 1)), ["ViewChannel"])
    assert.deepStrictEqual(of(member("2", ["201"], now + 1)), names)
    assert.deepStrictEqual(of(member("1")), names)
  })

  it("overwrites of roles are applied together, so that what one allows another does not deny", () => {
    const guild = guildOf(role("200", 1), role("201", 9))
    const channel = {
      type: 0,
      permission_overwrites: [over("200", 0, ["SendMessages"], []), over("201", 0, [], ["SendMessages"])]
    }
    assert.include(namesIn({ guild, channel, member: member("2", ["200", "201"]) }), "SendMessages")
    assert.notInclude(namesIn({ guild, channel, member: member("2", ["201"]) }), "SendMessages")
  })

  it("a thread has its parent's overwrites, and SendMessages there is SendMessagesInThreads", () => {
    const guild = guildOf()
    const parent = { type: 0, permission_overwrites: [over(guildId, 0, ["SendMessagesInThreads"], ["SendMessages"])] }
    const thread = { type: 11 }
    const found = namesIn({ guild, channel: thread, parent, member: member("2") })
    assert.sameMembers([...found], ["ViewChannel", "SendMessages", "SendMessagesInThreads"])
    assert.deepStrictEqual(namesIn({ guild, channel: thread, member: member("2") }), [])
  })

  it("who can act on whom goes by the owner, the highest role, and by age among equals", () => {
    const [low, old, young] = [role("200", 1), role("201", 2), role("202", 2)] as const
    const guild = guildOf(low, old, young)
    const can = (actor: Permissions.Member, target: Permissions.Member | Permissions.Role) =>
      Permissions.canActOn({ guild, actor, target })
    const owner = member("1")
    assert.isTrue(can(owner, member("2", ["201"])))
    assert.isFalse(can(owner, owner))
    assert.isFalse(can(member("2", ["201"]), owner))
    assert.isTrue(can(member("2", ["200", "201"]), member("3", ["202"])))
    assert.isFalse(can(member("3", ["202"]), member("2", ["201"])))
    assert.isFalse(can(member("3", ["201"]), member("2", ["201"])))
    assert.isFalse(can(member("3"), member("2")))
    assert.isTrue(can(member("3", ["200"]), member("2")))
    assert.isTrue(can(member("2", ["201"]), young))
    assert.isFalse(can(member("2", ["202"]), old))
    assert.isTrue(can(owner, old))
  })

  it("an interaction brings the permissions of its user and of the bot", () => {
    assert.deepStrictEqual(Permissions.fromInteraction({ app_permissions: "8", member: { permissions: "4" } }), {
      user: "4",
      bot: "8"
    })
    assert.isUndefined(Permissions.fromInteraction({ app_permissions: "8" }).user)
  })
})
