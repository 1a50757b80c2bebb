/**
 * Buttons. A bound button belongs to the Runtime that created it: its handler is a closure, and it is disabled when the
 * Runtime ends. An independent button has a stable name, works after a restart, and opens a Runtime with each click. A
 * choice is a button that `Reply.ask` waits for.
 *
 * Source: Discord, "Button".
 */
import type * as Discord from "../../discord/Discord.ts"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import { buttonStyle, componentType } from "../../discord/numbers.ts"
import { given } from "../../internal/given.ts"
import type { Expiration } from "../../runtime/Expiration.ts"
import type { Binding, Use } from "../replies/Bound.ts"
import type * as Input from "../replies/Input.ts"
import type { Interaction } from "../replies/Interaction.ts"
import { bind } from "../replies/internal/boundComponents.ts"
import * as InputParts from "../replies/internal/input.ts"
import { currentLocale } from "../replies/internal/locale.ts"
import { localized } from "../wire/localized.ts"
import type * as Choices from "./Choice.ts"
import type * as Field from "./Field.ts"
import type { Form } from "./Modal.ts"
import type { AutoDefer } from "./Definition.ts"
import type { Independent, Serialize } from "./Independent.ts"
import * as Independents from "./internal/independent.ts"

export type { Use } from "../replies/Bound.ts"

/** How a button looks. */
export interface Look {
  /** At most 80 characters. */
  readonly label?: string | undefined
  /** The label in the languages of users; see `Menu.Look`. */
  readonly labelLocalizations?: Discord.Localizations | undefined
  /** An emoji before the label, for example `{ name: "🎉" }`. Default: none. */
  readonly emoji?: Discord.Emoji | undefined
  /** Its colour: `"primary"`, `"secondary"`, `"success"`, `"danger"`. Default: `"secondary"`. */
  readonly style?: "primary" | "secondary" | "success" | "danger" | undefined
  /** Whether it cannot be used. Default: `false`. */
  readonly disabled?: boolean | undefined
}

/** A choice among buttons: a value, or one with what its button looks like. */
export type Choice<V extends string> = Choices.Choice<V, LabelledChoice<V>>

/** A choice with what its button looks like. */
export interface LabelledChoice<out V extends string> extends Choices.Labelled<V>, Look {
  /** At most 80 characters. Default: the value, or nothing if there is an emoji. */
  readonly label?: string | undefined
}

const component = ({ disabled, emoji, label, labelLocalizations, style }: Look) => ({
  type: componentType.button,
  style: buttonStyle[style ?? "secondary"],
  label,
  labelLocalizations,
  emoji,
  disabled
})

const render = (customId: string, look: Look): Discord.Button =>
  InputParts.render(
    InputParts.make(component(look), () => undefined),
    customId
  )

/**
 * A button of this Runtime. Its clicks are events of the Runtime: they run one after the other, in order of arrival, no
 * matter who clicks. `use` says who may click it, and how often.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Button, Reply } from "fibercord"
 *
 * const offer = Effect.gen(function* () {
 *   const more = yield* Button.bound({ label: "+1" }, () => Reply.update({ content: "one more" }))
 *   yield* Reply.send({ components: [[more]] })
 * })
 * ```
 */
export const bound = <E, R>(
  look: Look,
  handler: () => Effect.Effect<unknown, E, R>,
  use?: Use
): Effect.Effect<Discord.Button, never, Binding<E, R>> =>
  Effect.map(bind(handler, use), (customId) => render(customId, look))

/**
 * A button that outlives Runtimes and processes. Pass it to `Bot.layer` together with the commands. `name` must stay
 * the same as long as messages with the button exist: 1 to 32 letters, digits, `_`, `.` and `-`; any other name throws
 * a `RangeError`. The payload is written into the custom id as JSON, so name and payload together may have about 90
 * characters.
 *
 * ```ts
 * import { Schema } from "effect"
 * import { Button, Reply, Snowflake } from "fibercord"
 *
 * const join = Button.independent("join", { payload: Schema.Struct({ role: Snowflake.Schema }) }, ({ role }) =>
 *   Reply.send({ content: `You joined <@&${role}>`, ephemeral: true })
 * )
 * const offer = (role: Snowflake.Snowflake) => Reply.send({ components: [[join.with({ label: "Join" }, { role })]] })
 * ```
 */
export const independent = <E, R, P = void>(
  name: string,
  options: {
    /** Default: no payload. */
    readonly payload?: Schema.Codec<P, unknown> | undefined
    /** Lifetime of the Runtime that a click opens. Default: the bot's. */
    readonly expiration?: Expiration | undefined
    /** When a click without an answer is deferred. Default: after 2 seconds. */
    readonly autoDefer?: AutoDefer | undefined
    /**
     * Which uses wait for each other: `"message"` for those of one message, or a function of the payload, for those with
     * the same result. They are handled one at a time, in the order in which they arrive, each until its handler ends, in
     * this process. Default: none.
     */
    readonly serialize?: Serialize<P> | undefined
  },
  handler: (payload: P) => Effect.Effect<unknown, E, R>
): Independent<P, E, R | Interaction, (look: Look, payload: P) => Discord.Button> =>
  Independents.make(name, options, handler, (customId) => (look: Look, payload: P) => render(customId(payload), look))

/** Makes a button that has a value. */
export interface MakeChoice {
  /** With a form, which opens first: for `Durable.ask` and `Durable.collect`. */
  <const V extends string, const F extends Field.Fields>(
    value: V,
    look: Look & { readonly form: Form<F> }
  ): Input.FormInput<V, Field.Values<F>>
  /** Without one. */
  <const V extends string>(value: V, look?: Look): Input.Input<V>
}

/** A button whose value `Reply.ask` returns when it is clicked. Default label: the value. */
export const choice = ((value: string, look: Look & { readonly form?: unknown } = {}) => {
  const { form, ...shown } = look
  const label = shown.emoji === undefined ? value : undefined
  const input = InputParts.make(component({ label, ...shown }), () => value)
  return form === undefined ? input : InputParts.withForm(input, form)
}) as MakeChoice

/**
 * A row of at most five buttons. `Reply.ask` returns the value of the one that is clicked.
 *
 * ```ts
 * import { Button, Reply } from "fibercord"
 *
 * const isSure = Reply.ask({
 *   content: "Delete everything?",
 *   components: [Button.choices([{ value: "yes", label: "Yes", style: "danger" }, "no"])]
 * }) // "yes" | "no"
 * ```
 */
export const choices = <const C extends ReadonlyArray<Choice<string>>>(
  choices: C
): ReadonlyArray<Input.Input<Choices.Value<C[number]>>> =>
  choices.map((each) => {
    if (typeof each !== "object") return choice(each as Choices.Value<C[number]>)
    const { value, ...look } = each
    return choice(value as Choices.Value<C[number]>, look)
  })

/**
 * A button that opens a URL, and causes no interaction.
 *
 * ```ts
 * import { Button, Reply } from "fibercord"
 *
 * const shop = Reply.send({
 *   content: "Support us:",
 *   components: [[Button.link("https://example.com", { label: "Website" }), Button.premium("1300000000000000000")]]
 * })
 * ```
 */
export const link = (url: string, look: Omit<Look, "style">): Discord.LinkButton =>
  localized(given({ ...component(look), style: buttonStyle.link, url }), currentLocale) as unknown as Discord.LinkButton

/** A button that opens a purchase, and causes no interaction. Discord decides how it looks. */
export const premium = (
  skuId: string,
  options?: {
    /** Default: `false`. */
    readonly disabled?: boolean | undefined
  }
): Discord.PremiumButton =>
  given({
    type: componentType.button,
    style: buttonStyle.premium,
    sku_id: skuId,
    disabled: options?.disabled
  }) as unknown as Discord.PremiumButton
