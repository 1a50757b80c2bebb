/**
 * The Worker. A Worker keeps nothing between two requests, so the bot lives in a Durable Object: one object for all
 * requests, with the dialogues in it.
 */
import { Layer, Redacted } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import * as DiscordConfig from "fibercord/DiscordConfig"
import * as DiscordRest from "fibercord/DiscordRest"
import * as Interactions from "fibercord/Interactions"
import { HttpInteractions } from "fibercord/http"
import { interactions } from "./bot.ts"

/** What `wrangler.toml` and the secrets give the Worker. */
export interface Env {
  readonly DISCORD_TOKEN: string
  readonly DISCORD_PUBLIC_KEY: string
  /** Another Discord, for tests. */
  readonly DISCORD_API_URL?: string
  readonly BOT: { readonly getByName: (name: string) => { readonly fetch: (request: Request) => Promise<Response> } }
}

/** The bot. It is made once, when the first request arrives. */
export class BotObject {
  readonly fetch: (request: Request) => Promise<Response>

  constructor(_state: unknown, env: Omit<Env, "BOT">) {
    const config = { token: Redacted.make(env.DISCORD_TOKEN), apiUrl: env.DISCORD_API_URL }
    this.fetch = HttpRouter.toWebHandler(
      HttpInteractions.layer({ path: "/interactions", publicKey: env.DISCORD_PUBLIC_KEY }).pipe(
        Layer.provide(Interactions.layer({ interactions })),
        Layer.provide(DiscordRest.layer()),
        Layer.provide(DiscordConfig.layer(config)),
        Layer.provide(HttpServer.layerServices)
      )
    ).handler
  }
}

export default {
  fetch: (request: Request, env: Env): Promise<Response> => env.BOT.getByName("bot").fetch(request)
}
