/** The faults that pages cause and withdraw. */
import * as Effect from "effect/Effect"
import type { Core } from "../../testing/internal/core.ts"
import type { Fault as Armed, Faults, RequestPattern } from "../../testing/Faults.ts"
import type * as Protocol from "../Protocol.ts"
import { absent, Refusal } from "./refusal.ts"

interface Entry {
  readonly id: number
  readonly fault: Protocol.Fault
  readonly armed: Armed
}

const anyRequest = /./

/** The armed faults of a playground. */
export class FaultBoard {
  readonly #core: Core
  readonly #faults: Faults
  readonly #entries = new Map<number, Entry>()
  #next = 1

  constructor(core: Core, faults: Faults) {
    this.#core = core
    this.#faults = faults
  }

  /** What is armed, with how often it has acted. Faults that have acted as often as they should stay until withdrawn. */
  readonly views: Effect.Effect<ReadonlyArray<Protocol.FaultView>> = Effect.suspend(() =>
    Effect.forEach([...this.#entries.values()], ({ armed, fault, id }) =>
      Effect.map(armed.hits, (hits) => ({ id, fault, hits }))
    )
  )

  /** Whether there are any. */
  get isEmpty(): boolean {
    return this.#entries.size === 0
  }

  /** Causes a fault: at once, or on the next occasions. */
  cause(fault: Protocol.Fault): Effect.Effect<{ readonly fault?: number }, Refusal> {
    const armed = this.#arm(fault)
    if (armed !== undefined) {
      return Effect.map(armed, (armed) => {
        const id = this.#next++
        this.#entries.set(id, { id, fault, armed })
        return { fault: id }
      })
    }
    const shards = "shard" in fault && fault.shard !== undefined ? [fault.shard] : this.#shards()
    if (shards.length === 0) {
      return Effect.fail(new Refusal({ tag: "Absent", detail: "No shard is connected" }))
    }
    return Effect.forEach(shards, (shard) => this.#act(fault, shard), { concurrency: "unbounded" }).pipe(
      Effect.mapError((error) => new Refusal({ tag: error._tag, detail: error.message })),
      Effect.as({})
    )
  }

  /** Withdraws a fault. */
  clear(id: number): Effect.Effect<void, Refusal> {
    const entry = this.#entries.get(id)
    if (entry === undefined) return Effect.fail(absent("fault", `${id}`))
    this.#entries.delete(id)
    return entry.armed.clear
  }

  #shards(): ReadonlyArray<number> {
    const connected = this.#core.gateway.live().filter(({ connection }) => connection !== undefined)
    return [...new Set(connected.map(({ shardId }) => shardId))]
  }

  #arm(fault: Protocol.Fault): Effect.Effect<Armed> | undefined {
    const faults = this.#faults
    const of = (requests: string | undefined): RequestPattern => requests ?? anyRequest
    switch (fault.kind) {
      case "muteAcks":
        return faults.muteAcks({ times: fault.times })
      case "slowRest":
        return faults.restDelay(of(fault.requests), fault.millis, { times: fault.times })
      case "failRest":
        return faults.restStatus(of(fault.requests), fault.status, { times: fault.times })
      case "rateLimit":
        return faults.restRateLimit(of(fault.requests), fault.retryAfterMillis / 1000, {
          times: fault.times,
          scope: fault.global ? "global" : "user"
        })
      default:
        return undefined
    }
  }

  #act(fault: Protocol.Fault, shard: number) {
    const faults = this.#faults
    switch (fault.kind) {
      case "reconnect":
        return faults.reconnect(shard)
      case "invalidSession":
        return faults.invalidSession(shard, fault.resumable)
      case "freeze":
        return faults.pauseSocket(shard)
      default:
        return faults.dropConnection(shard)
    }
  }
}
