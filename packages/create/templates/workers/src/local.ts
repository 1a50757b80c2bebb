/** The Worker's bot behind an HTTP server of Node, for `npm run dev` and for tests. */
import { Config, Effect, Layer } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { BotObject } from "./worker.ts"

const settings = Config.all({
  DISCORD_TOKEN: Config.String("DISCORD_TOKEN"),
  DISCORD_PUBLIC_KEY: Config.String("DISCORD_PUBLIC_KEY"),
  DISCORD_API_URL: Config.String("DISCORD_API_URL")
})

/** Passes every request to the bot. */
export const Local = HttpRouter.serve(
  Layer.unwrap(
    Effect.map(settings, (env) => {
      const bot = new BotObject({}, env)
      return HttpRouter.add(
        "*",
        "*",
        Effect.gen(function* () {
          const request = yield* HttpServerRequest.toWeb(yield* HttpServerRequest.HttpServerRequest)
          return HttpServerResponse.fromWeb(yield* Effect.promise(() => bot.fetch(request)))
        })
      )
    })
  )
)
