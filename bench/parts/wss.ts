/** Events and interactions once more over TLS, as at Discord. */
import { startLoad } from "../lib/processes.ts"
import { all, type Bench, type Found, found, sample } from "../lib/rounds.ts"
import { one as eventsOf } from "./events.ts"
import { one as interactionsOf } from "./interactions.ts"

const ours = ["floor", "fibercord", "before"]

/** Runs both, with a load generator of its own. */
export const run = async (bench: Bench): Promise<Found> => {
  await using load = await startLoad(true)
  const secure = { ...bench, load }
  const clients = [...ours, "discordjs-ws"]
  const plain = await sample(bench, "events, TLS", clients, eventsOf(secure, "events"))
  const only = await sample(bench, "events, interactions only, TLS", clients, eventsOf(secure, "interactions-only"))
  const zlib = await sample(bench, "events, zlib-stream, TLS", ours, eventsOf(secure, "events", "zlib-stream"))
  const answers = await sample(bench, "interactions, TLS", [...ours, "discordjs-core"], (client) =>
    interactionsOf(secure, client)
  )
  return all(
    found(plain, "cpu", "wss.events.plain", "µs", { of: "ratio", most: 1 }),
    found(only, "cpu", "wss.events.interactions-only", "µs", undefined),
    found(zlib, "cpu", "wss.events.zlib", "µs", { of: "ratio", most: 1 }),
    found(answers, "rate", "wss.interactions.64.rate", "/s", { of: "ratio", least: 1 }),
    found(answers, "cpu", "wss.interactions.64.cpu", "µs", { of: "ratio", most: 1.05 }),
    found(answers, "p99", "wss.interactions.64.p99", "ms", { of: "ratio", most: 0.75 }),
    found(answers, "single", "wss.interactions.1.p50", "ms", { of: "ratio", most: 1.05 })
  )
}
