/** What docs/operating/observability.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { FakeDiscord } from "fibercord/testing"
import { freePort } from "../../cluster/support/freePort.ts"
import { page } from "../support/page.ts"
import { environment } from "../support/play.ts"

const load = page("docs/operating/observability.md")

it.live("the probes of docs/operating/observability.md say that a connected bot is alive and ready", () =>
  Effect.gen(function* () {
    const port = yield* freePort
    process.env["HEALTH_PORT"] = String(port)
    const { BotLive } = yield* Effect.promise(() => load<{ BotLive: Layer.Layer<never> }>("probes.ts"))
    delete process.env["HEALTH_PORT"]
    yield* Layer.build(Layer.provide(BotLive, environment))
    const statuses = yield* Effect.forEach(["live", "ready"], (probe) =>
      Effect.promise(async () => (await fetch(`http://127.0.0.1:${port}/health/${probe}`)).status)
    )
    assert.deepStrictEqual(statuses, [200, 200])
  }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layerServer()))
)
