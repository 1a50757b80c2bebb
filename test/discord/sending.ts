/** A bot that sends everything that the library can write, and what the fake Discord received of it. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Bot from "../../src/Bot.ts"
import * as ApplicationEmojis from "../../src/application/ApplicationEmojis.ts"
import * as LinkedRoles from "../../src/application/LinkedRoles.ts"
import * as OAuth2 from "../../src/application/OAuth2.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Field from "../../src/interactions/definitions/Field.ts"
import * as Menu from "../../src/interactions/definitions/Menu.ts"
import * as Modal from "../../src/interactions/definitions/Modal.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import * as Embed from "../../src/interactions/replies/Embed.ts"
import * as Layout from "../../src/interactions/replies/Layout.ts"
import type { Message } from "../../src/interactions/replies/Message.ts"
import * as Messages from "../../src/interactions/replies/Messages.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import * as Threads from "../../src/interactions/replies/Threads.ts"
import * as Webhook from "../../src/interactions/replies/Webhook.ts"
import { ShardManager } from "../../src/gateway/ShardManager.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

/** A body that was sent, and what it is called in `fields.json`. */
export interface Body {
  readonly root: string
  readonly json: unknown
}

const rootsByRoute: ReadonlyArray<readonly [route: RegExp, root: string]> = [
  [/^PUT \/applications\/:\w+\/commands$/, "command"],
  [/^POST \/channels\/:\w+\/messages$/, "message.create"],
  [/^PATCH \/channels\/:\w+\/messages\//, "message.edit"],
  [/^POST \/channels\/:\w+\/messages\/:\w+\/threads$/, "message.thread"],
  [/^POST \/channels\/:\w+\/threads$/, "thread.start"],
  [/^POST \/channels\/:\w+\/webhooks$/, "webhook.create"],
  [/^POST \/interactions\/.*\/callback$/, "interaction.callback"],
  [/^PATCH \/webhooks\//, "interaction.edit"],
  [/^POST \/applications\/:\w+\/emojis$/, "emoji.create"],
  [/^PUT .*\/role-connections\/metadata$/, "roleConnection.metadata"],
  [/^PUT .*\/role-connection$/, "roleConnection.update"]
]

const bodiesOf = (applicationId: string, entry: FakeDiscord.Entry): ReadonlyArray<Body> => {
  if (entry._tag === "Received") return [{ root: "gateway", json: { op: entry.op, d: entry.d } }]
  if (entry._tag !== "Request") return []
  const { body, method, path, query, route } = entry
  if (method === "POST" && /^\/webhooks\/\d+\/[^/]+$/.test(path)) {
    return path.startsWith(`/webhooks/${applicationId}/`)
      ? [{ root: "interaction.followUp", json: body }]
      : [
          { root: "webhook.execute", json: body },
          { root: "webhook.execute?", json: Object.fromEntries(new URLSearchParams(query)) }
        ]
  }
  const found = rootsByRoute.find(([pattern]) => pattern.test(`${method} ${route}`))?.[1]
  const isPost = found === "thread.start" && typeof body === "object" && body !== null && "message" in body
  const root = isPost ? "thread.post" : found
  return root === undefined ? [] : (Array.isArray(body) ? body : [body]).map((json) => ({ root, json }))
}

const localizations = { de: "wort" }
const named = { nameLocalizations: localizations, descriptionLocalizations: localizations }
const described = { ...named, description: "…" }
const emoji = { id: "1", name: "blob", animated: true }
const nothing = () => Effect.void
const choices = [{ value: "a", label: "A", labelLocalizations: localizations }]
const numbers = { min: 1, max: 9, choices: [{ value: 1, label: "One", labelLocalizations: localizations }] }

// No two options of a command have the same name in a language.
const one = <A, E, R>(name: string, option: Options.Option<A, E, R>) =>
  Options.localize(option, { nameLocalizations: { de: name }, descriptionLocalizations: localizations })

const options = {
  text: one("text", Options.string("…", { min: 1, max: 9, choices })),
  typed: one("typed", Options.string("…").pipe(Options.autocomplete(() => Effect.succeed(["a"] as const)))),
  whole: one("whole", Options.integer("…", numbers)),
  broken: one("broken", Options.number("…", numbers)),
  yes: one("yes", Options.boolean("…")),
  user: one("user", Options.user("…")),
  role: one("role", Options.role("…")),
  either: one("either", Options.mentionable("…")),
  channel: one("channel", Options.channel("…", { types: ["GuildText"] })),
  file: one("file", Options.attachment("…", { fileTypes: ["image"] }))
}

const everywhere = {
  contexts: ["guild", "botDm", "privateChannel"],
  integrationTypes: ["guild", "user"],
  defaultMemberPermissions: ["ManageGuild"],
  nsfw: true
} as const

const media = { description: "…", spoiler: true }

const choice = { value: "a", label: "A", description: "…", default: true }
const other = { value: "b", label: "B", description: "…" }

const form = (fields: Field.Fields) => Modal.show({ title: "Form", fields }, nothing)

const labelled = { description: "…" }

const texts = form({
  text: Field.short("Text", { ...labelled, min: 1, max: 9, placeholder: "…", value: "v" }),
  long: Field.paragraph("Long", { ...labelled, required: false }),
  radio: Field.radio("Radio", { ...labelled, choices: [choice, other], required: false }),
  many: Field.checkboxes("Many", { ...labelled, choices: [choice, other], min: 1, max: 2 }),
  checked: Field.checkbox("Checked", { ...labelled, checked: true })
})

const range = { min: 1, max: 2, placeholder: "…" }

const menus = form({
  strings: Field.menu("Strings", Menu.strings({ ...range, choices: [{ ...choice, emoji }, other] }), {
    required: false
  }),
  users: Field.menu("Users", Menu.users({ ...range, defaultValues: ["1"] }), { required: false }),
  channels: Field.menu("Channels", Menu.channels({ ...range, channelTypes: ["GuildText"], defaultValues: ["1"] }), {
    required: false
  }),
  files: Field.files("Files", { ...labelled, min: 0, max: 2, fileTypes: ["image"] }),
  markdown: Field.markdown("…")
})

const embed = Embed.make({
  title: "t",
  description: "d",
  url: "https://example.org",
  color: 1,
  timestamp: 0,
  fields: [Embed.field("a", "b", { inline: true })],
  author: { name: "a", url: "https://example.org", iconUrl: "https://example.org/a.png" },
  footer: { text: "f", iconUrl: "https://example.org/a.png" },
  image: "https://example.org/a.png",
  thumbnail: "https://example.org/a.png"
})

const file = { name: "a.txt", data: "a", description: "…", spoiler: true }

const message: Message = {
  content: "hello",
  embeds: [embed],
  files: [file],
  poll: { question: "Which?", answers: ["a", { text: "b", emoji }], duration: "2 hours", multiple: true },
  allowedMentions: { parse: [], users: ["1"], roles: ["1"], repliedUser: true },
  silent: true,
  tts: true
}

/** A message of Components V2; with `bound` components in it, which belong to a Runtime. */
const layout = (bound: ReadonlyArray<Parameters<typeof Layout.row>[0][number]>): Message => ({
  files: [file],
  components: [
    Layout.container(
      [
        Layout.text("…"),
        Layout.section(["…"], Layout.thumbnail("https://example.org/a.png", media)),
        Layout.gallery([{ url: "https://example.org/a.png", ...media }]),
        Layout.file("a.txt", { spoiler: true }),
        Layout.separator({ line: true, size: "large" }),
        ...bound.map((each) => Layout.row([each]))
      ],
      { accentColor: 1, spoiler: true }
    ),
    Layout.section(["…"], Button.link("https://example.org", { label: "l", emoji, disabled: true })),
    Layout.row([Button.premium("1", { disabled: true })])
  ]
})

const menuLook = { min: 1, max: 2, placeholder: "…", disabled: true }

const components = Effect.gen(function* () {
  const button = yield* Button.bound({ label: "b", emoji, style: "danger", disabled: true }, nothing)
  const strings = Menu.strings({ ...menuLook, choices: [{ ...choice, emoji }, other] })
  const users = Menu.users({ ...menuLook, defaultValues: ["1"] })
  const channels = Menu.channels({ ...menuLook, channelTypes: ["GuildText"], defaultValues: ["1"] })
  return layout([
    button,
    yield* Menu.bound(strings, nothing),
    yield* Menu.bound(users, nothing),
    yield* Menu.bound(channels, nothing)
  ])
})

const interactions = [
  Command.slash("all", { ...described, ...everywhere, options }, nothing),
  Command.parent("parent", described, {
    sub: Command.sub({ ...described, options }, nothing),
    group: Command.group(
      { ...described, nameLocalizations: { de: "gruppe" } },
      { sub: Command.sub({ ...described, options }, nothing) }
    )
  }),
  Command.user("who", { nameLocalizations: localizations, ...everywhere }, nothing),
  Command.entryPoint("launch", { ...described, ...everywhere }, () => Reply.launchActivity),
  Command.slash("reply", { description: "…" }, () => Reply.send({ ...message, ephemeral: true })),
  Command.slash("later", { description: "…" }, () =>
    Effect.gen(function* () {
      yield* Reply.defer({ ephemeral: true })
      yield* Reply.edit(message)
      yield* Reply.followUp(message)
    })
  ),
  Command.slash("shown", { description: "…" }, () =>
    Effect.gen(function* () {
      const change = yield* Button.bound({ label: "change" }, () => Reply.update({ content: "changed" }))
      const wait = yield* Button.bound({ label: "wait" }, () =>
        Effect.andThen(Reply.deferUpdate, Reply.update({ content: "at last" }))
      )
      yield* Reply.send({ content: "buttons", components: [[change, wait]] })
      yield* Reply.followUp(yield* components)
    })
  ),
  Command.slash("texts", { description: "…" }, () => texts),
  Command.slash("menus", { description: "…" }, () => menus),
  Command.slash(
    "typing",
    {
      description: "…",
      options: { text: Options.string("…").pipe(Options.autocomplete(() => Effect.succeed(choices))) }
    },
    nothing
  )
] as const

const useCommands = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  const alice = yield* discord.user("alice", { permissions: "8" })
  yield* discord.guild.updateChannel(discord.guild.channelId, { nsfw: true })
  yield* discord.guild.emoji("blob", { id: "1", animated: true })
  yield* alice.launch()
  yield* alice.slash("reply")
  yield* alice.slash("later")
  yield* alice.slash("texts")
  yield* alice.slash("menus")
  yield* alice.autocomplete("typing", { text: "a" }, "text")
  const shown = yield* alice.slash("shown")
  yield* shown.click("change")
  yield* shown.click("wait")
  yield* discord.awaitLog(
    FakeDiscord.is("Request", ({ method, route }) => method === "PATCH" && route.startsWith("/webhooks/"))
  )
})

const useMessages = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  const channel = discord.guild.channelId
  // What has a poll is neither forwarded nor edited.
  const unpolled = { ...message, poll: undefined }
  const sent = yield* Messages.send(channel, { ...unpolled, stickers: ["1"] }, { nonce: "once" })
  const plain = yield* Messages.send(channel, { content: "plain" })
  yield* plain.edit(layout([]))
  yield* Messages.send(channel, layout([]))
  yield* Messages.reply(sent, message)
  yield* Messages.forward(sent, channel)
  yield* sent.edit({ ...unpolled, keepAttachments: true, suppressEmbeds: true })
  yield* sent.startThread("talk", { archiveAfter: 60, slowmode: 5 })
  yield* Threads.start(channel, "secret", { private: true, invitable: false, archiveAfter: 60, slowmode: 5 })
  const webhook = yield* Webhook.ensure(channel, "News")
  const forum = yield* discord.guild.channel("forum", { type: 15, available_tags: [{ id: "1", name: "new" }] })
  const posts = yield* Webhook.ensure(forum, "Posts")
  const named = { username: "Bob", avatarUrl: "https://example.org/a.png" }
  yield* webhook.send(message, named)
  const hooked = yield* webhook.send(unpolled, named)
  yield* hooked.edit({ ...unpolled, files: [file] })
  yield* webhook.send(layout([]), named)
  const early = yield* webhook.send({ content: "plain" })
  yield* early.edit(layout([]))
  yield* webhook.send({ content: "in a thread" }, { threadId: (yield* sent.ids).id })
  const ofPost = { ...unpolled, tts: undefined, stickers: ["1"] }
  yield* Threads.post(forum, "Post", ofPost, { appliedTags: ["1"], archiveAfter: 60, slowmode: 5 })
  yield* posts.send({ content: "post" }, { threadName: "Post", appliedTags: ["1"] })
})

const linked = LinkedRoles.define({
  wins: LinkedRoles.integer({ name: "Wins", ...described, compare: "atLeast" })
})

const useApplication = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  const emojis = ApplicationEmojis.define({ blob: new TextEncoder().encode("GIF89a") })
  yield* Effect.scoped(Effect.provide(emojis.ready, emojis.layer))
  yield* linked.sync
  const client = OAuth2.make({
    clientId: discord.applicationId,
    clientSecret: discord.clientSecret,
    redirectUri: "https://example.org/linked",
    scopes: ["role_connections.write", "identify"]
  })
  const state = OAuth2.makeState()
  const back = yield* (yield* discord.user("alice")).authorize(client.authorizeUrl(state))
  const tokens = yield* client.exchange(yield* OAuth2.readCallback(back, state))
  yield* linked.update(tokens, { platformName: "Chess", platformUsername: "alice", values: { wins: 1 } })
})

const useGateway = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  const guildId = discord.guild.id
  const shard = yield* ShardManager.use((manager) => manager.shardFor(guildId))
  yield* shard.setPresence({
    status: "idle",
    since: 1,
    afk: true,
    activities: [{ type: "streaming", name: "…", state: "…", url: "https://twitch.tv/a" }]
  })
  yield* shard.updateVoiceState({ guildId, channelId: null, selfMute: true, selfDeaf: true })
  yield* shard.requestSoundboardSounds([guildId])
  yield* shard.send({ op: 43, d: { guild_id: guildId, fields: ["status"] as never } })
  yield* Stream.runDrain(shard.requestMembers({ guildId, query: "a", limit: 1, presences: true }))
  yield* Stream.runDrain(shard.requestMembers({ guildId, userIds: ["1"], presences: true }))
  yield* discord.awaitLog(FakeDiscord.is("Received", ({ op }) => op === 3))
})

/** Everything that the bot has sent. Fails if the fake Discord has refused anything. */
export const sentBodies = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  yield* useCommands
  yield* useMessages
  yield* useApplication
  yield* useGateway
  const log = yield* discord.log
  const refused = log.filter(FakeDiscord.is("Request", ({ status }) => status === undefined || status >= 400))
  if (refused.length > 0) return yield* Effect.die(refused.map(FakeDiscord.format).join("\n"))
  return log.flatMap((entry) => bodiesOf(discord.applicationId, entry))
}).pipe(
  Effect.provide(
    Layer.provideMerge(Bot.layer({ interactions, onError: { ReplyError: nothing } as never }), FakeDiscord.layer())
  )
)
