import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Playground } from "../../src/playground/index.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { call, connect } from "../testing/client.ts"
import { type Any, emptyPage, get, open } from "./client.ts"

/** A playground over a fake, with a bare connection in place of a bot. */
const start = (options: Playground.Options = {}, fake: FakeDiscord.Options = {}) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make(fake)
    yield* discord.registerCommands([{ name: "wait", description: "Waits" }])
    const playground = yield* Playground.make({ port: 0, page: emptyPage(), ...options }).pipe(
      Effect.provideService(FakeDiscord.FakeDiscord, discord)
    )
    return { discord, playground, channel: discord.guild.channelId }
  })

describe("what a playground tells its pages", () => {
  it.live("an interaction without a response fails in the words of Discord", () =>
    Effect.gen(function* () {
      const { channel, discord, playground } = yield* start({}, { interactionDeadline: "30 millis" })
      const client = yield* connect(discord)
      yield* client.identify()
      const page = yield* open(playground.url)
      const user = (yield* page.ask({ type: "addUser", name: "alice" })).id
      const { interaction } = yield* page.ask({ type: "slash", user, channel, name: "wait", values: {} })
      assert.strictEqual(interaction.state, "failed")
      assert.strictEqual(interaction.failure, "The application did not respond")
      const states = () => page.updates.filter(({ type }) => type === "interaction").map((one) => one.interaction.state)
      yield* page.update((one) => one.type === "interaction" && one.interaction.state === "failed")
      assert.deepStrictEqual(states(), ["waiting", "failed"])
    })
  )

  it.live("a bot that is typing is typing, and calls of an interaction say which it is", () =>
    Effect.gen(function* () {
      const { channel, discord, playground } = yield* start()
      const client = yield* connect(discord)
      yield* client.identify()
      const page = yield* open(playground.url)
      yield* call(discord, "POST", `/channels/${channel}/typing`)
      yield* page.update((one) => one.type === "typing" && one.channel === channel)
      const refused = yield* call(discord, "POST", `/channels/${channel}/messages`, {})
      assert.strictEqual(refused.status, 400)
      yield* page.update((one) => one.type === "rest" && one.calls.some((made: Any) => made.code === 50006))
    })
  )

  it.live("faults act as often as they say, and are withdrawn", () =>
    Effect.gen(function* () {
      const { channel, discord, playground } = yield* start()
      const client = yield* connect(discord)
      yield* client.identify()
      const [page, other] = [yield* open(playground.url), yield* open(playground.url)]
      const typing = call(discord, "POST", `/channels/${channel}/typing`)
      const status = Effect.map(typing, (answer) => answer.status)
      const requests = "POST /channels/:channel/typing"
      yield* page.ask({ type: "fault", fault: { kind: "failRest", status: 503, times: 1, requests } })
      assert.deepStrictEqual([yield* status, yield* status], [503, 204])
      const fault = { kind: "rateLimit", retryAfterMillis: 1500, global: true, times: 9 } as const
      const { fault: id } = yield* page.ask({ type: "fault", fault })
      const limited = yield* typing
      assert.strictEqual(limited.status, 429)
      const { faults } = yield* other.update((one) => one.type === "faults" && one.faults.length === 2)
      assert.deepStrictEqual(faults[1], { id, fault, hits: 0 })
      yield* other.update((one) => one.type === "faults" && one.faults.some((each: Any) => each.hits === 1))
      yield* page.ask({ type: "clearFault", fault: id })
      assert.strictEqual(yield* status, 204)
      yield* page.ask({ type: "fault", fault: { kind: "drop" } })
      assert.strictEqual(yield* client.closed, 1006)
      const nobody = yield* page.reply({ type: "fault", fault: { kind: "reconnect" } })
      assert.match(nobody.error.message, /No shard is connected/)
    })
  )

  it.live("votes are counted, and only those that the poll takes", () =>
    Effect.gen(function* () {
      const { channel, discord, playground } = yield* start()
      const answers = ["red", "blue"].map((text) => ({ poll_media: { text } }))
      const poll = { question: { text: "Which?" }, answers }
      const { body } = yield* call(discord, "POST", `/channels/${channel}/messages`, { poll })
      const page = yield* open(playground.url)
      const user = (yield* page.ask({ type: "addUser", name: "alice" })).id
      yield* page.ask({ type: "messages", channel })
      const vote = (...answers: Array<number>) => page.reply({ type: "vote", user, message: body.id, answers })
      assert.strictEqual((yield* vote(2)).ok, true)
      yield* page.update(
        (one) => one.type === "message" && one.message.raw.poll.results.answer_counts.some(({ id }: Any) => id === 2)
      )
      assert.match((yield* vote(1, 2)).error.message, /one answer/)
      assert.match((yield* vote(3)).error.message, /answers 1, 2/)
    })
  )

  it.live("a page that does not read is dropped, and the others are not", () =>
    Effect.gen(function* () {
      const { channel, discord, playground } = yield* start({ buffer: 1_000_000 })
      const [page, slow] = [yield* open(playground.url), yield* open(playground.url)]
      yield* page.ask({ type: "messages", channel })
      yield* slow.ask({ type: "messages", channel })
      slow.socket.pause()
      const alice = yield* discord.user("alice")
      // 12 MB: what the system buffers on the way has to be filled first.
      for (let n = 0; n < 200; n++) {
        for (let m = 0; m < 10; m++) yield* alice.say("語".repeat(2000))
        yield* page.ask({ type: "view", user: alice.id })
      }
      slow.socket.resume()
      assert.include([1006, 1008], yield* slow.closed)
      assert.strictEqual(page.socket.readyState, page.socket.OPEN)
    })
  )

  it.live("a page that asks for too much at once is told to wait", () =>
    Effect.gen(function* () {
      const { channel, playground } = yield* start({}, { patience: "1 minute" })
      const page = yield* open(playground.url)
      const user = (yield* page.ask({ type: "addUser", name: "alice" })).id
      // There is no session, so that these wait.
      const request = { type: "slash", user, channel, name: "wait", values: {} }
      for (let seq = 1000; seq < 1064; seq++) yield* page.raw(JSON.stringify({ seq, request }))
      const { error } = yield* page.reply(request)
      assert.strictEqual(error.tag, "TooMany")
    })
  )

  it.effect("a playground without a page or a port says what to do", () =>
    Effect.gen(function* () {
      const fake = yield* FakeDiscord.make()
      const fails = (options: Playground.Options) =>
        Playground.make(options).pipe(Effect.provideService(FakeDiscord.FakeDiscord, fake), Effect.flip)
      const unbuilt = yield* fails({ port: 0, page: "/nowhere" })
      assert.strictEqual(unbuilt.reason, "PageNotBuilt")
      assert.match(unbuilt.message, /no built page in \/nowhere: .*npm run build/)
      const { port } = (yield* start()).playground
      const taken = yield* fails({ port, page: emptyPage() })
      assert.strictEqual(taken.reason, "NotListening")
      assert.match(taken.message, /is in use/)
    })
  )

  it.live("ends with its scope", () =>
    Effect.gen(function* () {
      const { playground } = yield* start()
      const page = yield* open(playground.url)
      return { page, port: playground.port }
    }).pipe(
      Effect.scoped,
      Effect.flatMap(({ page, port }) => Effect.andThen(page.closed, Effect.exit(get(port, "/")))),
      Effect.map((exit) => assert.strictEqual(exit._tag, "Failure"))
    )
  )
})
