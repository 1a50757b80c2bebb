/** The page: a bar above, servers and channels at the left, a pane for each user, and panels at the right. */
import { html, LitElement, nothing } from "lit"
import { repeat } from "lit/directives/repeat.js"
import type { APIUser } from "../../../discord/DiscordApi.ts"
import { define } from "../base/define.ts"
import { ask } from "../base/FcPrompt.ts"
import { shared } from "../base/shared.ts"
import "../chat/FcPane.ts"
import type { FcPane } from "../chat/FcPane.ts"
import "../chat/FcSidebar.ts"
import { Session } from "../chat/Session.ts"
import { nameOf } from "../message/Directory.ts"
import type { Store } from "../Store.ts"
import { watchStore } from "../watchStore.ts"
import { appStyles } from "./appStyles.ts"
import "./FcFaults.ts"
import "./FcHelp.ts"
import type { FcHelp } from "./FcHelp.ts"
import "./FcOrigin.ts"
import "./FcOutput.ts"
import "./FcShare.ts"
import { baseOf, inspectorPanel } from "./inspectorPanel.ts"
import { messageOf } from "./origins.ts"
import { currentTheme, recall, remember, setTheme } from "./theme.ts"

const panels = ["Inspector", "Faults", "Share", "Output"] as const
type Panel = (typeof panels)[number]

const panesKey = "fibercord-panes"
const firstUser = "alice"
// Where panels cover the chat, as in the styles.
const narrow = "(max-width: 1100px)"

interface KeptPane {
  readonly user: string
  readonly channel?: string
}

const keptPanes = (): ReadonlyArray<KeptPane> => {
  try {
    const kept: unknown = JSON.parse(recall(panesKey) ?? "[]")
    return Array.isArray(kept) ? (kept as ReadonlyArray<KeptPane>) : []
  } catch {
    return []
  }
}

export class FcApp extends LitElement {
  static override properties = {
    store: { attribute: false },
    sessions: { state: true },
    active: { state: true },
    panel: { state: true },
    drawer: { state: true },
    interaction: { state: true },
    notice: { state: true }
  }
  static override styles = [shared, appStyles]
  declare store: Store
  declare private sessions: ReadonlyArray<Session>
  declare private active: number
  declare private panel: Panel | undefined
  declare private drawer: boolean
  declare private interaction: string | undefined
  declare private notice: string | undefined
  #opening = false
  /** The inspector that was shown last. */
  #inspector: string | undefined

  constructor() {
    super()
    this.sessions = []
    this.active = 0
    this.panel = undefined
    this.drawer = false
    this.interaction = undefined
    this.notice = undefined
    watchStore(this)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener("keydown", this.#onKey)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener("keydown", this.#onKey)
  }

  protected override willUpdate(): void {
    const store = this.store as Store | undefined
    if (store?.ready !== true || this.#opening) return
    // Another Discord may have been started at the same address.
    const gone = this.sessions.filter(({ user }) => !store.users.has(user))
    if (gone.length > 0) this.sessions = this.sessions.filter((session) => !gone.includes(session))
    for (const session of gone) session.close()
    this.active = Math.max(0, Math.min(this.active, this.sessions.length - 1))
    if (this.sessions.length > 0) return
    this.#opening = true
    void this.#openFirst()
  }

  async #openFirst(): Promise<void> {
    const known = keptPanes().filter(({ user }) => this.store.users.has(user))
    if (known.length > 0)
      this.sessions = known.map(({ channel, user }) => new Session(this.store, user, this.#known(channel)))
    else {
      const someone = [...this.store.users.values()].find(({ bot }) => bot !== true)
      if (someone !== undefined) this.#open(someone.id)
      else await this.#add(firstUser)
    }
    this.#opening = false
  }

  #known(channel: string | undefined): string | undefined {
    const { directs, guilds } = this.store
    const all = [...guilds.values()].flatMap(({ channels, threads }) => [...channels, ...threads])
    return channel !== undefined && (directs.has(channel) || all.some(({ id }) => id === channel)) ? channel : undefined
  }

  #open(user: string): void {
    const at = this.sessions.findIndex((session) => session.user === user)
    if (at === -1) this.sessions = [...this.sessions, new Session(this.store, user)]
    this.active = at === -1 ? this.sessions.length - 1 : at
    this.#keep()
  }

  #keep(): void {
    remember(panesKey, JSON.stringify(this.sessions.map(({ channel, user }) => ({ user, channel }))))
  }

  async #add(name: string): Promise<void> {
    this.notice = undefined
    try {
      const user = (await this.store.link.request({ type: "addUser", name })) as APIUser
      this.store.receive({ type: "user", user })
      this.#open(user.id)
    } catch (error) {
      this.notice = error instanceof Error ? error.message : String(error)
    }
  }

  private async addUser(): Promise<void> {
    const name = await ask("Add a user", "Name")
    if (name !== undefined) await this.#add(name)
  }

  private closePane({ detail }: CustomEvent<Session>): void {
    detail.close()
    this.sessions = this.sessions.filter((session) => session !== detail)
    this.active = Math.min(this.active, this.sessions.length - 1)
    this.#keep()
  }

  private openChannel({ detail }: CustomEvent<{ readonly channel: string }>): void {
    this.sessions[this.active]?.open(detail.channel)
    this.drawer = false
    this.#keep()
  }

  private inspect({ detail }: CustomEvent<{ readonly interaction: string | undefined }>): void {
    this.interaction = detail.interaction
    this.panel = "Inspector"
  }

  /** Shows the message of an interaction to the user who sees it. */
  private async showMessage({ detail }: CustomEvent<{ readonly interaction: string }>): Promise<void> {
    const interaction = this.store.interactions.get(detail.interaction)
    const message = interaction && messageOf(interaction)
    if (interaction === undefined || message === undefined) {
      this.notice = "This interaction has no message."
      return
    }
    this.notice = undefined
    this.#open(interaction.user)
    this.sessions[this.active]?.open(interaction.channel)
    this.#keep()
    if (window.matchMedia(narrow).matches) this.panel = undefined
    await this.updateComplete
    const pane = this.renderRoot.querySelectorAll<FcPane>("fc-pane")[this.active]
    const found = (await pane?.showMessage(message)) ?? false
    if (!found) this.notice = "The message is not there any more."
  }

  private help(): void {
    this.renderRoot.querySelector<FcHelp>("fc-help")?.show()
  }

  #onKey = (event: KeyboardEvent): void => {
    const typing = event
      .composedPath()
      .some((each) => each instanceof HTMLElement && each.matches("input, textarea, select, dialog"))
    if (event.key === "?" && !typing) return this.help()
    if (event.key === "Escape" && this.drawer) this.drawer = false
    if (!event.altKey || event.ctrlKey || event.metaKey) return
    const panel = panels.find((name) => event.code === `Key${name[0]}`)
    const digit = /^Digit([1-9])$/.exec(event.code)?.[1]
    if (digit !== undefined) this.#focusPane(Number(digit) - 1)
    else if (event.code === "KeyN") void this.addUser()
    else if (panel !== undefined) this.panel = this.panel === panel ? undefined : panel
    else return
    event.preventDefault()
  }

  #focusPane(index: number): void {
    if (this.sessions[index] === undefined) return
    this.active = index
    const pane = this.renderRoot.querySelectorAll("fc-pane")[index]
    pane?.shadowRoot?.querySelector<HTMLElement>("fc-composer")?.focus()
  }

  private bar() {
    const { program } = this.store
    const theme = currentTheme()
    const other = theme === "dark" ? "light" : "dark"
    const flip = () => {
      setTheme(other)
      this.requestUpdate()
    }
    return html`<header class="bar">
      <button
        class="menu"
        aria-label="Channels"
        aria-expanded=${this.drawer}
        @click=${() => (this.drawer = !this.drawer)}
      >
        ☰
      </button>
      <h1>fibercord <span class="soft">playground</span></h1>
      <span class=${`state ${program.state}`} role="status"
        >${program.state === "none" ? "bot: here" : `bot: ${program.state}`}</span
      >
      <span class="spring"></span>
      <div class="panels" role="group" aria-label="Panels">
        ${panels.map(
          (panel) =>
            html`<button
              aria-pressed=${this.panel === panel}
              @click=${() => (this.panel = this.panel === panel ? undefined : panel)}
            >
              ${panel}
            </button>`
        )}
      </div>
      <button class="icon" aria-label=${`Switch to ${other}`} title=${`Switch to ${other}`} @click=${flip}>
        ${theme === "dark" ? "☀" : "☾"}
      </button>
      <button class="icon" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)" @click=${this.help}>?</button>
    </header>`
  }

  private banner() {
    const { online, program, ready } = this.store
    if (!online) {
      const text = ready
        ? "The connection to the playground is lost. Connecting again…"
        : "Connecting to the playground…"
      return html`<div class="banner" role="alert">${text}</div>`
    }
    if (this.notice !== undefined) return html`<div class="banner" role="alert">${this.notice}</div>`
    if (program.state === "ended")
      return html`<div class="banner ended" role="alert" tabindex="0">
        The bot is not running. ${program.end ?? ""}
      </div>`
    return nothing
  }

  private tabs() {
    const name = (session: Session) =>
      session.directory.person(session.user)?.name ??
      nameOf(this.store.users.get(session.user) ?? ({ username: session.user } as APIUser))
    return html`<nav class="users" aria-label="Users">
      ${this.sessions.map(
        (session, index) =>
          html`<button aria-pressed=${index === this.active} @click=${() => this.#focusPane(index)}>
            ${name(session)}
          </button>`
      )}
      <button class="add" aria-label="Add a user" title="Add a user (Alt+N)" @click=${this.addUser}>+ user</button>
    </nav>`
  }

  private inspector() {
    const { program } = this.store
    this.#inspector = baseOf(program, this.#inspector)
    return inspectorPanel({
      store: this.store,
      base: this.#inspector,
      interaction: this.interaction,
      changed: (interaction) => (this.interaction = interaction)
    })
  }

  private side() {
    switch (this.panel) {
      case undefined:
        return nothing
      case "Inspector":
        return this.inspector()
      case "Faults":
        return html`<fc-faults .store=${this.store}></fc-faults>`
      case "Share":
        return html`<fc-share .store=${this.store}></fc-share>`
      default:
        return html`<fc-output .store=${this.store}></fc-output>`
    }
  }

  private panes() {
    return html`<main class="panes">
      ${repeat(
        this.sessions,
        (session) => session,
        (session, index) =>
          html`<fc-pane
            class=${index === this.active ? "active" : ""}
            role="region"
            aria-label=${`Pane of ${session.directory.person(session.user)?.name ?? session.user}`}
            .session=${session}
            .closable=${this.sessions.length > 1}
            @focusin=${() => (this.active = index)}
            @pointerdown=${() => (this.active = index)}
          ></fc-pane>`
      )}
    </main>`
  }

  override render() {
    const store = this.store as Store | undefined
    if (store === undefined) return nothing
    const session = this.sessions[this.active]
    const close = () => (this.panel = undefined)
    return html`<div
        class="app"
        @inspect=${this.inspect}
        @show-message=${this.showMessage}
        @close-pane=${this.closePane}
      >
        ${this.bar()} ${this.banner()} ${this.tabs()}
        <div class=${this.panel === undefined ? "middle" : "middle docked"}>
          <div class=${this.drawer ? "drawer open" : "drawer"} @open-channel=${this.openChannel}>
            ${session === undefined ? nothing : html`<fc-sidebar .session=${session}></fc-sidebar>`}
          </div>
          ${this.drawer ? html`<button class="shade" aria-label="Close the channels" @click=${() => (this.drawer = false)}></button>` : nothing}
          ${this.panes()}
          ${
            this.panel === undefined
              ? nothing
              : html`<aside class=${`dock ${this.panel.toLowerCase()}`} aria-label=${this.panel}>
                  <div class="dock-head">
                    <button class="plain" aria-label=${`Close ${this.panel}`} @click=${close}>✕</button>
                  </div>
                  <div class="dock-body">${this.side()}</div>
                </aside>`
          }
        </div>
      </div>
      <fc-help></fc-help>`
  }
}

define("fc-app", FcApp)
