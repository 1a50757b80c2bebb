/**
 * What every implementation of `IdentifyBudget` must do, as checks for any test framework:
 *
 * ```ts
 * import { it } from "@effect/vitest"
 * import { Layer, Redacted } from "effect"
 * import { DiscordConfig, IdentifyBudget, SessionStore } from "fibercord"
 * import { IdentifyBudgetConformance } from "fibercord/testing"
 *
 * const BudgetLive = IdentifyBudget.layer().pipe(
 *   Layer.provide([SessionStore.layerMemory, DiscordConfig.layer({ token: Redacted.make("a.b.c") })])
 * )
 *
 * for (const check of IdentifyBudgetConformance.checks(BudgetLive)) {
 *   it.live(check.name, () => check.run)
 * }
 * ```
 *
 * Each check builds the layer anew, which must give a budget that knows nothing yet, and is Discord to it: it provides
 * the `GatewayInfo` that the budget asks.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as GatewayError from "../gateway/GatewayError.ts"
import { GatewayInfo, type Info } from "../gateway/GatewayInfo.ts"
import { IdentifyBudget } from "../gateway/IdentifyBudget.ts"
import { type Check, Nonconforming } from "./IdentifyQueueConformance.ts"

export { type Check, Nonconforming } from "./IdentifyQueueConformance.ts"

/** Options of {@link checks}. */
export interface Options {
  /** The part of the total that the budget was made never to use, from 0 to 1. Default: 0.05. */
  readonly reserve?: number | undefined
  /** How long a day of Discord lasts in the check that waits for its end. Default: 300 milliseconds. */
  readonly day?: Duration.Input | undefined
}

/** Discord, as the checks change it. */
interface Discord {
  remaining: number
  isDown: boolean
  /** When the budget is full again, in milliseconds since 1970. */
  resetAt: number
}

/** What a check works with. */
interface Bench {
  readonly budget: IdentifyBudget["Service"]
  readonly discord: Discord
  /** How many may be taken of a full budget. */
  readonly usable: number
  /** Milliseconds. */
  readonly day: number
}

const total = 60

const expect = (holds: boolean, message: string): Effect.Effect<void, Nonconforming> =>
  holds ? Effect.void : Effect.fail(new Nonconforming({ message }))

/** Takes until it is refused, and returns how many there were. */
const takeAll = Effect.fnUntraced(function* ({ budget }: Bench) {
  let taken = 0
  while (taken <= total) {
    const result = yield* Effect.result(budget.take)
    if (result._tag === "Failure") {
      yield* expectExhausted("take", result.failure)
      return taken
    }
    taken++
  }
  return taken
})

const expectExhausted = (what: string, { reason }: GatewayError.GatewayError): Effect.Effect<void, Nonconforming> =>
  reason._tag === "SessionLimitExhausted"
    ? expect(reason.total === total, `${what} was refused with a total of ${reason.total} instead of ${total}`)
    : expect(false, `${what} failed with ${reason._tag} instead of SessionLimitExhausted`)

const expectTaken = (taken: number, wanted: number): Effect.Effect<void, Nonconforming> =>
  expect(taken === wanted, `${taken} could be taken instead of ${wanted}`)

const requirements: Readonly<
  Record<string, (bench: Bench) => Effect.Effect<void, Nonconforming | GatewayError.GatewayError>>
> = {
  "gives what is left above the reserve, one by one, and refuses more": Effect.fnUntraced(function* (bench) {
    yield* expectTaken(yield* takeAll(bench), bench.usable)
    yield* expectTaken(yield* takeAll(bench), 0)
  }),
  "counts each of them once, however many ask at the same time": Effect.fnUntraced(function* (bench) {
    const asked = Array.from({ length: total * 2 }, () => Effect.isSuccess(bench.budget.take))
    const given = yield* Effect.all(asked, { concurrency: "unbounded" })
    yield* expectTaken(given.filter((isGiven) => isGiven).length, bench.usable)
  }),
  "gives back what is not sent": Effect.fnUntraced(function* (bench) {
    yield* takeAll(bench)
    yield* bench.budget.giveBack
    yield* bench.budget.giveBack
    yield* expectTaken(yield* takeAll(bench), 2)
  }),
  "is never more than full": Effect.fnUntraced(function* (bench) {
    yield* bench.budget.take
    for (let i = 0; i < 3; i++) yield* bench.budget.giveBack
    yield* expectTaken(yield* takeAll(bench), bench.usable)
  }),
  "requires without taking, and refuses more than there is": Effect.fnUntraced(function* (bench) {
    const { budget, usable } = bench
    yield* budget.require(usable)
    yield* budget.require(usable)
    yield* expectExhausted("require", yield* refused("require", budget.require(usable + 1)))
    yield* expectTaken(yield* takeAll(bench), usable)
    yield* expectExhausted("require", yield* refused("require", budget.require(1)))
  }),
  "follows the lower count of Discord, which other processes lower too": Effect.fnUntraced(function* (bench) {
    const { budget, discord, usable } = bench
    yield* budget.take
    discord.remaining = total - usable + 5
    // It runs low, so Discord is asked.
    yield* expectExhausted("require", yield* refused("require", budget.require(usable)))
    yield* expectTaken(yield* takeAll(bench), 5)
  }),
  "does not follow a higher count of Discord, which may not have counted what it refused": Effect.fnUntraced(
    function* (bench) {
      const { budget, discord, usable } = bench
      yield* takeAll(bench)
      discord.remaining = total
      yield* expectExhausted("require", yield* refused("require", budget.require(usable)))
      yield* expectTaken(yield* takeAll(bench), 0)
    }
  ),
  "gives what is known while Discord cannot be asked, and nothing beyond": Effect.fnUntraced(function* (bench) {
    const { budget, discord, usable } = bench
    yield* budget.take
    discord.isDown = true
    yield* budget.take
    yield* refused("require", budget.require(usable))
    discord.isDown = false
    yield* budget.require(usable - 2)
    yield* expectTaken(yield* takeAll(bench), usable - 2)
  }),
  "is full again when Discord's day is over": Effect.fnUntraced(function* (bench) {
    const { day, discord, usable } = bench
    const now = yield* Clock.currentTimeMillis
    discord.resetAt = now + day
    yield* bench.budget.require(1)
    discord.remaining = total - usable
    yield* takeAll(bench)
    yield* Effect.sleep(day * 1.5)
    discord.remaining = total
    discord.resetAt = now + aDay
    yield* expectTaken(yield* takeAll(bench), usable)
  })
}

const refused = <A>(what: string, effect: Effect.Effect<A, GatewayError.GatewayError>) =>
  Effect.flatMap(Effect.result(effect), (result) =>
    result._tag === "Failure"
      ? Effect.succeed(result.failure)
      : Effect.fail(new Nonconforming({ message: `${what} succeeded, and should have failed` }))
  )

const aDay = 24 * 60 * 60_000

const infoOf = (discord: Discord): GatewayInfo["Service"] => {
  const answer = Effect.map(Clock.currentTimeMillis, (now): Info => ({
    url: "wss://gateway.discord.gg",
    shards: 1,
    sessionStartLimit: {
      total,
      remaining: discord.remaining,
      resetAfter: Math.max(0, discord.resetAt - now),
      maxConcurrency: 1
    }
  }))
  const ask = Effect.suspend(() =>
    discord.isDown
      ? Effect.fail(GatewayError.fromReason(new GatewayError.GatewayUnavailable({ detail: "Discord is down" })))
      : answer
  )
  return { get: ask, refresh: ask, last: answer }
}

/** The checks for the budget of a layer, which gets the `GatewayInfo` that it follows from them. */
export const checks = <E>(
  layer: Layer.Layer<IdentifyBudget, E, GatewayInfo>,
  options: Options = {}
): ReadonlyArray<Check<E>> => {
  const usable = total - Math.floor(total * (options.reserve ?? 0.05))
  const day = Duration.toMillis(options.day ?? "300 millis")
  return Object.entries(requirements).map(([name, body]) => ({
    name,
    run: Effect.gen(function* () {
      const discord: Discord = { remaining: total, isDown: false, resetAt: (yield* Clock.currentTimeMillis) + aDay }
      const info = Layer.succeed(GatewayInfo, infoOf(discord))
      const run = Effect.flatMap(IdentifyBudget, (budget) => body({ budget, day, discord, usable })).pipe(
        Effect.catchTag("GatewayError", ({ message }) => Effect.fail(new Nonconforming({ message })))
      )
      yield* Effect.provide(run, Layer.provide(layer, info), { local: true })
    })
  }))
}
