/** A short form of `npm run durable`: deaths in the windows that matter most. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bundle from "../../chaos/durable/bundle.ts"
import { playAt } from "../../chaos/durable/everyStep.ts"
import type { Story } from "../../chaos/durable/people.ts"

/** A story, at the how many-eth moment of a kind the process dies, and what has happened then. */
const deaths: ReadonlyArray<readonly [story: Story, at: number, of: string]> = [
  // The dialogue is stored, and the command has no response.
  ["approval yes", 1, "before POST /api/v10/interactions"],
  // The question is sent, and not journaled.
  ["approval no", 1, "after POST /api/v10/channels"],
  // The order is placed, and not journaled.
  ["approval yes", 1, "after the order"],
  // The result is sent, and not journaled.
  ["approval yes", 2, "after POST /api/v10/channels"],
  // The time is over, and the question is not closed.
  ["approval none", 1, "before PATCH"],
  // The answer is stored, and not acknowledged.
  ["reminder cancel", 2, "before POST /api/v10/interactions"],
  // The message of the question is there, and not known.
  ["reminder fire", 1, 'before UPDATE "fibercord_durable_questions"'],
  // The last use that a collection needs is stored, and nobody knows.
  ["giveaway all", 3, 'after INSERT INTO "fibercord_durable_uses"'],
  // The role is given, and that is not journaled.
  ["onboarding once", 1, "after PUT /api/v10/guilds"]
]

describe("a dialogue whose process is killed", () => {
  it.live(
    "ends once, with every message once, and answers whoever tries again",
    () =>
      Effect.gen(function* () {
        const program = yield* Bundle.program
        yield* Effect.forEach(
          deaths,
          Effect.fnUntraced(function* ([story, at, of]) {
            const { died, page, problems } = yield* playAt(program, story, { at, of })
            assert.deepStrictEqual(problems, [], `${story}, killed ${of}`)
            assert.isDefined(died, `${story} has no moment ${at} ${of}`)
            assert.deepStrictEqual([page.doubled, page.missing, page.unanswered], [0, 0, 0])
            assert.isAtLeast(page.dialogues, 1)
          }),
          { concurrency: 3, discard: true }
        )
      }).pipe(Effect.scoped),
    // On an idle machine 15 seconds.
    480_000
  )
})
