/** Processes of one bot, one after the other, on one file. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schedule from "effect/Schedule"
import * as Bot from "../../../src/Bot.ts"
import { Dialogues } from "../../../src/durable/index.ts"
import type * as Definition from "../../../src/interactions/definitions/Definition.ts"
import type { Interaction } from "../../../src/interactions/replies/Interaction.ts"

type AnyDefinition = Definition.Definition<never, Dialogues.Dialogues | Interaction>

/** A process with these definitions, for as long as `use` takes. */
export const inProcess = <A, E, R>(
  filename: string,
  interactions: ReadonlyArray<AnyDefinition>,
  use: Effect.Effect<A, E, R>,
  options: Omit<Dialogues.SqliteOptions, "filename"> = {}
) => inProcessOn(Dialogues.layerSqlite({ filename, ...options }), interactions, use)

/** The same on any storage. */
export const inProcessOn = <A, E, R, E2, R2>(
  dialogues: Layer.Layer<Dialogues.Dialogues, E2, R2>,
  interactions: ReadonlyArray<AnyDefinition>,
  use: Effect.Effect<A, E, R>
) =>
  Effect.scoped(
    Effect.provide(
      use,
      Bot.layer({ interactions }).pipe(Layer.provideMerge(Layer.orDie(dialogues)), Layer.orDie),
      // Processes share nothing, also those that live at the same time.
      { local: true }
    )
  )

/** Waits for something. */
export const eventually = <A, E, R>(effect: Effect.Effect<A, E, R>, holds: (value: A) => boolean) =>
  effect.pipe(
    Effect.repeat({ until: (value) => holds(value as A), schedule: Schedule.spaced("20 millis") }),
    Effect.timeout("1 minute"),
    Effect.andThen(effect),
    Effect.orDie
  )

/** Waits for a status of a dialogue. */
export const becomes = (id: string, ...statuses: ReadonlyArray<Dialogues.Status>) =>
  Effect.flatMap(Dialogues.Dialogues, (dialogues) =>
    eventually(dialogues.get(id), ({ status }) => statuses.includes(status))
  )

/** Logs into a list. */
export const logged = (lines: Array<string>) =>
  Effect.provide(Logger.layer([Logger.make<unknown, void>(({ message }) => void lines.push(String(message)))]))
