/** Waits until all shards of a generation are Connected. */
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import type { GatewayError } from "../GatewayError.ts"
import type * as ShardStatus from "../ShardStatus.ts"
import * as Errors from "./errors.ts"
import * as Generation from "./generation.ts"

/**
 * Completes when all shards of `generation` are Connected at the same time. Fails when one has ended, or ends before.
 * It looks again after each of the `changes`, also when the generation has been replaced.
 */
export const awaitReady = (
  changes: PubSub.PubSub<ShardStatus.Change>,
  generation: () => Generation.Generation | undefined
): Effect.Effect<void, GatewayError> =>
  Effect.gen(function* () {
    const subscription = yield* PubSub.subscribe(changes)
    while (true) {
      const current = generation()
      if (current !== undefined && (yield* areConnected(current))) return
      yield* PubSub.take(subscription)
    }
  }).pipe(Effect.scoped)

const areConnected = Effect.fnUntraced(function* (
  generation: Generation.Generation
): Effect.fn.Return<boolean, GatewayError> {
  const stages = generation.ids.map((id) => ({ id, stage: Generation.stageOf(generation, id) }))
  if (stages.length > 0 && stages.every(({ stage }) => stage?._tag === "Connected")) return true
  for (const { id, stage } of stages) {
    if (stage?._tag === "Fatal") return yield* stage.error
    if (stage?._tag === "Stopped" && !Generation.isRunning(generation, id)) return yield* Errors.notRunning(id)
  }
  return false
})
