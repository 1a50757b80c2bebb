/** Dialogues that several processes have: each click reaches another one than the one that runs the dialogue. */
import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { connect } from "node:net"
import type * as Bot from "../../src/Bot.ts"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import * as CommandSync from "../../src/interactions/router/CommandSync.ts"
import * as Interactions from "../../src/interactions/router/Interactions.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { freePort } from "../cluster/support/freePort.ts"
import { layer as layerPostgres, Postgres } from "../cluster/support/Postgres.ts"
import { alice, temporaryFile } from "./support/harness.ts"
import { overHttp } from "./support/overHttp.ts"

const runs: Array<string> = []

const wizard = Durable.slash("wizard", { version: 1, description: "…" }, () =>
  Effect.gen(function* () {
    const words: Array<string> = []
    for (const step of ["first", "second", "third"]) {
      const { value } = yield* Durable.ask(step, {
        to: Durable.reply,
        content: `${step} after ${words.join(" ")}`,
        components: [[Button.choice("yes"), Button.choice("no")]]
      })
      words.push(value)
    }
    yield* Durable.step(
      "run",
      Effect.sync(() => void runs.push(words.join(" ")))
    )
    yield* Durable.send("result", Durable.reply, { content: words.join(" ") })
  })
)

const voters = 9

const poll = Durable.slash("poll", { version: 1, description: "…", response: "defer" }, () =>
  Effect.gen(function* () {
    const { state, users } = yield* Durable.collect("votes", {
      to: Durable.reply,
      components: [[Button.choice("yes")]],
      state: Schema.Array(Schema.String),
      initial: [],
      fold: (names, { user }) => [...names, user.username],
      show: (names) => ({ content: `Votes: ${names.length}` }),
      done: (names) => names.length === voters,
      until: "1 day",
      every: "200 millis"
    })
    yield* Durable.send("result", Durable.reply, { content: `${users}: ${state.toSorted().join(" ")}` })
  })
)

/** A process whose interactions come over HTTP. Returns its URL. */
const start = <E, R>(dialogues: Layer.Layer<Dialogues.Dialogues, E, R>) =>
  overHttp(
    Interactions.layer({
      interactions: [wizard, poll],
      onError: { MessageError: ({ message }) => ErrorReply.ephemeral(message) }
    }).pipe(Layer.provide(Layer.orDie(dialogues)))
  )

const play = Effect.fnUntraced(function* (urls: ReadonlyArray<string>) {
  const discord = yield* FakeDiscord.FakeDiscord
  yield* CommandSync.run([wizard, poll] as never)
  const user = yield* alice
  let turn = 0
  const next = Effect.suspend(() => discord.interactionsEndpoint(urls[turn++ % urls.length] ?? ""))
  yield* next
  const response = yield* user.slash("wizard")
  const words: Array<string> = []
  for (const step of ["first", "second", "third"]) {
    yield* response.awaitContent(`${step} after ${words.join(" ")}`)
    yield* next
    yield* response.click("yes")
    words.push("yes")
  }
  yield* response.awaitContent("yes yes yes")
  assert.deepStrictEqual(runs.splice(0), ["yes yes yes"])
})

/** Everybody votes twice, each time by another process. */
const vote = Effect.fnUntraced(function* (urls: ReadonlyArray<string>) {
  const discord = yield* FakeDiscord.FakeDiscord
  const names = Array.from({ length: voters }, (_, n) => `voter${n}`)
  const response = yield* (yield* alice).slash("poll")
  yield* response.awaitContent("Votes: 0")
  let turn = 0
  for (const name of [...names.slice(0, 5), ...names.slice(0, 5), ...names.slice(5)]) {
    yield* discord.interactionsEndpoint(urls[turn++ % urls.length] ?? "")
    yield* (yield* discord.user(name)).click(response, "yes")
    if (turn === 5) yield* response.awaitContent("Votes: 5")
  }
  yield* response.awaitContent(`${voters}: ${names.join(" ")}`)
  assert.deepStrictEqual(yield* discord.violations, [])
})

const on = <A, E>(test: Effect.Effect<A, E, Bot.Services | FakeDiscord.FakeDiscord | Scope.Scope | Postgres>) =>
  test.pipe(Effect.scoped, Effect.provide(Layer.merge(FakeDiscord.layer(), layerPostgres)))

/** Waits until a connection ends on which something was said without a handshake. */
const say = (port: number) =>
  Effect.callback<void>((resume) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\n\r\n"))
    socket.on("error", () => undefined)
    socket.on("close", () => resume(Effect.void))
  })

describe("a dialogue of several processes", () => {
  it.live("goes on from whichever hears the click, on one file", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const dialogues = () => Layer.fresh(Dialogues.layerSqlite({ filename }))
      const urls = [yield* start(dialogues()), yield* start(dialogues()), yield* start(dialogues())]
      yield* play(urls)
      yield* vote(urls)
    }).pipe(on)
  )

  it.live("goes on from whichever hears the click, on PostgreSQL", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => void lines.push(String(message)))
    return Effect.gen(function* () {
      const settings = yield* (yield* Postgres).makeDatabase
      const ports: Array<number> = []
      const dialogues = Effect.map(freePort, (port) => {
        ports.push(port)
        return Layer.fresh(Dialogues.layerSql({ host: "127.0.0.1", port })).pipe(
          Layer.provide(PgClient.layer(settings))
        )
      })
      const urls = [yield* start(yield* dialogues), yield* start(yield* dialogues), yield* start(yield* dialogues)]
      // Whoever does not have the bot's token is refused, and nobody hears more of it.
      for (const port of ports) yield* say(port)
      assert.lengthOf(
        lines.filter((line) => line.startsWith("A connection to the port of the cluster was refused")),
        ports.length
      )
      yield* play(urls)
      yield* vote(urls)
    }).pipe(on, Effect.provide(Logger.layer([logger])))
  })
})
