/** A running example: a chat with its bot, for two users, with a clock that can be moved. */
import { css, html, LitElement, nothing, unsafeCSS } from "lit"
import { Session } from "../../../../src/playground/page/chat/Session.ts"
import "../../../../src/playground/page/chat/FcPane.ts"
import type { FcPane } from "../../../../src/playground/page/chat/FcPane.ts"
import type { FcComposer } from "../../../../src/playground/page/composer/FcComposer.ts"
import { runnables } from "../../../../src/playground/page/composer/commands.ts"
import { define } from "../../../../src/playground/page/base/define.ts"
import { shared } from "../../../../src/playground/page/base/shared.ts"
import { Store } from "../../../../src/playground/page/Store.ts"
import page from "../../../../src/playground/page/page.css"
import type { RestCall } from "../../../../src/playground/Protocol.ts"
import type { Block } from "./botOf.ts"
import type { Desk } from "./Desk.ts"
import * as Desks from "./Desk.ts"

const people = [{ name: "alice" }, { name: "bob", locale: "de" }] as const
const later = 15 * 60_000

/** Where commands are that are not typed. Source: Discord, "Application Command Types". */
const menus: Readonly<Record<number, string>> = { 2: "a user", 3: "a message" }

/** The colours of the playground, which its page gives to its root. */
const theme = unsafeCSS(/:root \{([^}]*)\}/.exec(page)?.[1]?.replace(/color-scheme:[^;]*;/, "") ?? "")

interface Running {
  readonly desk: Desk
  readonly store: Store
  readonly sessions: ReadonlyArray<Session>
}

export class FcLive extends LitElement {
  static override properties = {
    load: { attribute: false },
    active: { state: true },
    running: { state: true },
    error: { state: true },
    lines: { state: true },
    moving: { state: true },
    inspected: { state: true }
  }
  static override styles = [
    shared,
    css`
      :host {
        ${theme}
        color-scheme: light;
        display: flex;
        flex-direction: column;
        position: relative;
        /* Its forms lie above its chat, and below the bar of the site. */
        isolation: isolate;
        height: 520px;
        max-height: 85vh;
        overflow: hidden;
        background: var(--bg);
        color: var(--text);
        border: 1px solid var(--line-strong);
        border-radius: 10px;
        font:
          16px/1.375 system-ui,
          "Segoe UI",
          Roboto,
          "Helvetica Neue",
          Arial,
          "Noto Color Emoji",
          sans-serif;
        text-align: left;
      }
      :host([dark]) {
        color-scheme: dark;
      }
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px;
        padding: 6px 10px;
        background: var(--bg-side);
        border-bottom: 1px solid var(--line);
      }
      .bar button {
        padding: 5px 10px;
        border-radius: 7px;
        font-size: 14px;
      }
      .bar button:hover:not(:disabled) {
        background: var(--bg-active);
      }
      .bar button[aria-pressed="true"] {
        background: var(--accent);
        color: var(--on-accent);
      }
      .bar button:disabled {
        opacity: 0.6;
      }
      @media (max-width: 480px) {
        .bar button {
          padding: 5px 7px;
          font-size: 13px;
        }
      }
      .spring {
        flex: 1;
      }
      .commands button {
        border: 1px solid var(--line-strong);
        font-family: ui-monospace, monospace;
      }
      .panes {
        flex: 1;
        display: grid;
        grid-template: minmax(0, 1fr) / minmax(0, 1fr);
        min-height: 0;
      }
      fc-pane {
        grid-area: 1 / 1;
      }
      /* It keeps its place, so that its messages are there at once when its user is chosen. */
      fc-pane:not(.active) {
        visibility: hidden;
      }
      .state {
        margin: auto;
        padding: 16px;
      }
      pre {
        margin: 0;
        padding: 8px 12px;
        max-height: 120px;
        overflow: auto;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        border-top: 1px solid var(--line);
        background: var(--bg-code);
        color: var(--danger-text);
        font:
          12px/1.4 ui-monospace,
          monospace;
      }
    `
  ]
  /** Loads the example. */
  declare load: () => Promise<Block>
  declare private active: number
  declare private running: Running | undefined
  declare private error: string | undefined
  /** What the bot has logged as a warning or an error. */
  declare private lines: ReadonlyArray<string>
  /** Whether the clock is being moved. */
  declare private moving: boolean
  /** The interaction whose requests are shown. */
  declare private inspected: string | undefined
  readonly #scheme = new MutationObserver(() => this.#follow())
  /** Counts starts, so that one that was overtaken changes nothing. */
  #start = 0

  constructor() {
    super()
    this.active = 0
    this.running = undefined
    this.error = undefined
    this.lines = []
    this.moving = false
    this.inspected = undefined
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.setAttribute("role", "region")
    this.tabIndex = -1
    this.#follow()
    this.#scheme.observe(document.documentElement, { attributes: true, attributeFilter: ["class"] })
    void this.#run()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#scheme.disconnect()
    this.#stop()
  }

  /** Is as dark as the page. */
  #follow(): void {
    this.toggleAttribute("dark", document.documentElement.classList.contains("dark"))
  }

  #stop(): void {
    this.#start++
    const { running } = this
    this.running = undefined
    for (const session of running?.sessions ?? []) session.close()
    void running?.desk.stop()
  }

  async #run(): Promise<void> {
    this.#stop()
    const start = this.#start
    const isCurrent = () => start === this.#start
    this.lines = []
    this.error = undefined
    this.inspected = undefined
    try {
      const block = await this.load()
      const log = (line: string) => {
        if (isCurrent()) this.lines = [...this.lines.slice(-99), line]
      }
      const desk = await Desks.open({ block, users: people, log })
      if (!isCurrent()) return void desk.stop()
      const store = new Store(desk.link)
      store.subscribe(() => this.requestUpdate())
      this.running = { desk, store, sessions: desk.users.map((user) => new Session(store, user)) }
    } catch (error) {
      if (isCurrent()) this.error = messageOf(error)
    }
  }

  #reset(): void {
    void this.#run().then(() => this.#focusComposer())
  }

  async #advance(): Promise<void> {
    const { running } = this
    if (running === undefined) return
    this.moving = true
    try {
      await running.store.link.request({ type: "advance", millis: later })
    } catch (error) {
      // Who begins again meanwhile does not wait for it.
      if (this.running === running) this.lines = [...this.lines.slice(-99), messageOf(error)]
    }
    this.moving = false
  }

  get #composer(): FcComposer | undefined {
    const pane = this.renderRoot.querySelectorAll<FcPane>("fc-pane")[this.active]
    return pane?.shadowRoot?.querySelector("fc-composer") ?? undefined
  }

  #focusComposer(): void {
    void this.updateComplete.then(() => this.#composer?.focus())
  }

  private bar({ sessions, store }: Running) {
    const users = sessions.map((session, index) => {
      const choose = () => (this.active = index)
      const name = session.directory.person(session.user)?.name ?? people[index]?.name
      return html`<button aria-pressed=${index === this.active} @click=${choose}>${name}</button>`
    })
    return html`<div class="bar" role="group" aria-label="Users and time">
      ${users}
      <span class="spring"></span>
      <button ?disabled=${this.moving || !store.canAdvance} @click=${this.#advance}>
        ${this.moving ? "Time passes…" : "Fifteen minutes later"}
      </button>
      <button @click=${this.#reset}>Reset</button>
    </div>`
  }

  private commands({ sessions }: Running) {
    const commands = sessions[this.active]?.view?.commands ?? []
    const start = (name: string) => () => {
      this.#composer?.start(name)
    }
    const slash = runnables(commands).map(({ name }) => html`<button @click=${start(name)}>/${name}</button>`)
    const inMenus = commands.flatMap(({ name, type }) => {
      const where = menus[type]
      return where === undefined ? [] : [html`<span class="soft">${name}: in the menu of ${where}</span>`]
    })
    return html`<div class="bar commands" role="group" aria-label="Commands">${slash} ${inMenus}</div>`
  }

  private panes({ sessions }: Running) {
    const inspect = ({ detail }: CustomEvent<{ readonly interaction: string }>) => (this.inspected = detail.interaction)
    return html`<div class="panes" @inspect=${inspect}>
      ${sessions.map(
        (session, index) => html`<fc-pane class=${index === this.active ? "active" : ""} .session=${session}></fc-pane>`
      )}
    </div>`
  }

  /** The requests by which the bot has responded to an interaction. */
  private calls({ store }: Running) {
    const { inspected } = this
    if (inspected === undefined) return nothing
    const calls = store.rest.filter(({ interaction }) => interaction === inspected).map(textOf)
    return html`<div class="calls">
      <pre tabindex="0" role="region" aria-label="The bot's requests">
${calls.length === 0 ? "The bot has sent no request." : calls.join("\n")}</pre>
      <button aria-label="Close the requests" @click=${() => (this.inspected = undefined)}>✕</button>
    </div>`
  }

  private log() {
    const { lines } = this
    if (lines.length === 0) return nothing
    return html`<pre class="wrong" tabindex="0" role="log" aria-label="What the bot logs">${lines.join("\n")}</pre>`
  }

  override render() {
    const { error, running } = this
    if (error !== undefined) {
      return html`<p class="state" role="alert">The bot could not start.</p>
        <pre class="wrong" tabindex="0">${error}</pre>`
    }
    if (running === undefined) return html`<p class="state" role="status">The bot is starting…</p>`
    return html`${this.bar(running)} ${this.panes(running)} ${this.commands(running)} ${this.calls(running)}
    ${this.log()}`
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** A request in a line, with its body. Tokens and ids are long and say nothing. */
const textOf = ({ body, method, path, status }: RestCall): string => {
  const short = path.replace(/[\w-]{17,}/g, "…")
  const json = body === undefined ? "" : `\n  ${JSON.stringify(body)}`
  return `${method} ${short} → ${status ?? "no response"}${json}`
}

define("fc-live", FcLive)
