/**
 * A module of a user who exports one of everything. `types.ts` emits declarations for it: each export must have a type
 * that can be named from outside of the package. Names that end in `Raw` have objects of `discord-api-types` in theirs.
 */
import { Context, Duration, Effect, Layer, Redacted, Ref, Schedule, Schema, Stream } from "effect"
import {
  ApplicationEmojis,
  Bot,
  Button,
  CloseCode,
  Command,
  CommandSync,
  type CustomId,
  Definition,
  type Discord,
  DiscordConfig,
  DiscordRest,
  ErrorReply,
  Expiration,
  Field,
  type GatewayError,
  GatewayEvents,
  GatewayInfo,
  IdentifyBudget,
  IdentifyQueue,
  type Input,
  Intents,
  Interaction,
  Interactions,
  Layout,
  LinkedRoles,
  Menu,
  Middleware,
  Modal,
  OAuth2,
  Options,
  Permissions,
  type Presence,
  Reply,
  Runtime,
  Runtimes,
  SessionStore,
  ShardId,
  ShardManager,
  Snowflake
} from "fibercord"
import { Dialogues, Durable } from "fibercord/durable"
import { HttpInteractions, WebhookEvents } from "fibercord/http"
import { KeyValueSessionStore } from "fibercord/persistence"
import { Proxy } from "fibercord/proxy"
import { FakeDiscord, IdentifyQueueConformance } from "fibercord/testing"

// A user's own services, schemas and errors.
export class OutOfStock extends Schema.TaggedError<OutOfStock>()("OutOfStock", { item: Schema.String }) {}
export class Shop extends Context.Service<Shop, { readonly buy: (item: string) => Effect.Effect<void, OutOfStock> }>()(
  "Shop"
) {}
const buy = (item: string) => Shop.use((shop) => shop.buy(item))

// Options of every kind.
export const optionString = Options.string("Text", { min: 1, max: 10 })
export const optionChoices = Options.string("Text", { choices: ["a", "b"] })
export const optionInteger = Options.integer("Number")
export const optionNumber = Options.number("Number", { choices: [1, 2] })
export const optionBoolean = Options.boolean("Yes or no")
export const optionUser = Options.user("Who")
export const optionChannel = Options.channel("Where")
export const optionRole = Options.role("Which")
export const optionMentionable = Options.mentionable("Who")
export const optionAttachment = Options.attachment("A file")
export const optionOptional = Options.attachment("A file").pipe(Options.optional)
export const optionAutocomplete = Options.autocomplete(Options.string("City"), (query) =>
  Effect.as(buy(query), ["Rome", { label: "Paris", value: "paris" }])
)
export const optionSchema = Options.schema(Options.string("When"), Schema.NonEmptyString)

// Commands of every kind.
export const slash = Command.slash("plain", { description: "Plain" }, () => Reply.send({ content: "hi" }))
export const slashWithOptions = Command.slash(
  "all",
  {
    description: "All options",
    options: {
      string: optionString,
      choices: optionChoices,
      integer: optionInteger,
      number: optionNumber,
      boolean: optionBoolean,
      user: optionUser,
      channel: optionChannel,
      role: optionRole,
      mentionable: optionMentionable,
      attachment: optionAttachment,
      optional: optionOptional,
      autocomplete: optionAutocomplete,
      schema: optionSchema
    }
  },
  ({ user }) => Reply.send({ content: user.username })
)
export const slashWithErrors = Command.slash("buy", { description: "Buy" }, () => buy("tea"))
export const slashWithBound = Command.slash("bound", { description: "Bound" }, () =>
  Effect.flatMap(buttonBound, (button) => Reply.send({ components: [[button]] }))
)
export const sub = Command.sub({ description: "Show", options: { user: optionUser } }, ({ user }) =>
  Reply.send({ content: user.id })
)
export const group = Command.group({ description: "Roles" }, { add: sub })
export const parent = Command.parent("config", { description: "Settings" }, { show: sub, roles: group })
export const userCommand = Command.user("Greet", {}, (user) => Reply.send({ content: user.username }))
export const messageCommand = Command.message("Quote", {}, (message) => Reply.send({ content: message.content }))
export const commandOptions: Command.CommandOptions = { nameLocalizations: { de: "zähler" }, contexts: ["guild"] }

// Buttons.
export const buttonBound = Button.bound({ label: "+1" }, () => buy("tea"))
export const buttonIndependent = Button.independent("join", {}, () => Reply.update({ content: "joined" }))
export const buttonWithPayload = Button.independent(
  "role",
  { payload: Schema.Struct({ role: Snowflake.Schema }) },
  ({ role }) => Reply.update({ content: role })
)
export const buttonOfIndependent = buttonIndependent.with({ label: "Join" }, undefined)
export const buttonChoice = Button.choice("yes", { style: "danger" })
export const buttonChoices = Button.choices(["a", { value: "b", label: "B", style: "danger" }])
export const buttonLink = Button.link("https://effect.website", { label: "Effect" })
export const buttonPremium = Button.premium("1")
export const buttonLook: Button.Look = { label: "x", emoji: { name: "🔥" } }

// Menus.
export const menuString = Menu.string({ choices: ["a", "b"] })
export const menuStrings = Menu.strings({ choices: ["a", { value: "b", label: "B", emoji: { name: "🔥" } }] })
export const menuUser = Menu.user()
export const menuUsers = Menu.users()
export const menuRole = Menu.role()
export const menuRoles = Menu.roles()
export const menuMentionable = Menu.mentionable()
export const menuMentionables = Menu.mentionables()
export const menuChannel = Menu.channel()
export const menuChannels = Menu.channels({ max: 2 })
export const menuBound = Menu.bound(menuUser, (user) => buy(user.username))
export const menuIndependent = Menu.independent("pick", { menu: menuChannel }, (channel) =>
  Reply.update({ content: channel.id })
)
export const menuOfIndependent = menuIndependent.with(undefined)
export const menuAsk = Menu.ask(menuMentionable, { content: "Who?" })

// Questions.
export const ask = Reply.ask({
  content: "Delete?",
  components: [[buttonChoice, Button.choice("no"), buttonLink], [menuUser]]
})

// Forms with every field.
export const fieldShort = Field.short("Name", { max: 10 })
export const fieldParagraph = Field.paragraph("Text", { required: false })
export const fieldSchema = Field.short("Age", { schema: Schema.FiniteFromString })
export const fieldMenu = Field.menu("Who", menuUsers)
export const fieldFiles = Field.files("Files", { min: 0, max: 3 })
export const fieldRadio = Field.radio("One", { choices: ["a", "b"] })
export const fieldCheckboxes = Field.checkboxes("Some", { choices: [{ value: "a", label: "A" }] })
export const fieldCheckbox = Field.checkbox("Sure?")
export const fieldMarkdown = Field.markdown("# Hello")
export const form = {
  title: "All",
  fields: {
    fieldShort,
    fieldParagraph,
    fieldSchema,
    fieldMenu,
    fieldFiles,
    fieldRadio,
    fieldCheckboxes,
    fieldCheckbox,
    fieldMarkdown
  }
}
export const modalShow = Modal.show(form, ({ fieldFiles }) => buy(fieldFiles[0]?.filename ?? ""))
export const modalAsk = Modal.ask(form)

// Middlewares.
export const withPermissions = slash.pipe(Middleware.requirePermissions(["BanMembers"], { denied: "No." }))
export const withBotPermissions = slash.pipe(Middleware.requireBotPermissions(["BanMembers"]))
export const withCooldown = slashWithOptions.pipe(Middleware.cooldown("10 seconds", { per: "user" }))
export const withConcurrency = parent.pipe(Middleware.maxConcurrency(1))
export const withOwner = buttonWithPayload.pipe(Middleware.ownerOnly, Middleware.timed)
export const subWithPermissions = sub.pipe(Middleware.requirePermissions(["BanMembers"]))
export const groupWithCooldown = group.pipe(Middleware.cooldown("10 seconds"))
export const withBefore = menuIndependent.pipe(Middleware.before(buy("tea")))
export const withAfter = slash.pipe(Middleware.after(() => buy("tea")))
export const withService = slashWithErrors.pipe(Middleware.provideService(Shop, { buy: () => Effect.void }))
export const withAround = slash.pipe(Middleware.around((handler) => Effect.timeout(handler, "1 minute")))
export const middleware = Middleware.before(buy("tea"))
export const middlewarePermissions = Middleware.requirePermissions(["BanMembers"])
export const checkPermissions = Middleware.checkPermissions(["BanMembers"])
export const checkBotPermissions = Middleware.checkBotPermissions(["BanMembers"])

// Layouts.
export const layoutRow = Layout.row([buttonLink, buttonPremium])
export const layoutText = Layout.text("# Hello")
export const layoutThumbnail = Layout.thumbnail("https://effect.website/x.png")
export const layoutSection = Layout.section(["Text"], layoutThumbnail)
export const layoutGallery = Layout.gallery(["https://effect.website/x.png"])
export const layoutFile = Layout.file("x.png")
export const layoutSeparator = Layout.separator({ size: "large" })
export const layoutContainer = Layout.container([layoutText, layoutSeparator, layoutSection])
export const layouts = [layoutContainer, layoutRow, layoutFile, layoutGallery]

// Replies.
export const replySend = Reply.send({ components: layouts, ephemeral: true })
export const replyUpdate = Reply.update({ embeds: [{ title: "Hello" }] })
export const replyEdit = Reply.edit({ files: [{ name: "x.txt", data: "x" }] })
export const replyFollowUp = Reply.followUp({ allowedMentions: { users: ["1"] } })
export const replyDefer = Reply.defer({ ephemeral: true })
export const replyDeferUpdate = Reply.deferUpdate
export const replyDelete = Reply.delete
export const replyMessage: Reply.Message = { content: "hi" }
export const replyMentions: Reply.Message = { allowedMentions: { parse: ["users"] } }
export const replyCaught = Effect.catchTag(replySend, "ReplyError", (error) => Effect.succeed(error.reason))
export const errorReply = ErrorReply.ephemeral("No.")
export const errorReplyDeny = ErrorReply.deny("No.")
export const errorReplyTexts = ErrorReply.defaultTexts

// What handlers may ask for.
export const interaction = Interaction.Interaction.useSync((interaction) => interaction)
export const interactionUser = Interaction.Interaction.useSync(({ user }) => user)
export const interactionMember = Interaction.Interaction.useSync(({ member }) => member)
export const interactionMessage = Interaction.Interaction.useSync(({ message }) => message)
export const interactionRaw = Interaction.Interaction.useSync(({ raw }) => raw)
export const interactionFieldsRaw = Effect.map(Interaction.Interaction, ({ message, user }) => ({
  avatar: user.avatar_decoration_data,
  embeds: message?.embeds,
  components: message?.components,
  author: message?.author
}))
export const runtimeCurrent = Runtime.current
export const runtimeTake = Runtime.take((event) => (typeof event === "string" ? event : undefined))
export const runtimeFork = Runtime.fork(buy("tea"))
export const runtimeKey = Runtime.key("count", () => 0)
export const runtimeState = Runtime.state(runtimeKey)
export const runtimeOnClose = Runtime.onClose((reason) => Effect.log(reason))
export const runtimesStart = Runtimes.start(Effect.void)
export const runtimesLayer = Runtimes.layer({ drain: "1 second" })
export const runtimesChanges = Stream.unwrap(Runtimes.Runtimes.useSync(({ changes }) => changes))

// Functions of users, whose types are inferred from those above.
export const resolved = (values: Options.Values<{ readonly user: typeof optionUser }>) => values.user
export const resolvedMember = (values: Options.Values<{ readonly user: typeof optionUser }>) => values.user.member
export const resolvedChannel = (channel: Input.Value<typeof menuChannel>) => channel
export const resolvedChannelTypeRaw = (channel: Input.Value<typeof menuChannel>) => channel.type
export const resolvedFiles = (values: Field.Values<typeof form.fields>) => values.fieldFiles
export const formValues = (values: Field.Values<typeof form.fields>) => values
export const makeCounter = (label: string) =>
  Command.slash("counter", { description: "Count", options: { start: Options.optional(optionInteger) } }, ({ start }) =>
    Effect.gen(function* () {
      const count = yield* Ref.make(start ?? 0)
      const more = yield* Button.bound({ label }, () => Ref.update(count, (n) => n + 1))
      yield* Reply.send({ components: [[more]] })
      return more
    })
  )

// Definitions and the bot.
export const interactions = [slash, slashWithOptions, parent, userCommand, messageCommand, buttonIndependent] as const
export const definitions: ReadonlyArray<Definition.Any> = interactions
export const definitionNames = Definition.names(interactions)
export const definitionMade = Definition.make({ kind: "Component", name: "own", handler: buy("tea") })
export const definitionRewritten = Definition.rewrite(slash, { handler: Effect.andThen(buy("tea"), slash.handler) })
export const definitionCommand = slash.command
export const interactionsLayer = Interactions.layer({
  interactions: [slash],
  onUnknownComponent: (raw) => Effect.log(raw.id)
})
export const interactionsServiceRaw = Interactions.Interactions.useSync((service) => service)
export const botLayer = Bot.layer({
  interactions: [slashWithErrors, slashWithBound],
  onError: { OutOfStock: ({ item }) => ErrorReply.ephemeral(item) }
})
export const botWithoutShards = Bot.layerWithoutShards({ interactions: [slash] })
export const botServices = Bot.layerServices
export const botDiscord = Bot.layerDiscord
export const botLaunch = Bot.launch(Layer.provide(botLayer, botDiscord))
export const botContext = Layer.build(botWithoutShards)
export const commandSync = CommandSync.sync(interactions)
export const commandPlan = CommandSync.plan(interactions)
export const commandLayer = CommandSync.layer(interactions)
export const commandGuildsRaw = CommandSync.makeGuilds((guild: Bot.Guild) => (guild.large ? interactions : undefined))
export const guildRaw = (guild: Bot.Guild) => guild
export const payloadTooLong = (error: CustomId.CustomIdTooLong) => error.length
export const permissionBits = Permissions.toBits(["BanMembers"])
export const permissionNames = Permissions.fromBits("8")

// What only declarations with all of their types in them can refuse.
export const subWithErrors = Command.sub({ description: "Buy" }, () => buy("tea"))
export const groupWithErrors = Command.parent("shop", { description: "Shop" }, { buy: subWithErrors })
// @ts-expect-error OutOfStock is not answered
export const botUnanswered = Bot.layer({ interactions: [groupWithErrors] })
// @ts-expect-error an option, not a function that makes one
export const notOption = Command.sub({ description: "No", options: { user: Options.user } }, () => Effect.void)
// @ts-expect-error a subcommand, not its handler
export const notSub = Command.group({ description: "No" }, { no: () => Effect.void })
// @ts-expect-error a field, not a function that makes one
export const notField = Modal.ask({ title: "No", fields: { no: Field.checkbox } })

// Expirations.
export const expirationMade = Expiration.make(Schedule.spaced("5 minutes"), { resetOnEvent: true })
export const expirationAfter = Expiration.afterCreation("1 minute")
export const expirationEither = Expiration.either(expirationMade, Expiration.inactivity("1 minute"))
export const expirationExplicit = Expiration.explicit

// Gateway.
export const gatewayOn = GatewayEvents.on("MESSAGE_CREATE", (message) => buyOrLog(message.content))
export const gatewayOnRaw = GatewayEvents.onRaw((payload) => Effect.log(payload.t))
export const gatewayHandlerRaw = (message: GatewayEvents.Events["MESSAGE_CREATE"]) => Effect.succeed(message)
export const gatewayStreamRaw = GatewayEvents.stream("MESSAGE_CREATE")
export const gatewayStreamGuildRaw = GatewayEvents.stream("GUILD_CREATE")
export const gatewayStreamChannelRaw = GatewayEvents.stream("CHANNEL_CREATE")
export const gatewayStreamInteractionRaw = GatewayEvents.stream("INTERACTION_CREATE")
export const gatewayStreamReadyRaw = GatewayEvents.stream("READY")
export const gatewayStreamAuthorRaw = Stream.map(gatewayStreamRaw, ({ author }) => author)
export const gatewayStreamPickedRaw = Stream.map(gatewayStreamGuildRaw, ({ channels, members }) => ({
  channels,
  members
}))
export const gatewayEventsLayer = GatewayEvents.layer
export const gatewayInfo = GatewayInfo.layer
export const gatewayInfoStatic = GatewayInfo.layerStatic
export const identifyQueue = IdentifyQueue.layerMemory()
export const identifyBudget = IdentifyBudget.layer()
export const sessionStore = SessionStore.layerMemory
export const sessionStoreKeyValue = KeyValueSessionStore.layer()
export const intents = Intents.toBits(["Guilds"])
export const intentNames = Intents.toNames(1)
export const presence: Presence.Presence = { status: "online" }
export const shardId = ShardId.fromGuildId("1", 2)
export const shardManager = ShardManager.layer({ shards: "auto", intents: ["Guilds"] })
export const shardMessenger = ShardManager.ShardManager.useSync((manager) => manager.shard(shardId))
export const shardChanges = Stream.unwrap(ShardManager.ShardManager.useSync(({ changes }) => changes))
export const shardRunners = ShardManager.ShardManager.use(({ runners }) => runners)
export const shardMembersRaw = Effect.map(shardMessenger, (shard) => shard.requestMembers({ guildId: "1", query: "" }))
export const shardChunksRaw = Effect.map(shardMessenger, (shard) =>
  shard.requestMemberChunks({ guildId: "1", userIds: ["1"] })
)
export const gatewayErrors = (error: GatewayError.GatewayError) => error.reason
export const closeDecision = CloseCode.decide(4004)
const buyOrLog = (item: string) => Effect.ignore(buy(item))

// REST and the surroundings.
export const discordConfig = DiscordConfig.layer({ token: Redacted.make("x") })
export const discordRest = DiscordRest.layer
export const restMessageRaw = DiscordRest.DiscordRest.use((rest) =>
  rest.use((api) => api.channels.createMessage("1", { content: "hi" }))
)
export const restGuildRaw = DiscordRest.DiscordRest.use((rest) => rest.use((api) => api.guilds.get("1")))
export const restCaughtRaw = Effect.catchTag(restMessageRaw, "DiscordRestError", (error) =>
  Effect.succeed(error.reason)
)
export const httpLayer = HttpInteractions.layer({ publicKey: "x", tolerance: Duration.minutes(1) })

// Tests.
export const fakeDiscord = FakeDiscord.layer({ shards: 2 })
export const fakeUser = FakeDiscord.FakeDiscord.use((discord) => discord.user("alice"))
export const fakeSlash = Effect.flatMap(fakeUser, (alice) => alice.slash("counter", { start: 41 }))
export const fakeSnapshot = Effect.flatMap(fakeSlash, ({ snapshot }) => snapshot)
export const fakeRaw = Effect.flatMap(fakeSlash, ({ raw }) => raw)
export const fakeChoicesRaw = Effect.flatMap(fakeSlash, ({ choices }) => choices)
export const fakeLog = FakeDiscord.FakeDiscord.use((discord) => discord.awaitLog(FakeDiscord.is("Resumed")))
export const fakeFaults = FakeDiscord.FakeDiscord.useSync(({ faults }) => faults)
export const conformance = IdentifyQueueConformance

// Discord's objects by their names here.
export const user = (user: Discord.User) => user
export const mentions: Discord.AllowedMentions = { parse: ["users"] }
export const component = (component: Discord.TopLevelComponent) => component

// What belongs to the application.
export const emojis = ApplicationEmojis.define({
  yes: new Uint8Array(),
  no: Shop.use(() => Effect.succeed(new Uint8Array()))
})
export const yes = emojis.get("yes")
export const linked = LinkedRoles.define({
  wins: LinkedRoles.integer({ name: "Wins", description: "Games won", compare: "atLeast" }),
  premium: LinkedRoles.boolean({ name: "Premium", description: "Has a subscription" })
})
export const oauth2 = OAuth2.make({
  clientId: "1",
  clientSecret: Redacted.make("x"),
  redirectUri: "https://x.y",
  scopes: []
})
export const linkRaw = (token: OAuth2.Token) => linked.update(token, { values: { wins: 1 } })
export const proxyLayer = Proxy.layer({ timeout: Duration.minutes(1) })
export const webhookEvents = WebhookEvents.layer({
  publicKey: "0",
  handlers: { ENTITLEMENT_CREATE: ({ id }) => Effect.ignore(buy(id)) }
})

// Durable dialogues, and parts of their handlers.
export const asked = Durable.ask("verdict", {
  to: Durable.reply,
  components: [
    [Button.choice("yes"), Button.choice("no", { form: { title: "Why?", fields: { why: Field.short("Why") } } })]
  ],
  timeout: "1 day"
})
export const collected = Durable.collect("votes", {
  to: Durable.channel("1"),
  components: [[Button.choice("tea"), Button.choice("coffee")]],
  state: Schema.Array(Schema.String),
  initial: [],
  fold: (votes, { value }) => [...votes, value],
  show: ({ length }) => ({ content: String(length) }),
  until: "1 hour"
})
export const sent = Durable.send("hello", Durable.dm("1"), { content: "hello" })
export const edited = Effect.flatMap(sent, (message) =>
  Durable.edit("hello again", message, { content: "hello again" })
)
export const stepped = Durable.step("order", buy("tea"), { error: OutOfStock })
export const waited = Effect.andThen(Durable.sleep("a day", "1 day"), Durable.until("then", new Date(0)))
export const durable = Durable.slash(
  "durable",
  { version: 2, description: "Asks", options: { what: optionString }, contexts: ["guild"] },
  Effect.fn("durable")(function* ({ what }, { user }) {
    const { form, value } = yield* asked
    yield* edited
    yield* stepped
    return `${user.id} ${what} ${value} ${form?.why}`
  })
)
export const durableUser = Durable.user("durable user", { version: 1 }, (target) => Effect.succeed(target.id))
export const durableMessage = Durable.message("durable message", { version: 1 }, ({ id }) => Effect.succeed(id))
export const durableVersions = Durable.versions(
  durable,
  Durable.slash("durable", { version: 1, description: "Asks" }, () => waited)
)
export const startable = Durable.make("startable", { version: 2, input: Schema.FiniteFromString }, () => collected)
export const startables = Durable.versions(
  startable,
  Durable.make("startable", { version: 1, input: Schema.String }, () => stepped)
)
export const started = Durable.start(startables, 1, { key: "once" })
export const dialogues = Dialogues.layerSqlite({ filename: ":memory:" })
export const dialoguesOnMany = Dialogues.layerSql({ lease: "5 seconds" })
export const dialogueList = Dialogues.Dialogues.use((all) => all.list({ status: "held" }))
export const dialogueDetails = Dialogues.Dialogues.use((all) => all.get("1"))
export const dialogueMigrated = Dialogues.Dialogues.use((all) => all.migrate("1", startables, 1))
