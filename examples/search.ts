/** Suggestions while the user types. They open no Runtime, and the next keystroke interrupts a stale search. */
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { Bot, Command, Options, Reply } from "fibercord"

const cities = ["Amsterdam", "Berlin", "Bonn", "Lisbon", "London", "Paris", "Prague", "Rome"]

const weather = Command.slash(
  "weather",
  {
    description: "The weather in a city",
    options: {
      city: Options.autocomplete(Options.string("Which city"), (query) =>
        Effect.succeed(cities.filter((city) => city.toLowerCase().includes(query.toLowerCase()))).pipe(
          Effect.delay("50 millis") // a slow search
        )
      )
    }
  },
  ({ city }) => Reply.send({ content: `It is raining in ${city}.` })
)

Bot.layer({ interactions: [weather] }).pipe(Layer.provide(Bot.layerDiscord), Bot.launch, NodeRuntime.runMain)
