/** The few HTTP endpoints that a bot calls. */
import type { IncomingMessage, ServerResponse } from "node:http"
import * as Payloads from "../lib/payloads.ts"
import type { Gateway } from "./gateway.ts"

const bodyOf = (path: string, { settings, url }: Gateway): unknown => {
  switch (path) {
    case "/gateway":
      return { url }
    case "/gateway/bot":
      return {
        url,
        shards: settings.shards,
        session_start_limit: {
          // As many as it takes, and never fewer than a small bot has.
          total: Math.max(1000, 2 * settings.shards),
          remaining: Math.max(1000, 2 * settings.shards),
          reset_after: 86_400_000,
          max_concurrency: settings.maxConcurrency
        }
      }
    case "/users/@me":
      return Payloads.self
    case "/applications/@me":
    case "/oauth2/applications/@me":
      return Payloads.application
    default:
      return path.endsWith("/commands") ? [] : {}
  }
}

const callback = /\/interactions\/(\d+)\/[^/]+\/callback/

/** Answers requests. `onAnswer` is told the id of each interaction that was answered. */
export const api =
  (gateway: Gateway, onAnswer: (interaction: string) => void) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const url = request.url ?? ""
    const interaction = callback.exec(url)?.[1]
    request.resume()
    request.on("end", () => {
      if (interaction !== undefined) {
        const withResponse = url.includes("with_response=true")
        if (withResponse) response.setHeader("content-type", "application/json")
        response.writeHead(withResponse ? 200 : 204)
        response.end(withResponse ? Payloads.callbackResponse(interaction) : undefined)
        return onAnswer(interaction)
      }
      const path = url
        .replace(/\?.*$/, "")
        .replace(/^.*\/v\d+(?=\/)/, "")
        .replace(/^\/api(?=\/)/, "")
      response.setHeader("content-type", "application/json")
      response.end(JSON.stringify(bodyOf(path, gateway)))
    })
  }
