/** A bot without a gateway, as `platforms.ts` runs it in workerd. It lives in a Durable Object, with its Runtimes. */
import { Effect, Layer, Redacted, Ref } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import * as Button from "fibercord/Button"
import * as Command from "fibercord/Command"
import * as CommandSync from "fibercord/CommandSync"
import * as DiscordConfig from "fibercord/DiscordConfig"
import * as DiscordRest from "fibercord/DiscordRest"
import * as Interactions from "fibercord/Interactions"
import * as Reply from "fibercord/Reply"
import { HttpInteractions } from "fibercord/http"

interface Env {
  readonly DISCORD_TOKEN: string
  readonly DISCORD_API_URL: string
  readonly DISCORD_PUBLIC_KEY: string
  readonly BOT: { readonly getByName: (name: string) => { readonly fetch: (request: Request) => Promise<Response> } }
}

const ping = Command.slash("ping", { description: "Is the bot there?" }, () => Reply.send({ content: "pong" }))

const report = Command.slash("report", { description: "Takes its time" }, () =>
  Effect.gen(function* () {
    yield* Reply.defer()
    yield* Effect.sleep("50 millis")
    yield* Reply.edit({ content: "Done" })
    const data = new TextEncoder().encode("All is well.")
    yield* Reply.followUp({ content: "Details", files: [{ name: "report.txt", data }] })
  })
)

const counter = Command.slash("counter", { description: "Count together" }, () =>
  Effect.gen(function* () {
    const count = yield* Ref.make(41)
    const more = yield* Button.bound({ label: "+1" }, () =>
      Effect.flatMap(
        Ref.updateAndGet(count, (n) => n + 1),
        (n) => Reply.update({ content: String(n) })
      )
    )
    yield* Reply.send({ content: "41", components: [[more]] })
  })
)

const interactions = [ping, report, counter]

const makeBot = (env: Env) =>
  HttpRouter.toWebHandler(
    HttpInteractions.layer({ publicKey: env.DISCORD_PUBLIC_KEY }).pipe(
      Layer.provide(Interactions.layer({ interactions })),
      Layer.merge(CommandSync.layer(interactions)),
      Layer.provide(DiscordRest.layer()),
      Layer.provide(DiscordConfig.layer({ token: Redacted.make(env.DISCORD_TOKEN), apiUrl: env.DISCORD_API_URL })),
      Layer.provide(HttpServer.layerServices)
    ),
    { disableLogger: true }
  )

/** One object, so that all requests find the same Runtimes. */
export class BotObject {
  readonly fetch: (request: Request) => Promise<Response>

  constructor(_state: unknown, env: Env) {
    this.fetch = makeBot(env).handler
  }
}

export default {
  fetch: (request: Request, env: Env): Promise<Response> => env.BOT.getByName("bot").fetch(request)
}
