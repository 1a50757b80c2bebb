/** The tabs of the inspector, and which entries are in them. */
import { belonging } from "./details.ts"
import type { Row } from "./FcRows.ts"
import type { InspectorState } from "./state.ts"

/** In their order. */
export const tabs = ["Shards", "Runtimes", "Dialogues", "Interactions", "Spans", "REST", "Logs"] as const

export type Tab = (typeof tabs)[number]

/** The entries of a tab. */
export interface Entries {
  readonly rows: ReadonlyArray<Row>
  readonly count: number
  /** What is said if there are none. */
  readonly empty: string
}

const newestFirst = <A>(list: ReadonlyArray<A>, key: (one: A) => string): ReadonlyArray<Row> =>
  list.map((value) => ({ key: key(value), value })).toReversed()

const numbered = (list: ReadonlyArray<{ readonly n: number }>) => newestFirst(list, ({ n }) => String(n))

const all = (state: InspectorState, tab: Tab, interaction: string | undefined): ReadonlyArray<Row> => {
  const of = <A extends { readonly interaction: string | undefined }>(list: ReadonlyArray<A>) =>
    interaction === undefined ? list : belonging(list, interaction)
  switch (tab) {
    case "Shards":
      return state.shards.map((value) => ({ key: `${value.total} ${value.id}`, value }))
    case "Runtimes": {
      const used = state.interactions.find(({ id }) => id === interaction)?.runtime
      const list = interaction === undefined ? state.runtimes.list : state.runtimes.list.filter(({ id }) => id === used)
      return newestFirst(list, ({ id }) => id)
    }
    case "Dialogues":
      return (state.dialogues?.list ?? []).map((value) => ({ key: value.id, value }))
    case "Interactions":
      return newestFirst(
        interaction === undefined ? state.interactions : state.interactions.filter(({ id }) => id === interaction),
        ({ id }) => id
      )
    case "Spans":
      return numbered(of(state.spans))
    case "REST":
      return numbered(of(state.rest))
    default:
      return numbered(of(state.logs))
  }
}

const emptyOf = (state: InspectorState, tab: Tab, interaction: string | undefined, search: string): string => {
  if (search !== "") return `Nothing here contains “${search}”.`
  if (tab === "Dialogues") {
    return (
      state.dialogues?.problem ??
      (state.dialogues === undefined ? "This bot has no durable dialogues." : "There is no dialogue yet.")
    )
  }
  return interaction === undefined ? "Nothing has happened yet." : "Nothing of this interaction is known."
}

/** What is in a tab, by an interaction and a text. */
export const entriesOf = (
  state: InspectorState,
  tab: Tab,
  interaction: string | undefined,
  search: string
): Entries => {
  const found = all(state, tab, interaction)
  const wanted = search.toLowerCase()
  const rows = wanted === "" ? found : found.filter(({ value }) => JSON.stringify(value).toLowerCase().includes(wanted))
  const count = tab === "Runtimes" && interaction === undefined && wanted === "" ? state.runtimes.open : rows.length
  return { rows, count, empty: emptyOf(state, tab, interaction, search) }
}
