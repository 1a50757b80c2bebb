/** A process that runs a PostgreSQL until it is killed. Says on its output where, and under which process id. */
import * as Effect from "effect/Effect"
import { layer, Postgres } from "./Postgres.ts"

const main = Effect.gen(function* () {
  const { place: server } = yield* Postgres
  process.stdout.write(`${JSON.stringify(server)}\n`)
  return yield* Effect.never
}).pipe(Effect.provide(layer))

await Effect.runPromise(main)
