/** What the router shows to whatever looks into a bot, and what it notes. */
import * as Inspection from "../../internal/Inspection.ts"
import type { Snapshot } from "../../runtime/inspected.ts"
import type { Responder } from "../replies/internal/responder.ts"
import type { Outcome } from "./internal/metrics.ts"

/** An interaction, from its arrival on. Times are milliseconds of `Elapsed`. */
export interface Note {
  /** Says what it is, when it arrived, and which response it has had. */
  readonly responder: Responder
  /** The Runtime that handles it; `undefined` for an autocompletion, and for what is refused. */
  runtime: string | undefined
  definition: string | undefined
  /** When its handler began. */
  startedAt: number | undefined
  /** When its handler ended. */
  endedAt: number | undefined
  outcome: Outcome | undefined
}

/** Interactions. */
export const interactions: Inspection.Topic<Note> = Inspection.topic("interactions")

/** What the router knows about Runtimes. */
export interface Router {
  /** Which definition opened a Runtime, and for whom. */
  readonly describe: (runtime: Pick<Snapshot, "local">) => {
    readonly definition: string | undefined
    readonly opener: string | undefined
  }
  /** Whether its spans are collected. */
  readonly isTraced: boolean
}

/** The routers. */
export const routers: Inspection.Topic<Router> = Inspection.topic("routers")
