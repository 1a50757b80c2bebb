/** Rounds: every client runs once in each, so that all meet the same noise. Ratios are to the floor of the round. */
import type { Load } from "./processes.ts"
import { median, spread } from "./stats.ts"

/** What every part gets. */
export interface Bench {
  readonly load: Load
  readonly rounds: number
  /** URLs of the library's entry by client name: `fibercord`, and `before` if an older build is measured. */
  readonly libraries: ReadonlyMap<string, string>
  /** Whether a client takes part. */
  readonly wants: (client: string) => boolean
  /** Whether what has this title is measured. */
  readonly matches: (title: string) => boolean
  readonly log: (line: string) => void
  /** The file for the CPU profile with a name, if profiles are wanted. */
  readonly profile: (name: string) => string | undefined
}

/** One line of the table: fibercord beside the floor. */
export interface Row {
  readonly id: string
  readonly value: number
  readonly unit: string
  /** The value of the floor, or of whatever else the row compares with, in the same rounds. */
  readonly floor: number | null
  readonly ratio: number | null
  /** The smallest and largest ratio of the rounds, or value if there is no floor. */
  readonly spread: readonly [number, number]
  /** The target in words, for example `ratio <= 1.15`. */
  readonly target: string | null
  readonly met: boolean | null
}

/** A peer in the same line. */
export interface Peer {
  readonly id: string
  readonly client: string
  readonly value: number
  readonly unit: string
  readonly ratio: number | null
  readonly spread: readonly [number, number]
}

/** The results of a part. */
export interface Found {
  readonly rows: ReadonlyArray<Row>
  readonly peers: ReadonlyArray<Peer>
}

/** The values of one client in one round, by name. */
export type Sample = Readonly<Record<string, number>>

/** The samples of all clients by round. A round has no sample of a client that failed. */
export type Samples = ReadonlyMap<string, ReadonlyArray<Sample | undefined>>

/**
 * The build of the library for a client, and the file that starts the client. What begins with `before` is the same client
 * of fibercord with the older build.
 */
export const clientOf = (bench: Bench, name: string): { readonly client: string; readonly library: string } => ({
  client: name.replace(/^before/, "fibercord"),
  library: bench.libraries.get(name.startsWith("before") ? "before" : "fibercord") ?? ""
})

// The floor, fibercord and what it is compared with run in every round, the others in every second one.
const isMain = (client: string): boolean => /^(floor|fibercord|before)/.test(client)

type One = (client: string, round: number) => Promise<Sample>

/** Options of a part. */
export interface Sampling {
  /** Default: those of the command line. */
  readonly rounds?: number
  /** The client that others are compared with, which takes part in every round. Default: `floor`. */
  readonly floor?: string
}

const wantedOf = (bench: Bench, title: string, clients: ReadonlyArray<string>, floor: string): ReadonlyArray<string> =>
  bench.matches(title)
    ? clients.filter((client) => client === floor || client.startsWith("floor") || bench.wants(client))
    : []

// One turn of a client, with a line in the log. There is no sample if it failed.
const turn = async (bench: Bench, title: string, client: string, one: () => Promise<Sample>) => {
  try {
    const found = await one()
    const figures = Object.entries(found).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
    bench.log(`${title}: ${client}: ${figures.join(", ")}`)
    return found
  } catch (error) {
    bench.log(`${title}: ${client} failed: ${String(error).slice(0, 600)}`)
    return undefined
  }
}

/** Runs the rounds. The order of the clients rotates, so that none is always first. */
export const sample = async (
  bench: Bench,
  title: string,
  clients: ReadonlyArray<string>,
  one: One,
  { floor = "floor", rounds = bench.rounds }: Sampling = {}
): Promise<Samples> => {
  const wanted = wantedOf(bench, title, clients, floor)
  const samples = new Map<string, Array<Sample | undefined>>(wanted.map((client) => [client, []]))
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < wanted.length; place++) {
      const client = wanted[(round + place) % wanted.length] ?? ""
      if (client !== floor && !isMain(client) && round % 2 === 1) continue
      const found = await turn(bench, `${title}, round ${round + 1} of ${rounds}`, client, () => one(client, round))
      const own = samples.get(client)
      if (own !== undefined && found !== undefined) own[round] = found
    }
  }
  return samples
}

// None starts while another one does.
const between = 1500

/** The same for clients that wait most of the time: all of them at once, so that a round takes as long as one. */
export const sampleTogether = async (
  bench: Bench,
  title: string,
  clients: ReadonlyArray<string>,
  one: One,
  { floor = "floor", rounds = bench.rounds }: Sampling = {}
): Promise<Samples> => {
  const wanted = wantedOf(bench, title, clients, floor)
  const samples = new Map<string, Array<Sample | undefined>>(wanted.map((client) => [client, []]))
  for (let round = 0; round < rounds; round++) {
    await Promise.all(
      wanted.map(async (client, place) => {
        await new Promise((resolve) => setTimeout(resolve, place * between))
        const found = await turn(bench, `${title}, round ${round + 1} of ${rounds}`, client, () => one(client, round))
        samples.get(client)?.push(found)
      })
    )
  }
  return samples
}

/** A target for a figure. */
export interface Target {
  readonly of: "ratio" | "value"
  readonly most?: number
  readonly least?: number
}

const words = ({ least, most, of }: Target): string => (most === undefined ? `${of} >= ${least}` : `${of} <= ${most}`)

const isMet = (target: Target, value: number, ratio: number | null): boolean => {
  const figure = target.of === "ratio" ? (ratio ?? Number.NaN) : value
  return target.most === undefined ? figure >= (target.least ?? 0) : figure <= target.most
}

/** A row from values of the same rounds. */
export const toRow = (
  id: string,
  unit: string,
  values: ReadonlyArray<number>,
  floors: ReadonlyArray<number> | undefined,
  target: Target | undefined
): Row => {
  const ratios = floors === undefined ? [] : values.map((value, index) => value / (floors[index] ?? Number.NaN))
  const value = median(values)
  const ratio = floors === undefined ? null : median(ratios)
  return {
    id,
    value,
    unit,
    floor: floors === undefined ? null : median(floors),
    ratio,
    spread: spread(floors === undefined ? values : ratios),
    target: target === undefined ? null : words(target),
    met: target === undefined ? null : isMet(target, value, ratio)
  }
}

const paired = (own: ReadonlyArray<Sample | undefined>, floor: ReadonlyArray<Sample | undefined>, figure: string) => {
  const values: Array<number> = []
  const floors: Array<number> = []
  for (const [round, sample] of own.entries()) {
    const value = sample?.[figure]
    const least = floor[round]?.[figure]
    if (value === undefined || least === undefined) continue
    values.push(value)
    floors.push(least)
  }
  return { values, floors }
}

/** One figure of all clients, as a row for fibercord and entries for its peers. */
export const found = (
  samples: Samples,
  figure: string,
  id: string,
  unit: string,
  target: Target | undefined,
  floor = "floor"
): Found => {
  const rows: Array<Row> = []
  const peers: Array<Peer> = []
  for (const [client, own] of samples) {
    if (client === floor) continue
    const { floors, values } = paired(own, samples.get(floor) ?? [], figure)
    if (values.length === 0) continue
    const row = toRow(id, unit, values, floors, client === "fibercord" ? target : undefined)
    if (client === "fibercord") rows.push(row)
    else peers.push({ id, client, value: row.value, unit, ratio: row.ratio, spread: row.spread })
  }
  return { rows, peers }
}

/** Merges several results. */
export const all = (...parts: ReadonlyArray<Found>): Found => ({
  rows: parts.flatMap(({ rows }) => rows),
  peers: parts.flatMap(({ peers }) => peers)
})
