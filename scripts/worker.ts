/** A bundled bot in workerd, the runtime of Cloudflare Workers, until the scope closes. */
import { Effect } from "effect"
import { Miniflare } from "miniflare"
import type { Readable } from "node:stream"

/** Runs a script that exports the Durable Object `BotObject`, and keeps what it prints to itself. */
export const worker = (script: string, bindings: Readonly<Record<string, string>>) =>
  Effect.acquireRelease(
    Effect.sync(
      () =>
        new Miniflare({
          script,
          modules: true,
          compatibilityDate: "2026-07-01",
          durableObjects: { BOT: "BotObject" },
          bindings,
          handleRuntimeStdio: (stdout: Readable, stderr: Readable) => void [stdout.resume(), stderr.resume()]
        })
    ),
    (worker) => Effect.promise(() => worker.dispose())
  )
