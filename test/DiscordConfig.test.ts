import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { inspect } from "node:util"
import * as DiscordConfig from "../src/DiscordConfig.ts"

const read = (env: Record<string, string>) =>
  DiscordConfig.DiscordConfig.pipe(
    Effect.provide(Layer.provide(DiscordConfig.layerConfig, ConfigProvider.layer(ConfigProvider.fromEnv({ env }))))
  )

describe("DiscordConfig.layerConfig", () => {
  it.effect("reads the token as Redacted, and uses the URL of Discord by default", () =>
    Effect.gen(function* () {
      const config = yield* read({ DISCORD_TOKEN: "secret" })
      assert.strictEqual(Redacted.value(config.token), "secret")
      assert.strictEqual(config.apiUrl, "https://discord.com/api")
      assert.notInclude(inspect(config, { depth: 9 }) + JSON.stringify(config), "secret")
    })
  )

  for (const [what, env, message] of [
    ["the token is missing", {}, /^DISCORD_TOKEN is not set: set it to/],
    ["the token is empty", { DISCORD_TOKEN: "" }, /^DISCORD_TOKEN is/],
    ["the token has its prefix", { DISCORD_TOKEN: "Bot secret" }, /^DISCORD_TOKEN begins with "Bot "/],
    ["the token has white space", { DISCORD_TOKEN: "sec ret" }, /^DISCORD_TOKEN contains white space/],
    ["the URL is not a URL", { DISCORD_TOKEN: "x", DISCORD_API_URL: "nonsense" }, /^DISCORD_API_URL is not an http/],
    [
      "the URL is not an HTTP URL",
      { DISCORD_TOKEN: "x", DISCORD_API_URL: "ftp://a" },
      /^DISCORD_API_URL is not an http/
    ]
  ] as const) {
    it.effect(`fails with one line that names the setting, and not its value, when ${what}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(read(env))
        assert.match(error.message, message)
        assert.notInclude(error.message, "\n")
        assert.notInclude(error.message, "secret")
      })
    )
  }
})
