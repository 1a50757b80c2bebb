/** The machine behind options of slash commands: Discord's JSON, decoding and suggestions. */
import type {
  APIApplicationCommandBasicOption,
  APIApplicationCommandInteractionDataBasicOption,
  APIApplicationCommandOptionChoice
} from "../../../discord/DiscordApi.ts"
import * as Effect from "effect/Effect"
import * as Pipeable from "effect/Pipeable"
import { given } from "../../../internal/given.ts"
import { Interaction } from "../../replies/Interaction.ts"
import { responderOf } from "../../replies/internal/currentInteraction.ts"
import type { ReplyError } from "../../replies/ReplyError.ts"
import { InvalidOption } from "../../wire/InvalidOption.ts"
import type { Invocation, Picked } from "../../wire/invocation.ts"
import type { Resolved } from "../../wire/resolved.ts"
import type { Choice, Errors, Fields, LabelledChoice, Option, Requirements, Values } from "../Options.ts"
import { entriesOf } from "./choices.ts"

/** Reads a picked value, and what Discord resolved for it; `undefined` for what the option cannot have been given. */
export type Decode<A> = (value: string | number | boolean, resolved: Resolved) => A | undefined

/** Suggests choices for what the user has typed. */
export type Suggest<E, R> = (query: string) => Effect.Effect<ReadonlyArray<Choice<string | number>>, E, R>

/** What an option consists of. */
export interface Parts<out A, out E = unknown, out R = unknown> {
  /** Discord's JSON without the name and whether it is required. */
  readonly data: Readonly<Record<string, unknown>>
  readonly decode: Decode<A>
  readonly suggest: Suggest<E, R> | undefined
  readonly isRequired: boolean
}

/** Makes an option. */
export const make = <A, E = never, R = never>(parts: Parts<A, E, R>): Option<A, E, R> =>
  Object.assign(Object.create(Pipeable.Prototype), { "~fibercord/Option": parts })

/** What an option consists of. */
export const partsOf = <A, E, R>(option: Option<A, E, R>): Parts<A, E, R> =>
  option["~fibercord/Option"] as unknown as Parts<A, E, R>

/** Choices of an option as Discord's JSON. */
export const toChoices = (
  choices: ReadonlyArray<Choice<string | number>>
): ReadonlyArray<APIApplicationCommandOptionChoice> =>
  entriesOf<string | number, LabelledChoice<string | number>>(choices).map(
    ({ label, labelLocalizations, value }) =>
      given({
        name: label,
        name_localizations: labelLocalizations,
        value
      }) as unknown as APIApplicationCommandOptionChoice
  )

/** Answers what the option that is being typed into suggests. */
export const suggest = <F extends Fields>(
  fields: F,
  picked: Picked
): Effect.Effect<void, Errors<F> | ReplyError, Requirements<F> | Interaction> =>
  Effect.gen(function* () {
    const responder = responderOf(yield* Interaction)
    const focused = picked.find(({ focused }) => focused === true)
    const option = focused !== undefined && Object.hasOwn(fields, focused.name) ? fields[focused.name] : undefined
    const suggestions = yield* (option && partsOf(option).suggest?.(String(focused?.value ?? ""))) ?? Effect.succeed([])
    yield* responder.choices(toChoices(suggestions))
  }) as Effect.Effect<void, Errors<F> | ReplyError, Requirements<F> | Interaction>

/** Whether one of the options has suggestions. */
export const hasSuggestions = (fields: Fields): boolean =>
  Object.values(fields).some((option) => partsOf(option).suggest !== undefined)

/** Discord's JSON of the options, required ones first as Discord demands. */
export const toData = (fields: Fields): Array<APIApplicationCommandBasicOption> =>
  Object.entries(fields)
    .map(([name, option]) => ({ name, ...partsOf(option) }))
    .toSorted((a, b) => Number(b.isRequired) - Number(a.isRequired))
    .map(
      ({ data, isRequired, name }) =>
        ({ name, required: isRequired, ...given(data) }) as unknown as APIApplicationCommandBasicOption
    )

const valueOf = (
  invocation: Invocation,
  name: string,
  { data, decode, isRequired }: Parts<unknown>,
  found: APIApplicationCommandInteractionDataBasicOption | undefined
): unknown => {
  if (found === undefined && !isRequired) return undefined
  const value = found === undefined ? undefined : decode(found.value, invocation.resolved)
  if (value !== undefined) return value
  throw new InvalidOption({
    command: invocation.name,
    option: name,
    expected: JSON.stringify(data),
    actual: found === undefined ? "nothing" : JSON.stringify(found)
  })
}

/** The values that the user picked, by name. Throws `InvalidOption`. */
export const decode = <F extends Fields>(fields: F, invocation: Invocation): Values<F> => {
  const { picked } = invocation
  const values: Record<string, unknown> = {}
  for (const [name, option] of Object.entries(fields)) {
    const found = picked.find((option) => option.name === name)
    values[name] = valueOf(invocation, name, partsOf(option), found)
  }
  return values as Values<F>
}
