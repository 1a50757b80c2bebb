/**
 * How the playground looks: what `axe` says to each part of it, in light and dark, on a desk and on a phone. With
 * `SCREENSHOTS=docs/images` it takes the pictures of the documents.
 */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Playground } from "fibercord/playground"
import type { Page } from "playwright-core"
import * as Axe from "./support/axe.ts"
import * as Browser from "./support/browser.ts"
import { addPane, cause, layer as deskLayer, Pane } from "./support/desk.ts"

const folder = process.env["SCREENSHOTS"]
const phone = { width: 390, height: 844 }
// The other theme of each is looked at for its colours alone.
const looks = [
  { name: "desk", theme: "light" },
  { name: "phone", theme: "dark", viewport: phone }
] as const

const tabs = ["Shards", "Runtimes", "Dialogues", "Interactions", "Spans", "REST", "Logs"]
const phoneTabs = ["Shards", "Interactions"]

/** A page, what is found on it, and where pictures go. */
class Look {
  readonly found: Array<string> = []
  readonly page: Page
  readonly name: string
  readonly theme: "light" | "dark"

  constructor(page: Page, name: string, theme: "light" | "dark") {
    this.page = page
    this.name = name
    this.theme = theme
  }

  #note(what: string, findings: ReadonlyArray<string>): void {
    this.found.push(...findings.map((each) => `${this.name}, ${what}: ${each}`))
  }

  /** Takes a picture for the documents. */
  async picture(
    name: string,
    { height = 800, theme = this.theme }: { height?: number; theme?: "light" | "dark" } = {}
  ) {
    if (folder === undefined) return
    const { page } = this
    const size = page.viewportSize() ?? phone
    await page.setViewportSize({ ...size, height })
    await page.emulateMedia({ colorScheme: theme })
    await page.mouse.move(2, 2)
    await page.screenshot({ path: `${folder}/${name}.png` })
    await page.emulateMedia({ colorScheme: this.theme })
    await page.setViewportSize(size)
  }

  /** Looks at what is there now. */
  async at(what: string): Promise<void> {
    const { page, theme } = this
    const other = theme === "light" ? "dark" : "light"
    this.#note(what, await Axe.findings(page))
    await page.emulateMedia({ colorScheme: other })
    this.#note(`${what}, in ${other}`, await Axe.findings(page, ["color-contrast"]))
    await page.emulateMedia({ colorScheme: theme })
  }

  panel(name: string): Promise<void> {
    return this.page.getByRole("group", { name: "Panels" }).getByRole("button", { name, exact: true }).click()
  }
}

/** Messages, menus and what is written. */
const chat = async (look: Look): Promise<void> => {
  const { name, page } = look
  const alice = new Pane(page)
  await alice.run("news", "React to this")
  await alice.run("menus", "Select")
  await alice.newest.getByRole("button", { name: "Colours" }).click()
  await look.at("an embed, a poll, and a select that is open")
  await page.keyboard.press("Escape")
  await alice.run("buttons", "Click one")
  await alice.button("Success").click()
  await alice.newest.getByText("Success: alice 1").waitFor()
  await alice.composer.fill("Are the **roses** in? Twelve of them, please.")
  await page.keyboard.press("Enter")
  await alice.newest.getByText("Twelve of them, please").waitFor()
  await alice.run("layout", "Below the container")
  await look.at("components")
  if (name === "phone") await look.picture("phone", { height: 844, theme: "light" })
  else {
    await look.picture("chat", { height: 1000 })
    await look.picture("chat-dark", { height: 1000, theme: "dark" })
  }
  await alice.composer.fill("/")
  await look.at("the commands")
  await alice.begin("config set")
  await alice.option("city", "on")
  await alice.root.getByRole("option", { name: "London" }).waitFor()
  await look.at("a command's options")
  await page.keyboard.press("Escape")
  await alice.root.getByRole("button", { name: "Cancel the command" }).click()
  await alice.begin("form")
  await alice.option("which", "write", "write")
  await page.keyboard.press("Enter")
  const form = alice.root.getByRole("dialog")
  await form.getByRole("button", { name: "Submit" }).click()
  await form.getByRole("textbox", { name: "Name" }).fill("Ada")
  await look.at("a form")
  if (name === "desk") await look.picture("modal", { height: 860 })
  await page.keyboard.press("Escape")
}

/** The panels beside the chat. */
const panels = async (look: Look): Promise<void> => {
  const { name, page } = look
  await look.panel("Faults")
  if (name === "desk") await cause(page, "Slow REST", { "Requests (all if empty)": "POST /channels/:channel/pins" })
  await look.at("faults")
  if (name === "desk") await look.picture("faults")
  await look.panel("Share")
  await page.getByRole("button", { name: "Make the test" }).click()
  await page.getByLabel("Source of the test").waitFor()
  await look.at("a test")
  await look.panel("Output")
  await look.at("output")
  await look.panel("Inspector")
  for (const tab of name === "phone" ? phoneTabs : tabs) {
    await page.getByRole("tab", { name: tab }).click()
    await look.at(`the tab ${tab}`)
  }
  await page.getByRole("tab", { name: "Interactions" }).click()
  await page.locator("fc-rows").getByRole("option", { name: "layout" }).first().click()
  await look.at("an interaction")
  if (name === "desk") await look.picture("inspector", { theme: "dark" })
  await look.panel("Inspector")
}

const twoUsers = async (look: Look): Promise<void> => {
  const alice = new Pane(look.page)
  const bob = await addPane(look.page, "bob")
  await alice.run("secret", "swordfish")
  await bob.run("buttons", "Click one")
  await bob.button("Primary").click()
  await alice.root.getByText("Primary: bob 1").waitFor()
  await look.at("two users")
  await look.picture("two-users")
}

const drawer = async (look: Look): Promise<void> => {
  await look.page.getByRole("banner").getByRole("button", { name: "Channels" }).click()
  await look.at("the channels")
}

const tour = async (look: Look): Promise<void> => {
  await chat(look)
  await panels(look)
  await (look.name === "phone" ? drawer : twoUsers)(look)
}

layer(Layer.merge(deskLayer, Browser.layer), { excludeTestServices: true, timeout: "60 seconds" })(
  "axe finds nothing serious",
  (it) => {
    for (const { name, theme, ...rest } of looks) {
      it.effect(
        `on a ${name}`,
        () =>
          Effect.gen(function* () {
            const { url } = yield* Playground.Playground
            const { page, problems } = yield* Browser.open(url, { theme, ...rest })
            const look = new Look(page, name, theme)
            yield* Effect.promise(() =>
              tour(look).catch(async (error: unknown) => {
                const path = process.env["SHOW"]
                if (path !== undefined) await page.screenshot({ path })
                throw error
              })
            )
            assert.deepStrictEqual(look.found, [])
            assert.deepStrictEqual(problems, [])
          }).pipe(Effect.scoped),
        480_000
      )
    }
  }
)
