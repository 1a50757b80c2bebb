/** What stands in a channel from top to bottom, for one user. */
import type { InteractionView, MessageView } from "../../Protocol.ts"
import { compareIds } from "../base/snowflake.ts"
import { isGrouped, startsDay } from "../message/grouping.ts"

/** A message, or what a user did that waits, failed, or launched an Activity. */
export type Row =
  | {
      readonly kind: "message"
      readonly key: string
      readonly message: MessageView
      readonly grouped: boolean
      /** The date above it, if it is the first of a day. */
      readonly day?: string | undefined
    }
  | { readonly kind: "interaction"; readonly key: string; readonly interaction: InteractionView }

export interface RowsOptions {
  readonly user: string
  readonly dismissed: ReadonlySet<string>
  readonly interactions: Iterable<InteractionView>
  readonly channel: string
}

const commandKind = 2
const launchActivity = 12

/** Whether an Activity was launched. Source: Discord, "Interaction Callback Type". */
export const isLaunch = ({ callback }: InteractionView): boolean => callback === launchActivity

/** Whether an interaction is a row of its own: nothing else shows it. */
export const hasRow = (interaction: InteractionView): boolean =>
  isLaunch(interaction) || (interaction.state !== "answered" && interaction.kind === commandKind)

const ownInteractions = ({ channel, interactions, user }: RowsOptions): ReadonlyArray<Row> => {
  const rows: Array<Row> = []
  for (const interaction of interactions) {
    const own = interaction.user === user && interaction.channel === channel
    if (own && hasRow(interaction)) rows.push({ kind: "interaction", key: interaction.id, interaction })
  }
  return rows
}

/** Whether a user sees a message that is in the channel. */
const isVisible = (message: MessageView, user: string, dismissed: ReadonlySet<string>): boolean =>
  !message.deleted && (message.visibleTo === undefined || message.visibleTo === user) && !dismissed.has(message.raw.id)

/** The rows of a channel. */
export const rowsOf = (messages: ReadonlyArray<MessageView>, options: RowsOptions): ReadonlyArray<Row> => {
  const rows: Array<Row> = []
  let before: MessageView | undefined
  for (const message of messages) {
    if (!isVisible(message, options.user, options.dismissed)) continue
    const day = startsDay(message, before)
      ? new Date(message.raw.timestamp).toLocaleDateString(undefined, { dateStyle: "long" })
      : undefined
    rows.push({ kind: "message", key: message.raw.id, message, grouped: isGrouped(message, before), day })
    before = message
  }
  const own = ownInteractions(options)
  return own.length === 0 ? rows : [...rows, ...own].toSorted((a, b) => compareIds(a.key, b.key))
}
