/** What buttons and menus that outlive Runtimes have in common: a stable name, and a payload in the custom id. */
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { Expiration } from "../../../runtime/Expiration.ts"
import { Interaction, type RawInteraction } from "../../replies/Interaction.ts"
import { encode, payloadCodec } from "../../wire/customIdCodec.ts"
import * as Definition from "../Definition.ts"
import type { Independent, Serialize } from "../Independent.ts"

const namePattern = /^[\w.-]{1,32}$/

const serializer = <P>(serialize: Serialize<P> | undefined, payloadOf: (raw: RawInteraction) => P) =>
  typeof serialize === "function"
    ? (raw: RawInteraction) => serialize(payloadOf(raw))
    : serialize && ((raw: RawInteraction) => ("message" in raw ? (raw.message?.id ?? "") : ""))

/**
 * Makes the definition. Throws a `RangeError` for a bad name. `toWith` receives the function that writes the custom id.
 */
export const make = <P, E, R, With>(
  name: string,
  options: {
    readonly payload?: Schema.Codec<P, unknown> | undefined
    readonly expiration?: Expiration | undefined
    readonly autoDefer?: Definition.AutoDefer | undefined
    readonly serialize?: Serialize<P> | undefined
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
  // The router calls this for components of this name only.
  const payloadOf = (raw: RawInteraction): P =>
    codec === undefined ? (undefined as P) : codec.decode((raw.data as { readonly custom_id: string }).custom_id)
  const definition = Definition.make({
    kind: "Component",
    name,
    expiration: options.expiration,
    autoDefer: options.autoDefer,
    menu: options.menu,
    serialize: serializer(options.serialize, payloadOf),
    handler: Interaction.use(({ raw }) => handler(payloadOf(raw)))
  })
  const customId = (payload: P) => codec?.encode(payload) ?? encode({ _tag: "Independent", name, payload: "" })
  return Object.assign(definition, { with: toWith(customId) }) as unknown as Independent<P, E, R | Interaction, With>
}
