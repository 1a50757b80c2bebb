import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { DatabaseSync } from "node:sqlite"
import { Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import { jumpyClock } from "../support/jumpyClock.ts"
import { alice, onDiscord, temporaryFile } from "./support/harness.ts"
import { becomes, eventually, inProcess } from "./support/processes.ts"

const hour = 3_600_000

/** A dialogue that waits for an answer for an hour, and then sleeps for another one. */
const make = () => {
  const done: Array<string> = []
  const note = (name: string) =>
    Durable.step(
      name,
      Effect.sync(() => done.push(name))
    )
  const patient = Durable.make("patient", { version: 1, input: Schema.String }, (userId) =>
    Effect.gen(function* () {
      const question = { to: Durable.dm(userId), content: "Well?", components: [[Button.choice("yes")]] }
      yield* Effect.catchTag(Durable.ask("question", { ...question, timeout: "1 hour" }), "Timeout", () => note("late"))
      yield* Durable.sleep("nap", "1 hour")
      yield* note("awake")
    }).pipe(Effect.orDie)
  )
  return { done, patient }
}

const start = (patient: ReturnType<typeof make>["patient"]) =>
  Effect.flatMap(alice, ({ id }) => Durable.start(patient, id, { userId: id }))

/** How many waits of a dialogue have a time. */
const waits = (filename: string, id: string): number => {
  const database = new DatabaseSync(filename, { readOnly: true })
  try {
    const query = database.prepare(
      "SELECT COUNT(*) AS n FROM fibercord_durable_messages WHERE entity_type = 'Workflow/-/DurableClock' AND entity_id = ?"
    )
    return Number(query.get(id)?.["n"])
  } finally {
    database.close()
  }
}

/** Waits until a dialogue does, for the so-manieth time. */
const isWaiting = (filename: string, id: string, count: number) =>
  eventually(
    Effect.sync(() => waits(filename, id)),
    (n) => n === count
  )

/** The wall clock of a process is off by this. */
const withOffset =
  (offset: () => number) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.clockWith((clock) => Effect.provideService(effect, Clock.Clock, jumpyClock(clock, offset)))

describe("what a dialogue waits for", () => {
  it.live("comes once, soon after the start of a process, if its time has passed meanwhile", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const { done, patient } = make()
      const id = yield* inProcess(
        filename,
        [patient],
        Effect.tap(start(patient), (id) => isWaiting(filename, id, 1))
      )
      yield* inProcess(filename, [patient], isWaiting(filename, id, 2)).pipe(withOffset(() => 2 * hour))
      assert.deepStrictEqual(done, ["late"])
      yield* inProcess(filename, [patient], becomes(id, "done")).pipe(withOffset(() => 4 * hour))
      assert.deepStrictEqual(done, ["late", "awake"])
    }).pipe(Effect.scoped, onDiscord)
  )

  it.live("comes once when the clock is set forwards and backwards", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const { done, patient } = make()
      let offset = 0
      yield* inProcess(
        filename,
        [patient],
        Effect.gen(function* () {
          const id = yield* start(patient)
          yield* isWaiting(filename, id, 1)
          offset = -hour
          const other = yield* start(patient)
          yield* isWaiting(filename, other, 1)
          assert.deepStrictEqual(done, [])
          offset = 2 * hour
          yield* isWaiting(filename, id, 2)
          yield* isWaiting(filename, other, 2)
          assert.deepStrictEqual(done, ["late", "late"])
          // Both nap until three hours from the start.
          offset = 0
          const third = yield* start(patient)
          yield* isWaiting(filename, third, 1)
          assert.deepStrictEqual(done, ["late", "late"])
          offset = 4 * hour
          yield* becomes(id, "done")
          yield* becomes(other, "done")
          yield* isWaiting(filename, third, 2)
          assert.deepStrictEqual(done.toSorted(), ["awake", "awake", "late", "late", "late"])
        })
      ).pipe(withOffset(() => offset))
    }).pipe(Effect.scoped, onDiscord)
  )
})
