/** Brings choices into one form. */
import type { Choice, Labelled } from "../Choice.ts"

/** A choice with its label. */
export type Entry<L extends Labelled<string | number>> = L & { readonly label: string }

/** The choices with their labels; a value without one is its own label. */
export const entriesOf = <V extends string | number, L extends Labelled<V>>(
  choices: ReadonlyArray<Choice<V, L>>
): ReadonlyArray<Entry<L>> =>
  choices.map((choice) =>
    typeof choice === "object"
      ? { ...choice, label: choice.label ?? String(choice.value) }
      : ({ value: choice, label: String(choice) } as unknown as Entry<L>)
  )
