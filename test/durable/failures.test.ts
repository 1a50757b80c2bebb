/** What goes wrong in a handler itself ends its dialogue, with a reason, and never keeps it busy for ever. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import { alice, withBot } from "./support/harness.ts"
import { becomes } from "./support/processes.ts"

// Errors that are named as those of our own storage are.
class SqlError extends Schema.TaggedError<SqlError>("test/SqlError")("SqlError", {}) {}

const run = (handler: Effect.Effect<unknown, unknown, Durable.InDialogue>) => {
  const definition = Durable.make("broken", { version: 1, input: Schema.Void }, () => handler)
  return Effect.flatMap(Durable.start(definition, undefined), (id) => becomes(id, "done", "failed")).pipe(
    withBot([definition])
  )
}

const failing = (handler: Effect.Effect<unknown, unknown, Durable.InDialogue>, problem: string) =>
  Effect.map(run(handler), (info) => {
    assert.strictEqual(info.status, "failed")
    assert.include(info.problem, problem)
  })

describe("an error of a step", () => {
  it.live("that is journaled is no failure of our storage, whatever its name is", () =>
    Effect.gen(function* () {
      const { status } = yield* run(
        Durable.step("save", Effect.fail(new SqlError()), { error: SqlError }).pipe(
          Effect.catchTag("SqlError", () => Effect.void)
        )
      )
      assert.strictEqual(status, "done")
      const info = yield* run(
        Durable.step("start", Effect.fail(new Dialogues.StorageFailed({ operation: "x", cause: "y" })), {
          error: Dialogues.StorageFailed
        })
      )
      assert.strictEqual(info.status, "failed")
    })
  )

  it.live("that is a defect ends the dialogue, whatever its name is", () =>
    failing(Durable.step("save", Effect.fail(new SqlError())), "SqlError")
  )

  it.live("may be of any shape", () =>
    Effect.gen(function* () {
      const circular: Record<string, unknown> = { n: 10n }
      circular["self"] = circular
      for (const defect of [circular, 10n, undefined, Symbol("s"), () => 1, Object.create(null), new Proxy({}, {})]) {
        assert.strictEqual((yield* run(Durable.step("die", Effect.die(defect)))).status, "failed")
        assert.strictEqual((yield* run(Effect.die(defect))).status, "failed")
      }
    })
  )

  it.live("of a result that its schema refuses ends the dialogue", () =>
    Effect.gen(function* () {
      const Positive = Schema.Int.check(Schema.isGreaterThan(0))
      assert.strictEqual(
        (yield* run(Durable.step("count", Effect.succeed(-1), { success: Positive }))).status,
        "failed"
      )
    })
  )
})

describe("a time that does not come", () => {
  it.live("is refused with the name of its step", () =>
    Effect.gen(function* () {
      yield* failing(Durable.until("never", new Date(NaN)), 'The step "never"')
      yield* failing(Durable.sleep("always", "Infinity"), 'The step "always"')
      yield* failing(Durable.sleep("long", 9e15), 'The step "long"')
    })
  )

  it.live("of a question without end waits for the answer, and one that is over is a timeout", () => {
    const ask = (name: string, timeout: number | "Infinity") => (userId: string) =>
      Durable.ask(name, { to: Durable.dm(userId), content: name, components: [[Button.choice("yes")]], timeout })
    const patient = Durable.make("patient", { version: 1, input: Schema.String }, (userId) =>
      Effect.gen(function* () {
        for (const timeout of [0, -5]) {
          yield* Effect.flip(ask(`over${timeout}`, timeout)(userId))
        }
        const { value } = yield* ask("endless", "Infinity")(userId)
        yield* Durable.send("result", Durable.dm(userId), { content: `said ${value}` })
      })
    )
    return Effect.gen(function* () {
      const user = yield* alice
      yield* Durable.start(patient, user.id, { userId: user.id })
      const question = yield* user.awaitMessage(({ content }) => content === "endless", { direct: true })
      yield* question.click("yes")
      yield* user.awaitMessage(({ content }) => content === "said yes", { direct: true })
    }).pipe(withBot([patient]))
  })
})

describe("a question that nobody can answer", () => {
  it.live("is refused with the name of its step", () =>
    failing(Durable.ask("what", { to: Durable.channel("1"), content: "?", components: [], by: "anyone" }), '"what"')
  )

  it.live("is refused as a collection, too", () =>
    failing(
      Durable.collect("votes", {
        to: Durable.channel("1"),
        components: [],
        state: Schema.Void,
        initial: undefined,
        fold: () => undefined,
        until: "1 hour"
      }),
      '"votes"'
    )
  )
})

describe("a definition", () => {
  const make = (name: string, version: number) => () =>
    Durable.make(name, { version, input: Schema.Void }, () => Effect.void)

  it("has a version that the storage can keep", () => {
    for (const version of [1.5, NaN, Infinity, -1, 2 ** 31]) assert.throws(make("a", version), /version/)
    for (const version of [0, 1, 2 ** 31 - 1]) make("a", version)()
    assert.throws(() => Durable.slash("a", { version: 0.5, description: "…" }, () => Effect.void), /version/)
    assert.throws(() => Durable.user("a", { version: 0.5 }, () => Effect.void), /version/)
  })

  it("has a name that the storage can keep", () => {
    assert.throws(make("", 1), /name/)
    assert.throws(make("a".repeat(65), 1), /name/)
    make("a".repeat(64), 1)()
  })
})
