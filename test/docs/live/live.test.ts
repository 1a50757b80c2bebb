/** The live examples in a real browser: what users do with each of them shows there what it shows on Node. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { type Example, examplesOf } from "../../../scripts/live.ts"
import { findings } from "../../playground/support/axe.ts"
import * as Browser from "../../playground/support/browser.ts"
import { plays } from "./examples.ts"
import { Panel } from "./inPage.ts"
import { onNode } from "./onNode.ts"
import * as Site from "./site.ts"
import type { Sight } from "./steps.ts"

const examples = examplesOf()
const counting: Example = { id: "guide-components-1", document: "docs/guide/components.md", file: "" }

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

layer(Layer.mergeAll(Browser.layer, Site.layer), { excludeTestServices: true, timeout: "10 minutes" })(
  "a live example",
  (it) => {
    for (const example of examples) {
      it.effect(
        `${example.id} does in the page what it does on Node`,
        Effect.fn(function* () {
          const steps = plays[example.id]
          if (steps === undefined) return assert.fail(`say in examples.ts what is done with ${example.id}`)
          const expected = yield* onNode(example, steps)
          assert.isNotEmpty([...expected.alice, ...expected.bob])
          const { panel, problems } = yield* open(example)
          for (const step of steps) yield* Effect.promise(() => panel.do(step))
          assert.deepStrictEqual(yield* Effect.promise(() => shown(panel, expected)), expected)
          // Once for each page: it takes longer than all the rest.
          if (example.id.endsWith("-1")) assert.deepStrictEqual(yield* Effect.promise(() => findings(panel.page)), [])
          assert.deepStrictEqual(problems, [])
        }, Effect.scoped),
        240_000
      )
    }

    it.effect(
      "is used by keyboard, and begins again",
      Effect.fn(function* () {
        const { page, panel, problems } = yield* open(counting)
        yield* Effect.promise(async () => {
          await panel.root.getByRole("button", { name: "/vote" }).focus()
          await page.keyboard.press("Enter")
          await panel.pane.getByRole("form", { name: "/vote" }).getByRole("button", { name: "Send" }).focus()
          await page.keyboard.press("Enter")
          await panel.newest.getByText("0 votes").waitFor()
          await panel.newest.getByRole("button", { name: "Show what made this message" }).focus()
          await page.keyboard.press("Enter")
          const requests = await panel.root.getByRole("region", { name: "The bot's requests" }).innerText()
          assert.include(requests, 'POST /interactions/…/…/callback → 200\n  {"type":4')
          await panel.root.getByRole("button", { name: "Fifteen minutes later" }).click()
          await panel.root.getByRole("button", { name: "Reset" }).focus()
          await page.keyboard.press("Enter")
          await panel.newest.waitFor({ state: "detached" })
          await panel.ready()
          await panel.do({ user: "bob", slash: "vote" })
          await panel.newest.getByText("0 votes").waitFor()
        })
        assert.deepStrictEqual(problems, [])
      }, Effect.scoped)
    )

    it.effect(
      "fits a phone in dark",
      Effect.fn(function* () {
        const { page, panel, problems } = yield* open(counting, {
          theme: "dark",
          viewport: { width: 360, height: 640 }
        })
        yield* Effect.promise(async () => {
          await page.evaluate(() => document.documentElement.classList.add("dark"))
          await panel.do({ user: "alice", slash: "vote" })
          assert.deepStrictEqual(await findings(page), [])
          assert.isAtMost(await page.evaluate(() => document.documentElement.scrollWidth), 360)
          assert.strictEqual(await panel.root.evaluate((element) => getComputedStyle(element).colorScheme), "dark")
        })
        assert.deepStrictEqual(problems, [])
      }, Effect.scoped)
    )

    it.effect(
      "says what its bot logs, and that the bot cannot start",
      Effect.fn(function* () {
        const [broken, empty] = Site.failures
        if (broken === undefined || empty === undefined) return assert.fail("no failures")
        const { panel, problems } = yield* open(broken)
        yield* Effect.promise(async () => {
          await panel.do({ user: "alice", slash: "broken" })
          await panel.newest.getByText("Something went wrong").waitFor()
          const log = await panel.root.getByRole("log", { name: "What the bot logs" }).innerText()
          assert.include(log, "the kettle is cold")
        })
        assert.deepStrictEqual(problems, [])
        const url = yield* Site.Site
        const { page } = yield* Browser.open(url, { path: `/?id=${empty.id}` })
        yield* Effect.promise(async () => {
          await page.getByRole("alert").getByText("The bot could not start.").waitFor()
          assert.include(await page.locator("fc-live pre").innerText(), "description")
        })
      }, Effect.scoped)
    )

    it.effect(
      "shows that its bot thinks, and what comes of it when time has passed",
      Effect.fn(function* () {
        const slow = Site.failures[2]
        if (slow === undefined) return assert.fail("no slow one")
        const { panel, problems } = yield* open(slow)
        yield* Effect.promise(async () => {
          await panel.as("alice")
          await panel.root.getByRole("button", { name: "/slow" }).click()
          await panel.pane.getByRole("button", { name: "Send" }).click()
          await panel.newest.getByText("is thinking").waitFor()
          await panel.do({ later: true })
          await panel.newest.getByText("done").waitFor()
        })
        assert.deepStrictEqual(problems, [])
      }, Effect.scoped)
    )

    it.effect(
      "loads no more than its budget",
      Effect.fn(function* () {
        yield* Site.Site
        const sizeOf = (file: string) => gzipSync(readFileSync(join(Site.folder, file))).length
        const total = readdirSync(Site.folder)
          .filter((file) => file.endsWith(".js"))
          .reduce((sum, file) => sum + sizeOf(file), 0)
        assert.isBelow(total, 560_000, "bytes of everything, compressed")
        for (const { id } of examples) assert.isBelow(sizeOf(`${id}.js`), 2_000, id)
      })
    )
  }
)
