/** What the fake lets users do, and by which rule of Discord's it does not. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { FakeDiscord } from "../../src/testing/index.ts"
import { button, call, connect, respond, row } from "./client.ts"

const bit = (...bits: ReadonlyArray<number>) => String(bits.reduce((set, each) => set | (1n << BigInt(each)), 0n))
const View = 10
const Send = 11
const History = 16
const React = 6
const Connect = 20
const UseCommands = 31
const ManageGuild = 5

const commands = [
  { name: "any", description: "…", integration_types: [0] },
  { name: "guilds", description: "…", contexts: [0] },
  { name: "direct", description: "…", contexts: [1] },
  { name: "old", description: "…", dm_permission: false },
  { name: "admins", description: "…", default_member_permissions: "0" },
  { name: "managers", description: "…", default_member_permissions: bit(ManageGuild) },
  { name: "adult", description: "…", nsfw: true },
  { name: "mine", description: "…", integration_types: [1], contexts: [0, 1, 2] },
  { name: "both", description: "…", integration_types: [0, 1], contexts: [0, 2] },
  {
    name: "pick",
    description: "…",
    options: [
      { type: 7, name: "text", description: "…", channel_types: [0] },
      { type: 7, name: "where", description: "…" },
      { type: 8, name: "role", description: "…" }
    ]
  },
  { name: "Inspect", type: 2 },
  { name: "Quote", type: 3 }
]

const overwrites = (id: string, type: 0 | 1, deny: ReadonlyArray<number>, allow: ReadonlyArray<number> = []) => ({
  permission_overwrites: [{ id, type, allow: bit(...allow), deny: bit(...deny) }]
})

const started = Effect.gen(function* () {
  const discord = yield* FakeDiscord.make()
  yield* discord.registerCommands(commands as never)
  const client = yield* connect(discord)
  yield* client.identify()
  const { guild } = discord
  /** What became of an action: the payload of its interaction, or why there was none. */
  const tried = <A, E extends { readonly message: string; readonly _tag: string }>(
    action: Effect.Effect<A, E>,
    body: unknown = { type: 4, data: { content: "ok" } }
  ) =>
    Effect.gen(function* () {
      const before = client.frames.filter(({ t }) => t === "INTERACTION_CREATE").length
      const answering = yield* Effect.forkChild(
        Effect.flatMap(client.event("INTERACTION_CREATE"), (interaction) =>
          Effect.as(respond(discord, interaction, body), interaction)
        )
      )
      const result = yield* Effect.exit(action)
      if (result._tag === "Success") return { response: result.value, sent: (yield* Fiber.join(answering)).d }
      yield* Fiber.interrupt(answering)
      assert.strictEqual(client.frames.filter(({ t }) => t === "INTERACTION_CREATE").length, before, "nothing was sent")
      const error = yield* Effect.flip(action)
      return { error: `${error._tag} ${error.message}` }
    })
  const refused = <A, E extends { readonly message: string; readonly _tag: string }>(
    action: Effect.Effect<A, E>,
    rule: string
  ) => Effect.map(tried(action), (outcome) => assert.include(outcome.error ?? "it was allowed", rule))
  const allowed = <A, E extends { readonly message: string; readonly _tag: string }>(
    action: Effect.Effect<A, E>,
    body?: unknown
  ) =>
    Effect.flatMap(tried(action, body), ({ error, response, sent }) =>
      response === undefined ? Effect.die(new Error(error)) : Effect.succeed({ response, sent })
    )
  const panel = call(discord, "POST", `/channels/${guild.channelId}/messages`, {
    content: "panel",
    components: [
      row(button("go", "go")),
      row({ type: 5, custom_id: "people", max_values: 2 }),
      row({ type: 6, custom_id: "roles" }),
      row({ type: 8, custom_id: "places", channel_types: [2] })
    ]
  })
  const panelOf = (user: FakeDiscord.User) =>
    Effect.andThen(
      panel,
      user.awaitMessage(({ content }) => content === "panel")
    )
  return { allowed, client, discord, guild, panelOf, refused, tried }
})

describe("a user of the fake", () => {
  it.live("runs commands in their contexts, and those of its installation only", () =>
    Effect.gen(function* () {
      const { allowed, discord, guild, refused } = yield* started
      const alice = yield* discord.user("alice")
      const owner = yield* discord.user("installer", { installed: true, ageRestricted: true })
      const direct = { direct: true }
      const group = { privateChannel: true }
      yield* refused(alice.slash("guilds", {}, direct), "InvalidCommand /guilds: it is not offered in direct messages")
      yield* refused(alice.slash("old", {}, direct), "dm_permission is false")
      yield* refused(alice.slash("direct"), "not offered in guilds: its contexts are [1]")
      yield* refused(alice.slash("adult", {}, direct), "age-restricted")
      yield* refused(alice.slash("mine"), "integration_types are [1]")
      yield* refused(owner.slash("guilds", {}, group), "not offered in private channels")
      yield* refused(owner.slash("any", {}, group), "integration_types are [0]")
      yield* refused(alice.slash("both", {}, group), "integration_types are [0, 1]")
      for (const [user, name, place] of [
        [alice, "any", direct],
        [alice, "direct", direct],
        [alice, "guilds", {}],
        [alice, "old", {}],
        [owner, "adult", direct]
      ] as const) {
        yield* allowed(user.slash(name, {}, place))
      }
      const own = (sent: { readonly authorizing_integration_owners: unknown; readonly context: number }) => [
        sent.authorizing_integration_owners,
        sent.context
      ]
      const inGroup = yield* allowed(owner.slash("both", {}, group), {
        type: 4,
        data: { content: "ok", components: [row(button("go", "go"))] }
      })
      assert.deepStrictEqual(own(inGroup.sent), [{ 1: owner.id }, 2])
      assert.deepStrictEqual(own((yield* allowed(inGroup.response.click("go"), { type: 6 })).sent), [
        { 1: owner.id },
        2
      ])
      const inGuild = yield* allowed(owner.slash("both"))
      assert.deepStrictEqual(own(inGuild.sent), [{ 0: guild.id, 1: owner.id }, 0])
      assert.deepStrictEqual(own((yield* allowed(owner.slash("mine", {}, direct))).sent), [{ 1: owner.id }, 1])
      assert.deepStrictEqual(own((yield* allowed(alice.slash("any"))).sent), [{ 0: guild.id }, 0])
    }).pipe(Effect.scoped)
  )

  it.live("runs commands that its permissions and the guild's rules for them allow", () =>
    Effect.gen(function* () {
      const { allowed, discord, guild, refused } = yield* started
      const alice = yield* discord.user("alice")
      const admin = yield* discord.user("admin", { permissions: bit(3) })
      const manager = yield* discord.user("manager", { permissions: bit(ManageGuild) })
      yield* refused(alice.slash("admins"), "administrators only")
      yield* refused(manager.slash("admins"), "administrators only")
      yield* allowed(admin.slash("admins"))
      yield* refused(alice.slash("managers"), "default_member_permissions, 32")
      yield* allowed(manager.slash("managers"))
      yield* refused(alice.slash("adult"), "age-restricted, and the channel is not")
      const adults = yield* guild.channel("adults", { nsfw: true })
      const talk = yield* guild.thread(adults, "talk")
      for (const channel of [adults, talk]) yield* allowed(alice.slash("adult", {}, { channel }))
      // Overwrites of a command are above its default.
      yield* guild.setCommandPermissions("admins", [{ id: alice.id, type: 2, permission: true }])
      yield* allowed(alice.slash("admins"))
      yield* refused(manager.slash("admins"), "administrators only")
      const team = yield* guild.role("team")
      yield* guild.updateMember(manager.id, { roles: [team] })
      yield* guild.setCommandPermissions("admins", [
        { id: guild.id, type: 1, permission: false },
        { id: team, type: 1, permission: true },
        { id: guild.channelId, type: 3, permission: false }
      ])
      yield* refused(alice.slash("admins", {}, { channel: adults }), "disable it for alice")
      yield* allowed(manager.slash("admins", {}, { channel: adults }))
      yield* refused(manager.slash("admins"), "disable it in this channel")
      yield* allowed(admin.slash("admins"))
      yield* guild.setCommandPermissions("admins", [
        { id: String(BigInt(guild.id) - 1n), type: 3, permission: false },
        { id: adults, type: 3, permission: true },
        { id: team, type: 1, permission: true }
      ])
      yield* allowed(manager.slash("admins", {}, { channel: talk }))
      yield* refused(manager.slash("admins"), "in this channel")
      // Those of the application are for commands without their own.
      yield* guild.setCommandPermissions(undefined, [{ id: alice.id, type: 2, permission: false }])
      yield* refused(alice.slash("any"), "the permissions of the application")
      yield* allowed(manager.slash("any"))
      yield* guild.setCommandPermissions(undefined, [])
      yield* allowed(alice.slash("any"))
    }).pipe(Effect.scoped)
  )

  it.live("an administrator who sets permissions of a command waits until the bot has registered it", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const setting = yield* Effect.forkChild(discord.guild.setCommandPermissions("late", []), {
        startImmediately: true
      })
      yield* discord.registerCommands([{ name: "late", description: "…" }])
      yield* Fiber.join(setting)
      const impatient = yield* FakeDiscord.make({ patience: "10 millis" })
      const cause = yield* Effect.flip(Effect.sandbox(impatient.guild.setCommandPermissions("never", [])))
      assert.include(String(Cause.squash(cause)), "the command never")
    }).pipe(Effect.scoped)
  )

  it.live("does nothing where it is not, sees nothing, or may not write", () =>
    Effect.gen(function* () {
      const { allowed, discord, guild, panelOf, refused } = yield* started
      const alice = yield* discord.user("alice")
      const bob = yield* discord.user("bob")
      const hidden = yield* guild.channel("hidden", overwrites(alice.id, 1, [View]))
      const silent = yield* guild.channel("silent", overwrites(alice.id, 1, [Send]))
      const quiet = yield* guild.channel("quiet", overwrites(guild.everyone, 0, [UseCommands]))
      const voice = yield* guild.channel("voice", { type: 2, ...overwrites(guild.everyone, 0, [Connect]) })
      const still = yield* guild.channel("still", overwrites(alice.id, 1, [React]))
      const past = yield* guild.channel("past", overwrites(guild.everyone, 0, [History]))
      const forum = yield* guild.channel("forum", { type: 15 })
      const message = yield* bob.say("hello")
      const inHidden = yield* bob.say("secret", { channel: hidden })
      const said = yield* bob.say("quiet!", { channel: still })
      const long = yield* bob.say("past", { channel: past })
      for (const [action, rule] of [
        [alice.say("x", { channel: hidden }), 'NotUsable "hidden" is invisible: alice does not have VIEW_CHANNEL'],
        [alice.messages({ channel: hidden }), "VIEW_CHANNEL"],
        [alice.slash("any", {}, { channel: hidden }), "VIEW_CHANNEL"],
        [alice.contextMenu("Quote", inHidden), "VIEW_CHANNEL"],
        [alice.react(inHidden, "👍"), "VIEW_CHANNEL"],
        [alice.say("x", { channel: silent }), "forbidden: alice does not have SEND_MESSAGES"],
        [alice.slash("any", {}, { channel: silent }), "SEND_MESSAGES"],
        [alice.contextMenu("Inspect", bob, { channel: silent }), "SEND_MESSAGES"],
        [alice.slash("any", {}, { channel: quiet }), "USE_APPLICATION_COMMANDS"],
        [alice.say("x", { channel: voice }), "CONNECT"],
        [alice.say("x", { channel: forum }), "a forum"],
        [alice.react(said, "👍"), "ADD_REACTIONS"],
        [alice.react(long, "👍"), "READ_MESSAGE_HISTORY"],
        [alice.react(message, "1"), "no such emoji"],
        [alice.vote(message, 1), "no open poll"]
      ] as ReadonlyArray<readonly [Effect.Effect<unknown, FakeDiscord.ActionError>, string]>) {
        yield* refused(action, rule)
      }
      // What is on a message is for those who read it.
      const there = yield* bob.say("there", { channel: silent })
      const quoted = yield* allowed(alice.contextMenu("Quote", there))
      assert.strictEqual(quoted.sent.channel_id, silent)
      // A reaction that is there needs no permission to add one.
      yield* bob.react(said, "👍")
      yield* alice.react(said, "👍")
      assert.strictEqual((yield* said.raw).reactions?.[0]?.count, 2)
      const panel = yield* panelOf(alice)
      const soon = new Date(Date.now() + 60_000).toISOString()
      const everything = () =>
        [
          alice.click(panel, "go"),
          alice.select(panel, "people", [bob]),
          alice.say("x"),
          alice.slash("any"),
          alice.autocomplete("any", {}, "x"),
          alice.contextMenu("Quote", message),
          alice.react(message, "👍")
        ] as ReadonlyArray<Effect.Effect<unknown, FakeDiscord.ActionError>>
      yield* guild.updateMember(alice.id, { communication_disabled_until: soon })
      for (const action of everything()) yield* refused(action, "alice is timed out")
      assert.isAbove((yield* alice.messages()).length, 0)
      yield* guild.updateMember(alice.id, { communication_disabled_until: null })
      yield* allowed(alice.click(panel, "go"))
      yield* guild.removeMember(alice.id)
      for (const action of everything()) yield* refused(action, "alice is no member")
      yield* guild.addMember(alice.id)
      yield* guild.ban(alice.id)
      for (const action of everything()) yield* refused(action, "alice is banned")
      const dm = yield* call(discord, "POST", "/users/@me/channels", { recipient_id: alice.id })
      yield* refused(bob.say("x", { channel: dm.body.id }), "direct messages of another user")
    }).pipe(Effect.scoped)
  )

  it.live("uses what is there: no deleted messages, nobody else's, no values that are not offered", () =>
    Effect.gen(function* () {
      const { allowed, discord, guild, panelOf, refused } = yield* started
      const alice = yield* discord.user("alice")
      const bob = yield* discord.user("bob")
      const gone = yield* discord.user("gone")
      yield* guild.removeMember(gone.id)
      const voice = yield* guild.channel("voice", { type: 2 })
      const hidden = yield* guild.channel("hidden", { type: 2, ...overwrites(alice.id, 1, [View]) })
      const other = yield* discord.addGuild("other")
      const panel = yield* panelOf(alice)
      yield* refused(panel.select("people", [gone]), "absent")
      yield* refused(panel.select("people", ["1"]), "absent")
      yield* refused(panel.select("people", [bob, bob]), "each value once")
      yield* refused(panel.select("roles", [other.everyone]), "absent")
      yield* refused(panel.select("places", [guild.channelId]), "absent")
      yield* refused(panel.select("places", [hidden]), "absent")
      yield* refused(panel.select("places", [other.channelId]), "absent")
      yield* allowed(panel.select("people", [bob]))
      yield* allowed(panel.select("places", [voice]))
      yield* refused(alice.slash("pick", { text: voice }), "nothing with the id")
      yield* refused(alice.slash("pick", { where: other.channelId }), "nothing with the id")
      yield* refused(alice.slash("pick", { where: guild.channelId }, { direct: true }), "nothing with the id")
      yield* allowed(alice.slash("pick", { text: guild.channelId, where: voice }))
      const secret = { type: 4, data: { content: "s", flags: 64, components: [row(button("mine", "mine"))] } }
      const { response } = yield* allowed(alice.slash("any"), secret)
      yield* refused(bob.click(response, "mine"), "ephemeral, for another user")
      yield* refused(alice.react(response, "👍"), "ephemeral messages have no reactions")
      yield* allowed(alice.click(response, "mine"), { type: 6 })
      const said = yield* bob.say("bye")
      yield* guild.deleteMessages([yield* said.id])
      yield* refused(alice.contextMenu("Quote", said), "deleted")
      yield* refused(alice.react(said, "👍"), "deleted")
      const form = {
        type: 9,
        data: { title: "Form", custom_id: "f", components: [row({ type: 4, style: 1, label: "L", custom_id: "t" })] }
      }
      const modal = yield* (yield* allowed(alice.slash("any"), form)).response.modal
      yield* guild.removeMember(alice.id)
      yield* refused(modal.submit({ L: "x" }), "alice is no member")
      yield* guild.addMember(alice.id)
      yield* allowed(modal.submit({ L: "x" }))
    }).pipe(Effect.scoped)
  )
})

describe("the permissions of commands", () => {
  it.live("are read with the bot's token, and written with that of a user who may", () =>
    Effect.gen(function* () {
      const { client, discord, guild } = yield* started
      const [command] = yield* discord.commands()
      const here = `/applications/${discord.applicationId}/guilds/${guild.id}/commands`
      const path = `${here}/${command?.id}/permissions`
      const permissions = [{ id: guild.id, type: 1, permission: false }]
      assert.strictEqual((yield* call(discord, "GET", path)).body.code, 10_066)
      assert.strictEqual((yield* call(discord, "GET", `${here}/1/permissions`)).body.code, 10_063)
      assert.deepStrictEqual((yield* call(discord, "GET", `${here}/permissions`)).body, [])
      assert.strictEqual((yield* call(discord, "PUT", path, { permissions })).body.code, 20_001)
      const tokenOf = Effect.fnUntraced(function* (name: string, bits: string, scope: string) {
        const user = yield* discord.user(name, { permissions: bits })
        const uri = "https://bot.example/back"
        const query = new URLSearchParams({
          client_id: discord.applicationId,
          response_type: "code",
          scope,
          redirect_uri: uri
        })
        const back = yield* user.authorize(`https://discord.com/oauth2/authorize?${query}`)
        const code = new URL(back).searchParams.get("code") ?? ""
        const form = {
          grant_type: "authorization_code",
          code,
          redirect_uri: uri,
          client_id: discord.applicationId,
          client_secret: "fake-client-secret"
        }
        const { access_token: token } = yield* Effect.promise(() =>
          fetch(`${discord.apiUrl}/v10/oauth2/token`, { method: "POST", body: new URLSearchParams(form) }).then(
            (response) => response.json() as Promise<{ readonly access_token: string }>
          )
        )
        return { authorization: `Bearer ${token}` }
      })
      const scope = "applications.commands.permissions.update"
      const manager = yield* tokenOf("manager", bit(ManageGuild, 28), scope)
      const put = (headers: Record<string, string>, body: unknown = { permissions }) =>
        call(discord, "PUT", path, body, headers)
      assert.strictEqual((yield* put(yield* tokenOf("member", "0", scope))).body.code, 50_013)
      assert.strictEqual((yield* put(yield* tokenOf("other", bit(ManageGuild, 28), "identify"))).body.code, 50_001)
      assert.strictEqual((yield* put({})).status, 401)
      const many = Array.from({ length: 101 }, (_, index) => ({ id: `${index}`, type: 2, permission: true }))
      assert.strictEqual((yield* put(manager, { permissions: many })).body.code, 50_035)
      assert.strictEqual(
        (yield* put(manager, { permissions: [{ id: "1", type: 4, permission: true }] })).body.code,
        50_035
      )
      const written = yield* put(manager)
      const whole = { id: command?.id, application_id: discord.applicationId, guild_id: guild.id, permissions }
      assert.deepStrictEqual(written.body, whole)
      assert.deepStrictEqual((yield* client.event("APPLICATION_COMMAND_PERMISSIONS_UPDATE")).d, whole)
      assert.deepStrictEqual((yield* call(discord, "GET", path)).body, whole)
      assert.deepStrictEqual((yield* call(discord, "GET", `${here}/permissions`)).body, [whole])
      assert.strictEqual((yield* call(discord, "PUT", `${here}/permissions`, [], manager)).status, 404)
    }).pipe(Effect.scoped)
  )
})
