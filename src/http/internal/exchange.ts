/** One interaction and the HTTP request that delivered it, whose response carries the initial response to Discord. */
import type { APIMessage } from "../../discord/DiscordApi.ts"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schedule from "effect/Schedule"
import { noLongerAwaited } from "../../interactions/replies/InitialResponse.ts"
import type { RawInteraction } from "../../interactions/replies/Interaction.ts"
import type { Interactions } from "../../interactions/router/Interactions.ts"
import type { DiscordRest } from "../../rest/DiscordRest.ts"
import { DiscordRestError, Transport } from "../../rest/DiscordRestError.ts"

/** Sends an initial response; see `Interactions.handle`. */
export type SendInitial = NonNullable<Parameters<Interactions["Service"]["handle"]>[1]>

type InitialResponse = Parameters<SendInitial>[0]

/** How long Discord waits for an initial response. Source: Discord, "Interaction Callback". */
export const deadline = Duration.seconds(3)

const messageCallback = 4

/** What Discord expects when the initial response is not in the body, or when there is none. */
const accepted = HttpServerResponse.empty({ status: 202 })

// When the server has written a body, Discord still takes a moment to create the message. Until then it responds that
// the webhook is unknown.
const untilFound = Schedule.exponential("50 millis").pipe(Schedule.upTo({ duration: "2 seconds" }))

const isUnknownYet = ({ reason }: DiscordRestError): boolean => reason._tag === "Api" && reason.status === 404

const hasComponents = ({ data, type }: InitialResponse): boolean =>
  type === messageCallback && "components" in data && (data.components?.length ?? 0) > 0

/**
 * - `Waiting`: there is no initial response yet;
 * - `Taken`: it is the response of the request, or on its way through REST;
 * - `Ended`: the request is over, and Discord no longer accepts one.
 */
type State = "Waiting" | "Taken" | "Ended"

/** The state of one request. */
export class Exchange {
  readonly #raw: RawInteraction
  readonly #rest: DiscordRest["Service"]
  readonly #response = Deferred.makeUnsafe<HttpServerResponse.HttpServerResponse>()
  readonly #written = Deferred.makeUnsafe<boolean>()
  readonly #left: number
  #state: State = "Waiting"

  /** `waited` is for how long Discord waits already, in milliseconds. */
  constructor(raw: RawInteraction, rest: DiscordRest["Service"], waited = 0) {
    this.#raw = raw
    this.#rest = rest
    this.#left = Math.max(0, Duration.toMillis(deadline) - waited)
  }

  /** The response to the request. Waits for the initial response, but not longer than Discord does. */
  get response(): Effect.Effect<HttpServerResponse.HttpServerResponse> {
    return Effect.timeoutOrElse(Deferred.await(this.#response), {
      duration: this.#left,
      orElse: () => {
        if (Deferred.isDoneUnsafe(this.#response)) return Deferred.await(this.#response)
        if (this.#state === "Waiting") this.#state = "Ended"
        return Effect.as(
          Effect.annotateLogs(Effect.logDebug("No initial response was given in time: the request ends without one"), {
            interaction: this.#raw.id
          }),
          accepted
        )
      }
    })
  }

  /** The request is over. `written` says whether its response was written. */
  end(written: boolean): void {
    this.#state = "Ended"
    Deferred.doneUnsafe(this.#written, Effect.succeed(written))
  }

  /**
   * Sends the initial response. Without files it becomes the body, and this completes when the body was written or, if
   * there are components, when Discord has created the message. With files it goes through REST and the body stays
   * empty, because Discord cannot read bodies larger than about 150 kB.
   *
   * Source: Discord, "Interaction Callback"; issue 5250 of discord-api-docs.
   */
  readonly sendInitial: SendInitial = (initial, within) =>
    Effect.suspend(() => {
      if (this.#state !== "Waiting") return Effect.fail(this.#gone)
      return initial.files !== undefined && initial.files.length > 0
        ? this.#byRest(initial, within)
        : this.#inBody(initial)
    })

  /** Ends the request without a body: another process has sent the initial response to Discord. */
  readonly answeredElsewhere = (): void => {
    if (this.#state !== "Waiting") return
    this.#state = "Taken"
    Deferred.doneUnsafe(this.#response, Effect.succeed(accepted))
  }

  #inBody(initial: InitialResponse): ReturnType<SendInitial> {
    const { data, type } = initial
    return Effect.try({
      try: () => {
        const body = HttpServerResponse.text(JSON.stringify({ type, data }), { contentType: "application/json" })
        this.#state = "Taken"
        Deferred.doneUnsafe(this.#response, Effect.succeed(body))
      },
      catch: (cause) => new DiscordRestError({ reason: new Transport({ cause }) })
    }).pipe(
      Effect.andThen(Deferred.await(this.#written)),
      Effect.flatMap((written): ReturnType<SendInitial> => {
        if (!written) return Effect.fail(this.#gone)
        return hasComponents(initial) ? this.#message : Effect.undefined
      })
    )
  }

  #byRest(initial: InitialResponse, within: number): ReturnType<SendInitial> {
    this.#state = "Taken"
    return this.#rest.respond(this.#raw, initial, { within, withResponse: hasComponents(initial) }).pipe(
      Effect.onExit((exit) =>
        Effect.sync(() => {
          if (Exit.isSuccess(exit)) Deferred.doneUnsafe(this.#response, Effect.succeed(accepted))
          // Discord has no response yet, and the request is still open for another one.
          else if (this.#state === "Taken") this.#state = "Waiting"
        })
      ),
      Effect.map((made) => made?.resource?.message)
    )
  }

  // The message's id is needed to disable the components of a Runtime that outlives the token.
  get #message(): Effect.Effect<APIMessage | undefined> {
    const { application_id: application, token } = this.#raw
    return this.#rest
      .use((api) => api.interactions.getOriginalReply(application, token))
      .pipe(
        Effect.retry({ schedule: untilFound, while: isUnknownYet }),
        Effect.catch((error) =>
          Effect.as(
            Effect.annotateLogs(Effect.logDebug("The message of an initial response could not be found", error), {
              interaction: this.#raw.id
            }),
            undefined
          )
        )
      )
  }

  get #gone(): DiscordRestError {
    return noLongerAwaited(this.#raw)
  }
}
