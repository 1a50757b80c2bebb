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
    // Shorter than the time that a test has, so that it is known what did not come.
    page.setDefaultTimeout(60_000)
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
    // Only a user who scrolls leaves the newest message.
    scroller.dispatchEvent(new WheelEvent("wheel"))
    scroller.scrollTop -= by
    await frame()
    await frame()
    const moved = () =>
      (items()
        .find((item) => keyOf(item) === key)
        ?.getBoundingClientRect().top ?? Number.NaN) - before
    // A browser rounds positions to parts of a pixel.
    const isRight = () => Math.abs(moved() - by) < 1
    // What came since the last frame has no heights yet. They are known before it is drawn, and a frame begins after that.
    if (!isRight()) await frame()
    if (!isRight()) jumps.push({ key, by, moved: moved(), from, to: list.rows.length })
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
      assert.deepStrictEqual(await page.evaluate(scrollUp, 2), [])
    })
  )

  it.effect("emojis are found by name, and go into the text or into a reaction", () =>
    using(async (page, { requests }) => {
      const box = page.getByRole("textbox", { name: /^Message/ })
      await box.fill("so ")
      await page.getByRole("button", { name: "Emojis" }).click()
      const search = page.getByRole("combobox", { name: "Emoji: search by name" })
      await search.fill("tada")
      await search.press("Enter")
      assert.strictEqual(await box.inputValue(), "so 🎉")
      // From the first one to the right, and down a row.
      await page.getByRole("button", { name: "Emojis" }).click()
      await search.press("ArrowRight")
      await search.press("ArrowDown")
      assert.strictEqual(await page.locator('[role=option][aria-selected="true"]').getAttribute("id"), "emoji-9")
      await search.press("Escape")
      assert.strictEqual(await search.count(), 0)
      await box.fill("go :rock")
      await box.press("Enter")
      assert.strictEqual(await box.inputValue(), "go 🚀 ")
      await page.getByText("Hello 2").click({ button: "right" })
      await page.getByRole("menuitem", { name: "React with another emoji…" }).click()
      await page.getByRole("combobox", { name: "Reaction: search by name" }).fill("party")
      await page.getByRole("option", { name: "party", exact: true }).click()
      await page
        .locator("fc-message", { hasText: "Hello 2" })
        .getByRole("button", { name: "party, 1 reaction" })
        .waitFor()
      const reaction = requests.findLast(({ type }) => type === "react")
      assert.strictEqual(reaction?.type === "react" && reaction.emoji, "1100000000000000055")
    })
  )

  it.effect("what one wrote last is changed by keyboard, and a reply is begun in the menu", () =>
    using(async (page, { requests }) => {
      const box = page.getByRole("textbox", { name: /^Message/ })
      await box.fill("frist")
      await box.press("Enter")
      await page.getByText("frist").waitFor()
      await box.press("ArrowUp")
      await page.getByText("Editing a message").waitFor()
      assert.strictEqual(await box.inputValue(), "frist")
      await box.press("Escape")
      await page.getByText("Editing a message").waitFor({ state: "detached" })
      assert.strictEqual(await box.inputValue(), "")
      await page.getByText("frist").click({ button: "right" })
      await page.getByRole("menuitem", { name: "Edit message" }).click()
      await box.fill("in time")
      await box.press("Enter")
      await page.getByText("in time (edited)").waitFor()
      await page.getByText("Editing a message").waitFor({ state: "detached" })
      assert.strictEqual(await box.inputValue(), "")
      await page.getByText("Hello 1").click({ button: "right" })
      assert.strictEqual(await page.getByRole("menuitem", { name: "Edit message" }).count(), 0)
      await page.getByRole("menuitem", { name: "Reply" }).click()
      await page.getByText("Replying to Bob Builder").waitFor()
      // A reply that was given up, or sent, is over.
      await box.press("Escape")
      await page.getByText("Replying to Bob Builder").waitFor({ state: "detached" })
      await box.fill("no reply")
      await box.press("Enter")
      await page.getByText("no reply").waitFor()
      const said = requests.findLast(({ type }) => type === "say")
      assert.notProperty(said, "replyTo")
    })
  )

  it.effect("a message of Discord's own leads to the message that it is about", () =>
    using(async (page) => {
      const list = page.locator("fc-messages .scroller")
      const poll = page.getByRole("button", { name: "View poll" })
      const up = (element: Element) => {
        element.dispatchEvent(new WheelEvent("wheel"))
        element.scrollTop -= 400
      }
      while ((await poll.count()) === 0) await list.evaluate(up)
      await poll.first().click()
      await page.locator(".item.marked", { hasText: "Tea or coffee?" }).waitFor()
    })
  )

  it.effect(
    "output sticks to its end, keeps 2,000 lines, draws those in sight, and nothing of it is taken for HTML",
    () =>
      using(async (page) => {
        const write = (from: number, count: number) =>
          page.evaluate(
            ([from, count]) => {
              const app = document.querySelector("fc-app") as HTMLElement & { store: { receive: (it: object) => void } }
              const line = (n: number) => `\u001B[31mline ${n}\u001B[0m <b>${"words ".repeat(n % 30)}</b>`
              const lines = Array.from({ length: count }, (_, index) => line(from + index))
              app.store.receive({ type: "output", lines })
            },
            [from, count] as const
          )
        await page.getByText("Hello 2").waitFor()
        await write(0, 2500)
        await page.getByRole("button", { name: "Output" }).click()
        const log = page.getByRole("log", { name: "Output of the bot" })
        await log.getByText("line 2499").waitFor()
        assert.strictEqual(await log.locator("b").count(), 0)
        assert.isBelow(await log.locator(".line").count(), 100)
        assert.strictEqual(await log.locator(".red").last().innerText(), "line 2499")
        await write(2500, 5)
        await log.getByText("line 2504").waitFor()
        // Who reads what is older is left there.
        const beginning = log.getByText("line 505", { exact: true })
        while ((await beginning.count()) === 0) await log.evaluate((element) => (element.scrollTop = 0))
        await write(2505, 5)
        await log.getByText("line 510", { exact: true }).waitFor()
        assert.strictEqual(await log.getByText("line 2509").count(), 0)
      })
  )

  it.effect("messages are pinned by their menu, and pins and threads are listed", () =>
    using(async (page) => {
      await page.getByText("Hello 1").click({ button: "right" })
      await page.getByRole("menuitem", { name: "Pin message" }).click()
      await page.getByRole("button", { name: "Pinned messages" }).click()
      const pins = page.getByRole("dialog", { name: "Pinned messages" })
      const card = pins.locator(".card", { hasText: "Hello 1" })
      await card.getByRole("button", { name: "Unpin" }).click()
      await card.waitFor({ state: "detached" })
      await page.keyboard.press("Escape")
      await pins.waitFor({ state: "detached" })
      await page.getByRole("button", { name: "Threads", exact: true }).click()
      const threads = page.getByRole("dialog", { name: "Threads" })
      await threads.getByRole("button", { name: "an old one" }).waitFor()
      await threads.getByRole("button", { name: "a thread" }).click()
      await page.getByRole("heading", { name: "a thread" }).waitFor()
    })
  )

  it.effect("the entry point is launched from the list of commands", () =>
    using(async (page) => {
      const box = page.getByRole("textbox", { name: /^Message/ })
      await box.fill("/pla")
      await page.getByRole("option", { name: "App Launcher" }).waitFor()
      await box.press("Enter")
      await page.getByText("The app has launched its Activity").waitFor()
    })
  )
})
