/** What a process with a bot does for dialogues, besides running them. */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import { DiscordConfig } from "../../DiscordConfig.ts"
import { botOf } from "../../members/botOf.ts"
import { Dialogues } from "../Dialogues.ts"
import * as Codeless from "./codeless.ts"
import { type Manager, managerOf, workflow } from "./manager.ts"
import * as Metrics from "./metrics.ts"
import { isStorageTrouble } from "./storageFailed.ts"
import * as Retention from "./retention.ts"

/** Names the versions that have no code here. */
const report = (versions: ReadonlyArray<{ readonly name: string; readonly version: number; readonly count: number }>) =>
  versions.length === 0
    ? Effect.void
    : Effect.logWarning(
        `This process has no code of dialogues that have not ended: ${versions
          .map(({ count, name, version }) => `${count} of ${name}@${version}`)
          .join(
            ", "
          )}. They wait until a process has it, and users who want to answer are told that they are no longer ` +
          "available. Add the code with Durable.versions, or find them with Dialogues.list, and migrate or cancel them."
      )

/** Each bot would run the dialogues of the other one, as itself. */
const reportShared = (manager: Manager) =>
  Effect.flatMap(Codeless.isShared(manager), (isShared) =>
    isShared
      ? Effect.logError(
          "Another bot keeps its dialogues in the same tables, so that each runs dialogues of the other one and sends " +
            "their messages. Give each a file, a database or a `prefix` of its own."
        )
      : Effect.void
  )

/** Lets every held dialogue go on that this process has code for, each once. */
const resumeHeld = Effect.fnUntraced(function* (manager: Manager) {
  const { engine, heldHere, store, workflows } = manager
  const held = yield* store.held
  yield* Metrics.noteHeld(held.length)
  for (const { id, workflow: tag } of held) {
    if (workflows.has(tag) && manager.runs(id) && heldHere.try(id)) yield* engine.resume(workflow(tag), id)
  }
})

/** Does something again and again, also when the storage fails meanwhile. */
const regularly = <E, R>(interval: Duration.Input, effect: Effect.Effect<unknown, E, R>) =>
  effect.pipe(
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.failCause(cause as Cause.Cause<never>)
        : isStorageTrouble(cause)
          ? Effect.logDebug("The storage of dialogues failed, and is tried again", cause)
          : Effect.logError("The upkeep of dialogues failed, and is tried again", cause)
    ),
    Effect.repeat(Schedule.spaced(interval)),
    Effect.forkScoped
  )

/** Begins the upkeep, when all definitions of a bot are registered. Ends with the bot's scope. */
export const begin = Effect.gen(function* () {
  const manager = managerOf(yield* Dialogues)
  manager.context = (yield* Effect.context<never>()) as Context.Context<never>
  yield* Effect.addFinalizer(() => Effect.ignore(manager.store.unserve(manager.process)))
  const config = yield* Effect.serviceOption(DiscordConfig)
  manager.bot = Option.getOrUndefined(Option.map(config, ({ token }) => `bot/${botOf(token)}`))
  yield* Effect.ignore(Codeless.serve(manager))
  yield* Effect.ignore(reportShared(manager))
  yield* Effect.matchEffect(Codeless.takeAll(manager), {
    onFailure: (error) => Effect.logWarning("The versions of dialogues could not be read, and are read again", error),
    onSuccess: report
  })
  yield* regularly("1 second", resumeHeld(manager))
  yield* regularly(Retention.intervalOf(manager), Retention.sweep(manager))
  yield* regularly("5 seconds", Effect.andThen(Codeless.serve(manager), Codeless.takeAll(manager)))
})
