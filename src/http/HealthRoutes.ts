/**
 * Routes for the probes of an orchestrator: whether a bot can serve users, and whether it should be restarted.
 *
 * `effect/http` is unstable, and therefore this module is, too.
 */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Health from "../observability/internal/report.ts"

/** Options of {@link layer}. */
export interface Options {
  /** The path of the readiness probe. Default: `"/health/ready"`. */
  readonly ready?: HttpRouter.PathInput | undefined
  /** The path of the liveness probe. Default: `"/health/live"`. */
  readonly live?: HttpRouter.PathInput | undefined
}

const answer = ({ problems, ...report }: Health.Report, isGood: boolean) =>
  HttpServerResponse.text(
    JSON.stringify({
      ...report,
      problems: problems.map((problem) => ({ ...problem, text: Health.describe(problem) }))
    }),
    { status: isGood ? 200 : 503, contentType: "application/json" }
  )

/**
 * Adds the routes to the `HttpRouter`. Both respond with 200 or 503, and with the `Health.Report` as JSON.
 *
 * ```ts
 * import { NodeHttpServer } from "@effect/platform-node"
 * import { Layer } from "effect"
 * import { HttpRouter } from "effect/http"
 * import { Bot, Health } from "fibercord"
 * import { HealthRoutes } from "fibercord/http"
 * import { createServer } from "node:http"
 *
 * const BotLive = HttpRouter.serve(HealthRoutes.layer()).pipe(
 *   Layer.provide(NodeHttpServer.layer(createServer, { port: 8080 })),
 *   Layer.provide(Health.layer()),
 *   Layer.provideMerge(Bot.layer({ interactions: [] }))
 * )
 * ```
 */
export const layer = (options: Options = {}): Layer.Layer<never, never, HttpRouter.HttpRouter | Health.Health> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const router = yield* HttpRouter.HttpRouter
      const { check } = yield* Health.Health
      yield* router.add(
        "GET",
        options.ready ?? "/health/ready",
        Effect.map(check, (report) => answer(report, report.isReady))
      )
      yield* router.add(
        "GET",
        options.live ?? "/health/live",
        Effect.map(check, (report) => answer(report, report.isAlive))
      )
    })
  )
