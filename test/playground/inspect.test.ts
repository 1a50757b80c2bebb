/** From a message to what made it and back, in a real browser, over a real bot and its inspector. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Ref } from "effect"
import { Bot, Button, Command, Reply } from "fibercord"
import { Inspector } from "fibercord/inspector"
import { Playground, type Protocol } from "fibercord/playground"
import { FakeDiscord } from "fibercord/testing"
import { buildPage, output } from "../../scripts/page.ts"
import * as Browser from "./support/browser.ts"

const counter = Command.slash(
  "counter",
  { description: "Count together" },
  Effect.fn("counter")(function* () {
    const count = yield* Ref.make(0)
    yield* Effect.logInfo("Counting begins")
    const more = yield* Button.bound({ label: "+1" }, () =>
      Ref.updateAndGet(count, (n) => n + 1).pipe(
        Effect.tap((n) => Effect.logInfo(`Counted to ${n}`)),
        Effect.flatMap((n) => Reply.update({ content: `count ${n}` }))
      )
    )
    yield* Reply.send({ content: "count 0", components: [[more]] })
  })
)

/** The bot's process, as a page sees it; it changes when the test says so. */
const makeProgram = (inspector: string) => {
  const listeners = new Set<(lines: ReadonlyArray<string>) => void>()
  let view: Protocol.ProgramView = { state: "running", starts: 1, inspector: "/inspector" }
  return {
    become: (next: Protocol.ProgramView) =>
      Effect.sync(() => {
        view = next
        for (const listener of listeners) listener([])
      }),
    program: {
      view: () => view,
      output: () => [],
      listen: (listener: (lines: ReadonlyArray<string>) => void) => {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
      restart: () => Effect.void,
      inspector: () => (view.inspector === undefined ? undefined : inspector)
    }
  }
}

const playground = Layer.effect(
  Playground.Playground,
  Effect.andThen(
    Effect.promise(buildPage),
    Effect.suspend(() => Playground.make({ port: 0, page: output }))
  )
)

const TestLive = Bot.layer({ interactions: [counter] }).pipe(
  Layer.provideMerge(playground),
  Layer.provideMerge(FakeDiscord.layer()),
  Layer.provideMerge(Inspector.layer({ spans: true })),
  Layer.merge(Browser.layer)
)

layer(TestLive, { excludeTestServices: true, timeout: "60 seconds" })("the inspector beside the chat", (it) => {
  it.effect(
    "leads from a message to what made it, and back",
    () =>
      Effect.gen(function* () {
        const { url } = yield* Playground.Playground
        const discord = yield* FakeDiscord.FakeDiscord
        const alice = yield* discord.user("alice")
        const message = yield* alice.slash("counter")
        yield* message.click("+1")
        yield* message.awaitContent("count 1")
        // What was made first is far above, and not loaded with the page.
        for (let n = 0; n < 120; n++) yield* alice.say(`line ${n}`)
        const elsewhere = yield* discord.guild.channel("elsewhere")
        const { page, problems } = yield* Browser.open(url)
        const bar = page.getByRole("complementary", { name: "Inspector" })
        const details = bar.getByRole("region", { name: "Details" })
        yield* Effect.promise(async () => {
          await page.getByText("line 119").waitFor()
          await page.getByRole("button", { name: "Inspector", exact: true }).click()
          await bar.getByRole("tab", { name: /Interactions/ }).click()
          await bar
            .getByRole("option", { name: /counter/ })
            .first()
            .click()
          await details.getByRole("button", { name: "Show its message" }).click()
          // The message that it made, in its place.
          const made = page.locator(".item.marked")
          await made.getByText("count 1").waitFor()
          await made.getByRole("button", { name: "Show what made this message" }).click()
          // Everything that is known of the command: spans, requests and logs.
          for (const text of ["fibercord.handler", "fibercord.rest", "Counting begins"]) {
            await details.getByText(text).first().waitFor()
          }
          await bar.getByText("alice: /counter", { exact: false }).first().waitFor()
          // The click, which changed the message.
          await bar.getByRole("button", { name: 'click "+1"' }).click()
          await details.getByText("Counted to 1").waitFor()
          assert.strictEqual(await details.getByText("Counting begins").count(), 0)
          // From another channel, too.
          await page.getByRole("button", { name: "elsewhere" }).click()
          await page.getByRole("heading", { name: "elsewhere" }).waitFor()
          await bar.getByRole("button", { name: "Show the message" }).click()
          await page.locator(".item.marked").getByText("count 1").waitFor()
          // The same message can be asked for again after the filter was taken away.
          await bar.getByRole("button", { name: /Show everything/ }).click()
          await made.getByRole("button", { name: "Show what made this message" }).click()
          await details.getByText("Counting begins").waitFor()
        })
        assert.isString(elsewhere)
        assert.deepStrictEqual(problems, [])
      }).pipe(Effect.scoped),
    240_000
  )

  it.effect(
    "stays when the bot ends, goes on when it is back, and says why a bot cannot be looked into",
    () =>
      Effect.gen(function* () {
        const { url: inspector } = yield* Inspector.Inspector
        const { become, program } = makeProgram(inspector)
        const { url } = yield* Playground.make({ port: 0, page: output, program })
        const { page, problems } = yield* Browser.open(url)
        const bar = page.getByRole("complementary", { name: "Inspector" })
        const shows = (text: string) => Effect.promise(() => bar.getByText(text, { exact: false }).first().waitFor())
        yield* Effect.promise(() => page.getByRole("button", { name: "Inspector", exact: true }).click())
        yield* shows("live")
        yield* Effect.promise(() => bar.getByRole("tab", { name: /Interactions/ }).click())
        yield* become({ state: "ended", starts: 1, end: "The bot ended with code 1" })
        yield* shows("the bot is not running")
        // What was seen last stays.
        yield* Effect.promise(() => bar.getByRole("tab", { name: /Interactions/, selected: true }).waitFor())
        yield* become({ state: "running", starts: 2, inspector: "/inspector" })
        yield* shows("live")
        yield* Effect.promise(() => bar.getByRole("tab", { name: /Interactions/, selected: true }).waitFor())
        yield* become({ state: "running", starts: 3 })
        yield* shows("This bot has no inspector")
        assert.deepStrictEqual(problems, [])
      }).pipe(Effect.scoped),
    240_000
  )
})
