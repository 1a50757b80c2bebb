/**
 * Choices: a list whose entries are values, or values with what users see for them. The same in `Options`, `Menu`,
 * `Field` and `Button`; each of them allows what Discord has for it beside the label.
 *
 * ```ts
 * import { Options } from "fibercord"
 *
 * const season = Options.string("Season", {
 *   choices: ["spring", { value: "fall", label: "Autumn" }]
 * }) // "spring" | "fall"
 * ```
 */

/** A value with what users see for it. */
export interface Labelled<out V extends string | number> {
  /** What the handler receives when it is chosen. */
  readonly value: V
  /** Default: the value. */
  readonly label?: string | undefined
}

/** A value, or one with what users see for it. */
export type Choice<V extends string | number, L extends Labelled<V> = Labelled<V>> = V | L

/** The values of choices. */
export type Value<C> = C extends string | number
  ? C
  : C extends { readonly value: infer V extends string | number }
    ? V
    : never
