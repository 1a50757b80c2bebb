/** A real Chromium, from npm, which opens pages of a playground. It is started once for a file of tests. */
import chromium from "@sparticuz/chromium"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Browser as Chromium, chromium as playwright, type Page } from "playwright-core"
import type * as Scope from "effect/Scope"

/** The browser. It works as root, and needs no network. */
export class Browser extends Context.Service<Browser, Chromium>()("test/playground/Browser") {}

export const layer: Layer.Layer<Browser> = Layer.effect(
  Browser,
  Effect.acquireRelease(
    Effect.promise(async () =>
      playwright.launch({
        executablePath: await chromium.executablePath(),
        // Those of the package are for machines that it is not made for: one process for all pages, which ends with the first
        // of them, and no checks of origins.
        args: ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
      })
    ),
    (browser) => Effect.promise(() => browser.close())
  )
)

/** A page of its own, and what went wrong in it. */
export interface Tab {
  readonly page: Page
  /** Errors of scripts and of the console, and requests to others than the page's own origin. */
  readonly problems: ReadonlyArray<string>
}

/** How a page is opened. */
export interface Look {
  readonly viewport?: { readonly width: number; readonly height: number }
  /** Default: `"light"`. */
  readonly theme?: "light" | "dark"
  /** What follows the origin. Default: nothing does. */
  readonly path?: string
  /** Whether the page's scripts run. Default: `true`. */
  readonly scripts?: boolean
  /** What is done with the page before it is opened. */
  readonly prepare?: (page: Page) => Promise<void>
}

/** Opens a page, by default of 1280 × 800 pixels. */
export const open = (
  url: string,
  { path = "", prepare, scripts = true, theme = "light", viewport = { width: 1280, height: 800 } }: Look = {}
): Effect.Effect<Tab, never, Browser | Scope.Scope> =>
  Effect.gen(function* () {
    const browser = yield* Browser
    const context = yield* Effect.acquireRelease(
      Effect.promise(() =>
        browser.newContext({
          viewport,
          colorScheme: theme,
          javaScriptEnabled: scripts,
          locale: "en-US",
          timezoneId: "UTC"
        })
      ),
      (context) => Effect.promise(() => context.close())
    )
    context.setDefaultTimeout(60_000)
    const page = yield* Effect.promise(() => context.newPage())
    const problems: Array<string> = []
    page.on("pageerror", (error) => problems.push(error.message))
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text())
    })
    page.on("request", (request) => {
      const { origin, protocol } = new URL(request.url())
      if (protocol.startsWith("http") && origin !== new URL(url).origin) problems.push(`request to ${origin}`)
    })
    yield* Effect.promise(async () => {
      await prepare?.(page)
      await page.goto(url + path)
    })
    return { page, problems }
  })
