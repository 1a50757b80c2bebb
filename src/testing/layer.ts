/** The services of a bot, connected to a fake Discord. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Bot from "../Bot.ts"
import * as DiscordConfig from "../DiscordConfig.ts"
import * as IdentifyQueue from "../gateway/IdentifyQueue.ts"
import { FakeDiscord, layerServer, type Options } from "./FakeDiscord.ts"

/**
 * A fake Discord and, connected to it, everything that `Bot.layerDiscord` provides:
 *
 * ```ts
 * Effect.provide(Layer.provideMerge(Bot.layer({ interactions }), FakeDiscord.layer()))
 * ```
 *
 * Between two IDENTIFYs shards wait as long as the `identifyInterval` of the fake.
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
