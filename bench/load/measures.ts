/** What the load generator does on command, and measures because only this end can see it. */
import type { Socket } from "node:net"
import { setImmediate } from "node:timers/promises"
import { encodeFlood } from "../lib/encoding.ts"
import * as Payloads from "../lib/payloads.ts"
import type { FromLoad, InteractionFigures, ToLoad } from "../lib/protocol.ts"
import { quantile } from "../lib/stats.ts"
import type { Gateway } from "./gateway.ts"

type Asked<Op extends ToLoad["op"]> = Extract<ToLoad, { readonly op: Op }>

const write = (tcp: Socket, chunk: Buffer): Promise<void> | undefined => {
  if (tcp.destroyed || tcp.write(chunk)) return undefined
  return new Promise((resolve) => {
    const settle = () => {
      tcp.off("drain", settle).off("close", settle)
      resolve()
    }
    tcp.on("drain", settle).on("close", settle)
  })
}

/** Sends a flood to each connection. Returns its bytes, and the CPU of writing them. */
export const flood = async (
  gateway: Gateway,
  { count, withoutInteractions = false }: Asked<"flood">
): Promise<{ readonly bytes: number; readonly cpu: number }> => {
  const { compression, style = {} } = gateway.settings
  const prepared = await Promise.all(
    [...gateway.connections.values()].map(async (connection) => {
      const sequence = connection.sequence + 1
      connection.sequence += count
      return {
        connection,
        encoded: await encodeFlood(compression, { sequence, count, withoutInteractions, style })
      }
    })
  )
  const before = process.cpuUsage()
  // Small writes are sent one by one, so that the client reads while they are written.
  const isSlow = style.writes === "frames" || style.writes === "pieces"
  await Promise.all(
    prepared.map(({ connection, encoded }) =>
      gateway.alone(connection, async () => {
        for (const chunk of encoded.chunks) {
          await write(connection.tcp, chunk)
          if (isSlow) await setImmediate()
        }
      })
    )
  )
  const { system, user } = process.cpuUsage(before)
  return { bytes: prepared.reduce((sum, { encoded }) => sum + encoded.bytes, 0), cpu: system + user }
}

/** Measures how long interactions take until they are answered. */
export class Interactions {
  readonly #gateway: Gateway
  #next = 700_000_000_000_000_000n
  #onAnswer: ((id: string) => void) | undefined

  /** Sends to the first shard of a gateway. */
  constructor(gateway: Gateway) {
    this.#gateway = gateway
  }

  /** An interaction was answered. */
  answered(id: string): void {
    this.#onAnswer?.(id)
  }

  /** Measures while `drive` sends. `drive` gets functions that send one and that end the measurement. */
  #measure(
    drive: (issue: () => void, finish: () => void) => (answered: number, open: number) => void
  ): Promise<InteractionFigures> {
    return new Promise((resolve) => {
      const [connection] = this.#gateway.connections.values()
      const sentAt = new Map<string, number>()
      const latencies: Array<number> = []
      const startedAt = performance.now()
      const issue = (): void => {
        const id = String(this.#next++)
        sentAt.set(id, performance.now())
        if (connection !== undefined) {
          this.#gateway.dispatch(connection, "INTERACTION_CREATE", Payloads.interaction(id))
        }
      }
      const finish = (): void => {
        this.#onAnswer = undefined
        const seconds = (performance.now() - startedAt) / 1000
        latencies.sort((a, b) => a - b)
        resolve({
          answered: latencies.length,
          seconds,
          p50: quantile(latencies, 0.5),
          p99: quantile(latencies, 0.99)
        })
      }
      this.#onAnswer = (id) => {
        const sent = sentAt.get(id)
        if (sent === undefined) return
        sentAt.delete(id)
        latencies.push(performance.now() - sent)
        onMore(latencies.length, sentAt.size)
      }
      const onMore = drive(issue, finish)
    })
  }

  /** Keeps a number of interactions in flight. */
  keep({ count, inFlight, seconds }: Asked<"interactions">): Promise<InteractionFigures> {
    return this.#measure((issue, finish) => {
      const timer = setTimeout(finish, seconds * 1000)
      for (let n = 0; n < inFlight; n++) issue()
      return (answered, open) => {
        if (answered === count) {
          clearTimeout(timer)
          finish()
        } else if (answered + open < count) issue()
      }
    })
  }

  /** Sends interactions evenly, whether or not the last ones were answered, and a message each 100 ms. */
  pace({ perSecond, seconds }: Asked<"paced">): Promise<InteractionFigures> {
    const [connection] = this.#gateway.connections.values()
    const total = perSecond * seconds
    return this.#measure((issue, finish) => {
      const startedAt = performance.now()
      let sent = 0
      let messages = 0
      const timer = setInterval(() => {
        const elapsed = performance.now() - startedAt
        for (; sent < Math.min(total, (elapsed * perSecond) / 1000); sent++) issue()
        for (; messages < elapsed / 100; messages++) {
          if (connection !== undefined) {
            this.#gateway.dispatch(connection, "MESSAGE_CREATE", Payloads.message(messages))
          }
        }
        // What is not answered one second after the last was sent is not answered at all.
        if (elapsed > seconds * 1000 + 1000) done()
      }, 1)
      const done = (): void => {
        clearInterval(timer)
        finish()
      }
      return (answered) => {
        if (answered === total) done()
      }
    })
  }
}

/** Waits until `isOver` says so after an IDENTIFY or RESUME, and returns the milliseconds since `begin`. */
const until = (
  gateway: Gateway,
  begin: () => void,
  isOver: (shard: number, how: "identified" | "resumed") => boolean,
  seconds: number
): Promise<number | undefined> =>
  new Promise((resolve) => {
    const finish = (milliseconds: number | undefined) => {
      gateway.onAuthenticated = undefined
      clearTimeout(timer)
      resolve(milliseconds)
    }
    const timer = setTimeout(finish, seconds * 1000, undefined)
    const startedAt = performance.now()
    gateway.onAuthenticated = (shard, how) => {
      if (isOver(shard, how)) finish(performance.now() - startedAt)
    }
    begin()
  })

/** Resets one shard, and returns the milliseconds until it has resumed. */
export const reset = (gateway: Gateway, { shard: wanted }: Asked<"reset">): Promise<number | undefined> =>
  until(
    gateway,
    () => gateway.connections.get(wanted)?.tcp.resetAndDestroy(),
    (shard, how) => how === "resumed" && shard === wanted,
    5
  )

/** Resets all shards at once. */
export const storm = async (
  gateway: Gateway,
  { seconds }: Asked<"storm">
): Promise<Omit<Extract<FromLoad, { readonly op: "storm" }>, "op">> => {
  const shards = gateway.connections.size
  const back = { identified: new Set<number>(), resumed: new Set<number>() }
  const milliseconds = await until(
    gateway,
    () => {
      for (const { tcp } of gateway.connections.values()) tcp.resetAndDestroy()
    },
    (shard, how) => {
      back[how].add(shard)
      return back.identified.size + back.resumed.size === shards
    },
    seconds
  )
  return {
    shards,
    milliseconds,
    resumed: back.resumed.size,
    identified: back.identified.size
  }
}

/** Waits for the first IDENTIFY, and returns when it came. */
export const identified = async (gateway: Gateway): Promise<number | undefined> => {
  if (gateway.identifies.length === 0) {
    await until(
      gateway,
      () => {},
      () => true,
      30
    )
  }
  return gateway.identifies[0]?.at
}
