/**
 * What a bot does, live: `<fc-inspector base="inspector">`, where `base` is the path of the inspector on this origin.
 * `interaction` filters by an interaction, and shows it first. It takes the theme of the page. Fires `filter` with the
 * interaction that the user has chosen instead.
 */
import { html, LitElement, nothing, type TemplateResult } from "lit"
import {
  dialogueDetails,
  interactionDetails,
  logDetails,
  restDetails,
  runtimeDetails,
  spanDetails,
  type Ways
} from "./details.ts"
import { type Connection, Feed } from "./Feed.ts"
import { inspectorStyles } from "./inspectorStyles.ts"
import "./FcRows.ts"
import type { Row } from "./FcRows.ts"
import { dialogueRow, interactionRow, logRow, restRow, runtimeRow, spanRow } from "./rows.ts"
import { shards, shardStyles } from "./shards.ts"
import type { DialogueDetails, InspectorState } from "./state.ts"
import { stripStyles } from "./strips.ts"
import { styles } from "./styles.ts"
import { type Entries, entriesOf, type Tab, tabs } from "./tabs.ts"
import { megabytes, spanOf } from "./words.ts"

const words: Readonly<Record<Connection, string>> = {
  connecting: "connecting",
  open: "live",
  lost: "the bot does not respond"
}

export class FcInspector extends LitElement {
  static override properties = {
    base: {},
    interaction: {},
    linked: { type: Boolean },
    offline: { type: Boolean },
    tab: { state: true },
    selected: { state: true },
    search: { state: true },
    dialogue: { state: true }
  }
  static override styles = [styles, stripStyles, shardStyles, inspectorStyles]
  /** The path of the inspector. */
  declare base: string
  /** The id of the interaction that everything is filtered by. */
  declare interaction: string | undefined
  /** Whether the page can show messages: it hears `show-message` with the interaction. */
  declare linked: boolean
  /** Whether the bot is not running. What was seen last stays. */
  declare offline: boolean
  declare private tab: Tab
  declare private selected: string | undefined
  declare private search: string
  declare private dialogue: DialogueDetails | undefined
  #feed: Feed | undefined

  constructor() {
    super()
    this.base = "."
    this.interaction = undefined
    this.linked = false
    this.offline = false
    this.tab = "Shards"
    this.selected = undefined
    this.search = ""
    this.dialogue = undefined
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#follow()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#feed?.stop()
    this.#feed = undefined
  }

  #follow(): void {
    this.#feed?.stop()
    this.#feed = new Feed(this.base, () => this.requestUpdate())
    if (!this.offline) this.#feed.start()
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("base") && this.hasUpdated) this.#follow()
    else if (changed.has("offline") && this.hasUpdated) {
      if (this.offline) this.#feed?.stop()
      else this.#feed?.start()
    }
    if (changed.has("interaction") && this.interaction !== undefined) this.#showInteraction(this.interaction)
  }

  #filter(interaction: string | undefined): void {
    this.interaction = interaction
    this.dispatchEvent(new CustomEvent("filter", { detail: { interaction } }))
  }

  #showInteraction(id: string): void {
    if (this.interaction !== id) this.#filter(id)
    this.tab = "Interactions"
    this.search = ""
    this.selected = id
  }

  readonly #ways: Ways = {
    interaction: (id) => this.#showInteraction(id),
    message: (interaction) =>
      this.dispatchEvent(new CustomEvent("show-message", { detail: { interaction }, bubbles: true, composed: true })),
    runtime: (id) => {
      this.#filter(undefined)
      this.search = ""
      this.tab = "Runtimes"
      this.selected = id
    }
  }

  #open(tab: Tab): void {
    this.tab = tab
    this.selected = undefined
    this.dialogue = undefined
  }

  readonly #key = (event: KeyboardEvent): void => {
    const index = tabs.indexOf(this.tab)
    const next: Readonly<Record<string, number>> = {
      ArrowRight: index + 1,
      ArrowLeft: index - 1,
      Home: 0,
      End: tabs.length - 1
    }
    const to = tabs[((next[event.key] ?? -100) + tabs.length) % tabs.length]
    if (next[event.key] === undefined || to === undefined) return
    event.preventDefault()
    this.#open(to)
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#tab-${to}`)?.focus())
  }

  #choose(tab: Tab, key: string): void {
    this.selected = key
    this.dialogue = undefined
    if (tab !== "Dialogues") return
    void this.#feed?.dialogue(key).then((found) => {
      if (this.selected === key) this.dialogue = found
    })
  }

  private header(state: InspectorState | undefined) {
    const feed = this.#feed
    const process = state?.process
    const isLive = !this.offline && feed?.connection === "open"
    return html`<header>
      <span class=${isLive ? "good" : "bad"} role="status"
        >${this.offline ? "the bot is not running" : words[feed?.connection ?? "connecting"]}</span
      >
      ${
        process === undefined
          ? nothing
          : html`<span class="soft facts"
              >process ${process.pid}, up ${spanOf(process.uptime)}, ${megabytes(process.heap)} heap,
              ${megabytes(process.rss)} in
              all${feed !== undefined && feed.skipped > 0 ? `, ${feed.skipped} left out` : ""}</span
            >`
      }
      <button class="button" aria-pressed=${feed?.isPaused === true} @click=${() => feed?.pause(!feed.isPaused)}>
        Pause
      </button>
    </header>`
  }

  private tabList(state: InspectorState | undefined) {
    return html`<div class="tabs" role="tablist" aria-label="Inspector" @keydown=${this.#key}>
      ${tabs.map((tab) => {
        const count = state === undefined ? undefined : this.#entries(state, tab).count
        return html`<button
          role="tab"
          id=${`tab-${tab}`}
          aria-selected=${tab === this.tab}
          aria-controls="panel"
          tabindex=${tab === this.tab ? 0 : -1}
          @click=${() => this.#open(tab)}
        >
          ${tab}${count === undefined ? nothing : html` <span class="count">${count.toLocaleString("en")}</span>`}
        </button>`
      })}
    </div>`
  }

  #entries(state: InspectorState, tab: Tab): Entries {
    return entriesOf(state, tab, this.interaction, tab === this.tab ? this.search : "")
  }

  private filters() {
    return html`<div class="filters">
      <input
        type="search"
        aria-label=${`Search ${this.tab.toLowerCase()}`}
        placeholder="Search"
        .value=${this.search}
        @input=${(event: InputEvent) => (this.search = (event.target as HTMLInputElement).value)}
      />
      ${
        this.interaction === undefined
          ? nothing
          : html`<button class="button" @click=${() => this.#filter(undefined)}>
              <span class="hidden">Show everything, not only interaction</span> ${this.interaction} ✕
            </button>`
      }
    </div>`
  }

  #draw(tab: Tab, state: InspectorState): (value: never) => TemplateResult {
    switch (tab) {
      case "Runtimes":
        return (one) => runtimeRow(one, state.now)
      case "Dialogues":
        return dialogueRow
      case "Interactions":
        return interactionRow
      case "Spans":
        return spanRow
      case "REST":
        return restRow
      default:
        return logRow
    }
  }

  #details(tab: Tab, value: unknown, state: InspectorState): TemplateResult | typeof nothing {
    switch (tab) {
      case "Runtimes":
        return runtimeDetails(value as never, state, this.#ways)
      case "Dialogues":
        return this.dialogue === undefined ? html`<p class="soft">…</p>` : dialogueDetails(this.dialogue)
      case "Interactions":
        return interactionDetails(value as never, state, this.#ways, this.linked)
      case "Spans":
        return spanDetails(value as never, state, this.#ways)
      case "REST":
        return restDetails(value as never, this.#ways)
      default:
        return logDetails(value as never, this.#ways)
    }
  }

  private list(state: InspectorState) {
    const { tab } = this
    const { empty, rows } = this.#entries(state, tab)
    const chosen = rows.find(({ key }) => key === this.selected)
    return html`${this.filters()}
      <div class=${chosen === undefined ? "split" : "split has-details"}>
        ${
          rows.length === 0
            ? html`<p class="empty">${empty}</p>`
            : html`<fc-rows
                .rows=${rows}
                .draw=${this.#draw(tab, state)}
                .selected=${this.selected}
                .label=${tab}
                @choose=${({ detail }: CustomEvent<Row["value"]>) =>
                  this.#choose(tab, rows.find(({ value }) => value === detail)?.key ?? "")}
              ></fc-rows>`
        }
        ${
          chosen === undefined
            ? nothing
            : html`<section class="details" aria-label="Details" tabindex="0">
                <button class="button close" @click=${() => (this.selected = undefined)}>Close</button>
                ${this.#details(tab, chosen.value, state)}
              </section>`
        }
      </div>`
  }

  override render() {
    const state = this.#feed?.state
    return html`${this.header(state)} ${this.tabList(state)}
      <div class="panel" role="tabpanel" id="panel" aria-labelledby=${`tab-${this.tab}`}>
        ${
          state === undefined
            ? html`<p class="empty">Nothing is known of the bot yet.</p>`
            : this.tab === "Shards"
              ? shards(state)
              : this.list(state)
        }
      </div>`
  }
}

if (customElements.get("fc-inspector") === undefined) customElements.define("fc-inspector", FcInspector)
