/** Forms and events of three users in one Runtime, in any order. */
import * as Arbitrary from "effect/Arbitrary"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Bot from "../../src/Bot.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Field from "../../src/interactions/definitions/Field.ts"
import * as Modal from "../../src/interactions/definitions/Modal.ts"
import { Interaction } from "../../src/interactions/replies/Interaction.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

const names = ["alice", "bob", "carol"] as const
const Step = Schema.Struct({
  user: Schema.Literals(names),
  act: Schema.Literals(["open", "open", "submit", "submit", "other", "both"])
})

/** What a run has seen. */
class Seen {
  running = 0
  most = 0
  readonly dismissed: Array<string> = []
  readonly turn = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.acquireUseRelease(
      Effect.sync(() => void (this.most = Math.max(this.most, ++this.running))),
      () => Effect.andThen(Effect.sleep("1 millis"), effect),
      () => Effect.sync(() => void this.running--)
    )
}

const makeCommand = (seen: Seen) =>
  Command.slash("forms", { description: "…" }, () =>
    Effect.gen(function* () {
      const form = yield* Button.bound({ label: "form" }, () =>
        Effect.gen(function* () {
          const opener = (yield* Interaction).user.username
          const { text } = yield* Modal.ask({ title: "Form", fields: { text: Field.short("Text") } })
          const submitter = (yield* Interaction).user.username
          yield* seen.turn(Reply.send({ content: `${opener} ${submitter} ${text}`, ephemeral: true }))
        }).pipe(
          Effect.catchTag("Dismissed", () =>
            seen.turn(Effect.flatMap(Interaction, ({ user }) => Effect.sync(() => seen.dismissed.push(user.username))))
          )
        )
      )
      const other = yield* Button.bound({ label: "other" }, () => seen.turn(Reply.deferUpdate))
      yield* Reply.send({ content: "-", components: [[form, other]] })
    })
  )

const play = Effect.fnUntraced(function* (steps: ReadonlyArray<typeof Step.Type>) {
  const seen = new Seen()
  yield* Effect.scoped(
    Effect.gen(function* () {
      const services = yield* Layer.build(FakeDiscord.layer({ identifyInterval: "1 millis" }))
      const discord = yield* Effect.provide(FakeDiscord.FakeDiscord, services)
      const bot = Bot.layer({
        interactions: [makeCommand(seen)],
        gateway: { shards: { index: 0, count: 1, total: 1 } }
      })
      yield* Layer.build(bot.pipe(Layer.provide(Layer.succeedContext(services))))
      const users = new Map(
        yield* Effect.forEach(names, (name) => Effect.map(discord.user(name), (user) => [name, user] as const))
      )
      const alice = users.get("alice") ?? assert.fail()
      const message = yield* alice.slash("forms")
      const open = new Map<string, FakeDiscord.Modal>()
      const expected: Array<string> = []
      for (const [index, { act, user: name }] of steps.entries()) {
        const user = users.get(name) ?? assert.fail()
        if (act === "open") open.set(name, yield* (yield* user.click(message, "form")).modal)
        else if (act === "submit") {
          const modal = open.get(name)
          if (modal === undefined) continue
          open.delete(name)
          const answer = yield* modal.submit({ Text: `${index}` })
          assert.strictEqual(yield* answer.content, `${name} ${name} ${index}`)
          assert.isTrue(yield* answer.ephemeral)
        } else {
          if (open.delete(name)) expected.push(name)
          const click = user.click(message, "other")
          yield* act === "other"
            ? click
            : Effect.all([click, alice.click(message, "other")], { concurrency: "unbounded" })
          if (act === "both" && open.delete("alice")) expected.push("alice")
        }
      }
      assert.deepStrictEqual(seen.dismissed.toSorted(), expected.toSorted())
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )
  assert.isAtMost(seen.most, 1)
  assert.strictEqual(seen.running, 0)
})

describe("laws", () => {
  it.live.prop(
    "each submission goes to the handler that opened the form, each closed form ends one handler, and none overlap",
    [Arbitrary.array(Arbitrary.schema(Step), { minLength: 6, maxLength: 16 })],
    ([steps]) => play(steps),
    { arbitrary: { runs: Number(process.env["LAW_RUNS"] ?? 80) }, timeout: 480_000 }
  )
})
