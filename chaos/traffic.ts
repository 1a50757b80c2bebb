/** The traffic: numbered events on every shard, and users who run commands, click, select and fill in forms. */
import { Effect, Random } from "effect"
import type { FakeDiscord } from "fibercord/testing"
import { manners } from "./bot/runtimes.ts"

type Discord = FakeDiscord.FakeDiscord["Service"]

/** Dispatches numbered events. */
export interface Numbers {
  readonly send: (shard: number) => Effect.Effect<void>
  readonly burst: (shard: number, count: number) => Effect.Effect<void>
}

/** Numbered events, counted from 1 on every shard. */
export const numbers = (discord: Discord, guilds: ReadonlyArray<FakeDiscord.Guild>): Numbers => {
  const last = guilds.map(() => 0)
  const send = (shard: number) =>
    Effect.suspend(() => {
      const number = (last[shard] ?? 0) + 1
      last[shard] = number
      const guild = guilds[shard]
      return discord.dispatch(shard, "MESSAGE_CREATE", {
        id: `${number}`,
        channel_id: guild?.channelId,
        guild_id: guild?.id,
        content: `event ${number}`,
        number
      })
    })
  return {
    send,
    burst: (shard, count) => Effect.forEach(Array.from({ length: count }), () => send(shard), { discard: true })
  }
}

/** Dispatches numbered events forever, about equally many on each shard. */
export const stream = (numbers: Numbers, shards: number, perSecond: number): Effect.Effect<never> =>
  Effect.gen(function* () {
    const interval = 20
    while (true) {
      const wanted = (perSecond * interval) / 1_000
      const count = Math.floor(wanted + (yield* Random.next))
      for (let i = 0; i < count; i++) {
        yield* numbers.send(yield* Random.nextIntBetween(0, shards, { halfOpen: true }))
      }
      yield* Effect.sleep(interval)
    }
  })

const oneOf = <A>(from: ReadonlyArray<A>) =>
  Effect.map(Random.nextIntBetween(0, from.length, { halfOpen: true }), (index) => from[index])

const act = Effect.fnUntraced(function* (user: FakeDiscord.User, guild: FakeDiscord.Guild) {
  const place = { guild }
  const what = yield* Random.next
  if (what < 0.5) {
    const manner = (yield* Random.next) < 0.6 ? "replies" : ((yield* oneOf(manners)) ?? "replies")
    const message = yield* user.slash("talk", { manner }, place)
    const clicks = yield* Random.nextIntBetween(0, 5)
    for (let i = 0; i < clicks; i++) {
      const label = (yield* oneOf(manners)) ?? "replies"
      // Impatient users do not wait for the response.
      const click = message.click(label, { stale: true })
      yield* (yield* Random.next) < 0.5 ? click : Effect.forkChild(Effect.ignore(click))
      yield* Effect.sleep((yield* Random.next) * 200)
    }
    yield* Effect.sleep((yield* Random.next) * 300)
  } else if (what < 0.65) {
    const message = yield* user.slash("quiz", {}, place)
    if ((yield* Random.next) < 0.5) {
      const form = yield* (yield* message.click("form")).modal
      yield* form.submit({ Why: "because" })
    } else {
      yield* message.click("menu")
      yield* message.awaitContent("choose", { timeout: "1 second" })
      yield* message.select("menu", ["a"])
    }
  } else if (what < 0.75) {
    const form = yield* (yield* user.slash("form", {}, place)).modal
    yield* form.submit({ Name: "x" })
  } else if (what < 0.85) {
    yield* user.autocomplete("find", { what: "x" }, "what", place)
    yield* user.slash("find", { what: "x" }, place)
  } else {
    const message = yield* user.slash("poster", {}, place)
    yield* message.click("again")
    // The process may have been replaced by then.
    yield* Effect.forkChild(Effect.ignore(Effect.delay(message.click("again", { stale: true }), "4 seconds")))
  }
})

/** A user who acts forever, and does not mind actions that fail. */
export const user = (discord: Discord, name: string, guilds: ReadonlyArray<FakeDiscord.Guild>): Effect.Effect<never> =>
  Effect.gen(function* () {
    const user = yield* discord.user(name)
    while (true) {
      const guild = yield* oneOf(guilds)
      if (guild !== undefined) yield* Effect.ignore(act(user, guild))
      yield* Effect.sleep(50 + (yield* Random.next) * 250)
    }
  })
