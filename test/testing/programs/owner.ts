/** Starts a program, says its pid, and is killed. */
import { Console, Effect, Layer } from "effect"
import { FakeDiscord, Program } from "fibercord/testing"

const file = new URL("timers.ts", import.meta.url).pathname

Effect.gen(function* () {
  const program = yield* Program.Program
  const state = yield* program.state
  yield* Console.log(`pid ${state._tag === "Running" ? state.pid : "none"}`)
  return yield* Effect.never
}).pipe(Effect.provide(Program.layer({ file }).pipe(Layer.provideMerge(FakeDiscord.layerServer()))), Effect.runFork)
