import chromium from "@sparticuz/chromium"
import { chromium as playwright } from "playwright-core"
import { serve } from "./docs/support/site.ts"
const { url, close } = await serve("/tmp/names-site")
const browser = await playwright.launch({ executablePath: await chromium.executablePath(), args: ["--no-sandbox", "--disable-gpu"] })
const desk = ["Middleware", "DiscordRestError", "ShardManager", "Bot", "Command", "Runtimes", "durable/Durable", "testing/FakeDiscord", "GuildCache", "Reply"]
const phone = ["Options", "Messages", "cluster/ClusterBot", "http/HttpInteractions", "playground/Protocol", "inspector/InspectorState", "voice/Voice", "Interactions", "Menu", ""]
for (const [name, viewport, paths] of [["desk", { width: 1440, height: 900 }, desk], ["phone", { width: 390, height: 844 }, phone]] as const) {
  const context = await browser.newContext({ viewport })
  const page = await context.newPage()
  for (const path of paths) {
    await page.goto(`${url}/reference/${path}`, { waitUntil: "load" })
    await page.waitForTimeout(300)
    const over = await page.evaluate(() => ({ body: document.documentElement.scrollWidth - innerWidth, pre: [...document.querySelectorAll("pre")].filter((p) => p.scrollWidth > p.clientWidth + 1).length, all: document.querySelectorAll("pre").length, h: document.documentElement.scrollHeight }))
    console.log(name, path, JSON.stringify(over))
    const h = Math.min(over.h, 3000)
    await page.setViewportSize({ width: viewport.width, height: h })
    await page.evaluate(() => scrollTo(0, 900))
    await page.screenshot({ path: `/tmp/names-shots/${path.replaceAll("/", "_") || "index"}-${name}.png` })
    await page.setViewportSize(viewport)
  }
  await context.close()
}
await browser.close()
close()
