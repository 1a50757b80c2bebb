/** What a cache costs: CPU per event with every kind kept, and the heap of a member. */
import { runFile } from "../lib/inprocess.ts"
import { all, type Bench, clientOf, type Found, found, sample, type Sample, toRow } from "../lib/rounds.ts"
import { one } from "./events.ts"

const bytes =
  (bench: Bench, what: string) =>
  async (client: string): Promise<Sample> => ({
    [what]: (await runFile("cache", what, clientOf(bench, client).library)) as number
  })

// What the clients are in the table, whose rows are those of fibercord.
const names: Readonly<Record<string, string>> = {
  "fibercord-cache": "fibercord",
  "before-cache": "before",
  fibercord: "fibercord without a cache"
}

/** Runs both. discord.js has its default caches. */
export const run = async (bench: Bench): Promise<Found> => {
  const clients = ["floor", "fibercord-cache", "before-cache", "fibercord", "discord.js"]
  const samples = await sample(bench, "events, every kind kept", clients, one(bench, "events"))
  const named = new Map([...samples].map(([client, own]) => [names[client] ?? client, own]))
  const heap = async (what: string): Promise<Found> => {
    const samples = await sample(bench, `heap, member, ${what}`, ["fibercord"], bytes(bench, what), { rounds: 1 })
    const values = (samples.get("fibercord") ?? []).flatMap((each) => each?.[what] ?? [])
    return { rows: [toRow(`cache.member.${what}`, "B", values, undefined, undefined)], peers: [] }
  }
  return all(
    found(named, "cpu", "events.cache", "µs", { of: "ratio", most: 2 }),
    await heap("whole"),
    await heap("picked")
  )
}
