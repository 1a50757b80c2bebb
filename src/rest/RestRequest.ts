/**
 * One request to Discord's REST API and its answer, as values that can travel between processes: what
 * `DiscordRest["Service"]["request"]` sends. The bodies are those of HTTP, byte for byte.
 */
import * as Schema from "effect/Schema"

/** The methods of Discord's API. */
export const Method = Schema.Literals(["DELETE", "GET", "PATCH", "POST", "PUT"])

/** A method of Discord's API. */
export type Method = typeof Method.Type

/** A request. Its token is added where it is sent, and is no part of it. */
export const RestRequest = Schema.Struct({
  method: Method,
  /** Below the version of the API, encoded, without a query. Example: `/channels/1/messages`. */
  path: Schema.String,
  /** Encoded, without the question mark. Default: none. */
  query: Schema.optionalKey(Schema.String),
  /** Names are in lower case. Among them may be `content-type` and `x-audit-log-reason`. */
  headers: Schema.Record(Schema.String, Schema.String),
  body: Schema.optionalKey(Schema.Uint8Array),
  /** Whether the bot's token is added. */
  isAuthorized: Schema.Boolean,
  /**
   * Longest time for all of it, in milliseconds, waits for rate limits included. Default, and maximum: the `timeout` of
   * the client that sends it.
   */
  timeout: Schema.optionalKey(Schema.Finite),
  /** Whether it waits for rate limits, or fails with `RateLimited` at once. Default: `true`. */
  waits: Schema.optionalKey(Schema.Boolean)
})

/** A request. Its token is added where it is sent, and is no part of it. */
export interface RestRequest extends Schema.Schema.Type<typeof RestRequest> {}

/** Discord's answer, whatever its status. */
export const RestAnswer = Schema.Struct({
  status: Schema.Finite,
  /** Names are in lower case. Those about the connection are left out. */
  headers: Schema.Record(Schema.String, Schema.String),
  body: Schema.Uint8Array
})

/** Discord's answer, whatever its status. */
export interface RestAnswer extends Schema.Schema.Type<typeof RestAnswer> {}
