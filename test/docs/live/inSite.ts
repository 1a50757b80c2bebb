/** A live example in a page of the built site, as a reader finds it. */
import { assert } from "@effect/vitest"
import type { Page } from "playwright-core"
import { findings } from "../../playground/support/axe.ts"
import { Panel } from "./inPage.ts"

/** Runs the example of `/guide/forms`, which the page shows. Nothing of it is loaded before. */
export const runExample = async (page: Page): Promise<void> => {
  const loaded = () => page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name))
  const isOfExamples = (name: string): boolean => new URL(name).pathname.startsWith("/live/")
  assert.deepStrictEqual((await loaded()).filter(isOfExamples), [])
  await page.getByRole("button", { name: "Run this bot in the page" }).first().click()
  const panel = new Panel(page)
  await panel.ready()
  assert.isNotEmpty((await loaded()).filter(isOfExamples))
  await panel.do({ user: "alice", slash: "signup" })
  await panel.do({ user: "alice", submit: { Name: "Ada", Age: 36 }, choices: { "Who invited you?": "bob" } })
  await panel.newest.getByText("Welcome, Ada (36), friend of bob.").waitFor()
  // What surrounds it is looked at elsewhere.
  const own = (await findings(page)).filter((finding) => /fc-(?:run|live)/.test(finding))
  assert.deepStrictEqual(own, [])
  assert.isAtMost(
    await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    0
  )
}
