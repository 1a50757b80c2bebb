/** A short form of `npm run durable`: a few deaths of each example, at moments that are spread over its dialogue. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bundle from "../../chaos/durable/bundle.ts"
import { acts, playAt } from "../../chaos/durable/everyStep.ts"

/** Between the use and its response, and after that; each story has two others. */
const momentsOf = (index: number): ReadonlyArray<number> => [8 + index, 27 + 4 * index]

describe("a dialogue whose process is killed", () => {
  it.live(
    "ends once, with every message once, and answers whoever tries again",
    () =>
      Effect.gen(function* () {
        const program = yield* Bundle.program
        const plays = acts.flatMap((story, index) => momentsOf(index).map((moment) => ({ story, moment })))
        let kills = 0
        yield* Effect.forEach(
          plays,
          Effect.fnUntraced(function* ({ moment, story }) {
            const { died, page, problems } = yield* playAt(program, story, moment)
            assert.deepStrictEqual(problems, [], `${story}, killed at moment ${moment}: ${died}`)
            assert.strictEqual(page.dialogues > 0 ? page.unanswered : -1, 0)
            kills += died === undefined ? 0 : 1
          }),
          { concurrency: 3, discard: true }
        )
        assert.isAtLeast(kills, 10)
      }).pipe(Effect.scoped),
    // On an idle machine 15 seconds.
    120_000
  )
})
