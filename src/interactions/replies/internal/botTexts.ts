/** The bot's texts, which everything that tells users something on its own reads here. */
import * as Context from "effect/Context"
import { message as limits } from "../../../discord/limits.ts"
import { codePoints } from "../../wire/check.ts"
import { defaultTexts, type Text, type Texts, type Translations } from "../ErrorReply.ts"
import type { Interaction } from "../Interaction.ts"

type Service = Interaction["Service"]

/** The texts for an interaction. Does not throw. */
export type TextsFor = (interaction: Service) => Texts

/** The texts of the current bot. Default: English. */
export const BotTexts: Context.Reference<TextsFor> = Context.Reference<TextsFor>("fibercord/interactions/BotTexts", {
  defaultValue: () => () => defaultTexts
})

const isUsable = (text: unknown): boolean =>
  typeof text === "string" && text.trim() !== "" && codePoints(text) <= limits.content.max

// What types promise, JavaScript and missing translations break: a reply without a text would leave the user without one.
const complete = (texts: Partial<Texts>): Texts => ({
  ...defaultTexts,
  ...Object.fromEntries(Object.entries(texts ?? {}).filter(([, text]) => isUsable(text)))
})

/** The texts that translations lead to. `onFailure` is told what they throw; then the defaults are used. */
export const textsFor = (translations: Translations | undefined, onFailure: (error: unknown) => void): TextsFor => {
  if (translations === undefined) return () => defaultTexts
  if (typeof translations !== "function") {
    const texts = complete(translations)
    return () => texts
  }
  return (interaction) => {
    try {
      return complete(translations(interaction.locale ?? "", interaction))
    } catch (error) {
      onFailure(error)
      return defaultTexts
    }
  }
}

/** A text with its `{placeholders}` filled in. */
export const fill = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : whole))

/** A text for an interaction. */
export const toText = (text: Text, interaction: Service): string =>
  typeof text === "string" ? text : text(interaction.locale ?? "", interaction)
