/** The page in a real Chromium, over the stand-in: what only a browser that lays out can show. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { Page } from "playwright-core"
import * as Browser from "../support/browser.ts"
import * as Site from "./support/site.ts"

class Served extends Context.Service<Served, Site.Site>()("test/playground/Served") {}

const TestLive = Layer.merge(Browser.layer, Layer.effect(Served, Site.serve))

/** Opens a page over the stand-in, and uses it. Nothing may go wrong in it. */
const using = <A>(use: (page: Page, site: Site.Site) => Promise<A>) =>
  Effect.gen(function* () {
    const site = yield* Served
    const { page, problems } = yield* Browser.open(site.url)
    const value = yield* Effect.promise(() => use(page, site))
    assert.deepStrictEqual(problems, [])
    return value
  }).pipe(Effect.scoped)

const openMany = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: "many" }).first().click()
  await page.getByText("Message 999", { exact: false }).first().waitFor()
}

/**
 * Scrolls up until `pages` pages of older messages have come, and returns each time that the first visible message was
 * not moved by exactly as much as was scrolled.
 */
const scrollUp = (pages: number): Promise<ReadonlyArray<object>> => {
  const inside = (root: Element | null | undefined, selector: string) => root?.shadowRoot?.querySelector(selector)
  type List = HTMLElement & { readonly rows: ReadonlyArray<{ readonly key: string }> }
  const list = inside(inside(document.querySelector("fc-app"), "fc-pane"), "fc-messages") as List
  const scroller = inside(list, ".scroller") as HTMLElement
  const items = () => [...(list.shadowRoot?.querySelectorAll<HTMLElement>(".item") ?? [])]
  const keyOf = (item: HTMLElement) => list.rows[Number(item.dataset["index"])]?.key
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  const top = scroller.getBoundingClientRect().top
  const jumps: Array<object> = []
  /** Scrolls, and looks at the next frames. */
  const step = async (by: number) => {
    const first = items().find((item) => item.getBoundingClientRect().bottom > top)
    if (first === undefined) return
    const [key, before, from] = [keyOf(first), first.getBoundingClientRect().top, list.rows.length]
    scroller.scrollTop -= by
    await frame()
    await frame()
    const now = items().find((item) => keyOf(item) === key)
    const moved = (now?.getBoundingClientRect().top ?? Number.NaN) - before
    // A browser rounds positions to parts of a pixel.
    if (!(Math.abs(moved - by) < 1)) jumps.push({ key, by, moved, from, to: list.rows.length })
  }
  return (async () => {
    let loaded = 0
    while (loaded < pages) {
      const count = list.rows.length
      while (list.rows.length === count) await step(Math.min(120, scroller.scrollTop))
      for (let still = 0; still < 5; still++) await step(0)
      loaded++
    }
    return jumps
  })()
}

layer(TestLive, { excludeTestServices: true, timeout: "60 seconds" })("the page in Chromium", (it) => {
  it.effect("older messages come without a jump of what is being read", () =>
    using(async (page) => {
      await openMany(page)
      assert.deepStrictEqual(await page.evaluate(scrollUp, 4), [])
    })
  )
})
