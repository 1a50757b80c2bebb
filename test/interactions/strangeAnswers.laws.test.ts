/** Successful answers of somebody else in Discord's place: JSON of any shape. */
import type { API } from "@discordjs/core/http-only"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { Responder } from "../../src/interactions/replies/internal/responder.ts"
import { SentMessage } from "../../src/interactions/replies/internal/sent.ts"
import * as Messages from "../../src/interactions/replies/Messages.ts"
import * as Sent from "../../src/interactions/replies/Sent.ts"
import * as Threads from "../../src/interactions/replies/Threads.ts"
import * as Webhook from "../../src/interactions/replies/Webhook.ts"
import type { RawInteraction } from "../../src/interactions/wire/rawInteraction.ts"
import * as Elapsed from "../../src/internal/Elapsed.ts"
import { DiscordRest, type DiscordRestError } from "../../src/rest/DiscordRest.ts"
import { fromUnknown } from "../../src/rest/internal/failure.ts"

const Odd = Schema.Union([Schema.Null, Schema.Literals([5, "", "x", true])])
const whole = { id: "1", channel_id: "2", attachments: [{ id: "3" }], components: [], flags: 64 }

const Plan = Schema.Struct({
  /** What of a message is another value, or all of it. */
  strange: Schema.Literals(["id", "channel_id", "attachments", "components", "flags", "all", "nothing"]),
  by: Schema.Union([Odd, Schema.Undefined, Schema.Array(Odd), Schema.Struct({ id: Odd })]),
  depth: Schema.Literals([0, 1, 2, 3])
})

const answerOf = ({ by, strange }: typeof Plan.Type): unknown => {
  const answer = strange === "all" ? by : strange === "nothing" ? whole : { ...whole, [strange]: by }
  return answer === undefined ? undefined : JSON.parse(JSON.stringify(answer))
}

/** A client that has this answer to everything. */
const restWith = (answer: unknown, made: unknown): DiscordRest["Service"] => {
  const anything: API = new Proxy(() => Promise.resolve(answer), { get: () => anything }) as never
  return {
    request: () => Effect.die("not passed on"),
    respond: (_, __, options) => Effect.succeed(options?.withResponse === true ? (made as never) : undefined),
    use: (f) =>
      Effect.tryPromise({
        try: (signal) => f(anything, { signal }),
        catch: (cause) => fromUnknown(cause, 1000)
      })
  }
}

const row = [[{ type: 2, style: 1, label: "a", custom_id: "x" }]] as never
const files = { files: [{ name: "a", data: "b" }], keepAttachments: true as const }
const content = "a"

type Use = (responder: Responder) => Effect.Effect<unknown, unknown, DiscordRest>

const uses: Readonly<Record<string, Use>> = {
  send: (responder) => responder.send({ content, components: row }),
  "send, then ids": (responder) => Effect.flatMap(responder.send({ content }), ({ ids }) => ids),
  update: (responder) => responder.update({ content, components: row }),
  followUp: (responder) =>
    Effect.andThen(responder.send({ content }), responder.followUp({ content, components: row })),
  edit: (responder) => Effect.andThen(responder.send({ content }), responder.edit({ content, components: row })),
  "edit with files": (responder) =>
    Effect.andThen(responder.send({ content }), responder.edit({ content, components: row, ...files })),
  "defer, then edit": (responder) =>
    Effect.andThen(responder.defer({ update: false }), responder.edit({ content, components: row })),
  "defer, then update": (responder) =>
    Effect.andThen(responder.defer({ update: true }), responder.update({ content, components: row, ...files })),
  "Messages.send": () => Messages.send("1", { content, components: row }),
  "Messages.dm": () => Messages.dm("1", { content }),
  "Messages.list": () => Effect.map(Messages.list("1"), (all) => all.map(({ id }) => id.length)),
  "Messages.edit": () => Messages.edit({ channelId: "1", id: "2" }, { content, ...files }),
  "Webhook.ensure": () => Webhook.ensure("1", "name"),
  "Webhook.send": () => Webhook.from({ id: "1", token: "t" }).send({ content }),
  "Threads.start": () => Threads.start("1", "name"),
  "Threads.post": () => Threads.post("1", "name", { content }),
  "Sent.startThread": () => Sent.from({ channelId: "1", id: "2" }).startThread("name")
}

const restErrorOf = (error: unknown): DiscordRestError | undefined =>
  Predicate.hasProperty(error, "reason") && Predicate.hasProperty(error.reason, "error")
    ? (error.reason.error as DiscordRestError)
    : undefined

describe("an answer that is not what was asked for", () => {
  it.effect.prop(
    "is a failure at most, and leads to no message without ids",
    { plan: Plan },
    ({ plan }) =>
      Effect.gen(function* () {
        const { depth } = plan
        const answer = answerOf(plan)
        const clock = yield* Clock.Clock
        const now = Elapsed.millis(clock)
        const made = [undefined, answer, { resource: answer }, { resource: { message: answer } }][depth]
        const rest = restWith(answer, made)
        const message = { id: "9", channel_id: "8", attachments: [] }
        const data = { custom_id: "x" }
        const raw = { id: "1", application_id: "1", token: "t", type: 3, data, message } as unknown as RawInteraction
        for (const [name, use] of Object.entries(uses)) {
          const responder = new Responder(raw, clock, { arrivedAt: now, createdAt: now }, rest)
          responder.keeper = {
            remember: ({ channelId, id }) =>
              Effect.sync(() => assert.isTrue(Predicate.isString(id) && Predicate.isString(channelId), name))
          }
          const exit = yield* Effect.exit(Effect.provideService(use(responder), DiscordRest, rest))
          if (Exit.isFailure(exit)) {
            const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
            // Who has sent it may be gone at the next try.
            assert.isTrue(restErrorOf(error)?.isRetryable, `${name}: ${String(exit.cause)}`)
          } else if (exit.value instanceof SentMessage) {
            assert.isTrue(Predicate.isString(exit.value.address.target), name)
          } else if (name.startsWith("Threads")) assert.isTrue(Predicate.isString(exit.value), name)
        }
      }),
    { arbitrary: { runs: 200 } }
  )
})
