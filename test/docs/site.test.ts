/**
 * The site as readers and assistants get it: built, served as a static host does, and opened in a real browser. With
 * `SCREENSHOTS=docs/images` it takes the pictures of it.
 */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { examplesOf } from "../../scripts/live.ts"
import * as Axe from "../playground/support/axe.ts"
import * as Browser from "../playground/support/browser.ts"
import { runExample } from "./live/inSite.ts"
import { brokenLinks } from "./support/html.ts"
import { layer as siteLayer, pathsOf, Site } from "./support/site.ts"

const pictures = process.env["SCREENSHOTS"]
const phone = { width: 360, height: 740 }

/**
 * What makes pages wider than the window. They are laid out one after the other in this one, which has their styles. A page is
 * measured when the letters and pictures that it brings are there.
 */
const overflow = async (page: Page, paths: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const hasStyles = () => getComputedStyle(document.documentElement).getPropertyValue("--vp-layout-max-width") !== ""
  await page.waitForFunction(hasStyles)
  return page.evaluate(async (paths) => {
    const wide: Array<string> = []
    for (const path of paths) {
      const html = await (await fetch(path)).text()
      document.body.innerHTML = new DOMParser().parseFromString(html, "text/html").body.innerHTML
      for (const image of document.images) image.loading = "eager"
      await Promise.all([...document.images].map((image) => image.decode()))
      // Laid out, the page asks for the letters that it needs.
      void document.documentElement.scrollWidth
      await document.fonts.ready
      const { clientWidth, scrollWidth } = document.documentElement
      if (scrollWidth <= clientWidth) continue
      const elements = [...document.querySelectorAll(".VPContent *")].filter((element) => {
        const { right, width } = element.getBoundingClientRect()
        return width > 0 && right > clientWidth && element.closest("pre, table") === null
      })
      const names = elements.slice(0, 3).map(({ className, tagName }) => `${tagName}.${className}`)
      wide.push(`${path}: ${scrollWidth} px, ${names.join(", ")}`)
    }
    return wide
  }, paths)
}

/** One page of each kind. */
const kinds = (folder: string): ReadonlyArray<string> => {
  const paths = pathsOf(folder)
  const one = (section: string): ReadonlyArray<string> =>
    paths.filter((path) => path.startsWith(section) && path !== section).slice(0, 1)
  return ["/", "/guide/commands", "/guide/limits", "/why/architecture", ...one("/cookbook/"), ...one("/reference/")]
}

/** Types these words, by keyboard alone, and returns what is found instead of the expected page among the first three. */
const search = async (page: Page, words: string, expected: string): Promise<ReadonlyArray<string>> => {
  await page.keyboard.press("Control+k")
  const box = page.locator("#localsearch-input")
  await box.waitFor()
  await page.keyboard.press("Control+a")
  await page.keyboard.type(words)
  const first = (rest: string) => page.locator(`#localsearch-list li:nth-child(-n + 3) a${rest}`)
  const found = await first(`:is([href='${expected}'], [href^='${expected}#'])`)
    .first()
    .waitFor({ timeout: 30_000 })
    .then(
      () => [],
      () => first("").evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""))
    )
  await page.keyboard.press("Escape")
  await box.waitFor({ state: "detached" })
  return found.length === 0 ? [] : [words, ...found]
}

/** Searches, and a page that is among the first three found for each. */
const searches: ReadonlyArray<readonly [words: string, page: string]> = [
  ["Reply.update", "/guide/replies"],
  ["onError", "/guide/errors"],
  ["ShardManager.layer", "/operating/shards"],
  ["Durable.ask", "/guide/durable"],
  ["autocompletion", "/guide/commands"],
  ["linked roles", "/guide/linked-roles"],
  ["dropConnection", "/guide/testing"],
  // As somebody asks who does not know what it is called.
  ["modal", "/guide/forms"],
  ["slow command thinking", "/cookbook/slow-command"],
  ["keep state after restart", "/cookbook/"],
  ["register commands guild", "/guide/commands"],
  ["direct message a user", "/guide/messages"],
  ["kick a member", "/cookbook/timeout-member"],
  ["cron schedule", "/guide/lifetimes"],
  ["token", "/start/first-bot"],
  ["typescript config", "/start/first-bot"]
]

layer(Layer.merge(siteLayer, Browser.layer), { excludeTestServices: true, timeout: "10 minutes" })("the site", (it) => {
  it.effect("every link within it, and every anchor, leads to something", () =>
    Effect.gen(function* () {
      const { folder } = yield* Site
      assert.isAbove(pathsOf(folder).length, 40)
      assert.deepStrictEqual(brokenLinks(folder), [])
    })
  )

  it.effect("llms.txt lists each page once with its Markdown and a sentence", () =>
    Effect.gen(function* () {
      const { folder } = yield* Site
      const text = readFileSync(join(folder, "llms.txt"), "utf8")
      const lines = text.split("\n")
      assert.match(text, /^# fibercord\n\n> [^\n]+\.\n\n[^\n]+\n\n## /)
      const entries = lines.filter((line) => line.startsWith("- "))
      const links = entries.map((line) => /^- \[[^\]]+\]\(\/(\S+\.md)\)(: .+[.!?])?$/.exec(line)?.[1] ?? line)
      const pages = pathsOf(folder).filter((path) => path !== "/")
      const expected = pages.map((path) => `${path.slice(1)}${path.endsWith("/") ? "index" : ""}.md`)
      assert.deepStrictEqual([...links].sort(), [...expected].sort())
      assert.deepStrictEqual(
        links.filter((link) => !existsSync(join(folder, link))),
        []
      )
      assert.include(entries.join("\n"), "- [Commands](/guide/commands.md): A command is a value")
      const full = readFileSync(join(folder, "llms-full.txt"), "utf8")
      assert.include(full, readFileSync(join(folder, "guide/commands.md"), "utf8"))
      assert.include(readFileSync(join(folder, "why/architecture.md"), "utf8"), "# Architecture")
      assert.notMatch(full, /\]\((\.\.\/)+(README|examples|bench)/)
    })
  )

  it.effect(
    "the search finds words and names of the code by keyboard alone, and opens what it found",
    () =>
      Effect.gen(function* () {
        const { url } = yield* Site
        const { page, problems } = yield* Browser.open(`${url}/guide/bot`)
        yield* Effect.promise(async () => {
          const misses: Array<ReadonlyArray<string>> = []
          for (const [words, expected] of searches) misses.push(await search(page, words, expected))
          assert.deepStrictEqual(misses.flat(), [])
          await page.keyboard.press("Control+k")
          await page.keyboard.type("linked roles")
          await page.locator("#localsearch-list a[href^='/guide/linked-roles']").first().waitFor()
          await page.keyboard.press("Enter")
          await page.getByRole("heading", { level: 1, name: /Linked roles/ }).waitFor()
        })
        assert.deepStrictEqual(problems, [])
      }).pipe(Effect.scoped),
    480_000
  )

  it.effect("the appearance follows the reader's system, and can be chosen", () =>
    Effect.gen(function* () {
      const { url } = yield* Site
      const { page, problems } = yield* Browser.open(url, { theme: "dark" })
      const look = () =>
        page.evaluate(() => [
          document.documentElement.classList.contains("dark"),
          getComputedStyle(document.body).backgroundColor
        ])
      yield* Effect.promise(async () => {
        assert.deepStrictEqual(await look(), [true, "rgb(20, 22, 27)"])
        await page
          .getByRole("switch", { name: /light theme/i })
          .first()
          .click()
        await page.locator("html:not(.dark)").waitFor()
        await page.reload()
        assert.deepStrictEqual(await look(), [false, "rgb(255, 255, 255)"])
      })
      assert.deepStrictEqual(problems, [])
    }).pipe(Effect.scoped)
  )

  it.effect(
    "no page is wider than a phone",
    () =>
      Effect.gen(function* () {
        const { folder, url } = yield* Site
        const { page, problems } = yield* Browser.open(url, { viewport: phone, scripts: false })
        const wide = yield* Effect.promise(() => overflow(page, pathsOf(folder)))
        assert.deepStrictEqual(wide, [])
        assert.deepStrictEqual(problems, [])
      }).pipe(Effect.scoped),
    600_000
  )

  it.effect("on a phone the search and the menus open, and lead to pages", () =>
    Effect.gen(function* () {
      const { url } = yield* Site
      const { page, problems } = yield* Browser.open(`${url}/guide/commands`, { viewport: phone })
      yield* Effect.promise(async () => {
        await page.getByRole("button", { name: "Search", exact: true }).click()
        await page.locator("#localsearch-input").fill("replies")
        await page.locator("#localsearch-list a[href^='/guide/replies']").first().waitFor()
        await page.keyboard.press("Escape")
        await page.getByRole("button", { name: "Menu", exact: true }).click()
        await page
          .getByRole("navigation", { name: "Sidebar Navigation" })
          .getByRole("link", { name: "Replies" })
          .click()
        await page.getByRole("heading", { level: 1, name: "Replies" }).waitFor()
        await page.getByRole("button", { name: "mobile navigation" }).click()
        await page.locator(".VPNavScreen").getByRole("link", { name: "Operating" }).click()
        await page.waitForURL(/\/operating\//)
        assert.isAtMost(await page.evaluate(() => document.documentElement.scrollWidth), phone.width)
      })
      assert.deepStrictEqual(problems, [])
    }).pipe(Effect.scoped)
  )

  it.effect("each live example has a place in its page, and its module", () =>
    Effect.gen(function* () {
      const { folder } = yield* Site
      for (const { document, id } of examplesOf()) {
        const page = document.replace(/^docs\//, "").replace(/\.md$/, ".html")
        assert.include(readFileSync(join(folder, page), "utf8"), `<fc-run example="${id}">`)
        assert.isTrue(existsSync(join(folder, "live", `${id}.js`)), id)
      }
    })
  )

  for (const look of [{}, { theme: "dark", viewport: phone }] as const) {
    it.effect(`a live example answers a click${"theme" in look ? ", also in dark on a phone" : ""}`, () =>
      Effect.gen(function* () {
        const { url } = yield* Site
        const { page, problems } = yield* Browser.open(url, { ...look, path: "/guide/forms" })
        yield* Effect.promise(() => runExample(page))
        assert.deepStrictEqual(problems, [])
      }).pipe(Effect.scoped)
    )
  }

  it.effect("code can be copied", () =>
    Effect.gen(function* () {
      const { url } = yield* Site
      const { page, problems } = yield* Browser.open(url)
      yield* Effect.promise(async () => {
        await page.context().grantPermissions(["clipboard-read", "clipboard-write"])
        const blocks = page.locator(".vp-doc [class*='language-']")
        assert.strictEqual(await blocks.getByRole("button", { name: "Copy Code" }).count(), await blocks.count())
        await blocks.first().getByRole("button").focus()
        await page.keyboard.press("Enter")
        await blocks.first().locator("button.copied").waitFor()
        const copied = await page.evaluate(() => navigator.clipboard.readText())
        assert.match(copied, /^\/\/ counter\.ts\nimport [^]*Command\.slash\(/)
      })
      assert.deepStrictEqual(problems, [])
    }).pipe(Effect.scoped)
  )

  it.effect("the focus of the keyboard is seen on whatever it is", () =>
    Effect.gen(function* () {
      const { url } = yield* Site
      const { page } = yield* Browser.open(`${url}/guide/commands`)
      const unseen = yield* Effect.promise(async () => {
        const unseen: Array<string> = []
        for (let presses = 0; presses < 45; presses++) {
          await page.keyboard.press("Tab")
          const name = await page.evaluate(() => {
            const element = document.activeElement ?? document.body
            const { outlineStyle, outlineWidth, opacity } = getComputedStyle(element)
            const seen = outlineStyle !== "none" && outlineWidth !== "0px" && opacity !== "0"
            return seen ? undefined : `${element.tagName}.${element.className}`
          })
          if (name !== undefined) unseen.push(name)
        }
        return [...new Set(unseen)]
      })
      assert.deepStrictEqual(unseen, [])
    }).pipe(Effect.scoped)
  )

  for (const theme of ["light", "dark"] as const) {
    it.effect(
      `axe finds nothing serious on any kind of page in ${theme}, and nothing leaves the site`,
      () =>
        Effect.gen(function* () {
          const { folder, url } = yield* Site
          const { page, problems } = yield* Browser.open(url, { theme })
          const found = yield* Effect.promise(async () => {
            const found: Array<string> = []
            const look = async (what: string) =>
              found.push(...(await Axe.findings(page)).map((finding) => `${what}: ${finding}`))
            for (const path of kinds(folder)) {
              await page.goto(url + path, { waitUntil: "networkidle" })
              await look(path)
            }
            await page.keyboard.press("Control+k")
            await page.locator("#localsearch-input").fill("shard")
            await page.locator("#localsearch-list a").first().waitFor()
            await look("the search")
            return found
          })
          assert.deepStrictEqual(found, [])
          assert.deepStrictEqual(problems, [])
        }).pipe(Effect.scoped),
      600_000
    )
  }

  if (pictures === undefined) return
  const shots = [
    { name: "site", path: "/", theme: "dark" },
    { name: "site-guide", path: "/guide/components", theme: "light" },
    { name: "site-phone", path: "/start/first-bot", theme: "dark", viewport: { width: 390, height: 844 } }
  ] as const
  for (const { name, path, ...look } of shots) {
    it.effect(`a picture of ${path}`, () =>
      Effect.gen(function* () {
        const { url } = yield* Site
        const { page } = yield* Browser.open(url + path, look)
        yield* Effect.promise(async () => {
          await page.waitForLoadState("networkidle")
          await page.screenshot({ path: `${pictures}/${name}.png` })
        })
      }).pipe(Effect.scoped)
    )
  }
})
