/**
 * Properties of every schedule of events: order, isolation, and exactly one response, as the fake Discord sees them.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Bot from "../../src/Bot.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Interaction from "../../src/interactions/replies/Interaction.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import * as Runtime from "../../src/runtime/Runtime.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

const Step = Schema.Struct({
  runtime: between(0, 2),
  outcome: Schema.Literals(["update", "send", "silent", "fail", "die", "throw", "close", "restart"]),
  millis: between(0, 15)
})

interface Step extends Schema.Schema.Type<typeof Step> {}

/** A Runtime whose button follows the plan, and notes when its handler begins and ends. */
const makeCommand = (plan: Map<string, Step>, overlaps: Array<string>, order: Map<string, Array<string>>) =>
  Command.slash("talk", { description: "…" }, () =>
    Effect.gen(function* () {
      const id = yield* Runtime.id
      let running = 0
      const button = yield* Button.bound({ label: "go" }, () => {
        const step = Effect.map(Interaction.Interaction, (interaction) => plan.get(interaction.user.username))
        return Effect.gen(function* () {
          const { user } = yield* Interaction.Interaction
          if (++running > 1) overlaps.push(user.username)
          order.set(id, [...(order.get(id) ?? []), user.username])
          const { millis, outcome } = (yield* step) ?? { millis: 0, outcome: "silent" }
          yield* Effect.sleep(millis)
          if (outcome === "update") yield* Reply.update({ content: user.username })
          if (outcome === "send") yield* Reply.send({ content: user.username })
          if (outcome === "close") yield* Runtime.close
          if (outcome === "throw") throw new Error("on purpose")
          if (outcome === "die" || outcome === "fail") return yield* Effect.die(outcome)
        }).pipe(Effect.ensuring(Effect.sync(() => running--)))
      })
      yield* Reply.send({ content: "…", components: [[button]] })
    })
  )

describe("any schedule of commands, clicks and deadlines", () => {
  it.live(
    "runs the handlers of each Runtime one at a time in order, and gives each interaction one initial response",
    () =>
      Effect.gen(function* () {
        const result = yield* Arbitrary.checkEffect(
          Arbitrary.array(Arbitrary.schema(Step), { minLength: 1, maxLength: 14 }),
          (steps) =>
            Effect.scoped(
              Effect.gen(function* () {
                const services = yield* Layer.build(FakeDiscord.layer({ identifyInterval: "1 millis" }))
                const discord = yield* Effect.provide(FakeDiscord.FakeDiscord, services)
                const plan = new Map(steps.map((step, n) => [`u${n}`, step]))
                const overlaps: Array<string> = []
                const order = new Map<string, Array<string>>()
                const command = makeCommand(plan, overlaps, order)
                const boot = Effect.gen(function* () {
                  const scope = yield* Scope.make()
                  const bot = Bot.layer({
                    interactions: [command],
                    gateway: { shards: { index: 0, count: 1, total: 1 } }
                  })
                  yield* Layer.buildWithScope(bot.pipe(Layer.provide(Layer.succeedContext(services))), scope)
                  return scope
                })
                let life = yield* boot
                const alice = yield* discord.user("alice")
                const messages = yield* Effect.forEach([0, 1, 2], () => alice.slash("talk"))
                const clicks: Array<Effect.Effect<unknown, unknown>> = []
                let batch: Array<Effect.Effect<unknown, unknown>> = []
                const answered = (batch: ReadonlyArray<Effect.Effect<unknown, unknown>>) =>
                  Effect.all(batch, { concurrency: "unbounded", discard: true })
                for (const [n, step] of steps.entries()) {
                  const user = yield* discord.user(`u${n}`)
                  const message = messages[step.runtime]
                  if (message !== undefined) batch.push(user.click(message, "go", { stale: true }))
                  if (step.outcome !== "restart") continue
                  // Every click of a batch gets a response, whatever happened to its Runtime; then the process
                  // restarts.
                  yield* answered(batch)
                  clicks.push(...batch.splice(0))
                  batch = []
                  yield* Scope.close(life, Exit.void)
                  life = yield* boot
                }
                yield* answered(batch)
                clicks.push(...batch)
                yield* Scope.close(life, Exit.void)
                const log = yield* discord.log
                const callbacks = log.filter(FakeDiscord.is("Request", ({ route }) => route.endsWith("/callback")))
                const refused = callbacks.filter(({ status }) => (status ?? 500) >= 400)
                const inOrder = [...order.values()].every((names) =>
                  names.every((name, i) => i === 0 || Number(names[i - 1]?.slice(1)) < Number(name.slice(1)))
                )
                return (
                  overlaps.length === 0 &&
                  inOrder &&
                  refused.length === 0 &&
                  callbacks.length === messages.length + clicks.length &&
                  (yield* discord.violations).length === 0
                )
              })
            ),
          { runs: 25, seed: 7 }
        )
        assert.isUndefined(Arbitrary.formatCheckFailure(result))
      }),
    240_000
  )
})
