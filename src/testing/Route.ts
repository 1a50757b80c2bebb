/**
 * Routes of your own for the REST API of a fake Discord: for what it does not have, or in place of what it has.
 *
 * ```ts
 * import { FakeDiscord } from "fibercord/testing"
 *
 * const DiscordLive = FakeDiscord.layer({
 *   routes: [
 *     {
 *       method: "GET",
 *       path: "/guilds/:guild/templates",
 *       handle: ({ params }) => ({ body: [{ code: "abc", source_guild_id: params["guild"] }] })
 *     }
 *   ]
 * })
 * ```
 */
import type * as Effect from "effect/Effect"
import type { FakeDiscord } from "./FakeDiscord.ts"

/** A file of a request. */
export interface RouteFile {
  /** The name of the file. */
  readonly filename: string
  /** In bytes. */
  readonly size: number
  /** Its media type, as the request says it. */
  readonly contentType: string
  /** Its bytes. */
  readonly content: Uint8Array
  /** The `n` of `files[n]`, if it is called so. */
  readonly place?: string | undefined
}

/** A request to a route. */
export interface RouteRequest {
  readonly method: string
  /** The path below `/api/v10`, without the query. */
  readonly path: string
  /** The variable parts of the path, decoded: `guild` for `/guilds/:guild`. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The JSON, the `payload_json` of a form with files, or the fields of a form without. `undefined` if there is none. */
  readonly body: unknown
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly files: ReadonlyArray<RouteFile>
  /** The reason for the audit log, decoded. */
  readonly reason: string | undefined
}

/** The response of a route. */
export interface RouteResponse {
  /** Default: 200 with a body, 204 without. */
  readonly status?: number | undefined
  /** Sent as JSON; a string or bytes are sent as they are. */
  readonly body?: unknown
  /** Headers of the response, beside those of rate limits. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** A route. */
export interface Route {
  /** The method of requests. */
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** The path below `/api/v10`, in which `:name` stands for any one part: `/guilds/:guild/templates`. */
  readonly path: string
  /** Whether requests without the bot's token are refused with 401. Default: `true`. */
  readonly bot?: boolean | undefined
  /**
   * What is answered: a response, or an Effect of it. `discord` is the fake with all its handles. One that fails is
   * answered with 500, and is the violation `failed-route`.
   */
  readonly handle: (
    request: RouteRequest,
    discord: FakeDiscord["Service"]
  ) => RouteResponse | Effect.Effect<RouteResponse, unknown>
}
