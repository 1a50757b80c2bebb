/** Components that outlive Runtimes and processes: see `Button.independent` and `Menu.independent`. */
import type * as Types from "effect/Types"
import type { Definition } from "./Definition.ts"

/** A definition with payload `P`, and the components that are made from it. */
export interface Independent<in P, out E, out R, out With = (payload: P) => unknown> extends Definition<E, R> {
  /**
   * Makes a component that hands this payload to the handler. Throws `CustomIdTooLong` if the payload cannot fit, and
   * `SchemaError` if it does not match the schema.
   */
  readonly with: With
  readonly "~fibercord/Independent": { readonly _P: Types.Contravariant<P> }
}
