/** What docs/guide/inspector.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { Inspector } from "fibercord/inspector"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../../../scripts/documents.ts"
import { most } from "../../../src/inspector/internal/feed.ts"
import { page } from "../support/page.ts"
import { playAlone } from "../support/play.ts"

const load = page("docs/guide/inspector.md")

process.env["PORT"] = "0"
const { BotLive } = await load<{ BotLive: Layer.Layer<Inspector.Inspector> }>("inspected.ts")
delete process.env["PORT"]

it.live("the bot of docs/guide/inspector.md says at /state which shards it has", () =>
  playAlone(BotLive, (discord) =>
    Effect.gen(function* () {
      const alice = yield* discord.user("alice")
      assert.strictEqual(yield* (yield* alice.slash("ping")).content, "pong")
      const { url } = yield* Inspector.Inspector
      const state = yield* Effect.promise(async () => (await fetch(new URL("/state", url))).json())
      assert.deepStrictEqual(
        state.shards.map(({ id, stage }: { readonly id: number; readonly stage: string }) => ({ id, stage })),
        [{ id: 0, stage: "Connected" }]
      )
    })
  )
)

it("docs/guide/inspector.md says how much of each is told", () => {
  const text = readFileSync(join(root, "docs/guide/inspector.md"), "utf8")
  const told = (part: string) =>
    Number(/the last ([\d,]+)/.exec(text.match(`\n\\| ${part} .*`)?.[0] ?? "")?.[1]?.replace(",", ""))
  const parts = { interactions: "Interactions", rest: "REST", spans: "Spans", logs: "Logs", steps: "Runtimes" } as const
  for (const [name, part] of Object.entries(parts))
    assert.strictEqual(told(part), most[name as keyof typeof most], part)
})
