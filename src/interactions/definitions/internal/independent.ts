/** What buttons and menus that outlive conversations have in common: a stable name, and a payload in the custom id. */
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { Expiration } from "../../../runtime/Expiration.ts"
import * as CustomId from "../../wire/CustomId.ts"
import * as Definition from "../Definition.ts"
import { Interaction } from "../../replies/Interaction.ts"

/** A definition, and the components made from it. */
export interface Independent<in P, out E, out R, out With = (payload: P) => unknown> extends Definition.Definition<
  E,
  R
> {
  /**
   * A component that hands this payload to the handler. Throws `CustomIdTooLong` if the payload cannot fit, and
   * `SchemaError` if it is not of the schema.
   */
  readonly with: With
  /** @internal */
  readonly "~payload"?: (payload: P) => void
}

const namePattern = /^[\w.-]{1,32}$/

/** Makes the definition. A name that does not fit throws. `toWith` is given how to write the custom id. */
export const make = <P, E, R, With>(
  name: string,
  options: {
    readonly payload?: Schema.Codec<P, unknown> | undefined
    readonly expiration?: Expiration | undefined
  },
  handler: (payload: P) => Effect.Effect<unknown, E, R>,
  toWith: (customId: (payload: P) => string) => With
): Independent<P, E, R | Interaction, With> => {
  if (!namePattern.test(name)) {
    throw new RangeError(`The name ${JSON.stringify(name)} of an independent component does not match ${namePattern}`)
  }
  const codec = options.payload === undefined ? undefined : CustomId.payloadCodec(name, options.payload)
  const definition = Definition.make({
    kind: "Component",
    name,
    expiration: options.expiration,
    handler: Interaction.use(({ raw }) =>
      // The router calls this handler for components of this name only.
      handler(
        codec === undefined ? (undefined as P) : codec.decode((raw.data as { readonly custom_id: string }).custom_id)
      )
    )
  })
  const customId = (payload: P) => codec?.encode(payload) ?? CustomId.encode({ _tag: "Independent", name, payload: "" })
  return Object.assign(definition, { with: toWith(customId) })
}
