/**
 * The final state of a collection is the fold over the uses that were acknowledged, for every order of events.
 *
 * `FIBERCORD_LAW_RUNS` and `FIBERCORD_LAW_SEED` choose how many schedules there are, and which.
 */
import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as SqlClient from "effect/sql/SqlClient"
import * as Bot from "../../src/Bot.ts"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import * as Store from "../../src/durable/internal/store.ts"
import type { Again } from "../../src/durable/Collection.ts"
import type { Counted } from "../../src/durable/internal/useRows.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import * as Sqlite from "../../src/sqlite/sqlite.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import * as Postgres from "../cluster/support/Postgres.ts"
import { makeRandom } from "../mutate.ts"

const runs = Number(process.env["FIBERCORD_LAW_RUNS"] ?? 6)
const seed = Number(process.env["FIBERCORD_LAW_SEED"] ?? 15)

type Random = (below: number) => number

const temporaryFile = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "fibercord-laws-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ),
  (folder) => join(folder, "dialogues.db")
)

/** A use that was stored, or not. */
interface Use {
  readonly userId: string
  readonly value: string
  readonly counted: Counted
}

/** The values that are part of the result, by user. */
const expectedOf = (uses: ReadonlyArray<Use>, again: Again): ReadonlyMap<string, string> => {
  const values = new Map<string, string>()
  for (const { counted, userId, value } of uses) {
    if (counted === "counted" && !(again === "refuse" && values.has(userId))) values.set(userId, value)
  }
  return values
}

/** The rows as one of several processes sees them. */
const storeOf = <E>(client: Layer.Layer<SqlClient.SqlClient, E>, prefix: string) =>
  Effect.flatMap(Layer.build(client), (context) => Effect.provideContext(Store.make(prefix), context))

const rowsLaw = Effect.fnUntraced(function* (stores: ReadonlyArray<Store.Store>, random: Random, id: string) {
  const again: Again = random(2) === 0 ? "refuse" : "replace"
  const [first] = stores as [Store.Store]
  const question = { kind: "collect", workflow: "law", spec: "{}", place: null }
  yield* first.ask(id, "step", question)
  const now = yield* Clock.currentTimeMillis
  const byDeadline = random(3) === 0
  yield* first.collecting(id, "step", byDeadline ? now + random(30) : now + 3_600_000, true)
  let isClosed = false
  const uses: Array<Use> = []
  const any = <A>(list: ReadonlyArray<A>): A => list[random(list.length)] as A
  const use = Effect.fnUntraced(function* (userId: string, n: number) {
    yield* Effect.sleep(random(4) * 5)
    const value = `${userId}/${n}`
    const wasClosed = isClosed
    const counted = yield* any(stores).count(id, "step", { userId, value }, again)
    if (wasClosed) assert.notStrictEqual(counted, "counted", `${value} was counted after the end`)
    uses.push({ userId, value, counted })
  })
  // Which use is the last one is only known if the uses of a user come one after the other.
  const user = (userId: string) =>
    Effect.forEach(Array.from({ length: 1 + random(4) }), (_, n) => use(userId, n), {
      concurrency: again === "refuse" ? "unbounded" : 1,
      discard: true
    })
  const close = Effect.gen(function* () {
    yield* Effect.sleep(random(60))
    const store = any(stores)
    yield* store.close(id, "step", "Done")
    isClosed = true
    return yield* store.uses(id, "step")
  })
  const users = Array.from({ length: 1 + random(6) }, (_, n) => user(`user${n}`))
  const [rows] = yield* Effect.all([close, ...users], { concurrency: "unbounded" })
  const expected = expectedOf(uses, again)
  const detail = JSON.stringify({ id, again, uses })
  assert.deepStrictEqual([...rows].toSorted(), [...expected.values()].toSorted(), detail)
  const counted = uses.filter(({ counted }) => counted === "counted")
  if (again === "refuse") assert.strictEqual(counted.length, expected.size, detail)
  assert.deepStrictEqual(yield* first.uses(id, "step"), rows, detail)
})

const rowsLaws = Effect.fnUntraced(function* <E>(client: Layer.Layer<SqlClient.SqlClient, E>) {
  const [fresh, random] = [Layer.fresh(client), makeRandom(seed)]
  const stores = [yield* storeOf(fresh, "law"), yield* storeOf(fresh, "law")]
  for (let n = 0; n < runs * 10; n++) yield* rowsLaw(stores, random, `schedule${n}`)
}, Effect.scoped)

describe("the rows of collections hold the uses that were counted, and none that comes after the end", () => {
  it.live(
    "with two processes on one file of SQLite",
    () => Effect.flatMap(temporaryFile, (filename) => rowsLaws(Sqlite.layer({ filename }))).pipe(Effect.scoped),
    240_000
  )

  it.live(
    "with two processes on PostgreSQL",
    () =>
      Effect.gen(function* () {
        const { makeDatabase } = yield* Postgres.Postgres
        yield* rowsLaws(PgClient.layer(yield* makeDatabase))
      }).pipe(Effect.provide(Postgres.layer)),
    240_000
  )
})

interface Ended {
  readonly state: ReadonlyArray<string>
  readonly users: number
}

/** `ended` is told the result, at every run of the handler after the end. */
const poll = (ended: (result: Ended) => void) =>
  Durable.slash(
    "poll",
    {
      version: 1,
      description: "…",
      options: { until: Options.integer("Milliseconds"), limit: Options.integer("Users"), again: Options.string("…") }
    },
    ({ again, limit, until }, { channelId }) =>
      Effect.gen(function* () {
        ended(
          yield* Durable.collect("votes", {
            to: Durable.channel(channelId ?? ""),
            content: "Vote!",
            components: [[Button.choice("a"), Button.choice("b"), Button.choice("c")]],
            state: Schema.Array(Schema.String),
            initial: [],
            fold: (state, { user, value }) => [...state, `${user.id}/${value}`],
            show: ({ length }) => ({ content: `Votes: ${length}` }),
            done: ({ length }) => length === limit,
            until,
            every: "50 millis",
            again: again as Again
          })
        )
        yield* Durable.send("end", Durable.channel(channelId ?? ""), { content: "The end" })
      })
  )

const endOf = (uses: ReadonlyArray<Use>, limit: number): ReadonlyArray<string> => {
  const order = new Map<string, string>()
  for (const { counted, userId, value } of uses) {
    if (counted !== "counted") continue
    order.delete(userId)
    order.set(userId, value)
  }
  return [...order].map(([userId, value]) => `${userId}/${value}`).slice(0, limit)
}

const choices = ["a", "b", "c"] as const

/** A schedule of clicks, of uses that another process stores, and of restarts. */
const botLaw = Effect.fnUntraced(function* (random: Random, n: number) {
  const discord = yield* FakeDiscord.FakeDiscord
  const filename = yield* temporaryFile
  const results: Array<Ended> = []
  const bot = Bot.layer({
    interactions: [poll((result) => results.push(result))],
    onError: { MessageError: ({ message }) => ErrorReply.ephemeral(message) }
  }).pipe(Layer.provide(Layer.orDie(Dialogues.layerSqlite({ filename }))))
  const users = yield* Effect.forEach(Array.from({ length: 2 + random(4) }), (_, m) => discord.user(`law${n}-${m}`))
  const [owner] = users as [FakeDiscord.User]
  const again: Again = random(2) === 0 ? "refuse" : "replace"
  const limit = random(2) === 0 ? 1_000 : 1 + random(users.length)
  const until = limit === 1_000 ? 1_500 + random(1_500) : 5_000
  const uses: Array<Use> = []
  const any = <A>(list: ReadonlyArray<A>): A => list[random(list.length)] as A

  const click = Effect.fnUntraced(function* (message: FakeDiscord.Message) {
    const [user, value] = [any(users), any(choices)]
    const response = yield* user.click(message, value, { stale: true })
    const isSilent = response.kind === "deferred-update" && (yield* response.followUps).length === 0
    uses.push({ userId: user.id, value, counted: isSilent ? "counted" : "late" })
  })
  // A process that is killed after each use that it has stored.
  const other = yield* storeOf(Sqlite.layer({ filename }), "fibercord_durable")
  const useElsewhere = Effect.fnUntraced(function* (id: string) {
    const [user, value] = [any(users), any(choices)]
    const submitted = { interactionId: "0", input: choices.indexOf(value), submitted: {}, user: { id: user.id } }
    const use = { userId: user.id, value: JSON.stringify({ ...submitted, place: "" }) }
    uses.push({ userId: user.id, value, counted: yield* other.count(id, "votes", use, again) })
  })

  let ids: { readonly message: FakeDiscord.Message; readonly id: string } | undefined
  while (results.length === 0 || uses.length === 0) {
    // A process of the bot, until the next restart.
    yield* Effect.scoped(
      Effect.gen(function* () {
        yield* Layer.build(bot)
        if (ids === undefined) {
          yield* owner.slash("poll", { again, limit, until })
          const message = yield* owner.awaitMessage(({ content }) => content === "Votes: 0")
          const [id] = /[0-9a-f]{32}/.exec(JSON.stringify(yield* message.buttons)) ?? [""]
          ids = { message, id }
        }
        for (let m = 1 + random(6); m > 0 && results.length === 0; m--) {
          yield* random(3) === 0 ? useElsewhere(ids.id) : click(ids.message)
          if (random(3) === 0) yield* Effect.sleep(random(150))
        }
      })
    )
  }
  yield* Layer.build(bot)
  yield* owner.awaitMessage(({ content }) => content === "The end")
  const expected = endOf(uses, limit)
  const detail = JSON.stringify({ n, again, limit, until, uses })
  for (const { state, users } of results) {
    assert.deepStrictEqual(state, expected, detail)
    assert.strictEqual(users, expected.length, detail)
  }
  assert.strictEqual(yield* ids?.message.content ?? Effect.succeed(""), `Votes: ${expected.length}`, detail)
  assert.deepStrictEqual(yield* discord.violations, [], detail)
})

describe("a collection", () => {
  it.live(
    "ends with the fold over the uses that were acknowledged, through restarts and with a second process",
    () =>
      Effect.gen(function* () {
        const random = makeRandom(seed)
        for (let n = 0; n < runs; n++) {
          yield* Effect.provide(Effect.scoped(botLaw(random, n)), FakeDiscord.layer({ identifyInterval: "10 millis" }))
        }
      }),
    300_000
  )
})
