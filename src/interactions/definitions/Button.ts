/**
 * Buttons. A bound button belongs to the Runtime that made it: its handler is a closure, and it dies with the
 * conversation. An independent button has a stable name, works after a restart, and opens a Runtime with each click. A
 * choice is waited for, in `Runtime.ask`.
 *
 * Source: Discord, "Button".
 */
import type {
  APIButtonComponentWithCustomId,
  APIButtonComponentWithSKUId,
  APIButtonComponentWithURL,
  APIMessageComponentEmoji
} from "discord-api-types/v10"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { Expiration } from "../../runtime/Expiration.ts"
import * as Input from "../replies/internal/input.ts"
import type { Interaction } from "../replies/Interaction.ts"
import { bind, type Binding, type Use } from "../replies/internal/boundComponents.ts"
import * as Independent from "./internal/independent.ts"

const button = 2

const styles = { primary: 1, secondary: 2, success: 3, danger: 4 } as const satisfies Record<string, number>
const linkStyle = 5
const premiumStyle = 6

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

const component = ({ disabled, emoji, label, style }: Look) => ({
  type: button,
  style: styles[style ?? "secondary"],
  label,
  emoji,
  disabled
})

const render = (customId: string, look: Look): APIButtonComponentWithCustomId =>
  Input.render(
    Input.make(component(look), () => undefined),
    customId
  )

/**
 * A button of this conversation. Its clicks are events of the current Runtime: they run one after the other, in the
 * order in which they came, whoever clicks. `use` says who may click it, and how often.
 *
 * ```ts
 * const more = yield* Button.bound({ label: "+1" }, () => Reply.update({ content: "one more" }))
 * yield* Reply.send({ components: [[more]] })
 * ```
 */
export const bound = <E, R>(
  look: Look,
  handler: () => Effect.Effect<unknown, E, R>,
  use?: Use
): Effect.Effect<APIButtonComponentWithCustomId, never, Binding<E, R>> =>
  Effect.map(bind(handler, use), (customId) => render(customId, look))

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
): Independent.Independent<P, E, R | Interaction, (look: Look, payload: P) => APIButtonComponentWithCustomId> =>
  Independent.make(name, options, handler, (customId) => (look: Look, payload: P) => render(customId(payload), look))

/** A button that answers its value when a handler waits for it. Default label: the value. See `Runtime.ask`. */
export const choice = <const V extends string>(value: V, look?: Look): Input.Input<V> =>
  Input.make(component({ label: look?.emoji === undefined ? value : undefined, ...look }), () => value)

/** A button that opens a URL, and causes no interaction. */
export const link = (url: string, look: Omit<Look, "style">): APIButtonComponentWithURL =>
  Input.given({ ...component(look), style: linkStyle, url }) as unknown as APIButtonComponentWithURL

/** A button that sells, and causes no interaction. Discord gives it its looks. */
export const premium = (skuId: string): APIButtonComponentWithSKUId => ({
  type: button,
  style: premiumStyle,
  sku_id: skuId
})
