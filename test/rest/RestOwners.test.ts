/** Three clients in one process, as three members of a cluster: every request travels as JSON. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as DiscordConfig from "../../src/DiscordConfig.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"
import * as RestOwners from "../../src/rest/RestOwners.ts"
import { RestAnswer, RestRequest } from "../../src/rest/RestRequest.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

type Rest = DiscordRest.DiscordRest["Service"]

const travel = <A, I>(schema: Schema.Codec<A, I>, value: A): A => {
  const codec = Schema.toCodecJson(schema)
  return Schema.decodeUnknownSync(codec)(JSON.parse(JSON.stringify(Schema.encodeUnknownSync(codec)(value))))
}

const names = ["a", "b", "c"] as const

interface Options extends DiscordRest.Options {
  /** Instead of the way to a member. */
  readonly send?: (
    member: string,
    request: RestRequest,
    rest: Rest
  ) => ReturnType<RestOwners.Options["send"]> | undefined
}

/** Members that know each other. `passed` are the requests that went from one to another. */
const clusterOf = Effect.fnUntraced(function* (options: Options = {}) {
  const discord = yield* FakeDiscord.FakeDiscord
  const config = DiscordConfig.layer({ token: discord.token, apiUrl: discord.apiUrl })
  const rests = new Map<string, Rest>()
  const passed: Array<{ readonly to: string; readonly request: RestRequest }> = []
  const members = { current: [...names] as ReadonlyArray<string> }
  const send = Effect.fnUntraced(function* (to: string, request: RestRequest) {
    passed.push({ to, request })
    const rest = rests.get(to)
    if (rest === undefined) return yield* Effect.die(`there is no ${to}`)
    const sent = travel(RestRequest, request)
    return yield* (options.send?.(to, sent, rest) ?? rest.request(sent)).pipe(
      Effect.map((answer) => travel(RestAnswer, answer)),
      Effect.mapError((error) => (error._tag === "Unreachable" ? error : travel(DiscordRest.DiscordRestError, error)))
    )
  })
  const one = (self: string) => {
    const owners = RestOwners.make({ self, members: () => members.current, send })
    return Layer.build(Layer.provide(DiscordRest.layer({ ...options, owners }), config)).pipe(
      Effect.map(Context.get(DiscordRest.DiscordRest)),
      Effect.tap((rest) => Effect.sync(() => rests.set(self, rest)))
    )
  }
  const all = yield* Effect.forEach(names, one)
  const { ownerOf } = RestOwners.make({ self: "", members: () => members.current, send })
  const of = (name: string) => rests.get(name) ?? assert.fail(`there is no ${name}`)
  /** A member that does not own this channel. */
  const strangerTo = (channelId: string) => of(names.find((name) => name !== ownerOf(`/channels/${channelId}`)) ?? "a")
  return { discord, all, of, passed, members, ownerOf, strangerTo, channelId: discord.guild.channelId }
})

const say = (rest: Rest, channelId: string, content: string) =>
  rest.use((api) => api.channels.createMessage(channelId, { content }))

const requestsOf = Effect.fnUntraced(function* (discord: FakeDiscord.FakeDiscord["Service"], method: string) {
  return (yield* discord.log).filter(FakeDiscord.is("Request", (request) => request.method === method))
})

const sendRule = { requests: "POST /channels/:channel/messages", limit: 3, per: "400 millis" } as const
const limited = FakeDiscord.layerServer({ rateLimits: [sendRule] })
const ofFake = Effect.provide(FakeDiscord.layerServer())

const burst = (rests: ReadonlyArray<Rest>, channelId: string, count: number) =>
  Effect.forEach(
    Array.from({ length: count }),
    (_, n) => say(rests[n % rests.length] ?? assert.fail("no member"), channelId, `${n}`),
    { concurrency: "unbounded" }
  )

describe("one limiter for the cluster", () => {
  it.live("a burst over all members on one bucket gets no 429", () =>
    Effect.gen(function* () {
      const { all, channelId, discord, ownerOf, passed } = yield* clusterOf()
      const messages = yield* burst(all, channelId, 12)
      assert.strictEqual(new Set(messages.map(({ id }) => id)).size, 12)
      assert.deepStrictEqual(yield* discord.violations, [])
      assert.strictEqual(passed.length, 8)
      assert.deepStrictEqual([...new Set(passed.map(({ to }) => to))], [ownerOf(`/channels/${channelId}`)])
    }).pipe(Effect.provide(limited))
  )

  it.live("members that change cost at most one 429 for each window and owner, and no request is lost or doubled", () =>
    Effect.gen(function* () {
      const { all, channelId, discord, members, ownerOf } = yield* clusterOf()
      const owner = ownerOf(`/channels/${channelId}`)
      const first = yield* Effect.forkChild(burst(all, channelId, 6))
      yield* discord.awaitLog(FakeDiscord.is("Request"), { count: 1 })
      members.current = names.filter((name) => name !== owner)
      const messages = yield* burst(all, channelId, 6)
      assert.strictEqual((yield* Fiber.join(first)).length + messages.length, 12)
      const sent = yield* requestsOf(discord, "POST")
      assert.strictEqual(sent.filter(({ status }) => status === 200).length, 12)
      // Twelve messages need four windows, and two members send at a time.
      assert.isAtMost((yield* discord.violations).length, 8)
    }).pipe(Effect.provide(limited))
  )

  it.live("each member has its share of the global limit, and all of it when it is alone", () =>
    Effect.gen(function* () {
      const { all, members } = yield* clusterOf({ globalRequestsPerSecond: 30 })
      const [rest] = all
      if (rest === undefined) return assert.fail("no member")
      const taken = (first: number) =>
        Effect.forEach(
          Array.from({ length: 40 }),
          (_, n) =>
            Effect.exit(
              rest.request({
                method: "GET",
                path: `/channels/1000000000000000${first + n}`,
                headers: {},
                isAuthorized: true,
                waits: false
              })
            ),
          { concurrency: "unbounded" }
        ).pipe(Effect.map((exits) => exits.filter(({ _tag }) => _tag === "Success").length))
      assert.strictEqual(yield* taken(100), 10)
      members.current = ["a"]
      yield* Effect.sleep("1100 millis")
      assert.strictEqual(yield* taken(200), 30)
    }).pipe(ofFake)
  )
})

describe("a request that another member sends", () => {
  it.live("has the same results and errors as one that is sent here", () =>
    Effect.gen(function* () {
      const { channelId, of, ownerOf, passed, strangerTo } = yield* clusterOf()
      const rest = strangerTo(channelId)
      const owner = of(ownerOf(`/channels/${channelId}`))
      const file = { name: "a.bin", data: Buffer.from([0, 255, 13, 10]) }
      const message = yield* rest.use((api) => api.channels.createMessage(channelId, { content: "hi", files: [file] }))
      assert.strictEqual(message.attachments[0]?.size, 4)
      const { request } = passed[0] ?? assert.fail("it was not passed on")
      assert.match(request.headers["content-type"] ?? "", /^multipart\/form-data; boundary=/)
      assert.notInclude(JSON.stringify(request.headers).toLowerCase(), "authorization")
      const list = yield* rest.use((api) => api.channels.getMessages(channelId, { limit: 5 }))
      assert.deepStrictEqual(
        list.map(({ id }) => id),
        [message.id]
      )
      assert.strictEqual(passed[1]?.request.query, "limit=5")
      yield* rest.use((api) => api.channels.deleteMessage(channelId, message.id, { reason: "spam ☂" }))
      const gone = (by: Rest) => Effect.flip(by.use((api) => api.channels.getMessage(channelId, message.id)))
      const [there, here] = [yield* gone(rest), yield* gone(owner)]
      assert.strictEqual(there.code, 10_008)
      assert.deepStrictEqual({ ...there.reason }, { ...here.reason })
      assert.strictEqual(passed.length, 4)
    }).pipe(ofFake)
  )

  it.live("keeps the reason for the audit log", () =>
    Effect.gen(function* () {
      const { discord, of, ownerOf } = yield* clusterOf()
      const { guild } = discord
      const rest = of(names.find((name) => name !== ownerOf(`/guilds/${guild.id}`)) ?? "a")
      yield* Effect.exit(rest.use((api) => api.guilds.banUser(guild.id, "1", {}, { reason: "spam ☂" })))
      assert.strictEqual((yield* requestsOf(discord, "PUT"))[0]?.reason, "spam ☂")
    }).pipe(ofFake)
  )

  it.live("fails with RateLimited when its owner knows that it would wait for too long", () =>
    Effect.gen(function* () {
      const { channelId, discord, strangerTo } = yield* clusterOf({ timeout: "3 seconds" })
      yield* discord.faults.restRateLimit("POST /channels/:channel/messages", 60)
      const error = yield* Effect.flip(say(strangerTo(channelId), channelId, "hi"))
      assert.strictEqual(error.reason._tag, "RateLimited")
    }).pipe(ofFake)
  )

  it.live("is repeated after a 503 or a broken connection, if it may be", () =>
    Effect.gen(function* () {
      const { channelId, discord, strangerTo } = yield* clusterOf()
      const get = strangerTo(channelId).use((api) => api.channels.get(channelId))
      yield* discord.faults.restStatus(/^GET/, 503)
      assert.strictEqual((yield* get).id, channelId)
      yield* discord.faults.restReset(/^GET/)
      assert.strictEqual((yield* get).id, channelId)
      yield* discord.faults.restStatus(/^POST/, 503)
      assert.strictEqual((yield* Effect.flip(say(strangerTo(channelId), channelId, "hi"))).reason._tag, "Api")
      assert.strictEqual((yield* requestsOf(discord, "POST")).length, 1)
    }).pipe(ofFake)
  )

  it.live("is not one without the bot's token", () =>
    Effect.gen(function* () {
      const { all, passed } = yield* clusterOf()
      for (const rest of all) {
        yield* Effect.exit(rest.use((api) => api.interactions.followUp("1", "token", { content: "x" })))
        yield* Effect.exit(rest.use((api) => api.interactions.defer("1", "token")))
        yield* Effect.exit(rest.use((api) => api.webhooks.execute("1", "token", { content: "x" })))
        yield* Effect.exit(rest.respond({ id: "1", token: "token" }, { type: 5 }))
      }
      assert.deepStrictEqual(passed, [])
    }).pipe(ofFake)
  )
})

describe("an owner that does not answer", () => {
  const unreachable = (member: string, mayHaveArrived: boolean) =>
    new RestOwners.Unreachable({ member, mayHaveArrived, cause: new Error("gone") })

  it.live("costs nothing when the request certainly did not arrive", () =>
    Effect.gen(function* () {
      const { channelId, discord, strangerTo } = yield* clusterOf({
        send: (member) => Effect.fail(unreachable(member, false))
      })
      assert.strictEqual((yield* say(strangerTo(channelId), channelId, "hi")).content, "hi")
      assert.strictEqual((yield* requestsOf(discord, "POST")).length, 1)
    }).pipe(ofFake)
  )

  it.live("is not repeated when it may have sent it, unless that does no harm", () =>
    Effect.gen(function* () {
      const { channelId, discord, of, ownerOf, strangerTo } = yield* clusterOf({
        send: (member, request, rest) =>
          Effect.andThen(Effect.orDie(rest.request(request)), Effect.fail(unreachable(member, true)))
      })
      const rest = strangerTo(channelId)
      const { id } = yield* say(of(ownerOf(`/channels/${channelId}`)), channelId, "before")
      yield* rest.use((api) => api.channels.deleteMessage(channelId, id))
      assert.deepStrictEqual(
        (yield* requestsOf(discord, "DELETE")).map(({ status }) => status),
        [204, 404]
      )
      const error = yield* Effect.flip(say(rest, channelId, "hi"))
      assert.strictEqual(error.reason._tag, "Transport")
      assert.isTrue(error.isRetryable)
      assert.strictEqual((yield* requestsOf(discord, "POST")).length, 2)
      assert.strictEqual((yield* rest.use((api) => api.channels.get(channelId))).id, channelId)
    }).pipe(ofFake)
  )
})

describe("invalid requests", () => {
  it.live("of the others hold this process back, and its own are there to be told", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const owners = RestOwners.make({ self: "a", members: () => ["a"], send: () => Effect.die("alone") })
      const config = DiscordConfig.layer({ token: discord.token, apiUrl: discord.apiUrl })
      const layer = Layer.provide(DiscordRest.layer({ owners, timeout: "2 seconds" }), config)
      const rest = Context.get(yield* Layer.build(layer), DiscordRest.DiscordRest)
      const get = rest.use((api) => api.users.getCurrent())
      assert.strictEqual(yield* owners.invalidRequests, 0)
      yield* discord.faults.restStatus(/users/, 403)
      yield* Effect.exit(get)
      assert.strictEqual(yield* owners.invalidRequests, 1)
      yield* owners.merge("b", 5000)
      yield* owners.merge("c", 3998)
      assert.strictEqual((yield* get).id, discord.botId)
      yield* owners.merge("c", 3999)
      const { reason } = yield* Effect.flip(get)
      assert.strictEqual(reason._tag === "RateLimited" && reason.global, true)
      yield* owners.merge("b", 0)
      assert.strictEqual((yield* get).id, discord.botId)
    }).pipe(ofFake)
  )
})
