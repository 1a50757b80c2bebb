/** The plan of a run: which fault strikes which shard when. The same seed gives the same plan. */
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

/** A fault that is planned. */
export interface Step {
  /** Milliseconds since the start. */
  readonly at: number
  readonly kind: Kind
  readonly shard: number
  /** From 0 to 1, for whatever the fault leaves open: a code, a delay, a status. */
  readonly roll: number
}

/** An end of the process that is planned. */
export interface Life {
  /** Milliseconds since the start. */
  readonly at: number
  readonly how: Restart
  readonly shard: number
  /** What a fatal close is done with. */
  readonly code: FatalCode
  /** How long until the next process starts. */
  readonly pause: number
}

/** What happens in a run. */
export interface Plan {
  readonly steps: ReadonlyArray<Step>
  readonly lives: ReadonlyArray<Life>
  /** What all processes ask for, as a session is resumed with the compression that it was started with. */
  readonly compression: Compression
}

// Faults per second and shard: each shard shall also live in peace for some seconds.
const rate = 0.2
const maxRate = 5
// The first process is let start, and the last one is measured.
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
    // From a shuffled deck, so that a short run has as many kinds as it can.
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
