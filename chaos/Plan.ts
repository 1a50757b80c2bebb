/** The plan of a run: which fault strikes which shard, and when. The same seed leads to the same plan. */
import { Effect, Random } from "effect"
import {
  type Compression,
  compressions,
  type FatalCode,
  fatalCodes,
  type Kind,
  kinds,
  type Restart,
  restarts
} from "./kinds.ts"

/** A planned fault. */
export interface Step {
  /** Milliseconds since the start. */
  readonly at: number
  readonly kind: Kind
  readonly shard: number
  /** A number from 0 to 1 that decides what the fault leaves open: a code, a delay, a status. */
  readonly roll: number
}

/** A planned end of a process. */
export interface Life {
  /** Milliseconds since the start. */
  readonly at: number
  readonly how: Restart
  readonly shard: number
  /** The code of a fatal close. */
  readonly code: FatalCode
  /** Milliseconds until the next process starts. */
  readonly pause: number
}

/** The plan of a run. */
export interface Plan {
  readonly steps: ReadonlyArray<Step>
  readonly lives: ReadonlyArray<Life>
  /** The compression of all processes, because a session is resumed with the compression with which it started. */
  readonly compression: Compression
}

// Faults per second and shard: each shard also has some quiet seconds.
const rate = 0.2
const maxRate = 5
// The first process can start undisturbed, and the heap of the last one is measured.
const firstRestart = 6_000
const betweenRestarts = 15_000
const peacefulEnd = 0.35

/** Makes a plan. */
export const make = (options: {
  readonly seed: string
  readonly millis: number
  readonly shards: number
}): Effect.Effect<Plan> =>
  Effect.gen(function* () {
    const { millis, shards } = options
    const between = 1_000 / Math.min(maxRate, rate * shards)
    const steps: Array<Step> = []
    // Kinds come from a shuffled deck, so that a short run has as many as possible.
    let deck: Array<Kind> = []
    for (let at = 1_000; at < millis; at += between * (0.5 + (yield* Random.next))) {
      if (deck.length === 0) deck = yield* Random.shuffle(kinds)
      const kind = deck.pop()
      if (kind === undefined) break
      steps.push({
        at: Math.round(at),
        kind,
        shard: yield* Random.nextIntBetween(0, shards, { halfOpen: true }),
        roll: yield* Random.next
      })
    }
    const lives: Array<Life> = []
    const codes = yield* Random.shuffle(Object.keys(fatalCodes).map(Number) as ReadonlyArray<FatalCode>)
    let closes = 0
    let hows: Array<Restart> = []
    for (
      let at = Math.min(firstRestart, millis / 4);
      at < millis * (1 - peacefulEnd);
      at += Math.min(betweenRestarts, millis / 4) * (0.5 + (yield* Random.next))
    ) {
      if (hows.length === 0) hows = yield* Random.shuffle(restarts)
      const how = hows.pop()
      if (how === undefined) break
      lives.push({
        at: Math.round(at),
        how,
        shard: yield* Random.nextIntBetween(0, shards, { halfOpen: true }),
        code: codes[(how === "fatal close" ? closes++ : closes) % codes.length] ?? 4004,
        pause: yield* Random.nextIntBetween(0, 800)
      })
    }
    return { steps, lives, compression: (yield* Random.shuffle(compressions))[0] ?? "none" }
  }).pipe(Random.withSeed(options.seed))
