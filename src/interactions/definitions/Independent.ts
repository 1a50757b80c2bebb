/** Components that outlive Runtimes and processes: see `Button.independent` and `Menu.independent`. */
import type * as Types from "effect/Types"
import type { Definition } from "./Definition.ts"

/**
 * What uses of an independent component are handled one at a time: those of one message, or those whose payloads give the
 * same string. Uses of the same component that do not belong together do not wait for each other.
 */
export type Serialize<P> = "message" | ((payload: P) => string)

/** A definition with payload `P`, and the components that are made from it. */
export interface Independent<in P, out E, out R, out With = (payload: P) => unknown> extends Definition<E, R> {
  /**
   * Makes a component that hands this payload to the handler. Throws `CustomIdTooLong` if the payload cannot fit, and
   * `SchemaError` if it does not match the schema.
   */
  readonly with: With
  readonly "~fibercord/Independent": { readonly _P: Types.Contravariant<P> }
}
