/** Both ends of the way of an interaction to the process that has its Runtime. */
import type * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { callbackType, interactionType } from "../../../discord/numbers.ts"
import * as Elapsed from "../../../internal/Elapsed.ts"
import type { DiscordRest } from "../../../rest/DiscordRest.ts"
import { markOf } from "../../../runtime/Runtimes.ts"
import type { RawInteraction } from "../../replies/Interaction.ts"
import type { Responder } from "../../replies/internal/responder.ts"
import { type InitialResponse, noLongerAwaited, type SendInitial } from "../../replies/InitialResponse.ts"
import { decode } from "../../wire/customIdCodec.ts"
import { problemOf } from "../../wire/validateInteraction.ts"
import type { Forwarded, Outcome, Receive, RuntimeOwners } from "../RuntimeOwners.ts"
import type { Heard } from "./heard.ts"
import { forwarded as counted } from "./metrics.ts"

// An owner defers after 2,000 milliseconds at the latest, unless a definition says otherwise. After this time, which is
// counted from the arrival as that is, somebody else can still respond before Discord's three seconds are over.
const patience = 2_500

const handled: Outcome = { _tag: "Handled" }
const unreachable: Outcome = { _tag: "Unreachable" }

/** Brings an interaction to the process with this mark. */
export const forward = (
  owners: RuntimeOwners["Service"],
  clock: Clock.Clock,
  responder: Responder,
  mark: string
): Effect.Effect<Outcome> =>
  Effect.suspend(() => {
    const elapsed = Elapsed.millis(clock) - responder.arrivedAt
    const { isAskedAlone: wantsResponse, raw: interaction } = responder
    return Effect.timeoutOrElse(
      Effect.suspend(() => owners.forward({ mark, interaction, elapsed, wantsResponse })),
      { duration: Math.max(0, patience - elapsed), orElse: () => Effect.succeed(unreachable) }
    )
  }).pipe(
    Effect.catchDefect((defect) =>
      Effect.as(Effect.logWarning("An interaction could not be forwarded to its owner", defect), unreachable)
    ),
    Effect.tap(({ _tag: outcome }) => Metric.update(Metric.withAttributes(counted, { outcome }), 1))
  )

/** The process in which a component or a modal was bound; `undefined` if it was not. */
export const ownerOf = (customId: string): string | undefined => {
  const id = decode(customId)
  return id?._tag === "Bound" ? markOf(id.runtime) : undefined
}

const hasComponents = ({ data, type }: InitialResponse): boolean =>
  type === callbackType.message && "components" in data && (data.components?.length ?? 0) > 0

const isOf = (mark: string, raw: unknown): raw is RawInteraction => {
  if (problemOf(raw) !== undefined) return false
  const { data, type } = raw as RawInteraction
  const isUse = type === interactionType.component || type === interactionType.modalSubmit
  return isUse && ownerOf(data.custom_id) === mark
}

/** What the owner needs. */
interface Owner {
  /** Its mark. */
  readonly mark: string
  readonly heard: Heard
  readonly rest: DiscordRest["Service"]
  /** Handles an interaction that was received this many milliseconds ago. */
  readonly handle: (raw: RawInteraction, elapsed: number, sendInitial: SendInitial | undefined) => void
}

/** Takes what other processes have received. It is handled here or refused, and never forwarded again. */
export const receive =
  ({ handle, heard, mark, rest }: Owner): Receive =>
  ({ elapsed, interaction: raw, wantsResponse }: Forwarded) =>
    Effect.suspend(() => {
      if (!isOf(mark, raw)) return Effect.succeed(unreachable)
      let response: Outcome | undefined
      let isOver = false
      // Files do not travel: their owner learns whether Discord takes them.
      const sendInitial: SendInitial = (initial, within) =>
        Effect.suspend(() => {
          if (isOver) return Effect.fail(noLongerAwaited(raw))
          const { data, files, type } = initial
          if (files !== undefined && files.length > 0) {
            const sent = rest.respond(raw, initial, { within, withResponse: hasComponents(initial) })
            return Effect.map(sent, (made) => made?.resource?.message)
          }
          response = { _tag: "Responded", type, data }
          return Effect.undefined
        })
      handle(raw, elapsed > 0 && elapsed < Infinity ? elapsed : 0, wantsResponse ? sendInitial : undefined)
      // If it came by another way, too, this is what became of that.
      const answered = heard.answered(raw.id)
      if (answered === undefined) return Effect.succeed(unreachable)
      return Deferred.await(answered).pipe(
        Effect.map(() => response ?? handled),
        Effect.onInterrupt(() => Effect.sync(() => (isOver = true)))
      )
    })
