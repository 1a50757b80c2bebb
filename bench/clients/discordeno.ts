/** The bot of discordeno, with the few properties of events that its handlers read. */
import { createBot, GatewayIntents, TransportCompression } from "@discordeno/bot"
import type { Seen } from "../client.ts"
import { botId, type Job } from "../lib/protocol.ts"

const compressions = { "zlib-stream": TransportCompression.zlib, "zstd-stream": TransportCompression.zstd }

// The id is read from the token.
const readableToken = `${btoa(botId)}.bench.bench`

const silent = () => ({ debug: () => {}, info: () => {}, warn: () => {}, error: console.error, fatal: console.error })

/** Connects all shards. */
export const start = async (job: Job, seen: Seen): Promise<void> => {
  let left = job.shards
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  const bot = createBot({
    token: readableToken,
    applicationId: botId,
    intents:
      GatewayIntents.Guilds |
      GatewayIntents.GuildMessages |
      GatewayIntents.GuildMembers |
      GatewayIntents.GuildPresences |
      GatewayIntents.GuildMessageTyping,
    loggerFactory: silent,
    rest: { proxy: { baseUrl: `${job.http}/api`, authorization: "" } },
    gateway: {
      url: job.gateway,
      totalShards: job.shards,
      lastShardId: job.shards - 1,
      transportCompression: job.compression === undefined ? null : compressions[job.compression]
    },
    desiredProperties: {
      interaction: { id: true, token: true, type: true, data: true },
      message: { id: true, content: true, author: true },
      user: { id: true, username: true },
      member: { id: true, nick: true }
    }
  })
  bot.events.ready = () => {
    if (--left === 0) resolve()
  }
  if (job.mode === "answer") {
    bot.events.interactionCreate = ({ id, token }) => {
      void bot.helpers.sendInteractionResponse(id, token, { type: 4, data: { content: "pong" } })
    }
  } else if (job.mode !== "idle") {
    bot.events.interactionCreate = ({ id }) => seen(String(id))
  }
  if (job.mode === "events") {
    bot.events.messageCreate = () => seen()
    bot.events.presenceUpdate = () => seen()
    bot.events.typingStart = () => seen()
    bot.events.guildMemberUpdate = () => seen()
  }
  await bot.start()
  await ready
}
