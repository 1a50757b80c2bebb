/** What the fake does with scheduled events. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { FakeDiscord } from "../../src/testing/index.ts"
import { call } from "./client.ts"
import { everything, start } from "./resources.ts"

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()

const elsewhere = () => ({
  name: "party",
  privacy_level: 2,
  entity_type: 3,
  scheduled_start_time: inHours(1),
  scheduled_end_time: inHours(2),
  entity_metadata: { location: "the park" }
})

const rule = (fields: object) => ({ start: inHours(1), frequency: 2, interval: 1, ...fields })

describe("scheduled events", () => {
  it.live("are made, begin, end, and are deleted, each with its event", () =>
    Effect.gen(function* () {
      const { discord, done, event, guild, refuses } = yield* start()
      const all = `/guilds/${guild.id}/scheduled-events`
      const made = yield* done("POST", all, elsewhere())
      assert.deepInclude(made, { status: 1, channel_id: null, creator_id: discord.botId, guild_id: guild.id })
      assert.deepStrictEqual(yield* event("GUILD_SCHEDULED_EVENT_CREATE"), made)
      assert.strictEqual((yield* done("PATCH", `${all}/${made.id}`, { name: "feast" })).name, "feast")
      assert.strictEqual((yield* event("GUILD_SCHEDULED_EVENT_UPDATE")).name, "feast")
      yield* refuses(["an end before it began", "PATCH", `${all}/${made.id}`, { status: 3 }, 50_035])
      yield* done("PATCH", `${all}/${made.id}`, { status: 2 })
      yield* refuses(["back again", "PATCH", `${all}/${made.id}`, { status: 1 }, 50_035])
      assert.lengthOf(yield* done("GET", all), 1)
      yield* done("PATCH", `${all}/${made.id}`, { status: 3 })
      yield* refuses(["what is over", "PATCH", `${all}/${made.id}`, { name: "again" }, 180_000])
      yield* done("DELETE", `${all}/${made.id}`)
      assert.strictEqual((yield* event("GUILD_SCHEDULED_EVENT_DELETE")).id, made.id)
      yield* refuses(["what is gone", "GET", `${all}/${made.id}`, undefined, 10_070])
    })
  )

  it.live("are for users, who are listed by pages", () =>
    Effect.gen(function* () {
      const { discord, done, event, guild, refuses } = yield* start()
      const all = `/guilds/${guild.id}/scheduled-events`
      const users = [yield* discord.user("alice"), yield* discord.user("bob"), yield* discord.user("carol")]
      const id = yield* guild.scheduledEvent(users[0]?.id ?? "")
      assert.strictEqual((yield* event("GUILD_SCHEDULED_EVENT_CREATE")).creator.id, users[0]?.id)
      for (const user of users) {
        yield* guild.subscribe(user.id, id)
        const told = { guild_scheduled_event_id: id, user_id: user.id, guild_id: guild.id }
        assert.deepStrictEqual(yield* event("GUILD_SCHEDULED_EVENT_USER_ADD"), told)
      }
      assert.strictEqual((yield* done("GET", `${all}?with_user_count=true`))[0].user_count, 3)
      assert.isUndefined((yield* done("GET", `${all}/${id}`)).user_count)
      const ids = (body: ReadonlyArray<{ readonly user: { readonly id: string } }>) => body.map(({ user }) => user.id)
      const [a, b, c] = users.map((user) => user.id)
      assert.deepStrictEqual(ids(yield* done("GET", `${all}/${id}/users`)), [a, b, c])
      assert.deepStrictEqual(ids(yield* done("GET", `${all}/${id}/users?limit=1&after=${a}`)), [b])
      assert.deepStrictEqual(ids(yield* done("GET", `${all}/${id}/users?limit=1&before=${c}&after=${b}`)), [b])
      assert.strictEqual((yield* done("GET", `${all}/${id}/users?with_member=1`))[0].member.user.id, a)
      yield* guild.unsubscribe(a ?? "", id)
      assert.strictEqual((yield* event("GUILD_SCHEDULED_EVENT_USER_REMOVE")).user_id, a)
      yield* refuses(["101 users", "GET", `${all}/${id}/users?limit=101`, undefined, 50_035])
    })
  )

  const cases: ReadonlyArray<readonly [title: string, fields: object]> = [
    ["no name", { name: undefined }],
    ["101 characters", { name: "x".repeat(101) }],
    ["a description of 1001 characters", { description: "x".repeat(1001) }],
    ["another privacy", { privacy_level: 1 }],
    ["no privacy", { privacy_level: undefined }],
    ["another kind", { entity_type: 4 }],
    ["no start", { scheduled_start_time: undefined }],
    ["a start that is no time", { scheduled_start_time: "tomorrow" }],
    ["the past", { scheduled_start_time: inHours(-1) }],
    ["no end elsewhere", { scheduled_end_time: undefined }],
    ["an end before the start", { scheduled_end_time: inHours(0.5) }],
    ["no place", { entity_metadata: undefined }],
    ["a place of 101 characters", { entity_metadata: { location: "x".repeat(101) } }],
    ["a channel elsewhere", { channel_id: "1" }],
    ["voice without a channel", { entity_type: 2, entity_metadata: null }],
    ["a stage with a place", { entity_type: 1, channel_id: "1" }],
    ["no image", { image: "a" }],
    ["a recurrence with an end", { recurrence_rule: rule({ end: inHours(9) }) }],
    ["every third week", { recurrence_rule: rule({ interval: 3 }) }],
    ["two days of a week", { recurrence_rule: rule({ by_weekday: [1, 2] }) }],
    ["days that are no set", { recurrence_rule: rule({ frequency: 3, by_weekday: [0, 2] }) }],
    [
      "two days of a month",
      {
        recurrence_rule: rule({
          frequency: 1,
          by_n_weekday: [
            { n: 1, day: 1 },
            { n: 2, day: 1 }
          ]
        })
      }
    ],
    ["a month without a day", { recurrence_rule: rule({ frequency: 0, by_month: [7] }) }],
    ["two kinds of days", { recurrence_rule: rule({ by_weekday: [1], by_n_weekday: [{ n: 1, day: 1 }] }) }]
  ]

  it.live("have what their kind needs, and recur as Discord can show", () =>
    Effect.gen(function* () {
      const { done, guild, refuses } = yield* start()
      const all = `/guilds/${guild.id}/scheduled-events`
      for (const [title, fields] of cases) yield* refuses([title, "POST", all, { ...elsewhere(), ...fields }, 50_035])
      const [voice, stage] = [yield* guild.channel("voice", { type: 2 }), yield* guild.channel("stage", { type: 13 })]
      const inVoice = { ...elsewhere(), entity_type: 2, entity_metadata: null, scheduled_end_time: undefined }
      const made = yield* done("POST", all, { ...inVoice, channel_id: voice })
      yield* done("POST", all, { ...inVoice, entity_type: 1, channel_id: stage })
      for (const fields of [
        { frequency: 3, by_weekday: [0, 1, 2, 3, 4] },
        { interval: 2, by_weekday: [3] },
        { frequency: 1, by_n_weekday: [{ n: 4, day: 2 }] },
        { frequency: 0, by_month: [7], by_month_day: [24] }
      ]) {
        yield* done("POST", all, { ...elsewhere(), recurrence_rule: rule(fields) })
      }
      yield* refuses(
        ["a stage for voice", "POST", all, { ...inVoice, channel_id: stage }, 50_091],
        ["a channel that there is not", "POST", all, { ...inVoice, channel_id: "1" }, 10_003],
        [
          "moving it without leaving the channel",
          "PATCH",
          `${all}/${made.id}`,
          { entity_type: 3, scheduled_end_time: inHours(3), entity_metadata: { location: "a" } },
          50_035
        ]
      )
      const moved = {
        entity_type: 3,
        channel_id: null,
        scheduled_end_time: inHours(3),
        entity_metadata: { location: "a" }
      }
      assert.deepInclude(yield* done("PATCH", `${all}/${made.id}`, moved), { entity_type: 3, channel_id: null })
    })
  )

  it.live("are 100 at most that are not over", () =>
    Effect.gen(function* () {
      const { discord, done, guild, refuses } = yield* start()
      const all = `/guilds/${guild.id}/scheduled-events`
      const { id } = yield* discord.user("alice")
      for (let count = 0; count < 99; count++) yield* guild.scheduledEvent(id)
      const last = yield* done("POST", all, elsewhere())
      yield* refuses(["the 101st", "POST", all, elsewhere(), 30_038])
      yield* done("PATCH", `${all}/${last.id}`, { status: 4 })
      yield* done("POST", all, elsewhere())
    })
  )

  it.live("need the permissions of their kind", () =>
    Effect.gen(function* () {
      const [createEvents, manageEvents] = [1n << 44n, 1n << 33n]
      const creator = yield* start({ permissions: everything & ~manageEvents })
      const all = `/guilds/${creator.guild.id}/scheduled-events`
      const own = yield* creator.done("POST", all, elsewhere())
      const alice = yield* creator.discord.user("alice")
      const other = yield* creator.guild.scheduledEvent(alice.id)
      yield* creator.done("PATCH", `${all}/${own.id}`, { name: "mine" })
      const voice = yield* creator.guild.channel("voice", { type: 2 })
      const inVoice = { ...elsewhere(), entity_type: 2, entity_metadata: null, channel_id: voice }
      yield* creator.deny(voice, 1n << 20n)
      yield* creator.refuses(
        ["changing another's", "PATCH", `${all}/${other}`, { name: "mine" }, 50_013],
        ["deleting another's", "DELETE", `${all}/${other}`, undefined, 50_013],
        ["where it cannot connect", "POST", all, inVoice, 50_013]
      )
      const inChannel = yield* creator.guild.scheduledEvent(alice.id, { entity_type: 2, channel_id: voice })
      yield* creator.deny(voice, 1n << 10n)
      yield* creator.refuses(["what it does not see", "GET", `${all}/${inChannel}`, undefined, 10_070])
      const manager = yield* start({ permissions: everything & ~createEvents })
      const theirs = `/guilds/${manager.guild.id}/scheduled-events`
      yield* manager.refuses(["making one", "POST", theirs, elsewhere(), 50_013])
      yield* manager.done(
        "DELETE",
        `${theirs}/${yield* manager.guild.scheduledEvent((yield* manager.discord.user("a")).id)}`
      )
    })
  )

  it.effect("elsewhere begin and end by themselves", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const { guild } = discord
      const alice = yield* discord.user("alice")
      const id = yield* guild.scheduledEvent(alice.id, {
        scheduled_start_time: new Date(3_600_000).toISOString(),
        scheduled_end_time: new Date(7_200_000).toISOString()
      })
      const status = Effect.map(
        call(discord, "GET", `/guilds/${guild.id}/scheduled-events/${id}`),
        ({ body }) => body.status
      )
      assert.strictEqual(yield* status, 1)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* status, 2)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* status, 3)
    })
  )
})
