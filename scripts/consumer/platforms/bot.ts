/** A bot on the gateway, as `platforms.ts` runs it under Node, Bun and Deno. */
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer, Ref } from "effect"
import { Bot, Button, Command, Reply } from "fibercord"

const counter = Command.slash("counter", { description: "Count together" }, () =>
  Effect.gen(function* () {
    const count = yield* Ref.make(41)
    const more = yield* Button.bound({ label: "+1" }, () =>
      Effect.flatMap(
        Ref.updateAndGet(count, (n) => n + 1),
        (n) => Reply.update({ content: String(n) })
      )
    )
    yield* Reply.send({ content: "41", components: [[more]] })
    yield* Reply.followUp({ content: "A file", files: [{ name: "note.txt", data: new TextEncoder().encode("note") }] })
    yield* Reply.edit({ content: "still 41", components: [[more]] })
  })
)

Bot.layer({ interactions: [counter] }).pipe(Layer.provide(Bot.layerDiscord), Bot.launch, NodeRuntime.runMain)
