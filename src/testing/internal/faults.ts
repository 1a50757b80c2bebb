/** The faults, over hooks and connections. */
import * as Effect from "effect/Effect"
import type { Faults } from "../Faults.ts"
import type { Connection } from "./connection.ts"
import { type Core, waitFor } from "./core.ts"
import type { Action } from "./hooks.ts"

const ignore = (): void => undefined

/** Builds the faults of one fake. */
export const make = (core: Core): Faults => {
  const { gateway } = core
  const connected = (shardId: number): ReadonlyArray<Connection> =>
    gateway
      .live()
      .filter((session) => session.shardId === shardId)
      .flatMap((session) => session.connection ?? [])

  const now = (shardId: number, action: Action) =>
    waitFor(core, `a connection of shard ${shardId}`, () => {
      const found = connected(shardId)
      return found.length === 0 ? undefined : found
    }).pipe(
      Effect.map((found) => {
        for (const connection of found) gateway.act(connection, action, ignore)
      })
    )

  return {
    dropConnection: (shardId) => now(shardId, { _tag: "Drop", reset: false }),
    close: (shardId, code) => now(shardId, { _tag: "Close", code }),
    reconnect: (shardId) => now(shardId, { _tag: "Reconnect", proceed: false }),
    invalidSession: (shardId, resumable) => now(shardId, { _tag: "InvalidSession", resumable })
  }
}
