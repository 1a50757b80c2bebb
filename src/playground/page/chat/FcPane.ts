/** One user in one channel: the channel's messages, what the user writes, and the user's forms and menus. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import type { MessageView } from "../../Protocol.ts"
import { avatar } from "../base/avatar.ts"
import { define } from "../base/define.ts"
import "../base/FcMenu.ts"
import type { MenuEntry } from "../base/FcMenu.ts"
import { icon } from "../base/icons.ts"
import { shared } from "../base/shared.ts"
import "../composer/FcComposer.ts"
import type { Complete, FcComposer } from "../composer/FcComposer.ts"
import { customOf, type Emoji } from "../composer/emojis.ts"
import "../composer/FcEmojiPicker.ts"
import { emit, type Act } from "../message/Act.ts"
import { nameOf } from "../message/Directory.ts"
import "../modal/FcModal.ts"
import type { FieldValue } from "../modal/fields.ts"
import type { Suggestions } from "../../Protocol.ts"
import type { Store } from "../Store.ts"
import { watchStore } from "../watchStore.ts"
import { channelTitle } from "./channels.ts"
import "./FcMessages.ts"
import type { FcMessages } from "./FcMessages.ts"
import "./FcPlaces.ts"
import type { PlacesKind } from "./FcPlaces.ts"
import { mayEdit, messageMenu, userMenu } from "./menus.ts"
import { hasRow, rowsOf, type Row } from "./rows.ts"
import type { Session } from "./Session.ts"
import { pictureOfUser } from "./storeDirectory.ts"

interface OpenMenu {
  readonly x: number
  readonly y: number
  readonly label: string
  readonly entries: ReadonlyArray<MenuEntry>
}

type MenuRequest = { readonly x: number; readonly y: number; readonly message?: MessageView; readonly user?: string }

export class FcPane extends LitElement {
  static override properties = {
    session: { attribute: false },
    closable: { type: Boolean },
    menu: { state: true },
    editing: { state: true },
    picker: { state: true },
    places: { state: true },
    replyTo: { state: true }
  }
  static override styles = [
    shared,
    css`
      :host {
        position: relative;
        display: flex;
        flex-direction: column;
        min-width: 0;
        min-height: 0;
        background: var(--bg);
      }
      .content {
        display: flex;
        flex-direction: column;
        flex: 1;
        min-height: 0;
      }
      header {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 8px 12px;
        border-bottom: 1px solid var(--line);
        min-height: 52px;
      }
      h2 {
        margin: 0;
        font-size: 16px;
        color: var(--text-strong);
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .spring {
        flex: 1;
      }
      .topic {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-size: 13px;
        min-width: 0;
      }
      fc-messages {
        flex: 1;
      }
      .barred {
        flex: 1;
        margin: 0;
        padding: 16px;
      }
      .notice {
        display: flex;
        gap: 8px;
        margin: 0 12px 8px;
        padding: 8px 12px;
        border-radius: 8px;
        border: 1px solid var(--danger-text);
        color: var(--danger-text);
        font-size: 14px;
        overflow-wrap: anywhere;
      }
      .typing {
        min-height: 20px;
        padding: 0 16px;
        font-size: 13px;
      }
      .places {
        width: 34px;
        height: 34px;
        text-align: center;
        border-radius: 8px;
      }
      .places:hover {
        background: var(--bg-active);
      }
      .who {
        display: flex;
        align-items: center;
        gap: 6px;
        font-size: 14px;
        min-width: 0;
        max-width: 60%;
      }
      .who strong {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `
  ]
  declare session: Session
  declare closable: boolean
  declare private menu: OpenMenu | undefined
  declare private replyTo: MessageView | undefined
  declare private editing: MessageView | undefined
  /** What belongs to the channel, if it is shown. */
  declare private places: PlacesKind | undefined
  /** What an emoji is chosen for: a reaction to this message, or the text that is being written. */
  declare private picker: { readonly message?: string } | undefined
  #rows: { readonly key: ReadonlyArray<unknown>; readonly value: ReadonlyArray<Row> } | undefined

  constructor() {
    super()
    this.closable = false
    this.menu = undefined
    this.replyTo = undefined
    this.editing = undefined
    this.picker = undefined
    this.places = undefined
    watchStore(this)
  }

  get store(): Store {
    return (this.session as Session | undefined)?.store as Store
  }

  /** Shows a message of the channel, with those above it loaded. Resolves with whether it is there. */
  async showMessage(message: string): Promise<boolean> {
    const { session, store } = this
    const { channel } = session
    if (channel === undefined) return false
    session.recall(message)
    await store.loadUntil(channel, message)
    this.requestUpdate()
    await this.updateComplete
    const list = this.renderRoot.querySelector<FcMessages>("fc-messages")
    await list?.updateComplete
    return list?.show(message) ?? false
  }

  private async jump(message: string): Promise<void> {
    if (!(await this.showMessage(message))) this.session.say("This message is not in this channel any more.")
  }

  private get rows(): ReadonlyArray<Row> {
    const { channel = "", dismissed, store, user } = this.session
    const messages = store.channels.get(channel)?.messages ?? []
    // Interactions change in place; those that matter here are few.
    const own = [...store.interactions.values()].filter(hasRow)
    const key = [messages, dismissed, channel, user, own.map(({ id, state }) => `${id}${state}`).join(" ")]
    if (this.#rows === undefined || key.some((each, index) => each !== this.#rows?.key[index])) {
      this.#rows = { key, value: rowsOf(messages, { user, dismissed, interactions: own, channel }) }
    }
    return this.#rows.value
  }

  private complete: Complete = async (name, { focused, values }) => {
    const { channel, store, user } = this.session
    if (channel === undefined) return []
    const { choices } = (await store.link.request({
      type: "autocomplete",
      user,
      channel,
      name,
      values,
      focused
    })) as Suggestions
    return choices.map(({ name, value }) => ({ label: name, value }))
  }

  private async act(detail: Act): Promise<void> {
    const accepted = await this.session.act(detail)
    if (accepted) return
    if (detail.type === "say") this.#composer?.restore(detail.content)
    if (detail.type === "edit") this.#editAgain(detail.message, detail.content)
  }

  /** What was refused is in the composer still, to be put right. */
  #editAgain(message: string, content: string): void {
    const messages = this.store.channels.get(this.session.channel ?? "")?.messages ?? []
    this.editing = messages.find(({ raw }) => raw.id === message)
    void this.updateComplete.then(() => this.#composer?.replace(content))
  }

  private openMenu({ detail }: CustomEvent<MenuRequest>): void {
    const { message, user, x, y } = detail
    // What is listened to inside of the pane does not hear what the pane itself fires.
    const host = this.renderRoot.querySelector(".content") ?? this
    if (message !== undefined) this.menu = { x, y, label: "Message", entries: messageMenu(this.session, message, host) }
    else if (user !== undefined) this.menu = { x, y, label: "User", entries: userMenu(this.session, user) }
  }

  private onEdit({ detail }: CustomEvent<MessageView | null>): void {
    this.editing = detail ?? undefined
    if (detail !== null) this.replyTo = undefined
    else this.#composer?.focus()
  }

  private editLast(): void {
    const messages = this.store.channels.get(this.session.channel ?? "")?.messages ?? []
    const last = messages.findLast((message) => !message.deleted && mayEdit(this.session, message))
    if (last !== undefined) this.editing = last
  }

  private onPick({ detail }: CustomEvent<Emoji>): void {
    const message = this.picker?.message
    this.picker = undefined
    if (message === undefined) this.#composer?.insert(detail.text)
    else void this.session.act({ type: "react", message, emoji: detail.key })
  }

  private emojis(): ReadonlyArray<Emoji> {
    const { emojis } = this.session.guild ?? {}
    if (this.#emojis?.of !== emojis) this.#emojis = { of: emojis, value: (emojis ?? []).flatMap(customOf) }
    return this.#emojis?.value ?? []
  }
  #emojis: { readonly of: unknown; readonly value: ReadonlyArray<Emoji> } | undefined

  private emojiPicker() {
    const { picker } = this
    if (picker === undefined) return nothing
    return html`<fc-emoji-picker
      .custom=${this.emojis()}
      .directory=${this.session.directory}
      .heading=${picker.message === undefined ? "Emoji" : "Reaction"}
      @pick=${this.onPick}
      @close=${() => void Promise.resolve().then(() => (this.picker = undefined))}
    ></fc-emoji-picker>`
  }

  private onReply({ detail }: CustomEvent<MessageView | null>): void {
    this.replyTo = detail ?? undefined
    if (detail !== null) this.#composer?.focus()
  }

  get #composer(): FcComposer | null {
    return this.renderRoot.querySelector("fc-composer")
  }

  private channelName(): string {
    return channelTitle(this.store, this.session.channel)
  }

  private placesButtons() {
    const open = (kind: PlacesKind) => () => (this.places = kind)
    const button = (kind: PlacesKind, sign: TemplateResult, label: string) =>
      html`<button class="places" aria-haspopup="dialog" aria-label=${label} title=${label} @click=${open(kind)}>
        ${sign}
      </button>`
    return html`${this.session.guild === undefined ? nothing : button("threads", icon("thread"), "Threads")}
    ${button("pins", icon("pin"), "Pinned messages")}`
  }

  private placesPanel() {
    if (this.places === undefined) return nothing
    return html`<fc-places
      .session=${this.session}
      .kind=${this.places}
      @jump=${({ detail }: CustomEvent<{ readonly message: string }>) => void this.jump(detail.message)}
      @open-channel=${({ detail }: CustomEvent<{ channel: string }>) => this.session.open(detail.channel)}
      @close=${() => (this.places = undefined)}
    ></fc-places>`
  }

  private header() {
    const { session, store } = this
    const user = store.users.get(session.user)
    const name = session.directory.person(session.user)?.name ?? (user === undefined ? session.user : nameOf(user))
    const topic = session.guild?.channels.find(({ id }) => id === session.channel) as
      | { topic?: string | null }
      | undefined
    const menu = (event: Event) => {
      const box = (event.currentTarget as Element).getBoundingClientRect()
      this.menu = { x: box.left, y: box.bottom, label: "User", entries: userMenu(session, session.user) }
    }
    return html`<header>
      <h2>${this.channelName()}</h2>
      ${topic?.topic == null ? nothing : html`<span class="topic soft">${topic.topic}</span>`}
      <span class="spring"></span>
      ${session.mayLook && session.channel !== undefined ? this.placesButtons() : nothing}
      <button class="who" aria-haspopup="menu" aria-label=${`${name}: user menu`} @click=${menu} @contextmenu=${menu}>
        ${avatar(session.user, name, 28, user === undefined ? undefined : pictureOfUser(user))} <strong>${name}</strong>
      </button>
      ${this.closable ? html`<button class="plain" aria-label=${`Close the pane of ${name}`} @click=${() => emit(this, "close-pane", session)}>✕</button>` : nothing}
    </header>`
  }

  private typing() {
    const { channel = "", directory, store, user } = this.session
    const now = Date.now()
    const names = [...(store.typing.get(channel) ?? [])]
      .filter(([id, until]) => until > now && id !== user)
      .map(([id]) => directory.person(id)?.name ?? "Someone")
    const text = names.length === 0 ? "" : `${names.join(", ")} ${names.length === 1 ? "is" : "are"} typing…`
    return html`<div class="typing soft" role="status">${text}</div>`
  }

  private notice() {
    const { notice } = this.session
    if (notice === undefined) return nothing
    return html`<div class="notice" role="alert">
      <span>${notice}</span>
      <button aria-label="Close this notice" @click=${() => this.session.say(undefined)}>✕</button>
    </div>`
  }

  private modal() {
    const { modal } = this.session
    if (modal === undefined) return nothing
    const send = ({ detail }: CustomEvent<Readonly<Record<string, FieldValue>>>) =>
      void this.session.act({ type: "submit", opener: modal.opener, fields: detail })
    return html`<fc-modal
      .data=${modal.data}
      .directory=${this.session.directory}
      .busy=${modal.busy}
      .error=${modal.error}
      @submitted=${send}
      @close=${() => this.session.closeModal()}
    ></fc-modal>`
  }

  private messages() {
    const { session, store } = this
    const messages = store.channels.get(session.channel ?? "")
    return html`<fc-messages
      .rows=${this.rows}
      .directory=${session.directory}
      .busy=${session.busy}
      .failures=${session.failures}
      .more=${messages?.more ?? false}
      .label=${`Messages in ${this.channelName()}`}
    ></fc-messages>`
  }

  private composer() {
    const { session } = this
    return html`<fc-composer
      .commands=${session.view?.commands ?? []}
      .directory=${session.directory}
      .complete=${this.complete}
      .replyTo=${this.replyTo}
      .editing=${this.editing}
      .emojis=${this.emojis()}
      .placeholder=${`Message ${this.channelName()}`}
    ></fc-composer>`
  }

  override render() {
    const { session, store } = this
    if ((session as Session | undefined) === undefined) return nothing
    const older = () => session.channel !== undefined && void store.load(session.channel, true).catch(() => undefined)
    return html`<div
        class="content"
        ?inert=${session.modal !== undefined}
        @act=${({ detail }: CustomEvent<Act>) => void this.act(detail)}
        @menu=${this.openMenu}
        @reply=${this.onReply}
        @edit=${this.onEdit}
        @edit-last=${this.editLast}
        @emojis=${({ detail }: CustomEvent<{ readonly message: string } | null>) => (this.picker = detail ?? {})}
        @older=${older}
        @show-pins=${() => (this.places = "pins")}
        @show-threads=${() => (this.places = "threads")}
        @jump=${({ detail }: CustomEvent<{ readonly message: string }>) => void this.jump(detail.message)}
        @dismiss=${({ detail }: CustomEvent<{ message: string }>) => session.dismiss(detail.message)}
        @open-channel=${({ detail }: CustomEvent<{ channel: string }>) => session.open(detail.channel)}
        @use-command=${({ detail }: CustomEvent<{ name: string }>) => this.#composer?.start(detail.name)}
      >
        ${this.header()}
        ${session.mayLook ? this.messages() : html`<p class="barred" role="status">You do not have access to this channel.</p>`}
        ${this.notice()} ${this.typing()} ${session.mayLook ? this.composer() : nothing}
      </div>
      ${this.modal()} ${this.emojiPicker()} ${this.placesPanel()}
      ${
        this.menu === undefined
          ? nothing
          : html`<fc-menu
              .entries=${this.menu.entries}
              .x=${this.menu.x}
              .y=${this.menu.y}
              .label=${this.menu.label}
              @close=${() => (this.menu = undefined)}
            ></fc-menu>`
      }`
  }
}

define("fc-pane", FcPane)
