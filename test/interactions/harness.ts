/** A bot on a fake Discord, for the tests of this folder. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Bot from "../../src/Bot.ts"
import type * as Definition from "../../src/interactions/definitions/Definition.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

/** How the bots of these tests are made. Another file may run the same tests with bots that are made in another way. */
export const making = { layer: Bot.layer }

/**
 * How long users wait for a response. Bots respond within Discord's three seconds, of which those that defer by themselves
 * leave one: less than a busy machine stands still.
 */
export const interactionDeadline = "15 seconds"

/** Runs a test with a bot of these definitions. */
export const withBot =
  <const D extends ReadonlyArray<Definition.Any>>(options: Bot.Options<D>, fake: FakeDiscord.Options = {}) =>
  <A, E, R>(test: Effect.Effect<A, E, R>) =>
    Effect.provide(test, Layer.provideMerge(making.layer(options), FakeDiscord.layer({ interactionDeadline, ...fake })))

/** A user. */
export const alice = FakeDiscord.FakeDiscord.use((discord) => discord.user("alice"))

/** Another one. */
export const bob = FakeDiscord.FakeDiscord.use((discord) => discord.user("bob"))

/** The REST requests of one kind so far, oldest first. */
export const requests = (method: string, route: RegExp) =>
  Effect.map(
    FakeDiscord.FakeDiscord.use((discord) => discord.log),
    (log) => log.filter(FakeDiscord.is("Request", (request) => request.method === method && route.test(request.route)))
  )
