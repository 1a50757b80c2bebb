/** 64 shards with max_concurrency 16, from the start until all are connected. By Discord's rule that takes 15 s. */
import { startClient, startLoad } from "../lib/processes.ts"
import { type Bench, clientOf, type Found, type Peer, type Row, toRow } from "../lib/rounds.ts"

const shards = 64
const maxConcurrency = 16
const limit = (shards / maxConcurrency - 1) * 5

interface Booted {
  readonly client: string
  readonly seconds: number
  readonly violations: number
}

const one = async (bench: Bench, name: string): Promise<Booted> => {
  await using load = await startLoad()
  await using client = await startClient(load, {
    ...clientOf(bench, name),
    mode: "idle",
    compression: undefined,
    shards,
    maxConcurrency,
    guilds: 0,
    patience: 60
  })
  const { violations } = await load.ask({ op: "boot" })
  return { client: name, seconds: client.readyAfter / 1000, violations }
}

// Each client starts while the others wait, so that none shares the processor at its start.
const between = 1500

const clients = ["fibercord", "before", "discordjs-ws", "discord.js", "discordeno", "eris", "oceanic.js", "dfx"]

/** Runs all clients at the same time, once, each with its own load generator: they wait most of the time. */
export const run = async (bench: Bench): Promise<Found> => {
  const booted = await Promise.allSettled(
    clients.filter(bench.wants).map(async (client, index) => {
      await new Promise((resolve) => setTimeout(resolve, index * between))
      return one(bench, client)
    })
  )
  const rows: Array<Row> = []
  const peers: Array<Peer> = []
  for (const each of booted) {
    if (each.status === "rejected") {
      bench.log(`64 shards: ${String(each.reason).slice(0, 600)}`)
      continue
    }
    const { client, seconds, violations } = each.value
    bench.log(`64 shards: ${client}: ${seconds.toFixed(2)} s, ${violations} IDENTIFYs that Discord would refuse`)
    if (client === "fibercord") {
      rows.push(toRow("boot.64-shards", "s", [seconds], undefined, { of: "value", most: limit + 1 }))
    } else {
      const id = violations === 0 ? client : `${client} (${violations} violations)`
      peers.push({
        id: "boot.64-shards",
        client: id,
        value: seconds,
        unit: "s",
        ratio: null,
        spread: [seconds, seconds]
      })
    }
  }
  return { rows, peers }
}
