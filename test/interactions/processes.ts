/** Several processes of one bot in one: each has a router and Runtimes of its own, and a link leads to the others. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import type { RawInteraction } from "../../src/interactions/replies/Interaction.ts"
import * as GatewayEvents from "../../src/gateway/GatewayEvents.ts"
import * as ShardManager from "../../src/gateway/ShardManager.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Field from "../../src/interactions/definitions/Field.ts"
import * as Modal from "../../src/interactions/definitions/Modal.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import * as Interactions from "../../src/interactions/router/Interactions.ts"
import * as RuntimeOwners from "../../src/interactions/router/RuntimeOwners.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

const description = "…"

/** A command whose buttons say which process they are of, after `millis`, and how often they were pressed. */
export const panel = (name: string) =>
  Command.slash(
    "panel",
    { description, options: { millis: Options.integer("How long a click takes") } },
    ({ millis }) =>
      Effect.gen(function* () {
        const presses = yield* Ref.make(0)
        const say = Effect.gen(function* () {
          const count = yield* Ref.updateAndGet(presses, (n) => n + 1)
          yield* Effect.sleep(millis)
          return `${name} ${count}`
        })
        const press = yield* Button.bound({ label: "press" }, () =>
          Effect.flatMap(say, (content) => Reply.send({ content }))
        )
        const ask = yield* Button.bound({ label: "ask" }, () =>
          Effect.gen(function* () {
            const { reason } = yield* Modal.ask({ title: "Why", fields: { reason: Field.short("Reason") } })
            yield* Reply.send({ content: `${yield* say}: ${reason}` })
          })
        )
        const upload = yield* Button.bound({ label: "upload" }, () =>
          Effect.flatMap(say, (content) =>
            Reply.send({ content, files: [{ name: "a.bin", data: new Uint8Array([0, 255, 128]) }] })
          )
        )
        yield* Reply.send({ content: name, components: [[press, ask, upload]] })
      })
  )

/** Registers it. */
export const register = FakeDiscord.FakeDiscord.use((discord) =>
  discord.registerCommands([
    { name: "panel", description, options: [{ type: 4, name: "millis", description: "How long", required: true }] }
  ])
)

/**
 * - `works`, after `delay` milliseconds each way;
 * - `fails` at once, `throws`, or `hangs`;
 * - `loses` the answer.
 */
export type Mode = "works" | "fails" | "throws" | "hangs" | "loses"

/** The way between processes, and what can be wrong with it. */
export interface Link {
  readonly owners: RuntimeOwners.RuntimeOwners["Service"]
  /** By the id of the interaction, if it is a function. */
  mode: Mode | ((id: string) => Mode)
  delay: () => number
  readonly outcomes: Array<RuntimeOwners.Outcome["_tag"]>
  /** Everybody learns that this process has ended, also those that wait for it. */
  readonly kill: Effect.Effect<void>
}

// Nothing but JSON travels.
const overWire = <A, I>(schema: Schema.Codec<A, I>) => {
  const json = Schema.fromJsonString(Schema.toCodecJson(schema))
  const encode = Schema.encodeSync(json)
  const decode = Schema.decodeSync(json)
  return (value: A): A => decode(encode(value))
}
const request = overWire(RuntimeOwners.Forwarded)
const answer = overWire(RuntimeOwners.Outcome)

/** Makes a link. */
export const makeLink = Effect.gen(function* () {
  const { forward, own } = yield* RuntimeOwners.RuntimeOwners
  const killed = Deferred.makeUnsafe<RuntimeOwners.Outcome>()
  const link: Link = {
    mode: "works",
    delay: () => 0,
    outcomes: [],
    kill: Deferred.succeed(killed, { _tag: "Gone" }),
    owners: {
      own,
      forward: (forwarded) =>
        Effect.suspend((): Effect.Effect<RuntimeOwners.Outcome> => {
          const there = Effect.flatMap(Effect.sleep(link.delay()), () => forward(request(forwarded)))
          const { id } = forwarded.interaction as RawInteraction
          switch (typeof link.mode === "function" ? link.mode(id) : link.mode) {
            case "works":
              return Effect.raceFirst(
                Deferred.await(killed),
                Effect.tap(Effect.map(there, answer), () => Effect.sleep(link.delay()))
              )
            case "fails":
              return Effect.succeed({ _tag: "Unreachable" })
            case "throws":
              throw new Error("on purpose")
            case "hangs":
              return Effect.never
            case "loses":
              return Effect.andThen(Effect.forkDetach(there), Effect.never)
          }
        }).pipe(Effect.tap(({ _tag }) => Effect.sync(() => link.outcomes.push(_tag))))
    }
  }
  return link
}).pipe(Effect.provide(RuntimeOwners.layerMemory))

/** Starts a process; `link` is its way to others. */
export const start = (
  name: string,
  link: Link | undefined,
  lines: Array<string>,
  options: Partial<Interactions.BaseOptions> = {}
) => {
  const layer = Interactions.layer({ interactions: [panel(name)], ...options }).pipe(
    Layer.provide(Logger.layer([Logger.make(({ logLevel, message }) => lines.push(`${logLevel} ${String(message)}`))])),
    Layer.fresh
  )
  return Layer.build(
    link === undefined ? layer : Layer.provide(layer, Layer.succeed(RuntimeOwners.RuntimeOwners, link.owners))
  )
}

/** Connects one shard, by which Discord brings interactions: `deliver` says to whom. */
export const connect = (deliver: (raw: RawInteraction) => void) =>
  Layer.build(
    Layer.effectDiscard(
      Effect.gen(function* () {
        const events = yield* GatewayEvents.GatewayEvents
        const manager = yield* ShardManager.ShardManager
        yield* events.listen("INTERACTION_CREATE", (raw) => deliver(raw as RawInteraction))
        yield* manager.initialize
        yield* manager.awaitReady
      })
    ).pipe(Layer.provide(ShardManager.layer({ shards: "auto", intents: ["Guilds"] })))
  )
