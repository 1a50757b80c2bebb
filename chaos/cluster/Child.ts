/** A member's process, as the run sees it. */
import { Deferred, Effect } from "effect"
import { fileURLToPath } from "node:url"
import * as Process from "../process.ts"
import type { Order, Report } from "./wire.ts"

/** A process of the bot. */
export interface Child extends Process.Process<Order> {
  /** Its place in the order of starts, from 1. */
  readonly number: number
  readonly port: number
  /** Completes when it has joined the cluster. */
  readonly joined: Effect.Effect<void>
}

const program = fileURLToPath(new URL("member.ts", import.meta.url))

/** Starts a process, which is killed if it still runs when the scope closes. */
export const start = (options: {
  readonly number: number
  readonly port: number
  readonly args: ReadonlyArray<string>
  readonly onReport: (report: Report) => void
  readonly onPrinted: (text: string) => void
}) =>
  Effect.suspend(() => {
    const { args, number, onPrinted, onReport, port } = options
    const joined = Deferred.makeUnsafe<void>()
    const started = Process.start<Report, Order>({
      program,
      args: [`${port}`, ...args],
      onReport: (report) => {
        if (report._tag === "Joined") Deferred.doneUnsafe(joined, Effect.void)
        onReport(report)
      },
      onPrinted
    })
    return Effect.map(started, (child): Child => ({ ...child, number, port, joined: Deferred.await(joined) }))
  })
