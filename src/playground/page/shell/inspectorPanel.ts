/** The panel that shows what the bot does: the bot's own inspector if it has one, and what Discord has seen. */
import { html, nothing } from "lit"
import type { ProgramView } from "../../Protocol.ts"
import type { Store } from "../Store.ts"

/** Why there is nothing to look into. */
const absence = ({ state }: ProgramView): string => {
  switch (state) {
    case "none":
      return "The bot is part of the program that started the playground, and cannot be looked into: give its layer `Inspector.layer()` of fibercord/inspector."
    case "ended":
      return "The bot is not running."
    case "starting":
    case "stopping":
      return "The bot is starting."
    case "running":
      return "This bot has no inspector: it does not use fibercord, or was started with --no-inspector."
  }
}

/** Which inspector is shown: that of the bot that is running, or else the last one, as it was. */
export const baseOf = ({ inspector, state }: ProgramView, last: string | undefined): string | undefined =>
  inspector ?? (state === "running" || state === "none" ? undefined : last)

/** Draws it. `base` is the inspector's path, and `changed` hears which interaction it is filtered by. */
export const inspectorPanel = (options: {
  readonly store: Store
  readonly base: string | undefined
  readonly interaction: string | undefined
  readonly changed: (interaction: string | undefined) => void
}) => {
  const { base, changed, interaction, store } = options
  const { program } = store
  const origin = html`<fc-origin .store=${store} .interaction=${interaction} .brief=${base !== undefined}></fc-origin>`
  if (base === undefined)
    return html`<p class="absent soft" role="note">${absence(program)}</p>
      ${origin}`
  return html`${interaction === undefined ? nothing : origin}<fc-inspector
      base=${base.replace(/^\//, "")}
      .interaction=${interaction}
      .linked=${true}
      .offline=${program.inspector === undefined}
      @filter=${({ detail }: CustomEvent<{ readonly interaction: string | undefined }>) => changed(detail.interaction)}
    ></fc-inspector>`
}
