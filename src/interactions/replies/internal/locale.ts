/** The language of the user whose interaction is being handled. */
import * as Context from "effect/Context"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { Interaction } from "../Interaction.ts"

/**
 * The language of the current interaction; `undefined` outside of handlers. It asks the running fiber, so that functions
 * that are no Effects, such as the `with` of an independent component, know it too.
 */
export const currentLocale = (): string | undefined => {
  const fiber = Fiber.getCurrent()
  if (fiber === undefined) return undefined
  return Option.getOrUndefined(Context.getOption(fiber.context, Interaction))?.locale
}
