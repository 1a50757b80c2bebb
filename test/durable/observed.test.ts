import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Tracer from "effect/Tracer"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import { alice, bob, onDiscord } from "./support/harness.ts"
import { becomes, inProcess } from "./support/processes.ts"

const pick = Durable.slash(
  "observed",
  { version: 1, description: "…", response: { content: "…" } },
  (_, { channelId = "" }) =>
    Effect.gen(function* () {
      yield* Durable.ask("pick", {
        to: Durable.channel(channelId),
        content: "Pick",
        components: [[Button.choice("left")]]
      })
      yield* Durable.send("bye", Durable.channel(channelId), { content: "bye" })
    }).pipe(Effect.orDie)
)

describe("durable dialogues", () => {
  it.live("are counted, with their steps and uses, and have a span for each step", () =>
    Effect.gen(function* () {
      const steps: Array<unknown> = []
      const tracer = Tracer.make({
        span: (options) => {
          if (options.name === "fibercord.dialogue.step") steps.push(options)
          return new Tracer.NativeSpan(options)
        }
      })
      yield* inProcess(
        ":memory:",
        [pick],
        Effect.gen(function* () {
          const dialogues = yield* Dialogues.Dialogues
          const [user, other] = [yield* alice, yield* bob]
          yield* user.slash("observed")
          const question = yield* user.awaitMessage(({ content }) => content === "Pick")
          const refused = yield* (yield* other.awaitMessage(({ content }) => content === "Pick")).click("left")
          yield* refused.content
          yield* question.click("left")
          const [dialogue] = yield* dialogues.list()
          yield* becomes(dialogue?.id ?? "", "done")
          yield* (yield* question.click("left", { stale: true })).content
        })
      ).pipe(Effect.provideService(Tracer.Tracer, tracer))
      const counted = (yield* Metric.snapshot)
        .filter(({ id }) => id.startsWith("fibercord_dialogues_"))
        .map(({ attributes, id, state }) => {
          const n = "count" in state ? Number(state.count) : (state as { readonly value: number }).value
          return `${id.replace("fibercord_dialogues_", "")} ${Object.values(attributes ?? {}).join()} ${n}`
        })
      assert.deepStrictEqual(counted.toSorted(), [
        "begun observed 1",
        "ended done 1",
        "held  0",
        "steps ask 1",
        "steps send 1",
        "uses late 1",
        "uses refused 1",
        "uses stored 1"
      ])
      assert.lengthOf(steps, 2)
    }).pipe(Effect.scoped, onDiscord, Effect.provideService(Metric.MetricRegistry, new Map()))
  )
})
