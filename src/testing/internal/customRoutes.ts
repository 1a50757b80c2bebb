/** Answers requests with the routes of a test. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { FakeDiscord } from "../FakeDiscord.ts"
import type { Route, RouteRequest, RouteResponse } from "../Route.ts"
import type { Answer } from "./routes.ts"

/** Runs a route. `failed` is called with the reason if its handler fails. */
export type ServeCustom = (route: Route, request: RouteRequest, failed: (detail: string) => void) => Promise<Answer>

const answerOf = ({ body, headers, status = body === undefined ? 204 : 200 }: RouteResponse): Answer => ({
  status,
  ...(body === undefined ? {} : { body }),
  headers
})

const isResponse = (value: unknown): value is RouteResponse => typeof value === "object" && value !== null

/** Runs the routes of a test, which get its fake. */
export const serve =
  (discord: FakeDiscord["Service"], run: <A>(effect: Effect.Effect<A>) => Promise<A>): ServeCustom =>
  (route, request, failed) =>
    run(
      Effect.suspend(() => {
        const given = route.handle(request, discord)
        return Effect.isEffect(given) ? given : Effect.succeed(given)
      }).pipe(
        Effect.map((given) => {
          if (isResponse(given)) return answerOf(given)
          throw new Error("it returned no response: expected { status, body, headers }")
        }),
        Effect.catchCause((cause) =>
          Effect.sync(() => {
            const name = `${route.method} ${route.path}`
            failed(`${name}: ${Cause.pretty(cause)}`)
            const why = Cause.prettyErrors(cause)[0]?.message ?? "for no reason"
            return { status: 500, body: { message: `500: the route ${name} of this test failed: ${why}`, code: 0 } }
          })
        )
      )
    )
