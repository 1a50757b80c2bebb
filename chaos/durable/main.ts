import { Console, Effect } from "effect"
import { parseArgs } from "node:util"
import * as Bundle from "./bundle.ts"
import { acts, everyMoment } from "./everyStep.ts"

const { values } = parseArgs({
  options: { verbose: { type: "boolean" }, stride: { type: "string" }, story: { type: "string" }, first: { type: "string" } }
})

const main = Effect.gen(function* () {
  const program = yield* Bundle.program
  const stories = acts.filter((act) => values.story === undefined || act === values.story)
  const options = { stride: Number(values.stride ?? 1), first: Number(values.first ?? 1), isVerbose: values.verbose === true }
  yield* Effect.forEach(
    stories,
    (story) =>
      Effect.gen(function* () {
        const result = yield* everyMoment(program, story, options)
        yield* Console.log(story, result)
      }),
    { concurrency: 3 }
  )
})

await Effect.runPromise(Effect.scoped(main))
