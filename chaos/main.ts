/**
 * `npm run chaos -- --seed S --minutes M --shards N`: a bot on a fake Discord full of faults, and a ledger
 * that checks that nothing was lost. Also `--seconds`, and `--verbose` for all that happens. Ends with 1 after a
 * violation.
 */
import { Console, Effect } from "effect"
import { parseArgs } from "node:util"
import { format } from "./report.ts"
import { run } from "./run.ts"

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    minutes: { type: "string" },
    seconds: { type: "string" },
    shards: { type: "string" },
    verbose: { type: "boolean" }
  }
})

const positive = (name: string, text: string | undefined, otherwise: number): number => {
  const value = text === undefined ? otherwise : Number(text)
  if (!(value > 0)) throw new RangeError(`--${name} takes a number above 0, not ${text}`)
  return value
}

const main = Effect.gen(function* () {
  const seed = values.seed ?? Math.floor(Math.random() * 36 ** 6).toString(36)
  const seconds = positive("seconds", values.seconds, positive("minutes", values.minutes, 2) * 60)
  const shards = Math.floor(positive("shards", values.shards, 16))
  yield* Console.log(`seed ${seed}, ${seconds} seconds, ${shards} shards`)
  const outcome = yield* run({
    seed,
    seconds,
    shards,
    onLine: values.verbose === true ? (line) => process.stderr.write(`${line}\n`) : undefined
  })
  yield* Console.log(format(outcome))
  if (outcome.ledger.book.violations.length > 0) process.exitCode = 1
})

await Effect.runPromise(Effect.scoped(main))
