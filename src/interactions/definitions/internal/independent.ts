/** What buttons and menus that outlive Runtimes have in common: a stable name, and a payload in the custom id. */
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { Expiration } from "../../../runtime/Expiration.ts"
import { Interaction } from "../../replies/Interaction.ts"
import { encode, payloadCodec } from "../../wire/customIdCodec.ts"
import * as Definition from "../Definition.ts"
import type { Independent } from "../Independent.ts"

const namePattern = /^[\w.-]{1,32}$/

/** Makes the definition. Throws a `RangeError` for a bad name. `toWith` is given how to write the custom id. */
export const make = <P, E, R, With>(
  name: string,
  options: {
    readonly payload?: Schema.Codec<P, unknown> | undefined
    readonly expiration?: Expiration | undefined
    /** What is known of a menu from the start. */
    readonly menu?: object | undefined
  },
  handler: (payload: P) => Effect.Effect<unknown, E, R>,
  toWith: (customId: (payload: P) => string) => With
): Independent<P, E, R | Interaction, With> => {
  if (!namePattern.test(name)) {
    throw new RangeError(
      `${JSON.stringify(name)} cannot name an independent component: expected 1 to 32 letters, digits, "_", "." or "-"`
    )
  }
  const codec = options.payload === undefined ? undefined : payloadCodec(name, options.payload)
  const definition = Definition.make({
    kind: "Component",
    name,
    expiration: options.expiration,
    menu: options.menu,
    handler: Interaction.use(({ raw }) =>
      // The router calls this handler for components of this name only.
      handler(
        codec === undefined ? (undefined as P) : codec.decode((raw.data as { readonly custom_id: string }).custom_id)
      )
    )
  })
  const customId = (payload: P) => codec?.encode(payload) ?? encode({ _tag: "Independent", name, payload: "" })
  return Object.assign(definition, { with: toWith(customId) }) as unknown as Independent<P, E, R | Interaction, With>
}
