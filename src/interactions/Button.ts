/**
 * Buttons. A bound button belongs to the Runtime that made it: its handler is a closure, and it dies with the
 * conversation. An independent button has a stable name, works after a restart, and opens a Runtime with each click.
 *
 * Source: Discord, "Button".
 */
import type { APIButtonComponentWithCustomId, APIMessageComponentEmoji } from "discord-api-types/v10"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { Expiration } from "../runtime/Expiration.ts"
import * as CustomId from "./CustomId.ts"
import type { Definition } from "./Definition.ts"
import { Interaction } from "./Interaction.ts"
import { bind, type Binding } from "./internal/bound.ts"

const button = 2

const styles = { primary: 1, secondary: 2, success: 3, danger: 4 } as const satisfies Record<string, number>

/** How a button looks. */
export interface Look {
  /** At most 80 characters. */
  readonly label?: string | undefined
  readonly emoji?: APIMessageComponentEmoji | undefined
  /** Default: `secondary`. */
  readonly style?: keyof typeof styles | undefined
  /** Default: `false`. */
  readonly disabled?: boolean | undefined
}

const render = (customId: string, look: Look): APIButtonComponentWithCustomId => ({
  type: button,
  custom_id: customId,
  style: styles[look.style ?? "secondary"],
  ...(look.label === undefined ? {} : { label: look.label }),
  ...(look.emoji === undefined ? {} : { emoji: look.emoji }),
  ...(look.disabled === undefined ? {} : { disabled: look.disabled })
})

/**
 * A button of this conversation. Its clicks are events of the current Runtime: they run one after the other, in the
 * order in which they came, whoever clicks.
 *
 * ```ts
 * const more = yield* Button.bound({ label: "+1" }, () => Reply.update({ content: "one more" }))
 * yield* Reply.send({ components: [[more]] })
 * ```
 */
export const bound = <E, R>(
  look: Look,
  handler: () => Effect.Effect<unknown, E, R>
): Effect.Effect<APIButtonComponentWithCustomId, never, Binding<E, R>> =>
  Effect.map(bind(handler), (customId) => render(customId, look))

/** A definition of a button, and the buttons made from it. */
export interface Independent<in P, out E, out R> extends Definition<E, R> {
  /**
   * A button that hands this payload to the handler. Throws `CustomIdTooLong` if the payload cannot fit, and
   * `SchemaError` if it is not of the schema.
   */
  readonly with: (look: Look, payload: P) => APIButtonComponentWithCustomId
}

const namePattern = /^[\w.-]{1,32}$/

/**
 * A button that outlives conversations and processes. Pass it to `Bot.layer` beside the commands. `name` must stay the
 * same as long as messages with the button exist: 1 to 32 letters, digits, `_`, `.` and `-`; another name throws. The
 * payload is written into the custom id as JSON, so name and payload together have about 90 characters.
 *
 * ```ts
 * const join = Button.independent("join", { payload: Schema.Struct({ role: Snowflake.Schema }) }, ({ role }) => …)
 * yield* Reply.send({ components: [[join.with({ label: "Join" }, { role })]] })
 * ```
 */
export const independent = <E, R, P = void>(
  name: string,
  options: {
    /** Default: no payload. */
    readonly payload?: Schema.Codec<P, unknown> | undefined
    /** Lifetime of the Runtime that a click opens. Default: the bot's. */
    readonly expiration?: Expiration | undefined
  },
  handler: (payload: P) => Effect.Effect<unknown, E, R>
): Independent<P, E, R | Interaction> => {
  if (!namePattern.test(name)) {
    throw new RangeError(`Button.independent: the name ${JSON.stringify(name)} does not match ${String(namePattern)}`)
  }
  const codec = options.payload === undefined ? undefined : CustomId.payloadCodec(name, options.payload)
  return {
    kind: "Component",
    name,
    command: undefined,
    expiration: options.expiration,
    handler: Interaction.use(({ raw }) => {
      if (codec === undefined) return handler(undefined as P)
      // The router calls this handler for components of this name only.
      return handler(codec.decode((raw.data as { readonly custom_id: string }).custom_id))
    }),
    with: (look, payload) =>
      render(codec?.encode(payload) ?? CustomId.encode({ _tag: "Independent", name, payload: "" }), look)
  }
}
