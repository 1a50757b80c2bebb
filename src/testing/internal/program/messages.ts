/** What a program and its owner say to each other over the channel that Node opens between them. */

/** The variable with {@link Setup} as JSON. The program itself does not see it. */
export const setupVariable = "FIBERCORD_PROGRAM"

/** How a program begins. */
export interface Setup {
  /** Whether its time can be moved. */
  readonly clock: boolean
  /** How far its time is ahead from the start, in milliseconds. */
  readonly ahead: number
}

/** To the program: moves its time to this many milliseconds ahead. */
export interface Move {
  readonly fibercord: "move"
  readonly seq: number
  readonly ahead: number
}

/** From the program. */
export type FromProgram =
  /** It has begun. */
  | { readonly fibercord: "hello" }
  /** It has loaded these files. */
  | { readonly fibercord: "files"; readonly files: ReadonlyArray<string> }
  /** It has done what {@link Move} says. */
  | { readonly fibercord: "moved"; readonly seq: number }

/** Programs say other things over this channel, too. */
export const isOurs = <A extends Move | FromProgram>(message: unknown): message is A =>
  typeof message === "object" && message !== null && "fibercord" in message
