/** A bot's services on a fake Discord. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Bot from "../Bot.ts"
import * as DiscordConfig from "../DiscordConfig.ts"
import * as IdentifyQueue from "../gateway/IdentifyQueue.ts"
import { FakeDiscord, layerServer, type Options } from "./FakeDiscord.ts"

/**
 * A fake Discord and, connected to it, all that a bot needs from `Bot.layerDiscord`:
 *
 * ```ts
 * Effect.provide(Layer.provideMerge(Bot.layer({ interactions }), FakeDiscord.layer()))
 * ```
 *
 * Shards wait as long between two IDENTIFYs as the fake asks for with `identifyInterval`.
 */
export const layer = (options: Options = {}): Layer.Layer<FakeDiscord | Bot.Services> =>
  IdentifyQueue.layerMemory({ interval: options.identifyInterval }).pipe(
    Layer.provideMerge(Bot.layerServices),
    Layer.provideMerge(
      Layer.effect(
        DiscordConfig.DiscordConfig,
        Effect.map(FakeDiscord, ({ apiUrl, token }) => ({ apiUrl, token }))
      )
    ),
    Layer.provideMerge(layerServer(options))
  )
