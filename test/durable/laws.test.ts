import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import { makeRandom } from "../mutate.ts"
import { onDiscord, temporaryFile } from "./support/harness.ts"
import { becomes, eventually, inProcess, logged } from "./support/processes.ts"

interface Planned {
  readonly kind: "step" | "sleep" | "until"
  readonly name: string
}

interface Case {
  readonly before: ReadonlyArray<Planned>
  /** Where the first process ends, in the middle of a step. */
  readonly stop: number
  readonly after: ReadonlyArray<Planned>
}

const describePlanned = (planned: Planned | undefined): string =>
  planned === undefined ? "nothing" : `${planned.kind} "${planned.name}"`

/** The first difference between a journal and a list of steps. */
const differenceOf = ({ after, before, stop }: Case) => {
  for (let n = 0; n <= stop; n++) {
    const [journal, handler] = [describePlanned(before[n]), describePlanned(after[n])]
    if (journal !== handler) return { position: n + 1, journal, handler }
  }
  return undefined
}

const namesOf = (steps: ReadonlyArray<Planned>) => steps.filter(({ kind }) => kind === "step").map(({ name }) => name)

const makeCase = (below: (n: number) => number): Case => {
  let names = 0
  const kinds = ["step", "step", "step", "until", "step", "sleep"] as const
  const make = (): Planned => ({ kind: kinds[below(6)] ?? "step", name: `n${names++}` })
  const before = Array.from({ length: 2 + below(7) }, make)
  const stop = below(before.length)
  before[stop] = { kind: "step", name: `n${names++}` }
  const after = [...before]
  const edits = [
    () => after.splice(below(after.length + 1), 0, make()),
    () => after.splice(below(after.length), 1),
    () => {
      const [a, b] = [below(after.length), below(after.length)]
      const [first, second] = [after[a], after[b]]
      if (first !== undefined && second !== undefined) Object.assign(after, { [a]: second, [b]: first })
    },
    () => after.splice(below(after.length), 1, make()),
    () => {
      const n = below(after.length)
      const { kind = "step", name = "" } = after[n] ?? {}
      after[n] = { kind: kind === "step" ? "sleep" : "step", name }
    }
  ]
  for (let n = below(3); n > 0 && after.length > 0; n--) edits[below(edits.length)]?.()
  return { before, stop, after }
}

describe("the replay of generated steps after generated edits", () => {
  it.live(
    "takes the steps of the journal first or is held at the first difference, and does nothing twice",
    () => {
      const lines: Array<string> = []
      return Effect.gen(function* () {
        const random = makeRandom(20_260)
        const cases = Array.from({ length: 60 }, () => makeCase(random))
        const done = cases.map((): Array<string> => [])

        const take = (n: number, { kind, name }: Planned, blocks: boolean) => {
          if (kind === "sleep") return Durable.sleep(name, "1 millis")
          if (kind === "until") return Durable.until(name, new Date(0))
          return Durable.step(name, blocks ? Effect.never : Effect.sync(() => done[n]?.push(name)))
        }
        const definitionsOf = (stepsOf: (of: Case) => ReadonlyArray<Planned>, isFirst: boolean) =>
          cases.map((of, n) =>
            Durable.make(`case ${n}`, { version: 1, input: Schema.Void }, () =>
              Effect.forEach(stepsOf(of), (planned, at) => take(n, planned, isFirst && at === of.stop))
            )
          )

        const filename = yield* temporaryFile
        const first = definitionsOf(({ before }) => before, true)
        const ids = yield* inProcess(
          filename,
          first,
          Effect.gen(function* () {
            const ids = yield* Effect.forEach(first, (definition) => Durable.start(definition, undefined), {
              concurrency: "unbounded"
            })
            const dialogues = yield* Dialogues.Dialogues
            for (const [n, id] of ids.entries()) {
              const stop = cases[n]?.stop ?? 0
              yield* eventually(
                Effect.orElseSucceed(dialogues.get(id), () => undefined),
                (known) => known?.steps.length === stop + 1
              )
            }
            return ids
          })
        )
        for (const [n, { before, stop }] of cases.entries()) {
          assert.deepStrictEqual(done[n], namesOf(before.slice(0, stop)), `case ${n}`)
        }

        let held = 0
        yield* inProcess(
          filename,
          definitionsOf(({ after }) => after, false),
          Effect.gen(function* () {
            for (const [n, of] of cases.entries()) {
              const { problem, status } = yield* becomes(ids[n] ?? "", "done", "held", "failed")
              const difference = differenceOf(of)
              if (difference === undefined) {
                assert.deepStrictEqual([status, problem], ["done", undefined], `case ${n}`)
                assert.deepStrictEqual(done[n], namesOf(of.after), `case ${n}`)
              } else {
                held++
                assert.strictEqual(status, "held", `case ${n}`)
                const { handler, journal, position } = difference
                assert.include(problem ?? "", `step ${position} was ${journal} and is now ${handler}.`, `case ${n}`)
                assert.deepStrictEqual(done[n], namesOf(of.before.slice(0, of.stop)), `case ${n}`)
              }
            }
          })
        )
        assert.isAbove(held, 15)
        assert.isBelow(held, 45)

        yield* inProcess(
          filename,
          definitionsOf(({ before }) => before, false),
          Effect.gen(function* () {
            for (const [n, of] of cases.entries()) {
              const { problem, status } = yield* becomes(ids[n] ?? "", "done", "failed")
              assert.deepStrictEqual([status, problem], ["done", undefined], `case ${n}`)
              const expected = differenceOf(of) === undefined ? of.after : of.before
              assert.deepStrictEqual(done[n], namesOf(expected), `case ${n}`)
            }
          })
        )
        // The log names each held dialogue once, and nothing else is wrong.
        assert.lengthOf(
          lines.filter((line) => line.includes("does not fit the journal")),
          held
        )
        assert.deepStrictEqual(
          lines.filter((line) => line.includes("entity manager")),
          []
        )
      }).pipe(Effect.scoped, onDiscord, logged(lines))
    },
    240_000
  )
})
