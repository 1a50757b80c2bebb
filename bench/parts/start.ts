/** From the start of a process to its first IDENTIFY: CPU and time, beside a bot on `@discordjs/ws` and bare Effect. */
import { timeToIdentify } from "../lib/processes.ts"
import { all, type Bench, clientOf, type Found, found, sample, type Sample } from "../lib/rounds.ts"

const baseline = "discordjs-ws-effect"
const clients = [baseline, "fibercord", "fibercord-bundled", "before", "floor", "discordjs-ws", "eris", "discord.js"]

const one = async (bench: Bench, name: string): Promise<Sample> => {
  const { cpu, wall } = await timeToIdentify(bench.load, {
    ...clientOf(bench, name),
    mode: "answer",
    compression: undefined,
    shards: 1,
    maxConcurrency: 1,
    guilds: 0
  })
  return { cpu, wall }
}

/** Measures twice as many rounds, because a start is short. */
export const run = async (bench: Bench): Promise<Found> => {
  const samples = await sample(bench, "start", clients, (client) => one(bench, client), {
    rounds: bench.rounds * 2,
    floor: baseline
  })
  return all(
    found(samples, "cpu", "start.identify.cpu", "ms", { of: "ratio", most: 1.05 }, baseline),
    found(samples, "wall", "start.identify.time", "ms", { of: "ratio", most: 1.05 }, baseline)
  )
}
