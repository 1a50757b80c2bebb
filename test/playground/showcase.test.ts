/** Everything that bots and users of Discord can do, played in a real browser with a bot on the desk. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Schedule } from "effect"
import { Playground } from "fibercord/playground"
import { Program } from "fibercord/testing"
import type { Page } from "playwright-core"
import * as Browser from "./support/browser.ts"
import {
  addPane,
  backTo,
  cause,
  changeGreeting,
  fits,
  focused,
  later,
  layer as deskLayer,
  Pane
} from "./support/desk.ts"

/** What happens on a page of its own; afterwards nothing has gone wrong on it. */
const onPage = (act: (page: Page, restarted: () => () => Promise<unknown>) => Promise<void>, look?: Browser.Look) =>
  Effect.gen(function* () {
    const { url } = yield* Playground.Playground
    const program = yield* Program.Program
    // When the bot runs again after what is done from now on.
    const restarted = () => {
      const { starts } = Effect.runSync(program.state)
      const again = Effect.repeat(program.state, {
        until: (state) => state._tag === "Running" && state.starts > starts,
        schedule: Schedule.spaced("20 millis")
      })
      return () => Effect.runPromise(again)
    }
    const { page, problems } = yield* Browser.open(url, look)
    yield* Effect.promise(() =>
      act(page, restarted).catch(async (error: unknown) => {
        const path = process.env["SHOW"]
        if (path !== undefined) await page.screenshot({ path })
        throw error
      })
    )
    assert.deepStrictEqual(problems, [])
  }).pipe(Effect.scoped)

layer(Layer.merge(deskLayer, Browser.layer), { excludeTestServices: true, timeout: "60 seconds" })(
  "a bot in a browser",
  (it) => {
    it.effect(
      "has buttons of every style",
      () =>
        onPage(async (page) => {
          const alice = new Pane(page)
          await alice.run("buttons", "Click one")
          for (const [index, style] of ["Primary", "Secondary", "Success", "Danger"].entries()) {
            await alice.button(style).click()
            await alice.newest.getByText(`${style}: alice ${index + 1}`).waitFor()
          }
          const link = alice.newest.getByRole("link", { name: "Link" })
          assert.strictEqual(await link.getAttribute("href"), "https://effect.website/docs")
          assert.strictEqual(await link.getAttribute("rel"), "noopener noreferrer")
          assert.isTrue(await alice.button("Disabled").isDisabled())
          assert.strictEqual(await alice.button("Buy").count(), 1)
          await alice.button("Nobody responds").click()
          await later(page, "Ten seconds later")
          await alice.newest.getByText("This interaction failed").waitFor()
        }),
      240_000
    )

    it.effect(
      "has selects of every kind",
      () =>
        onPage(async (page) => {
          const alice = new Pane(page)
          await alice.run("menus", "Select")
          const menu = alice.newest
          await menu.getByRole("button", { name: "Colours" }).click()
          await menu.getByRole("combobox").fill("sea")
          assert.strictEqual(await menu.getByRole("option").count(), 1)
          await menu.getByRole("option", { name: "Blue As the sea" }).waitFor()
          await page.keyboard.press("Enter")
          await page.keyboard.press("Escape")
          await menu.getByText("Select", { exact: true }).waitFor() // One is too few.
          await alice.select(menu, "Colours", ["Blue", "Red"])
          await menu.getByText(/strings: (red, blue|blue, red)/).waitFor()
          assert.include(await menu.getByRole("button", { name: "Colours" }).innerText(), "Blue")
          await alice.select(menu, "Users", ["alice", "bob"])
          await menu.getByText(/users: (alice, bob|bob, alice)/).waitFor()
          await alice.select(menu, "Roles", ["Gardeners"])
          await menu.getByText("roles: Gardeners").waitFor()
          await alice.select(menu, "Users and roles", ["bob", "Gardeners"])
          await menu.getByText(/mentionables: (bob, Gardeners|Gardeners, bob)/).waitFor()
          await alice.select(menu, "Channels", ["general"])
          await menu.getByText("channels: general").waitFor()
        }),
      240_000
    )

    it.effect(
      "has layouts, embeds, files, polls and reactions",
      () =>
        onPage(async (page) => {
          const alice = new Pane(page)
          await alice.run("layout", "Below the container")
          const layout = alice.newest
          await layout
            .getByRole("heading", { name: "Roses" })
            .or(layout.locator(".heading", { hasText: "Roses" }))
            .waitFor()
          assert.strictEqual(await layout.locator(".container .section").count(), 2)
          assert.strictEqual(await layout.locator(".container .separator").count(), 2)
          for (const picture of await layout.locator(".thumbnail img, .gallery-item img").all()) {
            await picture.evaluate((image: HTMLImageElement) => image.decode())
          }
          await layout.getByText("SPOILER").click()
          assert.strictEqual(await layout.getByText("SPOILER").count(), 0)
          assert.strictEqual(
            await layout.getByRole("link", { name: "notes.txt" }).getAttribute("download"),
            "notes.txt"
          )
          await layout.getByRole("button", { name: "Details" }).click()
          await alice.newest.filter({ hasText: "Here." }).waitFor()
          await alice.run("news", "React to this")
          const reaction = alice.newest.getByRole("button", { name: /^🎉/ })
          await reaction.click()
          await alice.newest.getByRole("button", { name: "🎉, 2 reactions", pressed: true }).click()
          await alice.newest.getByRole("button", { name: "🎉, 1 reaction", pressed: false }).waitFor()
          const poll = alice.root.getByRole("group", { name: "Poll: Tea or coffee?" })
          await poll.getByLabel("Tea").check()
          await poll.getByRole("button", { name: "Vote", exact: true }).click()
          await poll.getByText("✓ 1 vote · 100%").waitFor()
          await poll.getByRole("button", { name: "Remove vote" }).click()
          await poll.getByRole("button", { name: "Vote", exact: true }).waitFor()
          const embed = alice.root.locator(".embed").last()
          for (const text of ["The gardeners", "The garden opens", "Saturday", "Behind the mill", "Bring gloves"]) {
            assert.include(await embed.innerText(), text)
          }
          await alice.root.getByRole("link", { name: "list.csv" }).waitFor()
          assert.strictEqual(await page.locator(".unknown").count(), 0)
        }),
      240_000
    )

    it.effect(
      "has forms with every field, which are checked before they are sent",
      () =>
        onPage(async (page) => {
          const alice = new Pane(page)
          const form = alice.root.getByRole("dialog")
          const show = async (which: string) => {
            await alice.begin("form")
            await alice.option("which", which, which)
            await page.keyboard.press("Enter")
            await form.waitFor()
          }
          const submit = () => form.getByRole("button", { name: "Submit" }).click()
          await show("write")
          await form.getByText("What you write stays").waitFor()
          await form.getByRole("textbox", { name: "Name" }).fill("A")
          await submit()
          assert.isAtLeast(await form.getByRole("alert").count(), 3, "the name is short, two lists are empty")
          await form.getByRole("textbox", { name: "Name" }).fill("Ada")
          await form.getByRole("textbox", { name: "Story" }).fill("Once upon")
          await form.getByRole("radio", { name: "Large" }).check()
          for (const extra of ["milk", "sugar", "honey"]) await form.getByRole("checkbox", { name: extra }).check()
          await submit()
          assert.strictEqual(await form.getByRole("alert").count(), 1, "three are too many")
          await form.getByRole("checkbox", { name: "honey" }).uncheck()
          await submit()
          await alice.text("name: Ada, story: Once upon, size: large, extras: milk and sugar").waitFor()
          await show("pick")
          await alice.select(form, "Drink", ["tea", "juice"])
          await alice.select(form, "Friend", ["bob"])
          await alice.select(form, "Role", ["Gardeners"])
          await alice.select(form, "Friend or role", ["alice"])
          await submit()
          await alice.text("drink: tea and juice, friend: bob, role: Gardeners, both: alice").waitFor()
          await show("send")
          await submit()
          assert.strictEqual(await form.getByRole("alert").count(), 1, "a file is missing")
          await form
            .getByLabel("Files")
            .setInputFiles({ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("a") })
          await form.getByRole("checkbox", { name: "I agree" }).check()
          await submit()
          await alice.text("files: a.txt, agree: true").waitFor()
        }),
      240_000
    )

    it.effect(
      "shows two users side by side what each of them sees",
      () =>
        onPage(async (page) => {
          const [alice, bob] = [new Pane(page), await addPane(page, "bob")]
          await alice.run("secret", "swordfish")
          await alice.newest.getByText("Only you can see this").waitFor()
          await bob.run("buttons", "Click one")
          assert.strictEqual(await bob.text("swordfish").count(), 0)
          assert.strictEqual(await alice.text("swordfish").count(), 1)
          await alice.button("Primary").click()
          await bob.newest.getByText("Primary: alice 1").waitFor()
          await bob.button("Danger").click()
          await alice.newest.getByText("Danger: alice 1, bob 1").waitFor()
          await alice.run("think", "is thinking")
          await bob.newest.getByText("fake-bot is thinking").waitFor()
          await bob.run("finish")
          await alice.text("Forty-two.").waitFor()
          await bob.text("Forty-two.").waitFor()
          await alice.text("swordfish").waitFor()
          await alice.root
            .locator("fc-message", { hasText: "swordfish" })
            .getByRole("button", { name: "Dismiss message" })
            .click()
          await alice.text("swordfish").waitFor({ state: "detached" })
          await alice.begin("never")
          await page.keyboard.press("Enter")
          await alice.text("Sending command").waitFor()
          await later(page, "Ten seconds later")
          await alice.text("The application did not respond").waitFor()
          assert.strictEqual(await bob.text("The application did not respond").count(), 0)
        }),
      240_000
    )

    it.effect(
      "has typed options, choices, completion, subcommands and context menus",
      () =>
        onPage(async (page) => {
          const alice = new Pane(page)
          await alice.composer.fill("/config")
          assert.deepStrictEqual(
            (await alice.root.getByRole("option").allInnerTexts()).map((text) => text.split("\n")[0]),
            ["/config roles add", "/config set"]
          )
          await alice.begin("config set")
          await alice.option("city", "on", "London")
          await alice.option("mode", "lou", "loud")
          await alice.option("level", "12")
          const form = alice.root.getByRole("form", { name: "/config set" })
          await form.getByRole("button", { name: "Send" }).click()
          await alice.text("Enter a number of at most 11").waitFor()
          await alice.option("level", "7")
          await alice.option("ratio", "0.5")
          await alice.option("on", "tr", "True")
          await alice.option("who", "bo", "@bob")
          await alice.option("place", "gen", "#general")
          await alice.option("role", "gard", "@Gardeners")
          await alice.option("anyone", "ali", "@alice")
          await form.getByRole("button", { name: "Add the option file" }).click()
          await alice.root
            .locator("#field-file")
            .setInputFiles({ name: "b.txt", mimeType: "text/plain", buffer: Buffer.from("b") })
          await form.getByRole("button", { name: "Send" }).click()
          await alice
            .text(
              "city: London, mode: loud, level: 7, ratio: 0.5, on: true, who: bob, place: general, role: Gardeners, anyone: alice, file: b.txt"
            )
            .waitFor()
          await alice.begin("config roles add")
          await alice.option("role", "", "@Gardeners")
          await form.or(alice.root.getByRole("form")).getByRole("button", { name: "Send" }).click()
          await alice.newest.getByText("role: Gardeners", { exact: true }).waitFor()
          await alice.composer.fill("Quote me")
          await page.keyboard.press("Enter")
          await alice.newest.getByText("Quote me").click({ button: "right" })
          await page.getByRole("menuitem", { name: "Quote" }).click()
          await alice.newest.locator("blockquote", { hasText: "Quote me" }).waitFor()
          await alice.newest.getByRole("button", { name: "fake-bot" }).click({ button: "right" })
          await page.getByRole("menuitem", { name: "Profile" }).click()
          await alice.newest.getByText("Profile of fake-bot").waitFor()
        }),
      240_000
    )

    it.effect(
      "works by keyboard alone: a command with options, a button, a select, a form",
      () =>
        onPage(async (page) => {
          const alice = new Pane(page)
          await alice.composer.waitFor()
          const type = (text: string) => page.keyboard.type(text)
          const press = (key: string) => page.keyboard.press(key)
          const choose = async (text: string, name: string) => {
            await type(text)
            await alice.root.getByRole("option", { name }).waitFor()
            await press("Enter")
          }
          await press("Alt+Digit1")
          await choose("/config set", "/config set")
          await choose("lis", "Lisbon")
          await choose("quiet", "quiet")
          await type("3")
          await press("Enter")
          await alice.text("city: Lisbon, mode: quiet, level: 3").waitFor()
          await choose("/buttons", "/buttons")
          await press("Enter")
          await alice.newest.getByText("Click one").waitFor()
          await backTo(page, "Secondary")
          await press("Enter")
          await alice.newest.getByText("Secondary: alice 1").waitFor()
          await press("Alt+Digit1")
          await choose("/menus", "/menus")
          await press("Enter")
          await alice.newest.getByText("Select", { exact: true }).waitFor()
          await backTo(page, "Roles")
          await press("Enter")
          await choose("gard", "Gardeners")
          await alice.newest.getByText("roles: Gardeners").waitFor()
          await press("Alt+Digit1")
          await choose("/form", "/form")
          await choose("write", "write")
          await press("Enter")
          const form = alice.root.getByRole("dialog")
          await form.waitFor()
          await type("Eve")
          await press("Tab")
          await press("Tab")
          await press("Space")
          await press("Tab")
          await press("Space")
          for (let left = 9; left > 0 && (await focused(page)) !== "Submit"; left--) await press("Tab")
          await press("Enter")
          await alice.newest.getByText(/name: Eve, story: , size: small, extras: milk/).waitFor()
        }),
      240_000
    )

    it.effect(
      "shows what faults do: a lost connection, slow REST, a restart, fifteen minutes",
      () =>
        onPage(async (page, restarted) => {
          const alice = new Pane(page)
          await alice.run("buttons", "Click one")
          await page.getByRole("button", { name: "Inspector", exact: true }).click()
          const inspector = page.locator("fc-inspector")
          await inspector.getByText("Shard 0 of 1").waitFor()
          const resumes = inspector.locator(".numbers span", { hasText: "RESUMEs" }).first()
          await resumes
            .getByText("0", { exact: true })
            .or(resumes.filter({ hasText: "RESUMEs 0" }))
            .waitFor()
          await cause(page, "Drop the connection")
          await page.getByRole("button", { name: "Inspector", exact: true }).click()
          await resumes.filter({ hasText: "RESUMEs 1" }).waitFor()
          await alice.button("Primary").click()
          await alice.newest.getByText("Primary: alice 1").waitFor()
          await cause(page, "Slow REST", { Milliseconds: "700" })
          await alice.button("Success").click()
          await alice.newest.locator("button[aria-busy=true]").waitFor()
          await alice.newest.getByText("Success: alice 2").waitFor()
          await later(page, "Fifteen minutes later")
          await alice.newest.locator("button:disabled", { hasText: "Primary" }).waitFor()
          const byButton = restarted()
          await page.getByRole("button", { name: "Restart", exact: true }).click()
          await byButton()
          await alice.run("greet", "Good morning")
          const byChange = restarted()
          changeGreeting("Good evening")
          await byChange()
          await alice.run("greet", "Good evening")
          await alice.text("Good morning").waitFor()
          await alice.text("Success: alice 2").waitFor()
        }),
      240_000
    )

    it.effect(
      "fits on a phone",
      () =>
        onPage(
          async (page) => {
            const alice = new Pane(page)
            for (const [name, text] of [
              ["buttons", "Click one"],
              ["menus", "Select"],
              ["layout", "Below"],
              ["news", "React"]
            ] as const) {
              await alice.run(name, text)
              await fits(page)
            }
            await page.getByRole("banner").getByRole("button", { name: "Channels" }).click()
            await page.getByRole("button", { name: "general" }).waitFor()
            await fits(page)
            await page.getByRole("button", { name: "Close the channels" }).click({ position: { x: 380, y: 300 } })
            await alice.begin("form")
            await alice.option("which", "write", "write")
            await page.keyboard.press("Enter")
            await alice.root.getByRole("dialog").waitFor()
            await fits(page)
            await page.keyboard.press("Escape")
            for (const panel of ["Inspector", "Faults", "Share", "Output"]) {
              await page.getByRole("button", { name: panel, exact: true }).click()
              await page.getByRole("complementary", { name: panel }).waitFor()
              await fits(page)
            }
          },
          { viewport: { width: 390, height: 844 } }
        ),
      240_000
    )
  }
)
