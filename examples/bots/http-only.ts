/**
 * A bot without a gateway: Discord posts interactions and webhook events to an HTTP server. Run it with DISCORD_TOKEN and
 * DISCORD_PUBLIC_KEY set, and enter https://…/interactions and https://…/webhook-events in Discord's developer portal.
 */
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Config, Context, Effect, Layer, Ref, Schema } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { Button, Command, CommandSync, DiscordConfig, DiscordRest, ErrorReply, Field, Interactions } from "fibercord"
import { Messages, Modal, Options, Reply } from "fibercord"
import { HttpInteractions, WebhookEvents } from "fibercord/http"
import { createServer } from "node:http"

export class UnknownCity extends Schema.TaggedError<UnknownCity>()("UnknownCity", { city: Schema.String }) {}

/** Tomorrow's weather, which takes its time. */
export class Forecast extends Context.Service<
  Forecast,
  { readonly of: (city: string) => Effect.Effect<"rain" | "sun", UnknownCity> }
>()("examples/http-only/Forecast") {
  static readonly layer = Layer.succeed(Forecast, {
    of: (city) =>
      city === "Atlantis"
        ? Effect.fail(new UnknownCity({ city }))
        : Effect.delay(Effect.succeed(city.length % 2 === 0 ? "rain" : "sun"), "4 seconds")
  })
}

const weather = Command.slash(
  "weather",
  { description: "Tomorrow's weather", options: { city: Options.string("Where", { min: 2, max: 50 }) } },
  Effect.fn("weather")(function* ({ city }) {
    yield* Reply.defer()
    const sky = yield* Forecast.use((forecast) => forecast.of(city))
    yield* Reply.send({ content: `${city}: ${sky}.` })
    if (sky === "rain") yield* Reply.followUp({ content: "Take an umbrella.", ephemeral: true })
  })
)

const Stars = Schema.FiniteFromString.check(
  Schema.isBetween({ minimum: 1, maximum: 5 }, { message: "Give one to five stars." })
)

const feedback = Command.slash("feedback", { description: "Tell us what you think" }, () =>
  Modal.show(
    {
      title: "Feedback",
      fields: { stars: Field.short("Stars", { schema: Stars }), why: Field.paragraph("Why?", { max: 500 }) }
    },
    Effect.fn("feedback")(function* ({ stars, why }) {
      const agreed = yield* Ref.make(0)
      const agree = yield* Button.bound({ label: "I agree" }, () =>
        Effect.gen(function* () {
          const others = yield* Ref.updateAndGet(agreed, (n) => n + 1)
          yield* Reply.update({ content: `${"⭐".repeat(stars)} ${why}\n${others} agree.` })
        })
      )
      yield* Reply.send({ content: `${"⭐".repeat(stars)} ${why}`, components: [[agree]] })
    })
  )
)

const publicKey = Config.String("DISCORD_PUBLIC_KEY")

const Purchases = WebhookEvents.layer({
  publicKey,
  handlers: {
    ENTITLEMENT_CREATE: Effect.fn("purchase")(
      function* ({ id, user_id }) {
        if (user_id === undefined) return
        yield* Messages.dm(user_id, { content: "Thank you for your support!" }, { nonce: id })
      },
      Effect.catchReason("MessageError", "CannotMessageUser", () => Effect.logInfo("A supporter wants no messages")),
      Effect.ignore({ log: "Error" })
    )
  }
})

const Routes = Layer.mergeAll(
  HttpInteractions.layer({ publicKey }),
  Purchases,
  HttpRouter.add("GET", "/health", HttpServerResponse.text("ok"))
)

const interactions = [weather, feedback]

/** The bot; give it its server, its `Forecast`, and `DiscordRest`. */
export const HttpOnlyLive = HttpRouter.serve(Routes, { disableLogger: true }).pipe(
  Layer.provide(
    Interactions.layer({
      interactions,
      onError: { UnknownCity: ({ city }) => ErrorReply.ephemeral(`I do not know ${city}.`) }
    })
  ),
  Layer.merge(CommandSync.layer(interactions))
)

const Server = Layer.unwrap(
  Effect.map(Config.Int("PORT").pipe(Config.withDefault(3000)), (port) => NodeHttpServer.layer(createServer, { port }))
)

if (import.meta.main) {
  HttpOnlyLive.pipe(
    Layer.provide([Server, Forecast.layer, DiscordRest.layer()]),
    Layer.provide(DiscordConfig.layerConfig),
    Layer.launch,
    NodeRuntime.runMain
  )
}
