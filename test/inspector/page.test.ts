/** The inspector's page of its own, in a real Chromium. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { buildInspectorPage } from "../../scripts/inspectorPage.ts"
import * as Bot from "../../src/Bot.ts"
import { Inspector } from "../../src/inspector/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { findings } from "../playground/support/axe.ts"
import * as Browser from "../playground/support/browser.ts"

const markup = `<img src=x onerror="alert(1)"><script>alert(1)</script>`

const guess = Command.slash(
  "guess",
  { description: "…" },
  Effect.fn("guess")(function* () {
    yield* Effect.annotateLogs(Effect.logInfo(`Asked ${markup}`), { field: markup })
    yield* Effect.withSpan(Effect.void, `span ${markup}`, { attributes: { field: markup } })
    const choice = yield* Reply.ask({ content: markup, components: [[Button.choice("left")]] })
    yield* Reply.send({ content: choice })
  })
)

const bot = Bot.layer({ interactions: [guess] }).pipe(
  Layer.provideMerge(FakeDiscord.layer()),
  Layer.provideMerge(Inspector.layer()),
  Layer.merge(Browser.layer)
)

describe("the page of the inspector", () => {
  it.live(
    "shows what happens, leads from one thing to another by keyboard, and draws what users and bots write as text",
    () =>
      Effect.gen(function* () {
        yield* Effect.promise(buildInspectorPage)
        const discord = yield* FakeDiscord.FakeDiscord
        const { url } = yield* Inspector.Inspector
        const alice = yield* discord.user("alice")
        yield* alice.slash("guess")
        const { page, problems: found } = yield* Browser.open(url)
        const problems: Array<string> = []
        page.on("dialog", (dialog) => {
          problems.push("a script of a user ran")
          void dialog.dismiss()
        })
        yield* Effect.promise(async () => {
          await page.getByText("Connected", { exact: true }).waitFor()
          await page.getByRole("tab", { name: /Shards/ }).focus()
          for (const tab of ["Runtimes", "Dialogues", "Interactions", "Spans", "REST", "Logs"]) {
            await page.keyboard.press("ArrowRight")
            await page.getByRole("tab", { name: new RegExp(tab), selected: true }).waitFor()
            if (tab === "Dialogues") continue
            await page.getByRole("listbox").focus()
            await page.keyboard.press("End")
            await page.getByRole("region", { name: "Details" }).waitFor()
            problems.push(...(await findings(page)))
            await page.getByRole("tab", { name: new RegExp(tab) }).focus()
          }
          await page.getByRole("tab", { name: /Interactions/ }).click()
          await page.getByRole("option", { name: /guess/ }).click()
          await page.getByText("onerror").first().waitFor()
          await page.getByRole("region", { name: "Details" }).locator(".link").first().click()
          await page.getByText("waits for an event").first().waitFor()
        })
        // What happens from now on is shown, too.
        yield* alice.slash("guess")
        yield* Effect.promise(() => page.getByRole("tab", { name: "Runtimes 2" }).waitFor())
        assert.deepStrictEqual([...problems, ...found], [])
      }).pipe(Effect.scoped, Effect.provide(bot)),
    240_000
  )
})
