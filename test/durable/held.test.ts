import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import { alice, onDiscord, temporaryFile } from "./support/harness.ts"
import { becomes, eventually, inProcess } from "./support/processes.ts"

const told = (content: string) =>
  Effect.flatMap(alice, (user) => user.awaitMessage((message) => message.content.includes(content), { direct: true }))

/** What the dialogue did outside of itself. */
const make = () => {
  const done: Array<string> = []
  const pick = Durable.ask("pick", { to: Durable.reply, content: "Pick", components: [[Button.choice("left")]] })
  const note = (name: string) =>
    Durable.step(
      name,
      Effect.sync(() => done.push(name))
    )
  const tell = (userId: string) => Durable.send("bye", Durable.dm(userId), { content: done.join(" ") })
  const command = (
    name: string,
    steps: (userId: string) => ReadonlyArray<Effect.Effect<unknown, unknown, Durable.InDialogue>>
  ) =>
    Durable.slash(name, { version: 1, description: "…", response: "defer" }, (_, { user }) =>
      Effect.orDie(Effect.forEach(steps(user.id), (step) => step, { discard: true }))
    )
  return { command, done, note, pick, tell }
}

type Made = ReturnType<typeof make>
type Steps = (made: Made, userId: string) => ReadonlyArray<Effect.Effect<unknown, unknown, Durable.InDialogue>>

const original: Steps = ({ note, pick, tell }, id) => [note("a"), note("b"), pick, tell(id)]

const idOf = Effect.flatMap(Dialogues.Dialogues, (dialogues) =>
  Effect.map(
    eventually(dialogues.list(), (all) => all.length === 1),
    ([one]) => one?.id ?? ""
  )
)

const edits: ReadonlyArray<readonly [what: string, steps: Steps, problem: string]> = [
  [
    "inserted",
    ({ note, pick, tell }, id) => [note("a"), note("new"), note("b"), pick, tell(id)],
    'step 2 was step "b" and is now step "new"'
  ],
  ["removed", ({ note, pick, tell }, id) => [note("b"), pick, tell(id)], 'step 1 was step "a" and is now step "b"'],
  [
    "swapped with another",
    ({ note, pick, tell }, id) => [note("b"), note("a"), pick, tell(id)],
    'step 1 was step "a" and is now step "b"'
  ],
  [
    "renamed",
    ({ note, pick, tell }, id) => [note("a"), note("c"), pick, tell(id)],
    'step 2 was step "b" and is now step "c"'
  ],
  [
    "of another kind",
    ({ note, tell }, id) => [note("a"), note("b"), note("pick"), tell(id)],
    'step 3 was ask "pick" and is now step "pick"'
  ],
  ["left out at the end", ({ note }) => [note("a"), note("b")], 'step 3 was ask "pick" and is now nothing']
]

describe("a dialogue whose code no longer fits its journal", () => {
  it.live.each(edits)("is held for a step that was %s, and goes on with the code that fits", ([, edited, problem]) =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const made = make()
      const user = yield* alice
      const before = made.command("pick", (id) => original(made, id))
      const { id, response } = yield* inProcess(
        filename,
        [before],
        Effect.gen(function* () {
          const response = yield* user.slash("pick")
          yield* response.awaitContent("Pick")
          return { id: yield* idOf, response }
        })
      )
      // A click makes it run again, with other code.
      yield* inProcess(
        filename,
        [made.command("pick", (id) => edited(made, id))],
        Effect.gen(function* () {
          yield* response.click("left")
          const held = yield* becomes(id, "held")
          assert.include(held.problem, problem)
          assert.include(held.problem, "pick@1")
          assert.deepStrictEqual(
            held.steps.map(({ kind, name }) => `${kind} ${name}`),
            ["step a", "step b", "ask pick"]
          )
          yield* (yield* Dialogues.Dialogues).resume(id)
        })
      )
      assert.deepStrictEqual(made.done, ["a", "b"])
      yield* inProcess(
        filename,
        [before],
        Effect.gen(function* () {
          const { problem } = yield* becomes(id, "done")
          assert.isUndefined(problem)
          yield* told("a b")
        })
      )
      assert.deepStrictEqual(made.done, ["a", "b"])
    }).pipe(Effect.scoped, onDiscord)
  )
})

describe("a step that cannot be taken", () => {
  const invalid: ReadonlyArray<readonly [what: string, steps: Steps, problem: string]> = [
    ["has a name that was used before", ({ note }) => [note("a"), note("a")], "has a name that an earlier step has"],
    ["has a bad name", ({ note }) => [note("a/b")], "needs another name"],
    [
      "begins while another one is not over",
      ({ note }) => [Effect.all([Durable.step("slow", Effect.never), note("a")], { concurrency: 2 })],
      'begins while the step "slow" is not over'
    ],
    [
      "is taken inside of another one",
      ({ note }) => [Durable.step("outer", note("a") as unknown as Effect.Effect<void>)],
      'begins while the step "outer" is not over'
    ],
    [
      "begins after another one was interrupted",
      ({ note }) => [
        Effect.ignore(Effect.timeout(Durable.step("slow", Effect.sleep("1 hour")), "20 millis")),
        note("a")
      ],
      'begins after the step "slow" was interrupted'
    ]
  ]
  it.live.each(invalid)("%s: the dialogue fails, and its user is told", ([, steps, problem]) =>
    Effect.gen(function* () {
      const made = make()
      const user = yield* alice
      yield* inProcess(
        ":memory:",
        [made.command("pick", (id) => steps(made, id))],
        Effect.gen(function* () {
          const response = yield* user.slash("pick")
          const failed = yield* becomes(yield* idOf, "failed")
          assert.include(failed.problem, problem)
          yield* response.awaitContent((content) => content.startsWith("Something went wrong"))
        })
      )
      assert.deepStrictEqual(made.done, problem.includes("earlier") ? ["a"] : [])
    }).pipe(Effect.scoped, onDiscord)
  )

  it.live("is not taken by what a handler cleans up when its dialogue waits", () =>
    Effect.gen(function* () {
      const made = make()
      const user = yield* alice
      const handler = Effect.ensuring(Effect.andThen(made.pick, made.note("end")), made.note("bye"))
      yield* inProcess(
        ":memory:",
        [made.command("pick", () => [handler])],
        Effect.gen(function* () {
          const response = yield* user.slash("pick")
          yield* response.awaitContent("Pick")
          const id = yield* idOf
          yield* eventually((yield* Dialogues.Dialogues).get(id), ({ questions }) => questions.length === 1)
          yield* response.click("left")
          const { steps } = yield* becomes(id, "done")
          assert.deepStrictEqual(
            steps.map(({ name }) => name),
            ["pick", "end", "bye"]
          )
        })
      )
    }).pipe(Effect.scoped, onDiscord)
  )

  it.live("is not taken by what a handler cleans up when its process ends, whatever else fails then", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const made = make()
      const begun = yield* Deferred.make<void>()
      const slow = Durable.step("slow", Effect.andThen(Deferred.succeed(begun, undefined), Effect.never))
      const handler = (work: Effect.Effect<unknown, unknown, Durable.InDialogue>) =>
        made.command("pick", () => [
          Effect.onInterrupt(Effect.ensuring(work, made.note("bye")), () => Effect.die(new Error("cannot clean up")))
        ])
      const id = yield* inProcess(
        filename,
        [handler(slow)],
        Effect.gen(function* () {
          yield* (yield* alice).slash("pick")
          yield* Deferred.await(begun)
          return yield* idOf
        })
      )
      assert.deepStrictEqual(made.done, [])
      const quick = Durable.step(
        "slow",
        Effect.sync(() => made.done.push("slow"))
      )
      yield* inProcess(filename, [handler(quick)], becomes(id, "done"))
      assert.deepStrictEqual(made.done, ["slow", "bye"])
    }).pipe(Effect.scoped, onDiscord)
  )
})
