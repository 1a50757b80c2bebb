/** Direct style: a handler that asks, waits, and continues with the answer. */
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { Bot, Button, Command, Field, Menu, Modal, Reply } from "fibercord"

const wizard = Command.slash("wizard", { description: "Delete things, carefully" }, () =>
  Effect.gen(function* () {
    const answer = yield* Reply.ask({
      content: "Delete everything?",
      components: [[Button.choice("yes", { style: "danger" }), Button.choice("no")]]
    })
    if (answer === "no") return yield* Reply.update({ content: "Kept.", components: [] })

    const { reason } = yield* Modal.ask({ title: "Sure?", fields: { reason: Field.short("Why") } })
    const scope = yield* Menu.ask(
      Menu.string({
        placeholder: "What?",
        choices: [
          { value: "all", label: "Everything" },
          { value: "old", label: "Old ones" }
        ]
      }),
      {
        content: `Because “${reason}”: what shall go?`
      }
    )
    return yield* Reply.update({
      content: `Deleted ${scope === "all" ? "everything" : "old ones"}: ${reason}`,
      components: []
    })
  }).pipe(
    Effect.timeoutOrElse({
      duration: "5 minutes",
      orElse: () => Reply.edit({ content: "That took too long. Nothing was deleted.", components: [] })
    })
  )
)

Bot.layer({ interactions: [wizard] }).pipe(Layer.provide(Bot.layerDiscord), Bot.launch, NodeRuntime.runMain)
