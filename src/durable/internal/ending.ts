/** The end of a dialogue, whatever ends it. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { DiscordRest } from "../../rest/DiscordRest.ts"
import type { Status } from "../Dialogues.ts"
import * as Deliver from "./deliver.ts"
import { persistently } from "./retries.ts"
import type { Place } from "./place.ts"
import type * as Question from "./question.ts"
import type { Store } from "./store.ts"
import { parseOrLog } from "./stored.ts"

/** A dialogue, and what its end needs. */
export interface Ending {
  readonly id: string
  readonly store: Store
  /** The services of the bot. Without them, components are disabled when they are used. */
  readonly context: Context.Context<never>
}

/** Disables what is open, and notes how the dialogue has ended. May happen again after a crash. */
export const end = ({ context, id, store }: Ending, status: Status, problem?: string): Effect.Effect<void> =>
  Effect.gen(function* () {
    const rest = Context.getOption(context as Context.Context<DiscordRest>, DiscordRest)
    for (const { place, spec, step } of yield* store.open(id)) {
      const shown = place === null ? undefined : yield* parseOrLog<Place>(place, `The place of the question "${step}"`)
      const asked = yield* parseOrLog<Question.Spec>(spec, `The question "${step}"`)
      if (shown !== undefined && asked !== undefined && Option.isSome(rest)) {
        yield* Effect.provideContext(
          Deliver.close(shown, asked.components, id, step),
          context as Context.Context<DiscordRest>
        )
      }
      yield* store.close(id, step, "Ended")
    }
    yield* store.become(id, status, problem)
  }).pipe(persistently)
