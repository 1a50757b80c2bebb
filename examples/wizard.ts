/** A conversation in direct style: a handler that asks, and goes on with the answer. */
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { Bot, Button, Command, Menu, Modal, Reply, Runtime, TextInput } from "fibercord"

const wizard = Command.slash("wizard", { description: "Delete things, carefully" }, () =>
  Effect.gen(function* () {
    const answer = yield* Runtime.ask({
      content: "Delete everything?",
      components: [[Button.choice("yes", { style: "danger" }), Button.choice("no")]],
      ownerOnly: true
    })
    if (answer === "no") return yield* Reply.update({ content: "Kept.", components: [] })

    const { reason } = yield* Modal.prompt({ title: "Sure?", fields: { reason: TextInput.short("Why") } })
    const scope = yield* Menu.prompt(
      Menu.string({ placeholder: "What?", options: { all: "Everything", old: "Old ones" } }),
      {
        content: `Because “${reason}”: what shall go?`
      }
    )
    yield* Reply.update({
      content: `Deleted ${scope === "all" ? "everything" : "old ones"}: ${reason}`,
      components: []
    })
  }).pipe(
    Effect.timeout("5 minutes"),
    Effect.catchTag("TimeoutError", () =>
      Reply.edit({ content: "You took your time. Nothing was deleted.", components: [] })
    )
  )
)

Bot.layer({ interactions: [wizard] }).pipe(Layer.provide(Bot.layerDiscord), Bot.launch, NodeRuntime.runMain)
