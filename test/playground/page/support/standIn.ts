/**
 * A stand-in for the server of a playground: a world with a few messages, and replies to requests. It is for looking at
 * the page and for tests of it that need no bot.
 */
import type {
  GuildView,
  InteractionView,
  MessageView,
  Reply,
  Request,
  Update
} from "../../../../src/playground/Protocol.ts"
import { gallery } from "./gallery.ts"

const epoch = 1420070400000
const start = Date.UTC(2026, 0, 5, 12, 0)
let counter = 0
/** An id of a time; later calls have later ids. */
export const idAt = (millis: number): string => String((BigInt(millis - epoch) << 22n) + BigInt(counter++ % 4096))

export const bot = {
  id: "1100000000000000001",
  username: "counter",
  global_name: "Counter Bot",
  bot: true,
  discriminator: "0",
  avatar: null
}
export const alice = {
  id: "1100000000000000002",
  username: "alice",
  global_name: "Alice",
  discriminator: "0",
  avatar: null
}
export const bob = {
  id: "1100000000000000003",
  username: "bob",
  global_name: "Bob Builder",
  discriminator: "0",
  avatar: null
}

export const guild = {
  id: "1100000000000000010",
  name: "Test Server",
  owner: alice.id,
  channels: [
    { id: "1100000000000000020", type: 4, name: "Text", position: 0, guild_id: "1100000000000000010" },
    {
      id: "1100000000000000021",
      type: 0,
      name: "general",
      position: 0,
      parent_id: "1100000000000000020",
      topic: "Whatever it is"
    },
    { id: "1100000000000000022", type: 0, name: "many", position: 1, parent_id: "1100000000000000020" },
    { id: "1100000000000000023", type: 2, name: "Voice", position: 2 }
  ],
  threads: [{ id: "1100000000000000030", type: 11, name: "a thread", parent_id: "1100000000000000021" }],
  roles: [
    { id: "1100000000000000010", name: "@everyone", color: 0, position: 0 },
    { id: "1100000000000000040", name: "Moderator", color: 0xe67e22, position: 1 }
  ],
  emojis: [{ id: "1100000000000000055", name: "party", animated: false }],
  members: [
    { user: alice.id, roles: ["1100000000000000040"] },
    { user: bob.id, roles: [] },
    { user: bot.id, roles: [] }
  ]
} as unknown as GuildView

const commands = [
  {
    id: "1",
    type: 1,
    name: "counter",
    description: "Count together",
    application_id: bot.id,
    version: "1",
    options: [{ type: 4, name: "start", description: "First value", min_value: 0, max_value: 100 }]
  },
  {
    id: "2",
    type: 1,
    name: "config",
    description: "Settings",
    application_id: bot.id,
    version: "1",
    options: [
      {
        type: 1,
        name: "set",
        description: "Change a setting",
        options: [
          { type: 3, name: "key", description: "Which one", required: true, autocomplete: true },
          {
            type: 3,
            name: "value",
            description: "To what",
            required: true,
            choices: [
              { name: "On", value: "on" },
              { name: "Off", value: "off" }
            ]
          },
          { type: 6, name: "user", description: "For whom" },
          { type: 11, name: "file", description: "A picture" }
        ]
      },
      { type: 1, name: "get", description: "Read a setting" }
    ]
  },
  { id: "3", type: 3, name: "Quote", description: "", application_id: bot.id, version: "1" },
  { id: "5", type: 4, name: "play", description: "Plays", application_id: bot.id, version: "1", handler: 1 },
  { id: "4", type: 2, name: "Greet", description: "", application_id: bot.id, version: "1" }
]

/** A message with what is not said of it. */
export const message = (raw: object, view: Partial<MessageView> = {}, at = start): MessageView =>
  ({
    raw: {
      id: idAt(at),
      channel_id: "1100000000000000021",
      author: alice,
      content: "",
      timestamp: new Date(at).toISOString(),
      edited_timestamp: null,
      tts: false,
      mention_everyone: false,
      mentions: [],
      mention_roles: [],
      attachments: [],
      embeds: [],
      pinned: false,
      type: 0,
      ...raw
    },
    deleted: false,
    pending: false,
    version: 1,
    ...view
  }) as unknown as MessageView

export const modal = {
  custom_id: "form",
  title: "Every field",
  components: [
    { type: 10, content: "Fill this in, **please**." },
    {
      type: 18,
      label: "Name",
      description: "How you want to be called",
      component: { type: 4, custom_id: "name", style: 1, min_length: 2, max_length: 20, placeholder: "Ada" }
    },
    { type: 18, label: "Story", component: { type: 4, custom_id: "story", style: 2, required: false } },
    {
      type: 18,
      label: "Colours",
      component: {
        type: 3,
        custom_id: "colours",
        max_values: 2,
        options: [
          { label: "Red", value: "red" },
          { label: "Blue", value: "blue", default: true }
        ]
      }
    },
    { type: 18, label: "Who", component: { type: 5, custom_id: "who", required: false } },
    { type: 18, label: "Evidence", component: { type: 19, custom_id: "files", required: false, max_values: 2 } },
    {
      type: 18,
      label: "Size",
      component: {
        type: 21,
        custom_id: "size",
        options: [
          { value: "s", label: "Small" },
          { value: "l", label: "Large", description: "Quite so" }
        ]
      }
    },
    {
      type: 18,
      label: "Extras",
      component: {
        type: 22,
        custom_id: "extras",
        min_values: 0,
        required: false,
        options: [
          { value: "a", label: "A" },
          { value: "b", label: "B", default: true }
        ]
      }
    },
    { type: 18, label: "I agree", component: { type: 23, custom_id: "agree" } },
    { type: 99, what: "a newer component" }
  ]
}

type Send = (update: Update | Reply) => void

/** A page that is connected: what it is told, and what it may ask for. */
export const connect = (send: Send, many = 10_000): ((seq: number, request: Request) => void) => {
  const users: Array<object & { readonly id: string }> = [alice, bob]
  const general = [
    ...gallery(message, { alice, bob, bot }, start),
    ...Array.from({ length: 3 }, (_, index) =>
      message({ content: `Hello ${index}`, author: bob }, {}, start + 20 * 60_000 + index * 1000)
    )
  ]
  const channel = "1100000000000000022"
  const long = Array.from({ length: many }, (_, index) =>
    message(
      {
        channel_id: channel,
        content: `Message **${index}** ${"with words ".repeat(index % 12)}`,
        author: index % 7 < 3 ? alice : bob
      },
      {},
      start + index * 30_000
    )
  )
  const messages: Record<string, Array<MessageView>> = { "1100000000000000021": general, [channel]: long }
  let version = 1
  const put = (it: MessageView) => {
    const list = (messages[it.raw.channel_id] ??= [])
    const at = list.findIndex(({ raw }) => raw.id === it.raw.id)
    if (at === -1) list.push(it)
    else list[at] = it
    send({ type: "message", message: { ...it, version: ++version } })
  }
  const interact = (
    kind: number,
    user: string,
    at: string,
    action: string,
    more: Partial<InteractionView> = {}
  ): InteractionView => {
    const interaction: InteractionView = {
      id: idAt(Date.now()),
      kind,
      user,
      channel: at,
      at: Date.now(),
      action,
      state: "answered",
      elapsed: 12,
      followUps: [],
      ...more
    }
    send({ type: "interaction", interaction })
    return interaction
  }
  const value = (request: Request): unknown => {
    const now = Date.now()
    switch (request.type) {
      case "messages": {
        const all = messages[request.channel] ?? []
        const end = request.before === undefined ? all.length : all.findIndex(({ raw }) => raw.id === request.before)
        const from = Math.max(0, end - (request.limit ?? 50))
        return { messages: all.slice(from, end), more: from > 0 }
      }
      case "view":
        return {
          channels: [...guild.channels, ...guild.threads].map(({ id }) => id),
          commands,
          permissions: String((1n << 13n) | (1n << 51n))
        }
      case "addUser": {
        const user = { ...bob, id: idAt(now), username: request.name, global_name: null }
        users.push(user)
        send({ type: "user", user } as unknown as Update)
        return user
      }
      case "direct":
        return { id: "1100000000000000090", type: 1, recipients: [bot] }
      case "autocomplete":
        return { choices: ["apple", "apricot", "banana"].map((name) => ({ name, value: name })) }
      case "say":
        put(
          message(
            {
              channel_id: request.channel,
              author: users.find(({ id }) => id === request.user),
              content: request.content
            },
            {},
            now
          )
        )
        return undefined
      case "pins":
        return { messages: (messages[request.channel] ?? []).filter(({ raw }) => raw.pinned) }
      case "pin":
        for (const each of Object.values(messages).flat()) {
          if (each.raw.id === request.message) put({ ...each, raw: { ...each.raw, pinned: request.pinned } })
        }
        return undefined
      case "threads":
        return { active: guild.threads, archived: [{ id: "1100000000000000031", type: 11, name: "an old one" }] }
      case "edit":
        for (const each of Object.values(messages).flat()) {
          if (each.raw.id !== request.message) continue
          const raw = { ...each.raw, content: request.content, edited_timestamp: new Date(now).toISOString() }
          put({ ...each, raw })
        }
        return undefined
      case "react":
        for (const each of Object.values(messages).flat()) {
          if (each.raw.id !== request.message) continue
          const custom = /^\d+$/.test(request.emoji)
          const emoji = custom ? { id: request.emoji, name: "party" } : { id: null, name: request.emoji }
          put({ ...each, raw: { ...each.raw, reactions: [{ emoji, count: 1, me: true }] } } as unknown as MessageView)
        }
        return undefined
      case "launch":
        return { interaction: interact(2, request.user, request.channel, "launch", { callback: 12 }) }
      case "slash": {
        if (request.name === "config get")
          return {
            interaction: interact(2, request.user, request.channel, `/${request.name}`, {
              callback: 9,
              modal: modal as never
            })
          }
        const interaction = interact(2, request.user, request.channel, `/${request.name}`)
        const content = `You ran ${request.name} with ${JSON.stringify(request.values)}`
        put(
          message(
            {
              channel_id: request.channel,
              author: bot,
              type: 20,
              content,
              interaction: { name: request.name, user: users.find(({ id }) => id === request.user) }
            },
            { interaction: interaction.id, visibleTo: request.user },
            now
          )
        )
        return { interaction }
      }
      case "click":
        return request.customId === "fails"
          ? {
              interaction: interact(3, request.user, "1100000000000000021", "click", {
                state: "failed",
                failure: "This interaction failed"
              })
            }
          : {
              interaction: interact(
                3,
                request.user,
                "1100000000000000021",
                "click",
                request.customId === "slow" ? { state: "waiting" } : {}
              )
            }
      case "export":
        return { session: "{}", test: 'it.live("works", () => Effect.void)' }
      default:
        return {}
    }
  }
  send({
    type: "hello",
    bot,
    users,
    guilds: [guild],
    directs: [],
    interactions: [],
    rest: [],
    log: [{ index: 0, at: start, tag: "Identified", text: "shard 0" }],
    faults: [{ id: 1, fault: { kind: "failRest", status: 500, times: 2 }, hits: 1 }],
    program: { state: "running", starts: 1, file: "bot.ts", pid: 42 },
    now: Date.now(),
    canAdvance: true,
    recorded: 3
  } as unknown as Update)
  return (seq, request) => send({ type: "reply", seq, ok: true, value: value(request) })
}
