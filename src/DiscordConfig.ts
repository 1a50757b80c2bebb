/**
 * The bot's token and the base URL of Discord's REST API.
 *
 * The gateway uses the token for IDENTIFY and RESUME, REST for its `Authorization` header, and a cluster for the key of
 * its members. Nothing else reads it, and it stays `Redacted` until then.
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/**
 * Discord's own REST base URL, without the version.
 *
 * ```ts
 * import { Redacted } from "effect"
 * import { DiscordConfig } from "fibercord"
 *
 * const ConfigLive = DiscordConfig.layer({ token: Redacted.make("a token"), apiUrl: DiscordConfig.defaultApiUrl })
 * ```
 */
export const defaultApiUrl = "https://discord.com/api"

/** The service: the token and the base URL, read once when its layer is built. */
export class DiscordConfig extends Context.Service<
  DiscordConfig,
  {
    /** The bot token, without the `Bot ` prefix. */
    readonly token: Redacted.Redacted
    /** Base URL of the REST API without the version, for example `https://discord.com/api`. */
    readonly apiUrl: string
  }
>()("fibercord/DiscordConfig") {}

/** Provides a token and, for fakes and proxies, another base URL (default: {@link defaultApiUrl}). */
export const layer = (options: {
  readonly token: Redacted.Redacted
  readonly apiUrl?: string | undefined
}): Layer.Layer<DiscordConfig> =>
  Layer.succeed(DiscordConfig, { token: options.token, apiUrl: options.apiUrl ?? defaultApiUrl })

/** A setting is missing or invalid. */
export class InvalidConfig extends Schema.TaggedError<InvalidConfig>("fibercord/InvalidConfig")("InvalidConfig", {
  /** Name of the setting, for example `DISCORD_TOKEN`. */
  setting: Schema.String,
  /** What is wrong and what was expected. Never the value. */
  detail: Schema.String
}) {
  override get message() {
    return `${this.setting} ${this.detail}`
  }
}

const invalid = (setting: string, detail: string) => Effect.fail(new InvalidConfig({ setting, detail }))

const checkToken = (token: Redacted.Redacted) => {
  const value = Redacted.value(token)
  if (value === "")
    return invalid("DISCORD_TOKEN", "is empty: set it to the bot's token from Discord's developer portal")
  if (/^bot\s/i.test(value)) return invalid("DISCORD_TOKEN", 'begins with "Bot ": set it to the token alone')
  if (/\s/.test(value)) return invalid("DISCORD_TOKEN", "contains white space: set it to the token alone")
  return Effect.void
}

const checkApiUrl = (url: string) =>
  URL.canParse(url) && /^https?:/.test(url)
    ? Effect.void
    : invalid("DISCORD_API_URL", `is not an http(s) URL: expected something like ${defaultApiUrl}`)

/**
 * Reads `DISCORD_TOKEN` and the optional `DISCORD_API_URL` from the current `ConfigProvider`. Fails with
 * {@link InvalidConfig}, which names the setting.
 */
export const layerConfig: Layer.Layer<DiscordConfig, InvalidConfig> = Layer.effect(
  DiscordConfig,
  Effect.gen(function* () {
    const token = yield* Effect.catch(Config.Redacted("DISCORD_TOKEN"), () =>
      invalid("DISCORD_TOKEN", "is not set: set it to the bot's token from Discord's developer portal")
    )
    yield* checkToken(token)
    const apiUrl = yield* Effect.catch(
      Config.String("DISCORD_API_URL").pipe(Config.withDefault(defaultApiUrl)),
      (error) => invalid("DISCORD_API_URL", `cannot be read: ${error.message}`)
    )
    yield* checkApiUrl(apiUrl)
    return { token, apiUrl }
  })
)
