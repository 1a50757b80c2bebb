/** The live examples in a real browser: what users do with each of them shows there what it shows on Node. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { type Example, examplesOf } from "../../../scripts/live.ts"
import * as Browser from "../../playground/support/browser.ts"
import { plays } from "./examples.ts"
import { Panel } from "./inPage.ts"
import { onNode } from "./onNode.ts"
import * as Site from "./site.ts"
import type { Sight } from "./steps.ts"

const examples = examplesOf()

/** What the page shows, as soon as it is what is expected, or else after a while. */
const shown = async (panel: Panel, expected: Sight): Promise<Sight> => {
  const wanted = JSON.stringify(expected)
  for (let tries = 0; ; tries++) {
    const sight = await panel.sight()
    if (JSON.stringify(sight) === wanted || tries === 50) return sight
    await panel.page.waitForTimeout(100)
  }
}

const open = Effect.fnUntraced(function* (example: Example, look: Browser.Look = {}) {
  const url = yield* Site.Site
  const { page, problems } = yield* Browser.open(url, { ...look, path: `/?id=${example.id}` })
  const panel = new Panel(page)
  yield* Effect.promise(() => panel.ready())
  return { page, panel, problems }
})

layer(Layer.mergeAll(Browser.layer, Site.layer), { excludeTestServices: true, timeout: 60_000 })(
  "a live example",
  (it) => {
    for (const example of examples) {
      it.effect(
        `${example.id} does in the page what it does on Node`,
        Effect.fn(function* () {
          const steps = plays[example.id]
          if (steps === undefined) return assert.fail(`say in examples.ts what is done with ${example.id}`)
          const expected = yield* onNode(example, steps)
          assert.isNotEmpty(expected.alice)
          const { panel, problems } = yield* open(example)
          for (const step of steps) yield* Effect.promise(() => panel.do(step))
          assert.deepStrictEqual(yield* Effect.promise(() => shown(panel, expected)), expected)
          assert.deepStrictEqual(problems, [])
        }, Effect.scoped),
        60_000
      )
    }
  }
)
