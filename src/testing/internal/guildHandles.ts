/** Guilds as tests hold them. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Guild } from "../Guild.ts"
import { commandOf, setOverwrites } from "./commandAccess.ts"
import { type Core, waitFor } from "./core.ts"
import { Actions } from "./guilds.ts"
import { sendServer } from "./voice.ts"
import type { GuildRecord } from "./world.ts"

/** Waits for a channel or thread. Ids grow, so that the newest one is the last. */
const awaitChannel = (
  core: Core,
  { id }: GuildRecord,
  ...[wanted, options]: Parameters<Guild["awaitChannel"]>
): ReturnType<Guild["awaitChannel"]> => {
  const all = () => [...core.world.channels.values()].filter(({ guildId }) => guildId === id)
  const limit = options?.timeout === undefined ? undefined : Duration.toMillis(options.timeout)
  return waitFor(
    core,
    "a channel",
    () => all().findLast(({ id, name, type }) => wanted({ id, name, type }))?.id,
    limit,
    {
      instead: () =>
        all()
          .map(({ name }) => JSON.stringify(name))
          .join(", ")
    }
  )
}

const handle = (core: Core, record: GuildRecord): Guild => {
  const { world } = core
  const actions = new Actions(world, record)
  const act = <A>(run: () => A): Effect.Effect<A> =>
    Effect.sync(() => {
      const result = run()
      world.signal.notify()
      return result
    })
  return {
    id: record.id,
    name: record.name,
    channelId: record.channels[0]?.id ?? record.id,
    everyone: record.id,
    update: (fields) => act(() => actions.update(fields)),
    outage: act(() => actions.outage()),
    recover: act(() => actions.recover()),
    remove: act(() => actions.remove()),
    setBotPermissions: (permissions) =>
      act(() => {
        record.botPermissions = permissions
      }),
    setCommandPermissions: (command, permissions) => {
      const set = (id: unknown) => act(() => setOverwrites(world, record.id, String(id), permissions))
      if (command === undefined) return set(world.settings.applicationId)
      const registered = waitFor(core, `the command ${command}`, () => commandOf(world, record.id, command))
      return Effect.flatMap(Effect.orDie(registered), ({ id }) => set(id))
    },
    channel: (name, fields = {}) => act(() => actions.channel(name, fields)),
    awaitChannel: (...args) => awaitChannel(core, record, ...args),
    updateChannel: (id, fields) => act(() => actions.updateChannel(id, fields)),
    deleteChannel: (id) => act(() => actions.deleteChannel(id)),
    role: (name, options = {}) => act(() => actions.role(name, options)),
    updateRole: (id, fields) => act(() => actions.updateRole(id, fields)),
    deleteRole: (id) => act(() => actions.deleteRole(id)),
    addMember: (userId, fields = {}) => act(() => actions.addMember(userId, fields)),
    updateMember: (userId, fields) => act(() => actions.updateMember(userId, fields)),
    removeMember: (userId) => act(() => actions.removeMember(userId)),
    ban: (userId, reason) => act(() => actions.ban(userId, reason, 0)),
    unban: (userId) => act(() => actions.unban(userId)),
    voice: (userId, channelId, fields = {}) => act(() => actions.voice(userId, channelId, fields)),
    voiceServer: (endpoint) =>
      act(() => {
        if (record.voice.has(world.bot.id)) sendServer(world, record, endpoint)
      }),
    emoji: (name, fields = {}) => act(() => actions.emoji(name, fields)),
    deleteEmoji: (id) => act(() => actions.deleteEmoji(id)),
    thread: (channelId, name, fields = {}) => act(() => actions.thread(channelId, name, fields)),
    updateThread: (id, fields) => act(() => actions.updateThread(id, fields)),
    deleteThread: (id) => act(() => actions.deleteThread(id)),
    editMessage: (id, content) => act(() => actions.editMessage(id, content)),
    deleteMessages: (ids) => act(() => actions.deleteMessages(ids)),
    react: (userId, messageId, emoji) => act(() => actions.react(userId, messageId, emoji, true)),
    unreact: (userId, messageId, emoji) => act(() => actions.react(userId, messageId, emoji, false)),
    pin: (userId, messageId) => act(() => actions.pin(userId, messageId, true)),
    unpin: (userId, messageId) => act(() => actions.pin(userId, messageId, false)),
    scheduledEvent: (userId, fields = {}) => act(() => actions.scheduledEvent(userId, fields)),
    subscribe: (userId, eventId) => act(() => actions.subscribe(userId, eventId, true)),
    unsubscribe: (userId, eventId) => act(() => actions.subscribe(userId, eventId, false)),
    invite: (userId, channelId, terms = {}) => act(() => actions.invite(userId, channelId, terms)),
    join: (userId, code) => act(() => actions.join(userId, code)),
    webhook: (userId, channelId, name) => act(() => actions.webhook(userId, channelId, name)),
    type: (userId, channelId = record.channels[0]?.id ?? record.id) => act(() => actions.type(userId, channelId)),
    vote: (userId, messageId, ...answers) => act(() => actions.vote(userId, messageId, answers))
  }
}

/** Adds a guild and announces it. */
export const add = (
  core: Core,
  name: string,
  options: { readonly shard?: number | undefined; readonly shardCount?: number | undefined } = {}
): Effect.Effect<Guild> =>
  Effect.sync(() => {
    const { settings, world } = core
    const { shard = 0, shardCount = settings.shards } = options
    const record = world.addGuild({ name, shardId: shard, shardCount })
    world.announceGuild(record)
    return handle(core, record)
  })
