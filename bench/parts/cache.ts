/** What a cache costs: CPU per event with every kind kept beside none, and the heap of a member. */
import { runFile } from "../lib/inprocess.ts"
import { all, type Bench, clientOf, type Found, sample, type Sample, toRow } from "../lib/rounds.ts"
import { one } from "./events.ts"

const bytes =
  (bench: Bench, what: string) =>
  async (client: string): Promise<Sample> => ({
    [what]: (await runFile("cache", what, clientOf(bench, client).library)) as number
  })

/** Runs both. discord.js, with its default caches, is a peer of the first. */
export const run = async (bench: Bench): Promise<Found> => {
  const events = one(bench, "events")
  const samples = await sample(bench, "events, every kind kept", ["fibercord", "fibercord-cache", "discord.js"], events)
  const ratios = (client: string) => {
    const own = samples.get(client) ?? []
    const none = samples.get("fibercord") ?? []
    const rounds = own.flatMap((each, round) => {
      const [value, floor] = [each?.["cpu"], none[round]?.["cpu"]]
      return value === undefined || floor === undefined ? [] : [{ value, floor }]
    })
    return [rounds.map(({ value }) => value), rounds.map(({ floor }) => floor)] as const
  }
  const kept = toRow("events.cache", "µs", ...ratios("fibercord-cache"), { of: "ratio", most: 2 })
  const peer = toRow("events.cache", "µs", ...ratios("discord.js"), undefined)
  const heap = async (what: string): Promise<Found> => {
    const found = await sample(bench, `heap, member, ${what}`, ["fibercord"], bytes(bench, what), { rounds: 1 })
    const values = (found.get("fibercord") ?? []).flatMap((each) => each?.[what] ?? [])
    return { rows: [toRow(`cache.member.${what}`, "B", values, undefined, undefined)], peers: [] }
  }
  const { id, ratio, spread, unit, value } = peer
  const others = Number.isNaN(value) ? [] : [{ id, client: "discord.js", value, unit, ratio, spread }]
  return all({ rows: [kept], peers: others }, await heap("whole"), await heap("picked"))
}
