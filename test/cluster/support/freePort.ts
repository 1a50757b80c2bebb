/** A port for a server that is started later: nobody may take it in between. */
import * as Effect from "effect/Effect"
import { createServer } from "node:net"

// Below those that systems give to clients, and to servers that ask for none in particular: there are thousands of them.
const first = 10_000
const blocks = 200
const size = 100

// Processes that run at the same time look in different blocks, and none gives one twice before it has given all.
const block = first + (process.pid % blocks) * size
let given = Math.floor(Math.random() * size)

/** A port that nobody listens on, on loopback. */
export const freePort: Effect.Effect<number> = Effect.callback<number | undefined>((resume) => {
  const port = block + (given++ % size)
  const server = createServer()
  server.once("error", () => resume(Effect.undefined))
  server.listen(port, "127.0.0.1", () => server.close(() => resume(Effect.succeed(port))))
}).pipe(Effect.flatMap((port) => (port === undefined ? freePort : Effect.succeed(port))))
