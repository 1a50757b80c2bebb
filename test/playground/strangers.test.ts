/** The page with a server that sends what no bot should: HTML everywhere, kinds of the future, and very much of it. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Playground } from "fibercord/playground"
import { FakeDiscord } from "fibercord/testing"
import type * as Api from "discord-api-types/v10"
import { createRequire } from "node:module"
import type { Page } from "playwright-core"
import { buildPage, output } from "../../scripts/page.ts"
import type { MessagePage, Reply, Update } from "../../src/playground/Protocol.ts"
import type { FcMessage } from "../../src/playground/page/message/FcMessage.ts"
import { alice, bot, message } from "./page/support/standIn.ts"
import * as Browser from "./support/browser.ts"
import { inspectorState } from "./support/inspectorState.ts"
import { kinds, look, poison } from "./support/poison.ts"
import { standIn, type Changes } from "./support/standInServer.ts"

const server = Layer.unwrap(
  Effect.gen(function* () {
    yield* Effect.promise(buildPage)
    return Playground.layer({ port: 0, page: output })
  })
).pipe(Layer.provideMerge(FakeDiscord.layerServer()))

const onPage = (changes: Changes, act: (page: Page) => Promise<void>, prepare?: (page: Page) => Promise<void>) =>
  Effect.gen(function* () {
    const { url } = yield* Playground.Playground
    const { page, problems } = yield* Browser.open(url, {
      prepare: async (page) => {
        await standIn(page, changes)
        await prepare?.(page)
      }
    })
    yield* Effect.promise(() =>
      act(page).catch(async (error: unknown) => {
        const path = process.env["SHOW"]
        if (path !== undefined) await page.screenshot({ path })
        throw error
      })
    )
    // What has an address on the server may be missing there; that the policy of the page was broken is a problem.
    assert.deepStrictEqual(
      problems.filter((problem) => !problem.includes("404 (Not Found)")),
      []
    )
  }).pipe(Effect.scoped)

/** Adds to what was found on the page before. */
const watch = (page: Page) => {
  const places = new Set<string>()
  const at = async (what: string): Promise<void> => {
    const found = await look(page)
    for (const place of found.places) places.add(place)
    assert.deepStrictEqual(found.wrong, [], what)
  }
  return { at, places }
}

/** Goes through all messages of the channel from the newest to the oldest. */
const upwards = async (page: Page, at: (what: string) => Promise<void>): Promise<void> => {
  await page.locator(".scroller").hover()
  for (let left = 40; left > 0; left--) {
    await at("the messages")
    if ((await page.locator(".scroller").evaluate((scroller) => scroller.scrollTop)) === 0) return
    await page.mouse.wheel(0, -600)
    await page.waitForTimeout(30)
  }
}

// Enumerations are there at run time only as the package's own code.
const { EmbedType, MessageType } = createRequire(import.meta.url)("discord-api-types/v10") as typeof Api

const numbers = (values: object): ReadonlyArray<number> =>
  Object.values(values).filter((each) => typeof each === "number")

/** Messages of a type of their own; embeds of AutoMod are part of a message of its own. */
const everyType = [
  ...numbers(MessageType).map((type) => ({ type, content: "content", author: alice })),
  ...Object.values(EmbedType).map((type) => ({
    content: "",
    author: bot,
    embeds: [{ type, title: type, description: "text" }]
  })),
  { content: "the last one", author: bot }
].map((raw, index) => message(raw, {}, Date.UTC(2026, 0, 5) + index * 1_000_000))

/** The stand-in's frames, but the only messages are these. */
const onlyEveryType = (frame: Update | Reply): unknown =>
  frame.type === "reply" && frame.ok && (frame.value as Partial<MessagePage>).messages !== undefined
    ? { ...frame, value: { messages: everyType, more: false } }
    : frame

layer(Layer.merge(server, Browser.layer), { excludeTestServices: true, timeout: "60 seconds" })("the page", (it) => {
  for (const kind of kinds) {
    it.effect(
      `takes no text for HTML, wherever it is (addresses: ${kind})`,
      () =>
        onPage(
          {
            frame: (frame) => poison(frame, kind),
            after: poison(
              [
                { type: "output", lines: ["line"] },
                {
                  type: "program",
                  program: { state: "ended", starts: 1, file: "file", end: "end", inspector: "/inspector" }
                }
              ],
              kind
            )
          },
          async (page) => {
            const { at, places } = watch(page)
            await page.locator("fc-message").first().waitFor()
            await upwards(page, at)
            for (const trigger of await page.locator("fc-select button").all()) {
              await trigger.click()
              await at("a select")
              await page.keyboard.press("Escape")
            }
            const composer = page.getByRole("textbox", { name: /^Message/ })
            await composer.fill("@")
            await at("mentions")
            await composer.fill("/")
            await at("commands")
            await page.getByRole("option", { name: /^.config.* set/ }).click()
            await page.locator("fc-command-form input").first().fill("a")
            await page.locator("fc-command-form [role=option]").first().waitFor()
            await at("autocompletion")
            await page.keyboard.press("Tab")
            await at("choices")
            await page.getByRole("button", { name: "Cancel the command" }).click()
            await composer.fill("/")
            await page.getByRole("option", { name: /^.config.* get/ }).click()
            await page.keyboard.press("Enter")
            const form = page.getByRole("dialog")
            await form.waitFor()
            await form.getByRole("button", { name: "Submit" }).click()
            await at("a form")
            await page.keyboard.press("Escape")
            await page.locator(".main").last().click({ button: "right" })
            await at("a menu")
            await page.keyboard.press("Escape")
            for (const panel of ["Faults", "Share", "Output", "Inspector"]) {
              await page.getByRole("group", { name: "Panels" }).getByRole("button", { name: panel }).click()
              if (panel === "Share") await page.getByRole("button", { name: "Make the test" }).click()
              await at(panel)
            }
            for (const tab of await page.getByRole("tab").all()) {
              await tab.click()
              await at("a tab of the inspector")
              const row = page.locator("fc-rows [role=option]").first()
              if ((await row.count()) > 0) await row.click()
              await at("details in the inspector")
            }
            // That nothing was taken for HTML says something only of what was drawn.
            assert.includeMembers(
              [...places],
              [
                "content",
                "label",
                "placeholder",
                "description",
                "title",
                "name",
                "text",
                "value",
                "filename",
                "username"
              ].concat([
                "global_name",
                "topic",
                "lines",
                "end",
                "test",
                "message",
                "path",
                "cause",
                "problem",
                "attribute",
                "lastEnd"
              ])
            )
          },
          async (page) => {
            const state = JSON.stringify(poison(inspectorState, kind))
            await page.route(/\/inspector\/events/, (route) =>
              route.fulfill({ contentType: "text/event-stream", body: `event: state\ndata: ${state}\n\n` })
            )
          }
        ),
      240_000
    )
  }

  it.effect(
    "shows the JSON of what it does not know: a component, an embed, a message, a field",
    () =>
      onPage({}, async (page) => {
        await page.locator("fc-message").first().waitFor()
        const found = new Set<string>()
        await upwards(page, async () => {
          for (const text of await page.locator(".unknown").allInnerTexts()) found.add(text)
        })
        const all = [...found].join("\n")
        for (const text of ["a component of the future", "hologram", "from the future"]) assert.include(all, text)
        const composer = page.getByRole("textbox", { name: /^Message/ })
        await composer.fill("/config get")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Enter")
        await page.getByRole("dialog").getByText("a newer component").waitFor()
      }),
    240_000
  )

  it.effect(
    "draws messages of every type that Discord documents, and embeds of every type",
    () =>
      onPage({ frame: onlyEveryType }, async (page) => {
        await page.getByText("the last one").waitFor()
        const drawn = new Set<string>()
        await upwards(page, async () => {
          assert.deepStrictEqual(await page.locator(".unknown").allInnerTexts(), [])
          for (const id of await page
            .locator("fc-message")
            .evaluateAll((all) => all.map((each) => (each as FcMessage).message?.raw.id ?? ""))) {
            drawn.add(id)
          }
        })
        assert.strictEqual(drawn.size, everyType.length)
      }),
    240_000
  )

  it.effect(
    "draws a few of ten thousand messages, wherever the user scrolls to",
    () =>
      onPage({ many: 10_000 }, async (page) => {
        await page.getByRole("button", { name: "many" }).click()
        await page.getByText("Message 9999").waitFor()
        const drawn = () => page.locator("fc-message").count()
        const scroller = page.locator(".scroller")
        await scroller.hover()
        let most = 0
        // Older ones are loaded a page at a time.
        for (let step = 0; step < 60; step++) {
          await page.mouse.wheel(0, -4000)
          most = Math.max(most, await drawn())
        }
        assert.isBelow(most, 80)
        assert.isAbove(await scroller.evaluate(({ scrollHeight }) => scrollHeight), 20_000)
        await page.getByRole("button", { name: /Jump to the newest/ }).click()
        await page.getByText("Message 9999").waitFor()
        assert.isBelow(await drawn(), 80)
      }),
    240_000
  )
})
