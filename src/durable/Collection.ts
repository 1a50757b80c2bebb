/** What many users are asked, and what becomes of their answers. */
import type * as Duration from "effect/Duration"
import type * as Schema from "effect/Schema"
import type { Message } from "../interactions/replies/Message.ts"
import type { Destination } from "./Destination.ts"
import type { AnswerOf, By, Line } from "./Question.ts"

/** Which use of a user counts, if there are several: the first one, or the last one. */
export type Again = "refuse" | "replace"

/** What the message of a collection shows. Its components, if it has any, contain the same inputs in the same order. */
export interface Shown extends Omit<Message, "components" | "ephemeral"> {
  /** Rows and other components: the same inputs in the same order. Default: those of the collection. */
  readonly components?: ReadonlyArray<Line> | undefined
}

/** A message with at least one input, and how its uses become a state. */
export interface Collection<C extends ReadonlyArray<Line>, S> extends Omit<Message, "components"> {
  /** Where the message goes. */
  readonly to: Destination
  /** Rows and other components, with at least one input, as in `Durable.ask`. Choices may have a form. */
  readonly components: C
  /** Who may take part. Default: everybody. */
  readonly by?: By | undefined
  /** What a user who may not take part is told. Default: the bot's text for `Denied`. */
  readonly denied?: string | undefined
  /** How the final state is stored. */
  readonly state: Schema.Codec<S, unknown>
  /** The state before the first use. */
  readonly initial: S
  /** Adds a use to the state. Pure, because all uses are folded again whenever the message is to change. */
  readonly fold: (state: S, use: AnswerOf<C>) => S
  /** Until when it takes uses: a moment, or a time from when the message was sent. It also passes while no process runs. */
  readonly until: Duration.Input | Date
  /**
   * Ends it earlier: with the first use after which this holds. Uses that were stored after that one, before a run of the
   * handler has noticed, were acknowledged and are not part of the state. Default: it ends at `until`.
   */
  readonly done?: ((state: S) => boolean) | undefined
  /**
   * What the message shows of a state, over the fields given here. The state at the end is shown with the components disabled.
   * Default: the message stays as it is, and at the end its components are disabled.
   */
  readonly show?: ((state: S) => Shown) | undefined
  /** How often the message changes at most. Default: 5 seconds. */
  readonly every?: Duration.Input | undefined
  /**
   * What a second use of a user is: refused with the bot's text for `Answered`, or in place of the first one, at the end of
   * the order. Default: `"refuse"`.
   */
  readonly again?: Again | undefined
  /** What a user whose use was counted is told, alone. Default: nothing. */
  readonly thanks?: string | undefined
}

/** What was collected. */
export interface Collected<out S> {
  readonly state: S
  /** How many users are part of the state. */
  readonly users: number
}
