/** The playground in a real browser, over a real bot. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Redacted, Ref } from "effect"
import { Bot, Button, Command, Reply } from "fibercord"
import { Playground, Recording } from "fibercord/playground"
import { FakeDiscord, VirtualClock } from "fibercord/testing"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import type { Page } from "playwright-core"
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

/** Runs in the page if any of it is taken for HTML, and is a link to a script otherwise. */
const evil = (where: string) =>
  `<img src=x onerror="globalThis.evil='${where}'"><script>globalThis.evil='${where}'</script>[x](javascript:globalThis.evil='${where}')`

/** Everything that a bot can send, with HTML in each field. */
const attack = {
  content: evil("content"),
  embeds: [
    {
      title: evil("title"),
      description: evil("description"),
      author: { name: evil("author") },
      footer: { text: evil("footer") },
      fields: [{ name: evil("name"), value: evil("value") }]
    }
  ],
  components: [
    {
      type: 1,
      components: [{ type: 2, style: 2, custom_id: evil("id").slice(0, 100), label: "<b>label</b>".slice(0, 80) }]
    },
    {
      type: 1,
      components: [
        {
          type: 3,
          custom_id: "menu",
          placeholder: evil("placeholder").slice(0, 150),
          options: [{ label: evil("option").slice(0, 100), value: "v", description: evil("detail").slice(0, 100) }]
        }
      ]
    }
  ]
}

/** What `axe` finds that is serious, with where it is. */
const axeFindings = async (page: Page): Promise<ReadonlyArray<string>> => {
  // The policy of the page allows no other scripts; this one is the test's own.
  await page.evaluate(axeSource)
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: Axe }).axe.run())
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join("; ")}`)
}

interface Axe {
  readonly run: () => Promise<{
    readonly violations: ReadonlyArray<{
      readonly id: string
      readonly impact: string
      readonly nodes: ReadonlyArray<{ readonly target: ReadonlyArray<string> }>
    }>
  }>
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

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
  Layer.provideMerge(FakeDiscord.layer()),
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
    240_000
  )

  it.effect(
    "nothing that users or bots write is taken for HTML, and axe finds nothing serious",
    () =>
      Effect.gen(function* () {
        const { url } = yield* Playground.Playground
        const discord = yield* FakeDiscord.FakeDiscord
        yield* discord.user(evil("user"))
        yield* discord.guild.channel(evil("channel"))
        yield* discord.guild.role(evil("role"))
        yield* (yield* discord.user("alice")).say(evil("said"))
        const response = yield* Effect.promise(() =>
          fetch(`${discord.apiUrl}/v10/channels/${discord.guild.channelId}/messages`, {
            method: "POST",
            headers: { authorization: `Bot ${Redacted.value(discord.token)}`, "content-type": "application/json" },
            body: JSON.stringify(attack)
          })
        )
        assert.strictEqual(response.status, 200)
        const { page, problems } = yield* Browser.open(url)
        yield* Effect.promise(async () => {
          await page.getByText("globalThis.evil='description'").first().waitFor()
          assert.isUndefined(await page.evaluate(() => (globalThis as unknown as { evil?: string }).evil))
          for (const selector of ["img[onerror]", "img[src=x]", "a[href^='javascript']", "b:text('label')"]) {
            assert.strictEqual(await page.locator(selector).count(), 0, selector)
          }
          assert.deepStrictEqual(await axeFindings(page), [])
          await page.getByRole("button", { name: "Switch to dark" }).click()
          assert.deepStrictEqual(await axeFindings(page), [])
        })
        assert.deepStrictEqual(problems, [])
      }).pipe(Effect.scoped),
    240_000
  )
})
