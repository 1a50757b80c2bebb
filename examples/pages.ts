/** A list with pages: a loop that asks which page comes next. */
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { Bot, Button, Command, Expiration, Reply } from "fibercord"

const entries = Array.from({ length: 42 }, (_, n) => `Entry ${n + 1}`)
const perPage = 10
const lastPage = Math.ceil(entries.length / perPage) - 1

const list = Command.slash(
  "list",
  { description: "Browse", expiration: Expiration.inactivity("2 minutes"), replies: { ephemeral: true } },
  Effect.fn("list")(function* () {
    let page = 0
    while (true) {
      const move = yield* Reply.ask({
        content: entries.slice(page * perPage, (page + 1) * perPage).join("\n"),
        components: [
          [
            Button.choice("back", { label: "◀", disabled: page === 0 }),
            Button.choice("next", { label: "▶", disabled: page === lastPage })
          ]
        ]
      })
      page += move === "next" ? 1 : -1
    }
  })
)

Bot.layer({ interactions: [list] }).pipe(Layer.provide(Bot.layerDiscord), Bot.launch, NodeRuntime.runMain)
