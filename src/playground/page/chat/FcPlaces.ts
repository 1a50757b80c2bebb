/**
 * What belongs to the channel of a session besides its messages: `kind` is `pins` or `threads`. Fires `jump` with a
 * message, `open-channel` with a thread, and `close`.
 */
import { css, html, LitElement, nothing } from "lit"
import type { APIChannel } from "../../../discord/DiscordApi.ts"
import type { MessageView, Pins, Threads } from "../../Protocol.ts"
import { define } from "../base/define.ts"
import { icon } from "../base/icons.ts"
import { shared } from "../base/shared.ts"
import { emit } from "../message/Act.ts"
import "../message/FcMessage.ts"
import { mayPin } from "./menus.ts"
import type { Session } from "./Session.ts"

export type PlacesKind = "pins" | "threads"

const titles: Readonly<Record<PlacesKind, string>> = { pins: "Pinned messages", threads: "Threads" }

export class FcPlaces extends LitElement {
  static override properties = {
    session: { attribute: false },
    kind: {},
    pins: { state: true },
    threads: { state: true },
    error: { state: true }
  }
  static override styles = [
    shared,
    css`
      :host {
        position: absolute;
        z-index: 20;
        inset-inline-end: 12px;
        top: 54px;
        width: min(420px, calc(100% - 24px));
        max-height: min(70%, 560px);
        overflow-y: auto;
        background: var(--bg-raise);
        border: 1px solid var(--line-strong);
        border-radius: 10px;
        box-shadow: var(--shadow);
        padding: 10px;
      }
      header {
        display: flex;
        justify-content: space-between;
        align-items: center;
      }
      h3 {
        margin: 0;
        font-size: 16px;
        color: var(--text-strong);
      }
      h4 {
        margin: 12px 0 4px;
        font-size: 13px;
        color: var(--text-soft);
      }
      .card {
        margin-top: 8px;
        padding: 4px 0 8px;
        border: 1px solid var(--line);
        border-radius: 8px;
        background: var(--bg);
      }
      .ends {
        display: flex;
        gap: 8px;
        padding: 4px 14px 0;
      }
      .thread {
        display: block;
        width: 100%;
        padding: 8px 10px;
        border-radius: 6px;
        color: var(--text-strong);
        overflow-wrap: anywhere;
      }
      .thread:hover {
        background: var(--bg-active);
      }
      .error {
        color: var(--danger-text);
      }
    `
  ]
  declare session: Session
  declare kind: PlacesKind
  declare private pins: ReadonlyArray<MessageView> | undefined
  declare private threads: Threads | undefined
  declare private error: string | undefined
  #before: HTMLElement | undefined

  constructor() {
    super()
    this.kind = "pins"
    this.pins = undefined
    this.threads = undefined
    this.error = undefined
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.setAttribute("role", "dialog")
    document.addEventListener("pointerdown", this.#outside, true)
    let focused = document.activeElement
    while (focused?.shadowRoot?.activeElement != null) focused = focused.shadowRoot.activeElement
    this.#before = focused instanceof HTMLElement ? focused : undefined
    void this.updateComplete.then(() => this.renderRoot.querySelector("button")?.focus())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener("pointerdown", this.#outside, true)
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    this.setAttribute("aria-label", titles[this.kind])
    if (changed.has("kind") || changed.has("session")) void this.#load()
  }

  #outside = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.close()
  }

  private close(): void {
    this.dispatchEvent(new CustomEvent("close"))
  }

  async #load(): Promise<void> {
    const { channel, store, user } = this.session
    const { kind } = this
    if (channel === undefined) return
    try {
      const value = await store.link.request({ type: kind, user, channel })
      if (kind === "pins") this.pins = (value as Pins).messages
      else this.threads = value as Threads
      this.error = undefined
    } catch (error) {
      this.error = error instanceof Error ? error.message : String(error)
    }
  }

  private async unpin(message: string): Promise<void> {
    await this.session.pin(message, false)
    await this.#load()
    await this.updateComplete
    // The button that was pressed is gone, and the keyboard with it.
    this.renderRoot.querySelector("button")?.focus()
  }

  private pin(message: MessageView) {
    const jump = () => {
      emit(this, "jump", { message: message.raw.id })
      this.close()
    }
    return html`<div class="card">
      <fc-message .message=${message} .directory=${this.session.directory} .actions=${false}></fc-message>
      <div class="ends">
        <button class="plain" @click=${jump}>Jump</button>
        ${mayPin(this.session, message) ? html`<button class="plain" @click=${() => void this.unpin(message.raw.id)}>Unpin</button>` : nothing}
      </div>
    </div>`
  }

  private group(title: string, threads: ReadonlyArray<APIChannel>) {
    if (threads.length === 0) return nothing
    const open = (channel: string) => () => {
      emit(this, "open-channel", { channel })
      this.close()
    }
    return html`<h4>${title}</h4>
      ${threads.map(({ id, name }) => html`<button class="thread" @click=${open(id)}>${icon("thread")} ${name}</button>`)}`
  }

  private content() {
    if (this.error !== undefined) return html`<p class="error" role="alert">${this.error}</p>`
    if (this.kind === "pins") {
      if (this.pins === undefined) return nothing
      return this.pins.length === 0
        ? html`<p class="soft">This channel has no pinned messages.</p>`
        : this.pins.map((message) => this.pin(message))
    }
    if (this.threads === undefined) return nothing
    const { active, archived } = this.threads
    return active.length + archived.length === 0
      ? html`<p class="soft">There are no threads.</p>`
      : html`${this.group("Active", active)}${this.group("Archived", archived)}`
  }

  override render() {
    if ((this.session as Session | undefined) === undefined) return nothing
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return
      event.stopPropagation()
      this.#before?.focus()
      this.close()
    }
    return html`<div @keydown=${key}>
      <header>
        <h3>${titles[this.kind]}</h3>
        <button class="plain" aria-label=${`Close ${titles[this.kind]}`} @click=${this.close}>✕</button>
      </header>
      ${this.content()}
    </div>`
  }
}

define("fc-places", FcPlaces)
