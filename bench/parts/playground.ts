/**
 * Scrolling through a channel with 10,000 messages in the playground's page: frames per second that Chromium draws,
 * counted in its trace, beside those of a page that has nothing to do but to scroll.
 */
import chromium from "@sparticuz/chromium"
import * as Effect from "effect/Effect"
import { type Browser, type CDPSession, chromium as playwright, type Page } from "playwright-core"
import type * as PlaygroundModule from "../../src/playground/index.ts"
import type * as TestingModule from "../../src/testing/index.ts"
import { type Bench, clientOf, type Found, found, sample, type Sample } from "../lib/rounds.ts"

const messages = 10_000
const viewport = { width: 1280, height: 800 }
/** Pixels per second, and for how many of them. A wheel that is turned fast scrolls about as fast. */
const speed = 3000
const distance = 24_000

interface TraceEvent {
  readonly name: string
  readonly ts: number
}

/** The frames that are drawn meanwhile, in a second. */
const framesOf = async (browser: Browser, act: () => Promise<void>): Promise<number> => {
  const session = await browser.newBrowserCDPSession()
  const events: Array<TraceEvent> = []
  session.on("Tracing.dataCollected", ({ value }) => events.push(...(value as unknown as ReadonlyArray<TraceEvent>)))
  const complete = new Promise<void>((resolve) => session.once("Tracing.tracingComplete", () => resolve()))
  await session.send("Tracing.start", {
    traceConfig: { includedCategories: ["disabled-by-default-devtools.timeline.frame", "devtools.timeline.frame"] }
  })
  await act()
  await session.send("Tracing.end")
  await complete
  await session.detach()
  const drawn = events.filter(({ name }) => name === "DrawFrame").map(({ ts }) => ts)
  const seconds = (Math.max(...drawn) - Math.min(...drawn)) / 1e6
  return (drawn.length - 1) / seconds
}

const scroll = (session: CDPSession, by: number) =>
  session.send("Input.synthesizeScrollGesture", {
    x: viewport.width - 300,
    y: viewport.height / 2,
    yDistance: by,
    speed,
    gestureSourceType: "mouse"
  })

/** What only scrolls: as high as the channel, with lines to draw. */
const plain = async (page: Page): Promise<void> => {
  await page.setContent(
    `<style>body{margin:0;height:500000px;background:repeating-linear-gradient(#fff 0 40px,#eee 40px 80px)}</style>`
  )
  await page.evaluate((to) => scrollTo(0, to), distance * 2)
}

/** A playground whose channel is full. */
const full = (library: string) =>
  Effect.gen(function* () {
    const { Playground } = (yield* Effect.promise(
      () => import(library.replace(/index\.js$/, "playground/index.js"))
    )) as typeof PlaygroundModule
    const { FakeDiscord } = (yield* Effect.promise(
      () => import(library.replace(/index\.js$/, "testing/index.js"))
    )) as typeof TestingModule
    const discord = yield* FakeDiscord.make({})
    const alice = yield* discord.user("alice")
    const bob = yield* discord.user("bob")
    for (let index = 0; index < messages; index++) {
      yield* (index % 7 < 3 ? alice : bob).say(`Message **${index}** ${"with words ".repeat(index % 12)}`)
    }
    return yield* Effect.provideService(Playground.make({ port: 0 }), FakeDiscord.FakeDiscord, discord)
  })

const opened = async (page: Page, url: string): Promise<void> => {
  await page.goto(url)
  await page.getByText(`Message ${messages - 1}`).waitFor()
}

/** Runs both in turn. */
export const run = async (bench: Bench): Promise<Found> => {
  const browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
  })
  const one = async (client: string): Promise<Sample> => {
    const page = await browser.newPage({ viewport })
    const measure = async (): Promise<Sample> => {
      const session = await page.context().newCDPSession(page)
      await scroll(session, distance / 8)
      return { frames: await framesOf(browser, async () => void (await scroll(session, distance))) }
    }
    try {
      if (client === "floor") {
        await plain(page)
        return await measure()
      }
      const { library } = clientOf(bench, client)
      return await Effect.runPromise(
        full(library).pipe(
          Effect.flatMap(({ url }) => Effect.promise(() => opened(page, url).then(measure))),
          Effect.scoped
        )
      )
    } finally {
      await page.close()
    }
  }
  const samples = await sample(bench, "playground, scrolling", ["floor", "fibercord", "before"], one)
  await browser.close()
  return found(samples, "frames", "playground.scrolling", "frames/s", { of: "ratio", least: 0.97 })
}
