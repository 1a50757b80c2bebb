/** Whether the playground's page draws what a bot has sent, in a real browser. */
import chromium from "@sparticuz/chromium"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { Playground } from "fibercord/playground"
import { FakeDiscord } from "fibercord/testing"
import { type Browser, chromium as playwright } from "playwright-core"

/** A part of a message is shown as JSON, because the page does not know it, or no message is shown. */
export class NotDrawn extends Schema.TaggedError<NotDrawn>()("NotDrawn", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

/** One browser for all who ask. */
export const browser = Effect.acquireRelease(
  Effect.promise(async () =>
    playwright.launch({
      executablePath: await chromium.executablePath(),
      args: ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
    })
  ),
  (browser) => Effect.promise(() => browser.close())
)

/** Opens the playground of a fake as each of its users, and looks for what is shown as JSON. Returns how much there is. */
export const check = Effect.fnUntraced(function* (
  browser: Browser,
  discord: FakeDiscord.FakeDiscord["Service"]
): Effect.fn.Return<number, NotDrawn | Playground.PlaygroundError, Scope.Scope> {
  const playground = Effect.provideService(Playground.make({ port: 0 }), FakeDiscord.FakeDiscord, discord)
  const { url } = yield* playground
  const found = yield* Effect.tryPromise({
    try: async () => {
      const page = await browser.newPage({ viewport: { width: 1280, height: 4000 } })
      await page.goto(url)
      await page.locator("fc-message").first().waitFor({ timeout: 15_000 })
      const messages = await page.locator("fc-message").count()
      const unknown = await page.locator(".unknown").allInnerTexts()
      await page.close()
      return { messages, unknown }
    },
    catch: (error) => new NotDrawn({ detail: String(error) })
  })
  if (found.unknown.length > 0) {
    return yield* new NotDrawn({
      detail: `The playground draws JSON instead of a message: ${found.unknown.join("\n")}`
    })
  }
  return found.messages
}, Effect.scoped)
