/** A bot with durable dialogues on a fake Discord, for the tests of this folder. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Bot from "../../../src/Bot.ts"
import { Dialogues } from "../../../src/durable/index.ts"
import type * as Definition from "../../../src/interactions/definitions/Definition.ts"
import * as ErrorReply from "../../../src/interactions/replies/ErrorReply.ts"
import { FakeDiscord } from "../../../src/testing/index.ts"
import { interactionDeadline } from "../../interactions/harness.ts"

/** A file for dialogues, which is removed with its folder. */
export const temporaryFile = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "fibercord-durable-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ),
  (folder) => join(folder, "dialogues.db")
)

type Options = Omit<Bot.Options<ReadonlyArray<Definition.Definition<never, never>>>, "interactions">

/** A bot of these definitions, whose dialogues are in a file. */
export const bot = (interactions: ReadonlyArray<unknown>, filename: string, options: Options = {}) =>
  Bot.layer({
    interactions: interactions as ReadonlyArray<Definition.Definition<never, never>>,
    onError: (error: unknown) => ErrorReply.ephemeral(`onError: ${(error as Error).message}`),
    ...options
  } as never).pipe(Layer.provideMerge(Layer.orDie(Dialogues.layerSqlite({ filename })))) as Layer.Layer<
    Bot.Provided | Dialogues.Dialogues,
    never,
    Bot.Services
  >

/** A fake Discord on which several bots can start one after the other. */
export const onDiscord = Effect.provide(FakeDiscord.layer({ identifyInterval: "10 millis", interactionDeadline }))

/** Runs a test with one bot that nobody restarts. */
export const withBot =
  (interactions: ReadonlyArray<unknown>, options?: Options) =>
  <A, E, R>(test: Effect.Effect<A, E, R>) =>
    Effect.provide(
      test,
      Layer.provideMerge(bot(interactions, ":memory:", options), FakeDiscord.layer({ interactionDeadline }))
    )

/** A user. */
export const alice = FakeDiscord.FakeDiscord.use((discord) => discord.user("alice"))

/** Another one. */
export const bob = FakeDiscord.FakeDiscord.use((discord) => discord.user("bob"))

/** Waits until all buttons are disabled. */
export const isOver = ({ buttons }: { readonly buttons: ReadonlyArray<{ readonly disabled: boolean }> }) =>
  buttons.length > 0 && buttons.every(({ disabled }) => disabled)
