/** The playground in a real browser, over a real bot. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Ref } from "effect"
import { Bot, Button, Command, Reply } from "fibercord"
import { Playground, Recording } from "fibercord/playground"
import { FakeDiscord, VirtualClock } from "fibercord/testing"
import { buildPage, output } from "../../scripts/page.ts"
import * as Browser from "./support/browser.ts"

const counter = Command.slash(
  "counter",
  { description: "Count together" },
  Effect.fn("counter")(function* () {
    const count = yield* Ref.make(0)
    const more = yield* Button.bound({ label: "+1" }, () =>
      Ref.updateAndGet(count, (n) => n + 1).pipe(Effect.flatMap((n) => Reply.update({ content: `count ${n}` })))
    )
    yield* Reply.send({ content: "count 0", components: [[more]] })
  })
)

const playground = Layer.effect(
  Playground.Playground,
  Effect.gen(function* () {
    yield* Effect.promise(buildPage)
    const discord = yield* FakeDiscord.FakeDiscord
    const clock = yield* VirtualClock.VirtualClock
    yield* discord.user("alice")
    yield* discord.user("bob")
    return yield* Playground.make({
      port: 0,
      page: output,
      recorder: yield* Recording.make({ file: "bot.ts" }),
      time: { advance: (millis) => clock.advance(millis) }
    })
  })
)

const TestLive = Layer.mergeAll(Bot.layer({ interactions: [counter] }), playground).pipe(
  Layer.provideMerge(FakeDiscord.layer({ patience: "30 seconds" })),
  Layer.provideMerge(VirtualClock.layer),
  Layer.merge(Browser.layer)
)

layer(TestLive, { excludeTestServices: true, timeout: "60 seconds" })("the playground in a browser", (it) => {
  it.effect(
    "a command is run by keyboard, a button is clicked, time goes on, and a test comes of it",
    () =>
      Effect.gen(function* () {
        const { url } = yield* Playground.Playground
        const discord = yield* FakeDiscord.FakeDiscord
        yield* Effect.repeat(discord.commands(), { until: (all) => all.length > 0 })
        const { page, problems } = yield* Browser.open(url)
        const source = yield* Effect.promise(async () => {
          await page
            .getByRole("textbox", { name: /^Message/ })
            .first()
            .fill("/counter")
          await page.keyboard.press("Enter")
          await page.keyboard.press("Enter")
          const button = page.getByRole("button", { name: "+1" })
          await page.getByText("count 0").waitFor()
          await button.click()
          await page.getByText("count 1").waitFor()
          if (process.env["SHOW"] !== undefined) await page.screenshot({ path: process.env["SHOW"] })
          await page.getByRole("button", { name: "Faults" }).click()
          await page.getByRole("button", { name: "Fifteen minutes later" }).click()
          await page.locator("button:disabled", { hasText: "+1" }).waitFor()
          await page.getByRole("button", { name: "Share" }).click()
          await page.getByRole("button", { name: "Make the test" }).click()
          return page.getByLabel("Source of the test").innerText()
        })
        assert.include(source, 'const counter = yield* alice.slash("counter")')
        assert.include(source, 'yield* counter.click("+1")')
        assert.include(source, 'yield* clock.advance("15 minutes")')
        assert.deepStrictEqual(problems, [])
      }).pipe(Effect.scoped),
    60_000
  )
})
