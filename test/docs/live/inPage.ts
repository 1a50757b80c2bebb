/** Plays steps in the panel of an example, as a reader does: by its buttons and fields. */
import type { Locator, Page } from "playwright-core"
import { type Seen, seen, type Sight, type Step, type User } from "./steps.ts"

interface Drawn extends Element {
  readonly message: { readonly raw: Parameters<typeof seen>[0] } | undefined
}

/** The panel. */
export class Panel {
  readonly page: Page
  readonly root: Locator

  constructor(page: Page) {
    this.page = page
    this.root = page.locator("fc-live")
  }

  /** The chat that is in front. */
  get pane(): Locator {
    return this.root.locator("fc-pane.active")
  }

  get #bar(): Locator {
    return this.root.getByRole("group", { name: "Users and time" })
  }

  get newest(): Locator {
    return this.pane.locator("fc-message").last()
  }

  ready(): Promise<void> {
    return this.#bar.waitFor()
  }

  as(user: User): Promise<void> {
    return this.#bar.getByRole("button", { name: user, exact: true }).click()
  }

  async #slash(name: string, values: Readonly<Record<string, string | number>>): Promise<void> {
    await this.root
      .getByRole("group", { name: "Commands" })
      .getByRole("button", { name: `/${name}`, exact: true })
      .click()
    const form = this.pane.getByRole("form", { name: `/${name}` })
    for (const [option, value] of Object.entries(values)) {
      const add = form.getByRole("button", { name: `Add the option ${option}` })
      if ((await add.count()) > 0) await add.click()
      const field = form.getByRole("combobox", { name: option, exact: true })
      await field.fill(String(value))
      // What is suggested comes late, or not at all.
      const suggestion = this.pane.getByRole("option", { name: new RegExp(String(value), "i") }).first()
      await suggestion.click({ timeout: 700 }).catch(() => undefined)
    }
    await form.getByRole("button", { name: "Send" }).click()
  }

  async #choose(menu: Locator, choice: string): Promise<void> {
    await menu.click()
    await this.pane
      .getByRole("option", { name: new RegExp(choice, "i") })
      .first()
      .click()
  }

  async #submit(
    texts: Readonly<Record<string, string | number>>,
    choices: Readonly<Record<string, string>>
  ): Promise<void> {
    const form = this.pane.getByRole("dialog")
    for (const [label, text] of Object.entries(texts)) {
      await form.getByRole("textbox", { name: label, exact: true }).fill(String(text))
    }
    for (const [label, choice] of Object.entries(choices)) {
      await this.#choose(
        form.getByRole("button", { name: new RegExp(`^${label.replace("?", String.raw`\?`)}`) }),
        choice
      )
    }
    await form.getByRole("button", { name: "Submit" }).click()
    await form.waitFor({ state: "detached" })
  }

  async #menu(of: Extract<Step, { readonly command: string }>): Promise<void> {
    if (of.menuOf === "message") await this.newest.click({ button: "right", position: { x: 60, y: 30 } })
    else await this.newest.getByRole("button", { name: of.menuOf, exact: true }).first().click()
    await this.pane.getByRole("menuitem", { name: of.command }).click()
  }

  async #say(text: string): Promise<void> {
    await this.pane.getByRole("textbox", { name: /^Message/ }).fill(text)
    await this.page.keyboard.press("Enter")
    await this.newest.getByText(text).waitFor()
  }

  async do(step: Step): Promise<void> {
    if ("later" in step) {
      const later = this.root.getByRole("button", { name: "Fifteen minutes later" })
      await later.click()
      await later.waitFor()
      return
    }
    await this.as(step.user)
    if ("slash" in step) await this.#slash(step.slash, step.values ?? {})
    else if ("click" in step) await this.newest.getByRole("button", { name: step.click, exact: true }).click()
    else if ("select" in step) {
      await this.#choose(this.newest.getByRole("button", { name: new RegExp(`^${step.select}`) }), step.choice)
    } else if ("say" in step) await this.#say(step.say)
    else if ("menuOf" in step) await this.#menu(step)
    else await this.#submit(step.submit, step.choices ?? {})
    await this.settle()
  }

  /** Waits until nothing waits for the bot any more. */
  async settle(): Promise<void> {
    await this.root.locator("[aria-busy=true], .waiting, .thinking").first().waitFor({ state: "detached" })
  }

  async #drawn(user: number): Promise<ReadonlyArray<Seen>> {
    const raws = await this.root
      .locator("fc-pane")
      .nth(user)
      .locator("fc-message")
      .evaluateAll((all) => (all as unknown as ReadonlyArray<Drawn>).map(({ message }) => message?.raw))
    return raws.flatMap((raw) => (raw === undefined ? [] : [seen(raw)]))
  }

  /** What both users see. */
  async sight(): Promise<Sight> {
    return { alice: await this.#drawn(0), bob: await this.#drawn(1) }
  }
}
