/** How a fake Discord delivers webhook events. Source: Discord, "Webhook Events". */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** A URL that Discord does not accept for webhook events or interactions. */
export class EndpointRefused extends Schema.TaggedError<EndpointRefused>("fibercord/testing/EndpointRefused")(
  "EndpointRefused",
  {
    /** The URL of the endpoint. */
    url: Schema.String,
    /** What the endpoint did, and what Discord expects. */
    detail: Schema.String
  }
) {
  override get message() {
    return `Discord does not accept the endpoint ${this.url}: ${this.detail}`
  }
}

/** What became of an event. */
export interface Delivery {
  /** The statuses of the responses, in the order of the attempts; `undefined` for none within 3 seconds. */
  readonly statuses: ReadonlyArray<number | undefined>
  /** Whether the last one was a 204. Otherwise Discord has given up. */
  readonly acknowledged: boolean
}

/** Options of `send`. */
export interface SendOptions {
  /** How many responses are lost on their way, so that Discord sends the event again. Default: 0. */
  readonly loseResponses?: number | undefined
  /** The wait before the second attempt, which doubles with each. Default: 1 second. */
  readonly retryAfter?: Duration.Input | undefined
}

/** An endpoint that Discord has accepted. */
export interface WebhookEndpoint {
  /**
   * Posts an event, and again after each response that is not a 204 or that does not come within 3 seconds, for up to 10
   * minutes. Each attempt is signed anew, and has the same body.
   */
  readonly send: (type: string, data: unknown, options?: SendOptions) => Effect.Effect<Delivery>
  /** Posts any body with a valid signature, once. Returns the status. */
  readonly post: (body: unknown) => Effect.Effect<number | undefined>
}
