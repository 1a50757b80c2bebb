/** Plays what a page shows against the fake Discord. */
import { assert } from "@effect/vitest"
import { Clock, ConfigProvider, Duration, Effect, Layer, Logger, Redacted } from "effect"
import { Bot, type Definition } from "fibercord"
import { FakeDiscord, Program, VirtualClock } from "fibercord/testing"
import { join } from "node:path"
import { root } from "../../../scripts/documents.ts"
import { jumpyClock } from "../../support/jumpyClock.ts"

/** A definition of a page. The compiler has seen its types there. */
export type Part = Definition.Definition<never, never>

/** Options of a bot, without what the definitions of a page would make the compiler require. */
export type BotOptions = Omit<Bot.Options<ReadonlyArray<never>>, "interactions"> & { readonly onError?: unknown }

/** A bot with these definitions. */
export const botOf = (parts: ReadonlyArray<Part>, options: BotOptions = {}): Layer.Layer<never, never, Bot.Services> =>
  Bot.layer({ ...options, interactions: parts } as never) as never

/** Plays a scenario against a bot, which must not break a rule of Discord's. */
export const play = <A, E>(
  bot: Layer.Layer<A, unknown, Bot.Services>,
  scenario: (discord: FakeDiscord.FakeDiscord["Service"]) => Effect.Effect<void, E, A | Bot.Services>,
  options?: FakeDiscord.Options
) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    yield* scenario(discord)
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.provide(Layer.provideMerge(bot, FakeDiscord.layer(options))))

/** The same, on a clock that the scenario advances. */
export const playInTime = <A, E>(
  bot: Layer.Layer<A, unknown, Bot.Services>,
  scenario: (
    discord: FakeDiscord.FakeDiscord["Service"],
    clock: VirtualClock.VirtualClock["Service"]
  ) => Effect.Effect<void, E, A | Bot.Services>
) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    yield* scenario(discord, yield* VirtualClock.VirtualClock)
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.provide(Layer.provideMerge(bot, FakeDiscord.layer()).pipe(Layer.provideMerge(VirtualClock.layer))))

/** Runs a program of a page, whose blocks have been written, as `node main.ts` would. */
export const run = <E>(
  document: string,
  file: string,
  scenario: (discord: FakeDiscord.FakeDiscord["Service"]) => Effect.Effect<void, E, Program.Program>,
  options?: Omit<Program.Options, "file" | "nodeArgs">
) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    yield* scenario(discord)
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(
    Effect.provide(
      Program.layer({
        file: join(root, ".cache/blocks", document, file),
        nodeArgs: ["--import", join(root, "test/support/fromSource.ts")],
        ...options
      }).pipe(Layer.provideMerge(FakeDiscord.layerServer({ identifyInterval: 0 })))
    )
  )

/** What is logged, as text. */
export const makeLog = (): { readonly lines: Array<string>; readonly layer: Layer.Layer<never> } => {
  const lines: Array<string> = []
  const logger = Logger.make<unknown, void>(({ message }) => {
    lines.push((Array.isArray(message) ? message : [message]).map(String).join(" "))
  })
  return { lines, layer: Logger.layer([logger]) }
}

/** Waits until something holds that nothing announces, for example what was logged. */
export const until = (holds: () => boolean) =>
  Effect.sleep("5 millis").pipe(Effect.repeat({ until: holds }), Effect.timeout("1 minute"))

/**
 * A wall clock for a bot, which the scenario sets: for dialogues that wait for days. What waits by that clock looks at it
 * again within a quarter of a second.
 */
export const makeWallClock = (): {
  readonly layer: Layer.Layer<never>
  readonly pass: (time: Duration.Input) => void
  /** Lets time pass until something succeeds, which waits a second for it each time: the bot may not wait yet. */
  readonly passUntil: <A, E>(time: Duration.Input, succeeds: Effect.Effect<A, E>) => Effect.Effect<A, E>
} => {
  let ahead = 0
  const pass = (time: Duration.Input): void => void (ahead += Duration.toMillis(Duration.fromInputUnsafe(time)))
  return {
    pass,
    passUntil: (time, succeeds) =>
      Effect.suspend(() => {
        pass(time)
        return succeeds
      }).pipe(Effect.retry({ times: 10 })),
    layer: Layer.succeed(
      Clock.Clock,
      jumpyClock(Clock.Clock.defaultValue(), () => ahead)
    )
  }
}

/** The environment of a bot that reads where Discord is, as `Bot.layerDiscord` does, and more variables. */
export const environmentWith = (variables: Readonly<Record<string, string>>) =>
  Layer.unwrap(
    Effect.map(FakeDiscord.FakeDiscord, ({ apiUrl, publicKey, token }) =>
      ConfigProvider.layer(
        ConfigProvider.fromEnv({
          env: {
            DISCORD_TOKEN: Redacted.value(token),
            DISCORD_API_URL: apiUrl,
            DISCORD_PUBLIC_KEY: publicKey,
            ...variables
          }
        })
      )
    )
  )

/** The same, without more variables. */
export const environment = environmentWith({})

/** Plays a scenario against a bot that has its services already, and reads its environment. */
export const playAlone = <A, E, E2>(
  bot: Layer.Layer<A, E2>,
  scenario: (discord: FakeDiscord.FakeDiscord["Service"]) => Effect.Effect<void, E, A>,
  options?: FakeDiscord.Options
) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    yield* scenario(discord)
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.provide(bot.pipe(Layer.provide(environment), Layer.provideMerge(FakeDiscord.layerServer(options)))))
