import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { copyFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import * as Bot from "../../src/Bot.ts"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import type * as Definition from "../../src/interactions/definitions/Definition.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import type { FakeDiscord } from "../../src/testing/index.ts"
import { alice, onDiscord, temporaryFile } from "./support/harness.ts"
import { becomes, eventually, inProcess, logged } from "./support/processes.ts"

const told = (content: string) =>
  Effect.flatMap(alice, (user) => user.awaitMessage((message) => message.content === content, { direct: true }))

/** Versions of a command whose dialogues ask, and then say which version they are. */
const request = (version: number) =>
  Durable.slash(
    "request",
    { version, description: "…", response: "defer", options: { what: Options.string("What") } },
    ({ what }, { user }) =>
      Effect.gen(function* () {
        yield* Durable.ask("verdict", {
          to: Durable.reply,
          content: `v${version} of ${what}`,
          components: [[Button.choice("yes")]]
        })
        yield* Durable.send("result", Durable.dm(user.id), { content: `v${version} sent ${what}` })
      }).pipe(Effect.orDie)
  )

const open = (what: string, version: number) =>
  Effect.gen(function* () {
    const response = yield* (yield* alice).slash("request", { what })
    yield* response.awaitContent(`v${version} of ${what}`)
    const dialogues = yield* Dialogues.Dialogues
    const [newest] = yield* dialogues.list({ limit: 1 })
    return { id: newest?.id ?? "", response }
  })

const isOver = (response: FakeDiscord.Message) =>
  response.awaitUntil(({ buttons }) => buttons.length > 0 && buttons.every(({ disabled }) => disabled))

describe("versions of a dialogue", () => {
  it.live("finish on their code, and the newest begins", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const old = yield* inProcess(filename, [request(1)], open("tea", 1))
      yield* inProcess(
        filename,
        [Durable.versions(request(2), request(1))],
        Effect.gen(function* () {
          const { id, response } = yield* open("milk", 2)
          yield* old.response.click("yes")
          yield* told("v1 sent tea")
          yield* response.click("yes")
          yield* told("v2 sent milk")
          yield* becomes(old.id, "done")
          yield* becomes(id, "done")
          const dialogues = yield* Dialogues.Dialogues
          const versions = (yield* dialogues.list()).map(({ name, version }) => `${name}@${version}`)
          assert.deepStrictEqual(versions, ["request@2", "request@1"])
          assert.lengthOf(yield* dialogues.list({ version: 1, status: "done" }), 1)
          assert.lengthOf(yield* dialogues.list({ name: "other" }), 0)
        })
      )
    }).pipe(Effect.scoped, onDiscord)
  )

  it("must be of one definition, each once, the newest first", () => {
    const other = Durable.make("other", { version: 1, input: Schema.String }, () => Effect.void)
    assert.throws(() => Durable.versions(request(2), other as never), /other@1 is not a version of request/)
    assert.throws(() => Durable.versions(request(2), request(2)), /there are two of request@2/)
    assert.throws(() => Durable.versions(request(1), request(2)), /request@2 is not the newest/)
  })

  it("are whole numbers, of a dialogue that has a name", () => {
    const make = (name: string, version: number) =>
      Durable.make(name, { version, input: Schema.String }, () => Effect.void)
    for (const version of [-1, 1.5, Number.NaN, 2 ** 31]) assert.throws(() => make("a", version), TypeError, "version")
    for (const name of ["", "x".repeat(65)]) assert.throws(() => make(name, 1), TypeError, "name")
  })

  it("keep the errors and requirements of all, and the input of the newest", () => {
    class Broken extends Schema.TaggedError<Broken>("Broken")("Broken", {}) {}
    const first = Durable.slash("a", { version: 1, description: "…" }, () => Effect.fail(new Broken({})))
    const second = Durable.slash("a", { version: 2, description: "…" }, () => Effect.void)
    const both = Durable.versions(second, first)
    expectTypeOf<Definition.Errors<typeof both>>().toEqualTypeOf<Broken>()
    expectTypeOf<Definition.Requirements<typeof both>>().toEqualTypeOf<Dialogues.Dialogues>()
    const input = Durable.make("b", { version: 2, input: Schema.Finite }, () => Effect.void)
    const started = Durable.versions(
      input,
      Durable.make("b", { version: 1, input: Schema.String }, () => Effect.void)
    )
    expectTypeOf<Effect.Success<ReturnType<typeof start>>>().toEqualTypeOf<string>()
    const start = () => Durable.start(started, 1)
    // @ts-expect-error the newest begins with a number
    assert.isFunction(() => Durable.start(started, "1"))
  })
})

describe("a version that no process has", () => {
  it.live("is named in one line, its users are told, and it goes on where there is its code again", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const [first, second] = yield* inProcess(
        filename,
        [request(1)],
        Effect.forEach(["tea", "milk"], (what) => open(what, 1))
      )
      assert.isDefined(first)
      assert.isDefined(second)
      const lines: Array<string> = []
      yield* inProcess(
        filename,
        [request(2)],
        Effect.gen(function* () {
          const answer = yield* first.response.click("yes")
          const reply = yield* answer.awaitFollowUp()
          assert.strictEqual(yield* reply.content, "This is no longer available.")
          yield* isOver(first.response)
          assert.lengthOf(
            lines.filter((line) => line.includes("2 of request@1")),
            1
          )
          const waiting = yield* (yield* Dialogues.Dialogues).list({ version: 1 })
          assert.deepStrictEqual(
            waiting.map(({ status }) => status),
            ["running", "running"]
          )
        })
      ).pipe(logged(lines))
      yield* inProcess(
        filename,
        [request(1)],
        Effect.gen(function* () {
          yield* second.response.click("yes")
          yield* told("v1 sent milk")
        })
      )
    }).pipe(Effect.scoped, onDiscord)
  )

  it.live("is held when its time has come, and goes on where there is its code again", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const nap = Durable.make("nap", { version: 1, input: Schema.String }, (userId) =>
        Effect.andThen(
          Durable.sleep("nap", "300 millis"),
          Effect.orDie(Durable.send("up", Durable.dm(userId), { content: "up" }))
        )
      )
      const user = yield* alice
      const id = yield* inProcess(filename, [nap], Durable.start(nap, user.id))
      yield* inProcess(
        filename,
        [request(1)],
        Effect.gen(function* () {
          const { problem } = yield* becomes(id, "held")
          assert.include(problem, "There is no code of nap@1")
        })
      )
      yield* inProcess(filename, [nap], Effect.andThen(becomes(id, "done"), told("up")))
    }).pipe(Effect.scoped, onDiscord)
  )

  it.live("can be cancelled", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const { id, response } = yield* inProcess(filename, [request(1)], open("tea", 1))
      yield* inProcess(
        filename,
        [request(2)],
        Effect.gen(function* () {
          const dialogues = yield* Dialogues.Dialogues
          yield* dialogues.cancel(id)
          const { questions } = yield* becomes(id, "cancelled")
          assert.deepStrictEqual(questions, [])
          yield* isOver(response)
          yield* dialogues.cancel(id)
          const late = yield* response.click("yes", { stale: true })
          assert.strictEqual(yield* late.content, "This has ended.")
        })
      )
    }).pipe(Effect.scoped, onDiscord)
  )

  it.live("can be cancelled by a program without a bot", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const { id, response } = yield* inProcess(filename, [request(1)], open("tea", 1))
      yield* Effect.scoped(
        Effect.provide(
          Effect.gen(function* () {
            yield* (yield* Dialogues.Dialogues).cancel(id)
            yield* becomes(id, "cancelled")
          }),
          Layer.orDie(Dialogues.layerSqlite({ filename }))
        )
      )
      yield* inProcess(
        filename,
        [request(1)],
        Effect.gen(function* () {
          const late = yield* response.click("yes")
          assert.strictEqual(yield* (yield* late.awaitFollowUp()).content, "This has ended.")
          yield* isOver(response)
        })
      )
    }).pipe(Effect.scoped, onDiscord)
  )

  it.live("is begun by one process while another one that has not its code runs the dialogues", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const hello = (version: number) =>
        Durable.make("hello", { version, input: Schema.String }, (userId) =>
          Effect.orDie(Durable.send("hello", Durable.dm(userId), { content: `hello from v${version}` }))
        )
      const user = yield* alice
      const newest = hello(2)
      const id = yield* inProcess(
        filename,
        [hello(1)],
        inProcess(
          filename,
          [newest],
          Effect.gen(function* () {
            const id = yield* Durable.start(newest, user.id)
            yield* becomes(id, "held")
            return id
          })
        )
      )
      yield* inProcess(filename, [newest], Effect.andThen(becomes(id, "done"), told("hello from v2")))
    }).pipe(Effect.scoped, onDiscord)
  )
})

describe("a dialogue that is begun where nothing can run it", () => {
  it.live("waits for a process with its code", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const hello = Durable.make("hello", { version: 1, input: Schema.String }, (userId) =>
        Effect.orDie(Durable.send("hello", Durable.dm(userId), { content: "hello" }))
      )
      const { id: userId } = yield* alice
      const start = Durable.start(hello, userId)
      const id = yield* Effect.provide(start, Dialogues.layerSqlite({ filename }), { local: true })
      yield* inProcess(filename, [hello], Effect.andThen(becomes(id, "done"), told("hello")))
    }).pipe(Effect.scoped, onDiscord)
  )

  it.live("runs as soon as its definition is there", () =>
    Effect.gen(function* () {
      const { id: userId } = yield* alice
      const hello = Durable.make("hello", { version: 1, input: Schema.String }, (userId) =>
        Effect.orDie(Durable.send("hello", Durable.dm(userId), { content: "hello" }))
      )
      const early = Effect.tap(Dialogues.Dialogues, () => Durable.start(hello, userId))
      const bot = Bot.layer({ interactions: [hello] }).pipe(
        Layer.provideMerge(Layer.effect(Dialogues.Dialogues, early)),
        Layer.provide(Dialogues.layerSqlite({ filename: ":memory:" }))
      )
      yield* Effect.provide(told("hello"), bot)
    }).pipe(Effect.scoped, onDiscord)
  )
})

describe("a migration", () => {
  it.live("begins the new version with the interaction of the old one, once", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const newest = request(2)
      const { id, response } = yield* inProcess(filename, [request(1)], open("tea", 1))
      yield* inProcess(
        filename,
        [newest],
        Effect.gen(function* () {
          const dialogues = yield* Dialogues.Dialogues
          const [successor, again] = yield* Effect.all([dialogues.migrate(id, newest), dialogues.migrate(id, newest)], {
            concurrency: 2
          })
          assert.strictEqual(successor, again)
          assert.strictEqual(yield* dialogues.migrate(id, newest), successor)
          const old = yield* dialogues.get(id)
          assert.deepStrictEqual([old.status, old.successor, old.questions], ["migrated", successor, []])
          // It answers the same interaction, and so in the same message.
          yield* response.awaitContent("v2 of tea")
          yield* response.click("yes")
          yield* told("v2 sent tea")
          yield* becomes(successor, "done")
          assert.lengthOf(yield* dialogues.list(), 2)
          const refused = yield* Effect.flip(dialogues.migrate(id, request(3)))
          assert.strictEqual(refused._tag, "DialogueEnded")
        })
      )
    }).pipe(Effect.scoped, onDiscord)
  )

  it.live("goes on where a process has died in the middle of it", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const newest = request(2)
      const { id, response } = yield* inProcess(filename, [request(1)], open("tea", 1))
      // Where it will go is known from a copy.
      const copy = `${filename}-copy`
      copyFileSync(filename, copy)
      const migrating = Dialogues.Dialogues.use((dialogues) => dialogues.migrate(id, newest))
      const successor = yield* Effect.provide(migrating, Dialogues.layerSqlite({ filename: copy }), { local: true })
      const database = new DatabaseSync(filename)
      database
        .prepare("UPDATE fibercord_durable_dialogues SET status = 'migrated', successor = ?, ended_at = ? WHERE id = ?")
        .run(successor, 4_000_000_000_000, id)
      database.close()
      yield* inProcess(
        filename,
        [Durable.versions(newest, request(1))],
        Effect.gen(function* () {
          const dialogues = yield* Dialogues.Dialogues
          // The old one takes no more steps.
          yield* response.click("yes")
          assert.strictEqual(yield* migrating, successor)
          yield* response.awaitContent("v2 of tea")
          yield* response.click("yes")
          yield* told("v2 sent tea")
          yield* becomes(successor, "done")
          const { status, steps } = yield* dialogues.get(id)
          assert.deepStrictEqual([status, steps.map(({ name }) => name)], ["migrated", ["verdict"]])
        })
      )
    }).pipe(Effect.scoped, onDiscord)
  )

  it.live("begins another definition with what the operator gives", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const plain = Durable.make(
        "plain",
        { version: 1, input: Schema.Struct({ what: Schema.String }) },
        ({ what }, about) =>
          Durable.step(
            "note",
            Effect.sync(() => notes.push(`${what} ${about.id}`))
          )
      )
      const notes: Array<string> = []
      yield* inProcess(
        filename,
        [request(1), plain],
        Effect.gen(function* () {
          const dialogues = yield* Dialogues.Dialogues
          const { id, response } = yield* open("tea", 1)
          const successor = yield* dialogues.migrate(id, plain, { what: "coffee" })
          const { userId } = yield* becomes(successor, "done")
          assert.deepStrictEqual(notes, [`coffee ${successor}`])
          assert.strictEqual(userId, (yield* alice).id)
          yield* isOver(response)
          const ended = yield* Effect.flip(dialogues.migrate(successor, plain, { what: "x" }))
          assert.strictEqual(ended._tag, "DialogueEnded")
          const { id: other } = yield* open("milk", 1)
          const refused = yield* Effect.flip(
            dialogues.migrate(
              other,
              Durable.slash("other", { version: 1, description: "…" }, () => Effect.void)
            )
          )
          assert.strictEqual(refused._tag, "MigrationRefused")
          assert.strictEqual((yield* dialogues.get(other)).status, "running")
          const unknown = yield* Effect.flip(dialogues.migrate("nothing", plain, { what: "x" }))
          assert.strictEqual(unknown._tag, "UnknownDialogue")
          // @ts-expect-error this definition begins with an input
          assert.isFunction(() => dialogues.migrate(other, plain, 1))
        })
      )
    }).pipe(Effect.scoped, onDiscord)
  )
})

describe("the list of dialogues", () => {
  it.live("has pages, the newest first", () =>
    Effect.gen(function* () {
      const noop = Durable.make("noop", { version: 1, input: Schema.Finite }, () => Effect.void)
      yield* inProcess(
        ":memory:",
        [noop],
        Effect.gen(function* () {
          const dialogues = yield* Dialogues.Dialogues
          const ids = yield* Effect.forEach([1, 2, 3, 4, 5], (n) => Durable.start(noop, n, { userId: `${n % 2}` }))
          yield* Effect.forEach(ids, (id) => becomes(id, "done"))
          const all = yield* dialogues.list()
          assert.deepStrictEqual(all.map(({ id }) => id).toSorted(), ids.toSorted())
          const first = yield* dialogues.list({ limit: 3 })
          const rest = yield* dialogues.list({ limit: 3, after: first.at(-1) })
          assert.deepStrictEqual([...first, ...rest], all)
          assert.lengthOf(yield* dialogues.list({ userId: "1" }), 3)
          yield* eventually(dialogues.list({ status: "running" }), ({ length }) => length === 0)
        })
      )
    }).pipe(Effect.scoped, onDiscord)
  )
})
