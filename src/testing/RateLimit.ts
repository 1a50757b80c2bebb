/** Rate limits of a fake Discord's REST API. */
import type * as Duration from "effect/Duration"
import type { RequestPattern } from "./Faults.ts"

/** A rate limit of Discord's on some requests, counted for each channel, guild or webhook. */
export interface RateLimit {
  /** As for faults, for example `"POST /channels/:channel/messages"`. What fits one limit shares its bucket. */
  readonly requests: RequestPattern
  /** How many requests are answered in one window. */
  readonly limit: number
  /** How long a window lasts; it begins with its first request. */
  readonly per: Duration.Input
  /**
   * Whose limit it is: the bot's, or the resource's, which others use up, too; the latter does not count as an invalid
   * request. Default: `user`.
   */
  readonly scope?: "user" | "shared" | undefined
  /** Discord's JSON error code in the body of the 429, for example 20028. Default: none. */
  readonly code?: number | undefined
}

/**
 * Limits that Discord is known to have, for `FakeDiscord.layer({ rateLimits: FakeDiscord.knownRateLimits })`. Discord
 * documents none of them, and may change them at any time.
 *
 * Sources: issues 20, 2190, 2208 and 6753 of discord-api-docs, and issue 17 of discord-relay-chat/drc.
 */
export const knownRateLimits: ReadonlyArray<RateLimit> = [
  { requests: "POST /channels/:channel/messages", limit: 5, per: "5 seconds" },
  { requests: "PATCH /channels/:channel/messages/:message", limit: 5, per: "5 seconds" },
  // Without a change of the name or the topic.
  { requests: "PATCH /channels/:channel", limit: 10, per: "15 seconds" },
  // Those of interactions are webhooks, too. Source: Discord, "Followup Messages".
  { requests: /^POST \/webhooks\/\d+\/[^/]+$/, limit: 5, per: "2 seconds" },
  { requests: /^(?:PATCH|DELETE) \/webhooks\/\d+\/[^/]+\/messages\//, limit: 5, per: "2 seconds" }
]
