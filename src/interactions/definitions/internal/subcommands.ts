/** How a use of a command finds the subcommand that handles it. */
import type * as Effect from "effect/Effect"
import { Interaction } from "../../replies/Interaction.ts"
import { responderOf } from "../../replies/internal/currentInteraction.ts"
import { orOutdated } from "../../wire/InvalidOption.ts"
import { invocationOf } from "../../wire/invocation.ts"
import type { Handled } from "../Definition.ts"

const childOf = <S extends Handled>(
  children: Readonly<Record<string, S>>,
  { raw }: Interaction["Service"],
  depth: number
): S => {
  const { name, path } = invocationOf(raw)
  const key = path[depth]
  const child = key !== undefined && Object.hasOwn(children, key) ? children[key] : undefined
  return orOutdated("subcommand", child, path, name)
}

/**
 * Handles a use by the child that the path of the interaction names: `depth` 0 for the children of a command, 1 for
 * those of a group.
 */
export const dispatch = <S extends Handled>(
  children: Readonly<Record<string, S>>,
  depth: number
): Pick<Handled, "handler" | "autocomplete"> => ({
  handler: Interaction.use((interaction) => childOf(children, interaction, depth).handler),
  autocomplete: Object.values(children).some(({ autocomplete }) => autocomplete !== undefined)
    ? Interaction.use((interaction) => childOf(children, interaction, depth).autocomplete ?? noSuggestions)
    : undefined
})

/** Suggests nothing. */
export const noSuggestions: Effect.Effect<void, unknown, Interaction> = Interaction.use((interaction) =>
  responderOf(interaction).choices([])
)
