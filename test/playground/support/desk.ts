/** The bot of `bots/showcase.ts` on a desk, in a folder of its own whose files can be changed. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Dev } from "fibercord/playground"
import { FakeDiscord } from "fibercord/testing"
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Locator, Page } from "playwright-core"
import { buildPage, output } from "../../../scripts/page.ts"

const root = fileURLToPath(new URL("../../../", import.meta.url))

// The sources of fibercord, its inspector included, so that no build is needed.
const nodeArgs = [
  'data:text/javascript,process.env.FIBERCORD_INSPECTOR_PORT="0"',
  join(root, "test/support/fromSource.ts"),
  join(root, "src/inspector/preload.ts")
].flatMap((each) => ["--import", each])

const folder = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = mkdtempSync(join(tmpdir(), "showcase-"))
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
    for (const name of ["showcase.ts", "words.ts", "picture.ts"]) {
      copyFileSync(join(root, "test/playground/bots", name), join(folder, name))
    }
    return folder
  }),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** The folder of the bot. */
let place = ""

/** Changes what the bot says as a greeting. */
export const changeGreeting = (text: string): void =>
  writeFileSync(join(place, "words.ts"), `export const greeting = ${JSON.stringify(text)}\n`)

const desk = Layer.unwrap(
  Effect.gen(function* () {
    yield* Effect.promise(buildPage)
    place = yield* folder
    return Dev.layer({ file: join(place, "showcase.ts"), port: 0, page: output, inspector: false, nodeArgs })
  })
)

/** There is a role, and the bot has registered its commands. */
const ready = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  yield* discord.guild.role("Gardeners")
  yield* Effect.repeat(discord.commands(), { until: (all) => all.length > 0 })
})

export const layer = Layer.effectDiscard(ready).pipe(Layer.provideMerge(desk))

/** What is tried on a page: the pane of one user. */
export class Pane {
  readonly page: Page
  readonly root: Locator

  constructor(page: Page, user = "alice") {
    this.page = page
    this.root = page.getByRole("region", { name: `Pane of ${user}` })
  }

  get composer(): Locator {
    return this.root.getByRole("textbox", { name: /^Message/ })
  }

  get newest(): Locator {
    return this.root.locator("fc-message").last()
  }

  button(name: string): Locator {
    return this.newest.getByRole("button", { name, exact: true })
  }

  text(text: string | RegExp): Locator {
    return this.root.getByText(text)
  }

  /** Chooses a command by typing its name; without required options, it is sent by another Enter. */
  async begin(name: string): Promise<void> {
    await this.composer.fill(`/${name}`)
    await this.root.getByRole("option").first().waitFor()
    await this.page.keyboard.press("Enter")
    await this.root.getByRole("form", { name: `/${name}` }).waitFor()
  }

  /** Runs a command without options, and waits until its message is the newest one. */
  async run(name: string, message?: string): Promise<void> {
    await this.begin(name)
    await this.page.keyboard.press("Enter")
    if (message !== undefined) await this.newest.filter({ hasText: message }).waitFor()
  }

  /** Enters an option: what is typed, and then the suggestion with this text. */
  async option(name: string, typed: string, suggestion?: string): Promise<void> {
    const field = this.root.locator(`#field-${name}`)
    if ((await field.count()) === 0) await this.root.getByRole("button", { name: `Add the option ${name}` }).click()
    await field.fill(typed)
    if (suggestion !== undefined) await this.root.getByRole("option", { name: suggestion }).first().click()
  }

  /** Opens a select, and chooses those with these names. */
  async select(within: Locator, label: string, names: ReadonlyArray<string>): Promise<void> {
    await within.getByRole("button", { name: new RegExp(`^${label}(:|$)`) }).click()
    for (const name of names) await within.getByRole("option", { name }).first().click()
    if ((await within.getByRole("listbox").count()) > 0) await this.page.keyboard.press("Escape")
  }
}

/** Opens the pane of another user. */
export const addPane = async (page: Page, user: string): Promise<Pane> => {
  await page.getByRole("button", { name: "Add a user" }).click()
  await page.getByRole("dialog").getByRole("textbox").fill(user)
  await page.keyboard.press("Enter")
  const pane = new Pane(page, user)
  await pane.composer.waitFor()
  return pane
}

/** The panel with the faults, which is opened if it is not. */
const faultPanel = async (page: Page): Promise<Locator> => {
  const faults = page.getByRole("complementary", { name: "Faults" })
  if ((await faults.count()) === 0) await page.getByRole("button", { name: "Faults", exact: true }).click()
  return faults
}

/** Moves the clocks by a button of the panel with the faults. */
export const later = async (page: Page, step: string): Promise<void> =>
  (await faultPanel(page)).getByRole("button", { name: step }).click()

/** Causes a fault, with what is entered into its form. */
export const cause = async (page: Page, name: string, fields: Readonly<Record<string, string>> = {}): Promise<void> => {
  const faults = await faultPanel(page)
  await faults.getByText(name, { exact: true }).click()
  const form = faults.getByRole("form", { name })
  for (const [label, text] of Object.entries(fields)) await form.getByLabel(label).fill(text)
  await form.getByRole("button", { name: "Cause it" }).click()
  await faults.getByText(`Caused: ${name}`).waitFor()
}

/** What has the focus: its label or its text. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let active = document.activeElement
    while (active?.shadowRoot?.activeElement != null) active = active.shadowRoot.activeElement
    return active?.getAttribute("aria-label") ?? active?.textContent?.trim() ?? ""
  })

/** Goes back by Shift+Tab until something with this label has the focus. */
export const backTo = async (page: Page, label: string): Promise<void> => {
  for (let left = 40; left > 0 && (await focused(page)) !== label; left--) await page.keyboard.press("Shift+Tab")
}

/** Fails if something is wider than the page, or reaches over its edge without a scroller of its own. */
export const fits = async (page: Page): Promise<void> => {
  const wide = await page.evaluate(() => {
    const found: Array<string> = []
    const width = document.documentElement.clientWidth
    const visit = (root: Document | ShadowRoot): void => {
      for (const element of root.querySelectorAll<HTMLElement>("*")) {
        if (element.shadowRoot !== null) visit(element.shadowRoot)
        const { overflowX, visibility } = getComputedStyle(element)
        const clips = overflowX !== "visible" || visibility === "hidden" || element.clientWidth <= 1
        if (!clips && element.scrollWidth > element.clientWidth + 1 && element.scrollWidth > width) {
          found.push(`${element.tagName} ${element.className} ${element.scrollWidth} > ${element.clientWidth}`)
        }
      }
    }
    visit(document)
    if (document.documentElement.scrollWidth > width) found.push(`the page ${document.documentElement.scrollWidth}`)
    return found
  })
  if (wide.length > 0) throw new Error(`Wider than the page: ${wide.join("; ")}`)
}
