/**
 * Where Discord is, and who we are there: the bot's token and the base URL of the REST API.
 *
 * The gateway reads the token for IDENTIFY and RESUME, REST for its `Authorization` header. Nothing else sees it,
 * and it stays `Redacted` on the way.
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"

/** Discord's own REST base URL, without the version. */
export const defaultApiUrl = "https://discord.com/api"

/** The service: token and base URL, read once when its layer is built. */
export class DiscordConfig extends Context.Service<
  DiscordConfig,
  {
    /** The bot token, without the `Bot ` prefix. */
    readonly token: Redacted.Redacted
    /** Base URL of the REST API without the version, for example `https://discord.com/api`. */
    readonly apiUrl: string
  }
>()("fibercord/DiscordConfig") {}

/** Provides a token and, for fakes and proxies, another base URL (default: Discord's). */
export const layer = (options: {
  readonly token: Redacted.Redacted
  readonly apiUrl?: string | undefined
}): Layer.Layer<DiscordConfig> =>
  Layer.succeed(DiscordConfig, { token: options.token, apiUrl: options.apiUrl ?? defaultApiUrl })

const config = Config.unwrap({
  token: Config.Redacted("DISCORD_TOKEN"),
  apiUrl: Config.String("DISCORD_API_URL").pipe(Config.withDefault(defaultApiUrl))
})

/**
 * Reads `DISCORD_TOKEN` and, optionally, `DISCORD_API_URL` through the current `ConfigProvider`. Fails with
 * `ConfigError` when the token is missing.
 */
export const layerConfig: Layer.Layer<DiscordConfig, Config.ConfigError> = Layer.effect(
  DiscordConfig,
  config satisfies Effect.Effect<DiscordConfig["Service"], Config.ConfigError>
)
